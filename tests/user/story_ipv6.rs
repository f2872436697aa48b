//! Owns the stories of users with IPv6 on the simulated cloud: production's load balancer speaks it, the standby's does not,
//! and whoever asks for either family of addresses is led there and back.

use lifeboat::cloud::Cloud as _;
use lifeboat::sim::SimCloud;
use serde_json::Value;

use super::binary::Desk;
use super::seeded::{example, seeded, stand_by};
use super::story_declare::{declare, state, step};

const RECORD: &str = "shop.example.com";
const TAKES_OVER: &str = "switch: standby-takes-over";
const CHECK: &str = "health_check: { interval: 10s, failures: 3 }";

/// A desk whose production has IPv6 addresses for its users.
fn dual_stack(text: &str) -> Desk {
    let desk = seeded(text);
    edit_balancer(&desk, "us-east-1", |balancer| balancer["ip_address_type"] = "dualstack".into());
    desk
}

fn edit_balancer(desk: &Desk, region: &str, change: impl FnOnce(&mut Value)) {
    let mut cloud = state(desk);
    let all = cloud["regions"][region]["load_balancers"].as_object_mut().expect("load balancers");
    change(all.values_mut().find(|one| one["scheme"] == "internet-facing").expect("the users'"));
    desk.write(".lifeboat/sim.json", &cloud.to_string());
}

/// The Regions that the record leads to who ask for IPv4 and for IPv6 addresses; none: no address.
async fn led(desk: &Desk) -> [Option<&'static str>; 2] {
    let outside = SimCloud::open(&desk.path(".lifeboat/sim.json")).expect("the simulated cloud").outside();
    let mut of_region = Vec::new();
    for region in ["us-east-1", "us-west-2"] {
        let balancers = state(desk)["regions"][region]["load_balancers"].clone();
        for balancer in balancers.as_object().expect("load balancers").values() {
            let name = format!("dualstack.{}", balancer["dns_name"].as_str().expect("a name"));
            of_region.extend(outside.resolve(&name).await.expect("addresses").into_iter().map(|one| (one, region)));
        }
    }
    let found = outside.resolve(RECORD).await.expect("addresses");
    [false, true].map(|is_v6| {
        let family = found.iter().filter(|one| one.contains(':') == is_v6);
        let regions: std::collections::BTreeSet<&str> =
            family.map(|address| of_region.iter().find(|(one, _)| one == address).expect("somebody's").1).collect();
        assert!(regions.len() < 2, "{found:?}");
        regions.into_iter().next()
    })
}

const EAST: [Option<&str>; 2] = [Some("us-east-1"), Some("us-east-1")];
/// The standby speaks IPv4 only: who has both takes that.
const WEST: [Option<&str>; 2] = [Some("us-west-2"), None];

fn failback(desk: &Desk) -> Value {
    desk.expect(0, &["failback", "shop.yaml", "--reason", "us-east-1 is well", "--yes", "-o", "json"]).json()
}

#[tokio::test]
async fn an_object_leads_both_families_there_and_back() {
    let desk = dual_stack(&example("warm-standby"));
    desk.expect(0, &["baseline", "shop.yaml"]);
    let rendered = desk.expect(0, &["render", "shop.yaml", "--output", "rendered"]);
    let told = "shop-web: it speaks IPv6 and its counterpart in the standby IPv4 only";
    assert!(format!("{}{}", rendered.out, rendered.err).contains(told), "{}{}", rendered.out, rendered.err);
    stand_by(&desk);
    // The address type is not mirrored, and nothing anybody has to explain.
    desk.expect(0, &["drift", "shop.yaml"]);
    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}", again.out);
    assert_eq!(led(&desk).await, EAST);

    desk.expect(0, &["sim", "fail", "us-east-1"]);
    declare(&desk, 0, &["--yes"]);
    assert_eq!(led(&desk).await, WEST);
    // Route 53 answers who asks for IPv6 with the standby's record, and so with nothing.
    let list = desk.expect(0, &["sim", "list"]).out;
    let row = |kind: &str| {
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let mut rows = list.lines().map(words).filter(|words| words.get(1).is_some_and(|word| word == kind));
        rows.find(|words| words[2] == "shop-standby").expect("a row").split_off(5)
    };
    assert_eq!((row("A"), row("AAAA")), (vec!["yes".to_owned(), "here".to_owned()], vec!["yes".to_owned()]));

    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let home = failback(&desk);
    let words = step(&home, "await-traffic")["text"].to_string();
    assert!(words.contains("leads to dualstack.shop-web"), "both families are looked for: {words}");
    assert_eq!(led(&desk).await, EAST);
}

