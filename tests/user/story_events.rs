//! Owns the story of event sources on the simulated cloud: on in one Region at a time, whoever serves.

use serde_json::Value;

use super::binary::Desk;
use super::story_declare::{declare, disaster, ready, runs, state, step};

/// The states of the rule and of the mapping in a Region: whether each is on.
fn on(desk: &Desk, region: &str) -> [bool; 2] {
    let state = state(desk);
    let region = &state["regions"][region];
    let one = |kind: &str| {
        let found = region[kind].as_object().and_then(|all| all.values().next());
        found.and_then(|one| one["enabled"].as_bool()).unwrap_or_else(|| panic!("no {kind} in {region}"))
    };
    [one("event_rules"), one("event_mappings")]
}

fn drift(desk: &Desk, code: i32) -> Vec<String> {
    let told = desk.expect(code, &["drift", "shop.yaml", "-o", "json"]).json();
    let findings = told["findings"].as_array().expect("findings").iter();
    let events = findings.filter(|one| one["path"].as_str().is_some_and(|path| path.starts_with("events/")));
    events.map(|one| format!("{} {}", one["path"], one["intended"])).collect()
}

#[test]
fn a_switchover_and_the_way_home_leave_each_on_in_one_region() {
    let desk = ready();
    assert_eq!((on(&desk, "us-east-1"), on(&desk, "us-west-2")), ([true; 2], [false; 2]));
    let told = declare(&desk, 0, &["--graceful", "--yes", "-o", "json"]).json();
    assert_eq!((on(&desk, "us-east-1"), on(&desk, "us-west-2")), ([false; 2], [true; 2]));
    let time = |told: &Value, id: &str, which: &str| -> jiff::Timestamp {
        step(told, id)[which].as_str().expect("a time").parse().expect("a time")
    };
    for id in ["enable-events-nightly-invoices", "enable-events-order-queue"] {
        assert!(
            time(&told, "fence-primary", "ended_at") <= time(&told, id, "started_at"),
            "{id} ran beside production"
        );
        assert!(time(&told, "promote-orders", "ended_at") <= time(&told, id, "started_at"), "{id} had no data");
        assert!(
            time(&told, id, "ended_at") <= time(&told, "switch-traffic", "started_at"),
            "{id} came after the users"
        );
    }
    let home = ["failback", "shop.yaml", "--reason", "us-east-1 is well", "--yes", "-o", "json"];
    let told = desk.expect(0, &home).json();
    assert_eq!((on(&desk, "us-east-1"), on(&desk, "us-west-2")), ([true; 2], [false; 2]));
    for id in ["nightly-invoices", "order-queue"] {
        let (off, back) = (format!("disable-events-{id}"), format!("enable-home-events-{id}"));
        let drained = time(&told, "await-replica-home-orders", "started_at");
        assert!(time(&told, &off, "ended_at") <= drained, "{id} wrote while the data went home");
        assert!(time(&told, "await-traffic", "ended_at") <= time(&told, &back, "started_at"), "{id}");
    }
    assert_eq!(told["record"]["state"], "ended", "{told}");
}

#[test]
fn an_event_source_that_is_missing_stops_the_run_and_can_be_left_out_with_a_reason() {
    let desk = disaster();
    let mut cloud = state(&desk);
    cloud["regions"]["us-west-2"]["event_mappings"] = serde_json::json!({});
    desk.write(".lifeboat/sim.json", &cloud.to_string());
    let stopped = declare(&desk, 4, &["--yes"]);
    let told = "the standby has no mapping of shop-orders from shop-orders-queue in us-west-2";
    assert!(stopped.out.contains(told), "{}", stopped.out);
    let run = runs(&desk).remove(0);
    let skip = format!("lifeboat runs resume shop.yaml {run} --skip enable-events-order-queue --because TEXT");
    assert!(stopped.err.contains(&skip), "{}", stopped.err);
    let because = ["--skip", "enable-events-order-queue", "--because", "its queue is empty tonight"];
    let resume = [&["runs", "resume", "shop.yaml", &run, "--yes", "-o", "json"][..], &because].concat();
    let told = desk.expect(0, &resume).json();
    assert_eq!(step(&told, "enable-events-order-queue")["skipped"]["because"], "its queue is empty tonight");
    assert_eq!(step(&told, "switch-traffic")["state"], "succeeded", "{told}");
}

#[test]
fn one_that_runs_on_both_sides_is_told_until_the_standby_serves() {
    let desk = ready();
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["drift", "shop.yaml"]);
    desk.expect(0, &["sim", "drift", "event"]);
    let told = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(told.out.contains("it runs twice, here and in production"), "{}", told.out);
    assert_eq!(drift(&desk, 2).len(), 1);
    desk.expect(0, &["sim", "drift", "event", "--off"]);
    assert_eq!(drift(&desk, 0), Vec::<String>::new());
    let status = desk.expect(0, &["status", "shop.yaml"]);
    assert!(status.out.contains("event source nightly-invoices: rule shop-nightly, DISABLED"), "{}", status.out);
}

#[test]
fn a_drill_proves_that_it_left_them_alone() {
    let desk = ready();
    let told = desk.expect(0, &["drill", "shop.yaml", "--yes", "-o", "json"]).json();
    let proof = step(&told, "prove-clean")["text"].to_string();
    assert!(proof.contains("event sources are as they were"), "{told}");
    assert_eq!((on(&desk, "us-east-1"), on(&desk, "us-west-2")), ([true; 2], [false; 2]));
}

#[test]
fn a_permission_that_is_missing_fences_nothing_of_a_production_that_is_relied_on() {
    let desk = ready();
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "UpdateEventSourceMapping"]);
    let stopped = declare(&desk, 4, &["--graceful", "--yes"]);
    assert!(stopped.out.contains("UpdateEventSourceMapping (primary side, us-east-1) was denied"), "{}", stopped.out);
    assert!(super::story_declare::desired(&desk, "us-east-1", "shop-web") > 0, "production was fenced all the same");
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    desk.expect(0, &["runs", "resume", "shop.yaml", &runs(&desk)[0], "--yes"]);
    assert_eq!((on(&desk, "us-east-1"), on(&desk, "us-west-2")), ([false; 2], [true; 2]));
}
