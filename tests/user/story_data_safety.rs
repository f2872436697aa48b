//! Owns the stories in which data could be lost: old replicas, promotions that are skipped, runs resumed after people put
//! things back.

use serde_json::Value;

use super::binary::Desk;
use super::seeded::example;
use super::story_declare::{declare, desired, disaster, ready, runs, state, step};

/// A desk whose standby serves after a disaster; the primary is well again and has what was true before.
pub(super) fn away() -> Desk {
    let desk = disaster();
    declare(&desk, 0, &["--yes"]);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    desk
}

pub(super) fn failback(desk: &Desk, code: i32) -> super::binary::Ran {
    desk.expect(code, &["failback", "shop.yaml", "--yes", "--reason", "home"])
}

pub(super) fn newest(desk: &Desk) -> String {
    let mut all = runs(desk);
    all.sort();
    all.pop().expect("a run")
}

fn databases(desk: &Desk, region: &str) -> Vec<String> {
    let state = state(desk);
    state["regions"][region]["databases"].as_object().map_or(vec![], |all| all.keys().cloned().collect())
}

fn report(desk: &Desk, run: &str) -> Value {
    serde_json::from_str(&desk.read(&format!(".lifeboat/shop/runs/{run}/report.json"))).expect("a report")
}

#[test]
fn a_standby_that_was_left_behind_by_a_failback_is_said_to_be_old() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "DeleteObject"]);
    failback(&desk, 4);
    let home = newest(&desk);
    desk.expect(0, &["sim", "advance", "12h"]);
    let graceful = declare(&desk, 5, &["--yes", "--graceful"]);
    assert!(graceful.err.contains("a graceful declaration loses no write"), "{}", graceful.err);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let told = declare(&desk, 0, &["--yes", "-o", "json"]);
    assert!(told.err.contains("OLD DATA: orders: everything written since"), "{}", told.err);
    assert!(told.err.contains("RPO 5m does not hold"), "{}", told.err);
    let totals = &told.json()["record"]["totals"];
    assert!(totals["recovery_point_s"].as_u64() >= Some(12 * 3_600), "{totals}");
    assert_eq!(totals["recovery_point_met"], false, "{totals}");

    // Both have writes that the other lacks now: no plan may put one of them aside.
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    desk.expect(0, &["runs", "abandon", "shop.yaml", &home, "--because", "a declaration came after it"]);
    let refused = failback(&desk, 5);
    assert!(refused.err.contains("have both taken writes that the other lacks"), "{}", refused.err);
    assert!(refused.err.contains("(us-west-2) has what counts, rename the primary's"), "{}", refused.err);
}

#[test]
fn a_promotion_home_that_is_skipped_costs_the_standby_nothing() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "PromoteReadReplica"]);
    let stopped = failback(&desk, 4);
    assert!(!stopped.err.contains("--skip promote-home-orders"), "{}", stopped.err);
    let run = newest(&desk);
    let before = databases(&desk, "us-west-2");
    let skip = ["--skip", "promote-home-orders", "--because", "we were told to"];
    let resumed = desk.expect(4, &[&["runs", "resume", "shop.yaml", &run, "--yes"][..], &skip].concat());
    assert!(resumed.err.contains("find a database that takes no writes"), "{}", resumed.err);
    assert!(resumed.err.contains("it may be the only one that takes writes"), "{}", resumed.err);
    assert_eq!(databases(&desk, "us-west-2"), before, "nothing was renamed");
}

#[test]
fn a_primary_that_nobody_fenced_may_have_written_and_the_way_home_says_so() {
    let desk = away();
    let plan = desk.expect(0, &["failback", "shop.yaml", "--yes", "--reason", "home", "--rehearse"]);
    let declared = newest(&desk);
    let words = format!("since run {declared} took the writes away from it");
    assert!(plan.out.contains("may be lost: ") && plan.out.contains(&words), "{}", plan.out);
    let home = failback(&desk, 0);
    let kept = format!("shop-orders-before-{}", newest(&desk));
    assert!(home.err.contains(&words), "before it asks: {}", home.err);
    let summary = report(&desk, &newest(&desk))["summary"].as_str().expect("a summary").to_owned();
    assert!(summary.contains(&words) && summary.contains(&format!("kept in {kept} alone")), "{summary}");

    let desk = disaster();
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    declare(&desk, 0, &["--yes", "--fence"]);
    let home = failback(&desk, 0);
    assert!(!home.err.contains("may be lost: "), "it was fenced: {}", home.err);
}