#[tokio::test]
async fn route_53_leads_both_families_by_one_check() {
    let text = example("warm-standby").replace(TAKES_OVER, "switch: failover");
    let desk = dual_stack(&text);
    stand_by(&desk);
    assert_eq!(led(&desk).await, EAST);
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!(status["traffic"]["leads_to"], "primary", "{status}");
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    declare(&desk, 0, &["--yes"]);
    assert_eq!(led(&desk).await, WEST);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    failback(&desk);
    assert_eq!(led(&desk).await, EAST);

    // Records for IPv6 without the check that decides for the others would lead elsewhere.
    let edit = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut cloud = state(&desk);
        change(cloud["dns"]["zones"]["Z0SHOPEXAMPLE"]["records"].as_array_mut().expect("records"));
        desk.write(".lifeboat/sim.json", &cloud.to_string());
        let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
        (status["traffic"]["leads_to"].clone(), status["traffic"]["because"].to_string())
    };
    let is = |record: &Value, set: &str| record["kind"] == "AAAA" && record["set_identifier"] == set;
    let (leads_to, why) = edit(&|records| {
        let ours = records.iter_mut().find(|record| is(record, "shop-primary")).expect("the primary's");
        ours["health_check_id"] = Value::Null;
    });
    assert!(leads_to == "unknown" && why.contains("do not share a health check"), "{leads_to} {why}");
    let (leads_to, why) = edit(&|records| records.retain(|record| !is(record, "shop-standby")));
    assert!(leads_to == "unknown" && why.contains("one of its two records for IPv6"), "{leads_to} {why}");
}

#[tokio::test]
async fn weights_of_both_families_move_in_one_change() {
    let weighted = "switch: weighted\n  weights: { primary: 100, standby: 0 }";
    let text = example("warm-standby").replace(TAKES_OVER, weighted).replace(CHECK, "");
    let desk = dual_stack(&text);
    stand_by(&desk);
    assert_eq!(led(&desk).await, EAST);
    let changes = || state(&desk)["regions"]["us-east-1"]["calls"]["ChangeResourceRecordSets"].as_u64().unwrap_or(0);
    let told = |words: &str| {
        let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
        assert_eq!(status["traffic"]["because"], words, "{status}");
        status["traffic"]["leads_to"].clone()
    };
    assert_eq!((told("weights 100 and 0"), changes()), ("primary".into(), 0));
    let there = declare(&desk, 0, &["--graceful", "--yes", "-o", "json"]).json();
    assert!(step(&there, "switch-traffic")["text"].to_string().contains("(A and AAAA)"), "{there}");
    assert_eq!((led(&desk).await, changes()), (WEST, 1));
    assert_eq!(told("weights 0 and 100"), "standby");

    failback(&desk);
    assert_eq!((led(&desk).await, changes()), (EAST, 2));
    assert_eq!(told("weights 100 and 0"), "primary");

    // Somebody sets those for IPv6 otherwise: the users are on both sides.
    let mut cloud = state(&desk);
    for record in cloud["dns"]["zones"]["Z0SHOPEXAMPLE"]["records"].as_array_mut().expect("records") {
        if record["kind"] == "AAAA" {
            record["weight"] = Value::from(if record["set_identifier"] == "shop-primary" { 0 } else { 50 });
        }
    }
    desk.write(".lifeboat/sim.json", &cloud.to_string());
    assert_eq!(told("weights 100 and 0, for IPv6 0 and 50"), "both");
}

#[tokio::test]
async fn a_record_that_nobody_moved_keeps_its_users_and_is_told() {
    let desk = dual_stack(&example("warm-standby"));
    stand_by(&desk);
    let mut cloud = state(&desk);
    let records = cloud["dns"]["zones"]["Z0SHOPEXAMPLE"]["records"].as_array_mut().expect("records");
    let ours = records.iter_mut().find(|one| one["kind"] == "AAAA" && one["failover"] == "PRIMARY").expect("a record");
    ours["health_check_id"] = Value::Null;
    desk.write(".lifeboat/sim.json", &cloud.to_string());
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let stopped = declare(&desk, 4, &["--yes"]);
    assert!(stopped.err.contains("shop.example.com still leads to 2001:db8:"), "{}", stopped.err);
    assert_eq!(led(&desk).await, [Some("us-west-2"), Some("us-east-1")]);
}

#[tokio::test]
async fn a_standby_that_somebody_gave_ipv6_serves_both_families() {
    let desk = dual_stack(&example("warm-standby"));
    stand_by(&desk);
    edit_balancer(&desk, "us-west-2", |balancer| balancer["ip_address_type"] = "dualstack".into());
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let there = declare(&desk, 0, &["--yes", "-o", "json"]).json();
    let words = step(&there, "await-traffic")["text"].to_string();
    assert!(words.contains("leads to dualstack."), "{words}");
    assert_eq!(led(&desk).await, [Some("us-west-2"); 2]);
}

#[test]
fn a_standby_made_before_production_spoke_ipv6_gets_its_second_pair() {
    let desk = seeded(&example("warm-standby"));
    stand_by(&desk);
    edit_balancer(&desk, "us-east-1", |balancer| balancer["ip_address_type"] = "dualstack".into());
    let drift = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("ip_address_type") && drift.out.contains("run `lifeboat baseline`"), "{}", drift.out);
    desk.expect(0, &["baseline", "shop.yaml"]);
    let drift = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("TrafficPrimaryRecordIpv6"), "{}", drift.out);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    desk.expect(0, &["drift", "shop.yaml"]);
    // The next baseline sees lifeboat's own records, and refuses none of them; nor when production gives IPv6 up.
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    edit_balancer(&desk, "us-east-1", |balancer| balancer["ip_address_type"] = "ipv4".into());
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes", "--allow-replace"]);
    let records = state(&desk)["dns"]["zones"]["Z0SHOPEXAMPLE"]["records"].clone();
    assert!(records.as_array().expect("records").iter().all(|record| record["kind"] != "AAAA"), "{records}");
}
