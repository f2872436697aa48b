//! Owns the stories in which a database stands alone on both sides: which has what counts is told by what runs did, or by a
//! person.

use serde_json::Value;

use super::binary::Desk;
use super::story_data_safety::{away, failback, newest};
use super::story_declare::{declare, ready, runs, state, step};

/// A run that has no report yet.
fn shown(desk: &Desk, run: &str) -> Value {
    serde_json::json!({ "record": desk.expect(0, &["runs", "show", "shop.yaml", run, "-o", "json"]).json() })
}

/// A person promotes a replica past lifeboat.
fn promoted_by_hand(desk: &Desk, region: &str) {
    let mut account = state(desk);
    let database = &mut account["regions"][region]["databases"]["shop-orders"];
    assert!(database["facts"]["source"].is_string(), "it is no replica: {database}");
    (database["facts"]["source"], database["follows"]) = (Value::Null, Value::Null);
    database["facts"]["backup_retention_days"] = 7.into();
    desk.write(".lifeboat/sim.json", &account.to_string());
}

/// Whose writes a database holds, by the resource id of the instance that took them; and its own.
fn writes(desk: &Desk, region: &str) -> (Vec<String>, String) {
    let account = state(desk);
    let database = &account["regions"][region]["databases"]["shop-orders"];
    let of = database["writes"].as_object().map_or(vec![], |all| all.keys().cloned().collect());
    (of, database["resource_id"].as_str().unwrap_or_default().to_owned())
}

fn rehearse_home(desk: &Desk, code: i32) -> super::binary::Ran {
    desk.expect(code, &["failback", "shop.yaml", "--rehearse", "--reason", "home"])
}

#[test]
fn what_a_person_promoted_after_a_failback_comes_home_like_anything_else() {
    let desk = away();
    failback(&desk, 0);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    declare(&desk, 0, &["--yes", "--skip", "promote-orders", "--because", "the DBAs promote it"]);
    promoted_by_hand(&desk, "us-west-2");
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    desk.expect(0, &["sim", "advance", "3h"]);
    let told = declare(&desk, 0, &["--rehearse"]);
    assert!(!told.out.contains("is OLD"), "{}", told.out);
    let (_, standby) = writes(&desk, "us-west-2");
    let told = failback(&desk, 0);
    assert!(told.err.contains("keep the primary's old shop-orders"), "{}", told.err);
    assert!(told.err.contains("freeze the standby"), "{}", told.err);
    assert!(writes(&desk, "us-east-1").0.contains(&standby), "what was written in the standby is not home");
}

#[test]
fn what_a_person_promoted_at_home_is_not_taken_for_old() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "PromoteReadReplica"]);
    failback(&desk, 4);
    let run = newest(&desk);
    promoted_by_hand(&desk, "us-east-1");
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "ModifyDBInstance"]);
    let skip = ["--skip", "promote-home-orders", "--because", "the DBAs did it"];
    desk.expect(4, &[&["runs", "resume", "shop.yaml", &run, "--yes"][..], &skip].concat());
    let told = shown(&desk, &run);
    let at = |id: &str| step(&told, id)["state"].as_str().unwrap_or_default().to_owned();
    assert_eq!((at("switch-traffic"), at("reseed-standby-orders")), ("succeeded".into(), "failed".into()), "{told}");
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "later"]);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let (_, live) = writes(&desk, "us-east-1");
    let told = failback(&desk, 0);
    assert!(!told.err.contains("keep the primary's old") && told.err.contains("protect orders again"), "{}", told.err);
    assert_eq!(writes(&desk, "us-east-1").1, live, "production's database was renamed away");
}

#[test]
fn a_promotion_that_led_nobody_anywhere_is_for_a_person_to_judge() {
    let desk = away();
    failback(&desk, 0);
    desk.expect(0, &["sim", "advance", "24h"]);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "EnableRule"]);
    declare(&desk, 4, &["--yes"]);
    let run = newest(&desk);
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "us-east-1 is back"]);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let told = declare(&desk, 0, &["--rehearse"]);
    assert!(!told.out.contains("is OLD") && told.out.contains("no run has led the users to it"), "{}", told.out);
    let graceful = declare(&desk, 5, &["--rehearse", "--graceful"]);
    assert!(graceful.err.contains("--skip promote-orders --because TEXT"), "{}", graceful.err);
    let refused = rehearse_home(&desk, 5);
    assert!(refused.err.contains(&format!("run {run} promoted shop-orders, and no run has led")), "{}", refused.err);
    assert!(refused.err.contains("(us-west-2) has what counts, rename the primary's"), "{}", refused.err);
}

#[test]
fn nothing_is_promoted_beside_a_production_that_goes_by_another_name() {
    let desk = ready();
    let mut account = state(&desk);
    let groups = account["regions"]["us-east-1"]["groups"].as_object_mut().expect("groups");
    let mut web = groups.remove("shop-web").expect("web");
    web["facts"]["name"] = "shop-web-green".into();
    groups.insert("shop-web-green".into(), web);
    desk.write(".lifeboat/sim.json", &account.to_string());
    let refused = declare(&desk, 5, &["--yes", "--graceful"]);
    assert!(refused.err.contains("the primary has no Auto Scaling group shop-web:"), "{}", refused.err);
    assert!(refused.err.contains("--skip fence-primary --because TEXT"), "{}", refused.err);
    assert!(runs(&desk).is_empty(), "a refused declaration left a run");
    // It went by that name when this was planned.
    let mut account = state(&desk);
    let groups = account["regions"]["us-east-1"]["groups"].as_object_mut().expect("groups");
    let mut web = groups.remove("shop-web-green").expect("web");
    web["facts"]["name"] = "shop-web".into();
    groups.insert("shop-web".into(), web);
    desk.write(".lifeboat/sim.json", &account.to_string());
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "UpdateAutoScalingGroup"]);
    declare(&desk, 4, &["--yes", "--graceful"]);
    let run = newest(&desk);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let mut account = state(&desk);
    account["regions"]["us-east-1"]["groups"].as_object_mut().expect("groups").remove("shop-web");
    desk.write(".lifeboat/sim.json", &account.to_string());
    desk.expect(4, &["runs", "resume", "shop.yaml", &run, "--yes"]);
    let told = shown(&desk, &run);
    let (fence, promote) = (step(&told, "fence-primary"), step(&told, "promote-orders"));
    assert_eq!((&fence["state"], &promote["state"]), (&"failed".into(), &"pending".into()), "{fence} {promote}");
}
