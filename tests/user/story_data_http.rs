//! Owns the story of data and traffic over HTTP: a replica and records are made, a declaration in the dark promotes the one
//! and moves the other, and a failback brings both home and makes the standby stand by again.

use std::sync::atomic::Ordering;

use serde_json::Value;

use super::binary::{Desk, Ran};
use super::dark::Dark;
use super::data_http::{DATABASE, DataShop, OBJECT, PARAMETER, PRIMARY, STANDBY, moves};
use super::proxy::Fate;
use super::rds::Instance;
use super::shop_http::{planned, provision, sizes};

const TAKES_OVER: &str = "standby-takes-over";
/// The name is made up, so nobody can tell where it leads, and the wait would last minutes for nothing.
const SKIP: [&str; 4] = ["--skip", "await-traffic", "--because", "nobody resolves a made-up name"];

#[tokio::test]
async fn data_and_users_go_to_the_standby_in_the_dark_and_come_home() {
    let shop = DataShop::open().await;
    let file = shop.file(&shop.proxy.url(), TAKES_OVER);
    let desk = shop.desk(&file);
    assert!(shop.rds.write(PRIMARY, DATABASE, "before"));
    stands_by(&shop, &desk).await;
    let footprint = shop.shop.sizes().await;

    // The disaster. Nothing of it may touch the primary, nor what AWS runs in its Region: Route 53, IAM, global STS.
    let wanted = planned(&desk);
    let dark = Dark::silent();
    desk.write("shop.yaml", &shop.file(dark.url(), TAKES_OVER));
    shop.primary_is_well.store(false, Ordering::SeqCst);
    shop.rds.lag(Some(6.2));
    shop.rds.forget();
    shop.proxy.mend();
    let declare = ["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes", "-o", "json"];
    let told = desk.expect(0, &[&declare[..], &SKIP].concat()).json();
    assert_eq!(dark.connections(), 0, "the dark primary was tried");
    let came = shop.proxy.came();
    // The lever is asked for as health checkers ask, who have no credentials that would name a Region.
    let (public, signed): (Vec<_>, Vec<_>) = came.into_iter().partition(|came| came.call.region.is_empty());
    assert!(!public.is_empty() && public.iter().all(|came| came.call.path.ends_with(OBJECT.1)), "the lever alone");
    let abroad = signed.into_iter().filter(|came| came.call.region != STANDBY);
    assert_eq!(abroad.map(|came| came.call.service).collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(told["record"]["state"], "ended", "{told}");
    assert_eq!(told["record"]["totals"]["recovery_point_s"], 7, "{told}");
    assert_eq!(shop.shop.sizes().await, wanted);
    let serving = shop.rds.instance(STANDBY, DATABASE);
    let raised = (serving.takes_writes(), serving.class.as_str(), serving.retention_days);
    assert_eq!(raised, (true, "db.r6g.large", 7), "{:?}\n{told}", shop.rds.taken());
    assert_eq!(shop.parameter(PARAMETER).await, Some(serving.host()));
    assert!(shop.leads_to_standby());
    assert_eq!(
        shop.rds.taken().iter().filter(|order| order.contains(" promote ")).count(),
        1,
        "{:?}",
        shop.rds.taken()
    );
    assert!(shop.rds.write(STANDBY, DATABASE, "away"));
    let status = desk.expect(0, &["status", "shop.yaml"]);
    assert!(status.out.contains("no standby") && status.out.contains("stands alone"), "{}", status.out);

    // Home again, with what was written away; the death of the process once the users are led home changes nothing.
    desk.write("shop.yaml", &file);
    shop.primary_is_well.store(true, Ordering::SeqCst);
    shop.rds.lag(Some(0.0));
    shop.rds.forget();
    shop.proxy.rule(|_, call| match moves(call) {
        Some(words) if words.contains("DELETE") => Fate::KillAfter,
        _ => Fate::Pass,
    });
    let child = desk.start(&["failback", "shop.yaml", "--reason", "us-east-1 is back", "--yes"]);
    shop.proxy.may_kill(child.id());
    let killed = Ran::at_the_end_of(child);
    assert_eq!(killed.code, -1, "{}\n{}", killed.out, killed.err);
    shop.proxy.mend();
    let run = shop.shop.runs().await.pop().expect("a run");
    let nonce = shop.shop.held().await.expect("a dead process holds the lease");
    let resume = ["runs", "resume", "shop.yaml", &run, "--yes", "--take-over", &nonce[..8]];
    desk.expect(0, &[&resume[..], &SKIP].concat());
    assert!(!shop.leads_to_standby());
    let home = shop.rds.instance(PRIMARY, DATABASE);
    assert!(home.takes_writes() && home.multi_az && home.deletion_protection && home.retention_days == 7);
    assert!(home.iam && shop.rds.instance(STANDBY, DATABASE).iam, "who logs in with IAM can on neither side");
    assert_eq!(rows(&home), ["away", "before"]);
    assert!(shop.rds.write(PRIMARY, DATABASE, "after"));
    let again = shop.rds.instance(STANDBY, DATABASE);
    assert_eq!(again.source, Some(home.arn()), "the standby does not follow production again");
    assert_eq!((again.class.as_str(), rows(&again).len()), ("db.t4g.medium", 3));
    assert_eq!(shop.shop.sizes().await, footprint, "the standby does not stand by");
    // Nothing was deleted: what either side had is kept under another name.
    for region in [PRIMARY, STANDBY] {
        let aside = format!("{DATABASE}-before-{}", run.to_ascii_lowercase());
        assert!(shop.rds.instances(region).iter().any(|one| one.id == aside), "{region}");
    }
    for (group, (_, desired, _)) in sizes(&shop.shop.primary).await {
        assert!(desired > 0, "{group} does not serve in the primary");
    }
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!((&status["data"][0]["role"], &status["traffic"]["leads_to"]), (&"replica".into(), &"primary".into()));
    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}\n{}", again.out, again.err);
}