#[test]
fn what_runs_of_a_tier_that_was_taken_out_of_the_file_stops_before_its_data_goes_home() {
    let desk = away();
    let scheduled = |desk: &Desk| {
        let state = state(desk);
        state["regions"]["us-west-2"]["schedules"]["shop-worker"].as_object().map_or(0, |all| all.len())
    };
    assert!(desired(&desk, "us-west-2", "shop-worker") > 0 && scheduled(&desk) > 0, "it serves");
    let whole = desk.read("shop.yaml");
    let (from, to) = (whole.find("  - name: worker").expect("worker"), whole.find("  - name: web").expect("web"));
    desk.write("shop.yaml", &format!("{}{}", &whole[..from], &whole[to..]));
    desk.expect(0, &["check", "shop.yaml"]);
    let home = failback(&desk, 0);
    assert!(home.err.contains("(also shop-worker, no longer in the file)"), "{}", home.err);
    assert_eq!(desired(&desk, "us-west-2", "shop-worker"), 0);
    let told = report(&desk, &newest(&desk));
    let frozen = step(&told, "freeze-standby")["text"].to_string();
    assert!(frozen.contains("shop-worker"), "{frozen}");
    assert_eq!(scheduled(&desk), 0, "nothing raises it again");
}

#[test]
fn a_second_failback_still_says_where_the_first_kept_what_nobody_fenced() {
    let desk = away();
    let declared = newest(&desk);
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "PromoteReadReplica"]);
    failback(&desk, 4);
    let first = newest(&desk);
    desk.expect(0, &["runs", "abandon", "shop.yaml", &first, "--because", "another day"]);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let words = format!("since run {declared} took the writes away from it");
    let kept = format!("kept in shop-orders-before-{first} alone");
    let plan = desk.expect(0, &["failback", "shop.yaml", "--reason", "home", "--rehearse"]);
    assert!(plan.out.contains("may be lost: ") && plan.out.contains(&kept), "{}", plan.out);
    let home = failback(&desk, 0);
    assert!(home.err.contains(&words) && home.err.contains(&kept), "before it asks: {}", home.err);
    let summary = report(&desk, &newest(&desk))["summary"].as_str().expect("a summary").to_owned();
    assert!(summary.contains(&words) && summary.contains(&kept), "{summary}");
}

#[test]
fn a_replica_that_a_declaration_raised_in_vain_stands_down_with_the_rest() {
    let class = |desk: &Desk| {
        state(desk)["regions"]["us-west-2"]["databases"]["shop-orders"]["facts"]["class"].as_str().map(str::to_owned)
    };
    let desk = disaster();
    let small = class(&desk);
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "PromoteReadReplica"]);
    declare(&desk, 4, &["--yes"]);
    desk.expect(0, &["sim", "advance", "30m"]);
    assert_ne!(class(&desk), small, "it was raised");
    desk.expect(0, &["runs", "abandon", "shop.yaml", &newest(&desk), "--because", "it is back"]);
    for region in ["us-west-2", "us-east-1"] {
        desk.expect(0, &["sim", "mend", region]);
    }
    failback(&desk, 0);
    desk.expect(0, &["sim", "advance", "30m"]);
    assert_eq!(class(&desk), small);

    let desk = away();
    failback(&desk, 0);
    assert_eq!(class(&desk), small, "one that is made anew is made small");
}

#[test]
fn a_primary_that_serves_another_environment_is_not_put_aside() {
    let desk = ready();
    desk.write("pilot.yaml", &example("pilot-light"));
    for command in [&["baseline", "pilot.yaml"][..], &["sync", "pilot.yaml"], &["provision", "pilot.yaml", "--yes"]] {
        desk.expect(0, command);
    }
    desk.expect(0, &["sim", "advance", "20m"]);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    declare(&desk, 0, &["--yes"]);
    desk.expect(0, &["declare", "pilot.yaml", "--reason", "us-east-1 is dark", "--yes"]);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    failback(&desk, 0);
    let before = databases(&desk, "us-east-1");
    let refused = desk.expect(5, &["failback", "pilot.yaml", "--yes", "--reason", "home"]);
    let words =
        "shop-orders in the primary is followed by arn:aws:rds:us-west-2:111122223333:db:shop-orders, which is not";
    assert!(refused.err.contains(words), "{}", refused.err);
    assert_eq!(databases(&desk, "us-east-1"), before, "nothing was renamed");
}

#[test]
fn a_disaster_while_the_standbys_database_is_made_anew_names_what_was_kept_of_it() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "CreateDBInstanceReadReplica"]);
    failback(&desk, 4);
    let kept = format!("shop-orders-before-{}", newest(&desk));
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    // While RDS renames it tells neither name.
    desk.expect(0, &["sim", "advance", "10m"]);
    let refused = declare(&desk, 1, &["--yes"]);
    let command = format!(
        "aws rds modify-db-instance --region us-west-2 --db-instance-identifier {kept} --new-db-instance-identifier \
         shop-orders --apply-immediately"
    );
    assert!(refused.err.contains(&command), "{}", refused.err);
    assert!(!refused.err.contains("lifeboat provision"), "production is lost: {}", refused.err);

    let mut account = state(&desk);
    let databases = account["regions"]["us-west-2"]["databases"].as_object_mut().expect("databases");
    let mut database = databases.remove(&kept).expect("what was kept");
    database["facts"]["id"] = "shop-orders".into();
    databases.insert("shop-orders".to_owned(), database);
    desk.write(".lifeboat/sim.json", &account.to_string());
    let told = declare(&desk, 0, &["--yes"]);
    assert!(told.err.contains("OLD DATA: orders: everything written since"), "{}", told.err);
}

#[test]
fn a_switchover_says_who_is_still_connected_to_the_database_that_it_leaves() {
    let desk = ready();
    let mut account = state(&desk);
    account["regions"]["us-east-1"]["faults"]["connections"] = serde_json::json!({ "shop-orders": 3 });
    desk.write(".lifeboat/sim.json", &account.to_string());
    let switched = declare(&desk, 0, &["--graceful", "--yes"]);
    let words = "WARNING: 3 connections are still open to shop-orders in the primary";
    assert!(switched.err.contains(words), "{}", switched.err);
    let told = report(&desk, &newest(&desk));
    assert_eq!(step(&told, "await-replica-orders")["measures"]["connections"], 3);
    let summary = told["summary"].as_str().expect("a summary");
    assert!(summary.contains("3 connections were still open to the source"), "{summary}");
    let home = failback(&desk, 0);
    assert!(!home.err.contains("still open to"), "nobody stayed in the standby: {}", home.err);
}

/// Somebody sets a group of the standby in the console.
fn start_by_hand(desk: &Desk) {
    let mut account = state(desk);
    let size = serde_json::json!({ "min": 2, "max": 4, "desired": 2 });
    account["regions"]["us-west-2"]["groups"]["shop-web"]["facts"]["size"] = size;
    desk.write(".lifeboat/sim.json", &account.to_string());
    desk.expect(0, &["sim", "advance", "1h"]);
}

#[test]
fn nothing_is_started_in_a_standby_that_a_failback_has_frozen() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "PromoteReadReplica"]);
    failback(&desk, 4);
    let run = newest(&desk);
    let scale = ["scale", "shop.yaml", "--yes", "--to"];
    let declare = ["declare", "shop.yaml", "--reason", "more", "--yes", "--tier", "web"];
    for command in [
        &[&scale[..], &["full"]].concat()[..],
        &[&scale[..], &["50%"]].concat(),
        &[&scale[..], &["standby", "--while-serving"]].concat(),
        &["sync", "shop.yaml", "--while-serving"],
        &["provision", "shop.yaml", "--yes"],
        &declare,
    ] {
        let refused = desk.expect(5, command);
        assert!(
            refused.err.contains(&format!("failback {run} is not finished, and nothing may start")),
            "{}",
            refused.err
        );
        assert!(refused.err.contains(&format!("lifeboat runs resume shop.yaml {run}")), "{}", refused.err);
        assert!(refused.err.contains(&format!("lifeboat runs abandon shop.yaml {run} --because")), "{}", refused.err);
    }
    assert_eq!(desired(&desk, "us-west-2", "shop-web"), 0);
    // Nothing went home yet, so whoever gives it up serves there again.
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "another day"]);
    desk.expect(0, &[&scale[..], &["full"]].concat());
    assert!(desired(&desk, "us-west-2", "shop-web") > 0);
}

#[test]
fn a_standby_whose_writes_are_home_is_started_by_a_declaration_alone() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "DeleteObject"]);
    failback(&desk, 4);
    let run = newest(&desk);
    let scale = ["scale", "shop.yaml", "--to", "full", "--yes"];
    let refused = desk.expect(5, &scale);
    assert!(refused.err.contains("the primary's databases take the writes by now"), "{}", refused.err);
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "another day"]);
    let refused = desk.expect(5, &scale);
    assert!(refused.err.contains("lead service home: lifeboat failback shop.yaml --reason TEXT"), "{}", refused.err);
    let drill = desk.expect(5, &["drill", "shop.yaml", "--yes"]);
    assert!(drill.err.contains("nothing may start in the standby"), "{}", drill.err);
    assert_eq!(desired(&desk, "us-west-2", "shop-web"), 0);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    declare(&desk, 0, &["--yes"]);
    desk.expect(0, &scale);
}