/// Makes the standby, and sees that it is what the file asks for.
async fn stands_by(shop: &DataShop, desk: &Desk) {
    provision(desk);
    let (production, replica) = (shop.rds.instance(PRIMARY, DATABASE), shop.rds.instance(STANDBY, DATABASE));
    assert_eq!(replica.source, Some(production.arn()));
    assert_eq!((replica.class.as_str(), replica.multi_az), ("db.t4g.medium", false));
    assert!(replica.iam, "applications that log in with IAM would be refused");
    assert!(replica.key.contains("us-west-2") && replica.key != production.key, "{}", replica.key);
    assert_ne!(replica.security_groups, production.security_groups, "a group works in one Region only");
    assert!(replica.parameter_group.starts_with("shop-data-"), "{}", replica.parameter_group);
    assert_eq!(rows(&replica), ["before"]);
    assert!(!shop.rds.write(STANDBY, DATABASE, "no"), "a replica takes no writes");
    assert_eq!(records(shop).await, ["shop-primary PRIMARY checked", "shop-standby SECONDARY"]);
    assert!(!shop.leads_to_standby());
    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}\n{}", again.out, again.err);
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!((&status["data"][0]["role"], &status["data"][0]["lag_s"]), (&"replica".into(), &0.into()), "{status}");
    assert_eq!(status["traffic"]["leads_to"], "primary", "{status}");
    // The object beside the lever is there, and nobody may read it yet.
    assert_eq!(status["traffic"]["lever"]["lever"], "refused", "{status}");
    shop.open_lever().await;
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!(status["traffic"]["lever"]["lever"], "works", "{status}");
    let drift = desk.run(&["drift", "shop.yaml", "-o", "json"]).json();
    let about = |finding: &&Value| finding["kind"] == "parity" && finding.to_string().contains("orders");
    let found: Vec<&Value> = drift["findings"].as_array().into_iter().flatten().filter(about).collect();
    assert!(found.is_empty(), "the replica differs from what the file asks for: {found:?}");
}

fn rows(instance: &Instance) -> Vec<&str> {
    instance.rows.iter().map(String::as_str).collect()
}

/// The shop's records: identifier, role, and whether a health check decides.
async fn records(shop: &DataShop) -> Vec<String> {
    let client = aws_sdk_route53::Client::new(&shop.shop.primary);
    let found = client.list_resource_record_sets().hosted_zone_id(&shop.zone).send().await.expect("records");
    let of_shop = found.resource_record_sets().iter().filter(|one| one.name().starts_with("shop.example.com"));
    let words = of_shop.map(|one| {
        let (set, role) = (one.set_identifier().unwrap_or("-"), one.failover().map_or("-", |role| role.as_str()));
        let checked = if one.health_check_id().is_some() { " checked" } else { "" };
        format!("{set} {role}{checked}")
    });
    words.collect()
}