#[test]
fn what_was_written_in_a_standby_that_ran_again_after_the_promotion_home_is_said_to_be_lost() {
    for (denied, kept) in [("DeleteObject", false), ("CreateDBInstanceReadReplica", false), ("DeleteObject", true)] {
        let desk = away();
        desk.expect(0, &["sim", "fail", "us-west-2", "--deny", denied]);
        failback(&desk, 4);
        let run = newest(&desk);
        if !kept {
            start_by_hand(&desk);
        }
        desk.expect(0, &["sim", "mend", "us-west-2"]);
        let resumed = desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes"]);
        let told = report(&desk, &run);
        let (freeze, totals) = (step(&told, "freeze-standby"), &told["record"]["totals"]);
        let summary = told["summary"].as_str().expect("a summary");
        let lost = "the standby ran again after “promote shop-orders in the primary";
        if kept {
            assert_eq!(
                (&freeze["state"], &totals["recovery_point_s"]),
                (&"already-so".into(), &0.into()),
                "{freeze} {totals}"
            );
            assert!(!summary.contains("ran again"), "{summary}");
            continue;
        }
        assert_eq!(freeze["state"], "succeeded", "{denied}: it was to be frozen again: {freeze}");
        assert_eq!(totals["recovery_point_s"], serde_json::Value::Null, "{denied}: {totals}");
        assert!(summary.contains(lost), "{denied}: {summary}");
        assert!(resumed.out.contains(lost) || resumed.err.contains(lost), "{denied}: {}{}", resumed.out, resumed.err);
    }
}

#[test]
fn a_standby_that_was_started_again_is_frozen_again_before_the_data_goes_home() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "PromoteReadReplica"]);
    failback(&desk, 4);
    let run = newest(&desk);
    assert_eq!(desired(&desk, "us-west-2", "shop-web"), 0, "it is frozen");
    start_by_hand(&desk);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes"]);
    let told = report(&desk, &run);
    let (freeze, promote) = (step(&told, "freeze-standby"), step(&told, "promote-home-orders"));
    assert_eq!((&freeze["attempts"], &freeze["state"]), (&2.into(), &"succeeded".into()), "{freeze}");
    assert!(freeze["ended_at"].as_str() < promote["ended_at"].as_str(), "{freeze} {promote}");
    assert_eq!(step(&told, "await-replica-home-orders")["attempts"], 2);
}

#[test]
fn a_primary_that_was_set_back_is_fenced_again_before_the_standby_is_promoted() {
    let desk = ready();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "PromoteReadReplica"]);
    declare(&desk, 4, &["--yes", "--graceful"]);
    let run = newest(&desk);
    let mut account = state(&desk);
    let size = serde_json::json!({ "min": 2, "max": 4, "desired": 2 });
    account["regions"]["us-east-1"]["groups"]["shop-web"]["facts"]["size"] = size;
    desk.write(".lifeboat/sim.json", &account.to_string());
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    desk.expect(0, &["sim", "advance", "2h"]);
    desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes"]);
    assert_eq!(desired(&desk, "us-east-1", "shop-web"), 0);
    let told = report(&desk, &run);
    assert_eq!(step(&told, "fence-primary")["attempts"], 2, "{told}");
}

#[test]
fn a_declaration_that_skips_a_promotion_does_not_say_that_it_took_over_in_time() {
    let desk = disaster();
    let told = declare(&desk, 0, &["--yes", "--skip", "promote-orders", "--because", "by hand", "-o", "json"]);
    assert!(told.err.contains("users are led to a database that takes no writes"), "{}", told.err);
    let told = told.json();
    assert_eq!(told["record"]["totals"]["recovery_time_s"], Value::Null, "{told}");
    assert_eq!(told["record"]["degraded"], true, "{told}");
    let summary = told["summary"].as_str().expect("a summary");
    assert!(summary.contains("promote-orders was skipped, so data may take no writes"), "{summary}");
}

#[test]
fn a_second_declaration_does_not_wait_for_what_the_first_ordered() {
    let desk = disaster();
    declare(&desk, 0, &["--yes"]);
    let again = declare(&desk, 0, &["--yes", "-o", "json"]).json();
    let promote = step(&again, "promote-orders");
    assert_eq!((&promote["state"], &promote["attempts"]), (&"already-so".into(), &1.into()), "{promote}");
    assert!(promote["elapsed_s"].as_f64() < Some(60.0), "{promote}");
}
