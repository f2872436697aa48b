//! Owns the stories of people whom only lifeboat's words can lead out: nobody serves, a run is in the way, a record of the
//! store is damaged, the standby's Region is dark. What is printed is what they run.

use super::binary::{Desk, Ran};
use super::seeded::{example, seeded, stand_by};
use super::story_declare::{declare, desired, disaster, ready, runs, state};

const LEASE: &str = ".lifeboat/shop/lease.json";

pub(super) fn newest(desk: &Desk) -> String {
    runs(desk).into_iter().max().expect("a run")
}

/// A desk whose standby serves after a disaster; the primary is well again.
pub(super) fn away() -> Desk {
    let desk = disaster();
    declare(&desk, 0, &["--yes"]);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    desk
}

pub(super) fn failback(desk: &Desk, code: i32) -> Ran {
    desk.expect(code, &["failback", "shop.yaml", "--reason", "home", "--yes"])
}

/// Leaves the lease as a process would that was killed long ago.
fn killed(desk: &Desk) -> String {
    let mut lease: serde_json::Value = serde_json::from_str(&desk.read(LEASE)).expect("the lease");
    lease.as_object_mut().expect("an object").remove("released_at").expect("it was given back");
    lease["expires_at"] = "2020-01-01T00:00:00Z".into();
    desk.write(LEASE, &lease.to_string());
    lease["nonce"].as_str().expect("a nonce")[..8].to_owned()
}

pub(super) fn says(told: &str, wanted: &[&str]) {
    for words in wanted {
        assert!(told.contains(words), "it does not say `{words}`:\n{told}");
    }
}

#[test]
fn a_switchover_that_stopped_after_its_fence_says_everywhere_that_nobody_serves_and_both_ways_out() {
    let desk = ready();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "PromoteReadReplica"]);
    let stopped = declare(&desk, 4, &["--graceful", "--yes"]);
    assert_eq!(desired(&desk, "us-east-1", "shop-web"), 0, "the primary is fenced");
    let run = newest(&desk);
    let down = format!("service is DOWN: run {run} fenced the primary at zero");
    let resume = format!("lifeboat runs resume shop.yaml {run}");
    let abandon = format!("lifeboat runs abandon shop.yaml {run} --because TEXT");
    let home = "lifeboat failback shop.yaml --reason TEXT";
    says(&stopped.err, &[&down, &resume, &abandon, home]);
    says(&stopped.out, &["Service is DOWN"]);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    says(&status.out, &[&down, &resume, &abandon, home]);
    assert!(!status.out.contains("you now have no standby"), "nobody was led there: {}", status.out);
    let refused = failback(&desk, 5);
    says(&refused.err, &["is not finished", &abandon]);
    let given_up = desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "we go back"]);
    says(&given_up.err, &[&down, home]);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    says(&status.out, &[&down, home]);
    assert!(!status.out.contains("runs resume"), "it is given up: {}", status.out);
    // What would record a production of size zero stays refused.
    let baseline = desk.expect(5, &["baseline", "shop.yaml"]);
    says(&baseline.err, &["led nobody over", home]);
    failback(&desk, 0);
    assert!(desired(&desk, "us-east-1", "shop-web") > 0);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    assert!(!status.out.contains("DOWN"), "{}", status.out);
}

#[test]
fn a_failback_whose_promotion_was_refused_does_not_say_that_the_primary_has_the_data() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "PromoteReadReplica"]);
    let stopped = failback(&desk, 4);
    let run = newest(&desk);
    let resume = format!("lifeboat runs resume shop.yaml {run}");
    let status = desk.expect(0, &["status", "shop.yaml"]);
    for told in [&stopped.err, &status.out] {
        says(
            told,
            &["the standby is frozen", &resume, &format!("lifeboat runs abandon shop.yaml {run} --because TEXT")],
        );
        says(told, &["lifeboat scale shop.yaml --to full"]);
        assert!(!told.contains("take the writes by now"), "the promotion was refused: {told}");
    }
    assert!(!status.out.contains("lifeboat failback"), "it would be refused: {}", status.out);
    for look in [&["runs", "list", "shop.yaml"][..], &["runs", "show", "shop.yaml"]] {
        let told = desk.expect(0, look);
        says(&(told.out + &told.err), &[&resume]);
    }
}

#[test]
fn a_second_disaster_while_a_failback_lies_dead_in_the_way_has_a_way() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "PromoteReadReplica"]);
    failback(&desk, 4);
    let (run, nonce) = (newest(&desk), killed(&desk));
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let way = format!("lifeboat runs abandon shop.yaml {run} --take-over {nonce} --because TEXT");
    let refused = declare(&desk, 5, &["--yes"]);
    let first = refused.err.lines().find(|line| line.starts_with("hint:")).expect("a hint");
    assert!(first.contains(&way), "the first hint is not the way: {}", refused.err);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    says(&status.out, &[&way, &format!("runs resume shop.yaml {run} --take-over {nonce}"), "is gone since 2020-01-01"]);
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--take-over", &nonce, "--because", "a second disaster"]);
    declare(&desk, 0, &["--yes"]);
    assert!(desired(&desk, "us-west-2", "shop-web") >= 10);
}

#[test]
fn capacity_alone_makes_no_standby_that_serves() {
    let desk = ready();
    declare(&desk, 0, &["--tier", "web", "--yes"]);
    let run = newest(&desk);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    says(&status.out, &[&format!("run {run} raised capacity alone"), "lifeboat scale shop.yaml --to standby"]);
    assert!(!status.out.contains("you now have no standby"), "{}", status.out);
    let drift = desk.run(&["drift", "shop.yaml"]);
    assert!(!drift.out.contains("the standby serves"), "{}", drift.out);
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["scale", "shop.yaml", "--to", "standby", "--yes"]);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    assert!(!status.out.contains("raised capacity alone"), "{}", status.out);
}

#[test]
fn capacity_is_not_taken_from_users_whom_nobody_led_there() {
    // Route 53 asks the primary, and leads them over by itself.
    let text = example("warm-standby").replace("switch: standby-takes-over", "switch: failover");
    let desk = seeded(&text);
    stand_by(&desk);
    desk.expect(0, &["sim", "advance", "20m"]);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    declare(&desk, 0, &["--tier", "web", "--yes"]);
    let run = newest(&desk);
    desk.expect(0, &["sim", "advance", "5m"]);
    let full = desired(&desk, "us-west-2", "shop-web");
    let status = desk.run(&["status", "shop.yaml"]);
    says(&status.out, &[&format!("run {run} raised capacity alone")]);
    assert!(!status.out.contains("the primary serves") && !status.out.contains("takes it back"), "{}", status.out);
    let refused = desk.expect(5, &["scale", "shop.yaml", "--to", "standby", "--yes"]);
    says(&refused.err, &[&format!("although run {run} led nobody there"), "--while-serving"]);
    assert_eq!(desired(&desk, "us-west-2", "shop-web"), full);
}

#[test]
fn a_standby_that_has_taken_over_is_left_alone_by_who_has_another_store() {
    let desk = away();
    let full = desired(&desk, "us-west-2", "shop-web");
    std::fs::remove_file(desk.path(".lifeboat/shop/posture.json")).expect("there is a posture");
    std::fs::remove_dir_all(desk.path(".lifeboat/shop/runs")).expect("there are runs");
    let status = desk.expect(0, &["status", "shop.yaml"]);
    says(&status.out, &["you now have no standby: shop.example.com leads to the standby", "no run in this store"]);
    for command in
        [&["sync", "shop.yaml"][..], &["baseline", "shop.yaml"], &["scale", "shop.yaml", "--to", "standby", "--yes"]]
    {
        let refused = desk.expect(5, command);
        says(&refused.err, &["no run in this store tells of a declaration", "--while-serving"]);
    }
    assert_eq!(desired(&desk, "us-west-2", "shop-web"), full);
    desk.expect(0, &["scale", "shop.yaml", "--to", "standby", "--yes", "--while-serving"]);
}

#[test]
fn a_frozen_standby_is_never_said_to_serve() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "PromoteReadReplica"]);
    failback(&desk, 4);
    let run = newest(&desk);
    for command in [&["sync", "shop.yaml"][..], &["baseline", "shop.yaml"], &["teardown", "shop.yaml", "--yes"]] {
        let refused = desk.expect(5, command);
        says(&refused.err, &[&format!("runs resume shop.yaml {run}")]);
        assert!(!refused.err.contains("serves the users"), "{}", refused.err);
    }
}

#[test]
fn users_who_are_home_are_not_said_to_be_served_by_the_standby() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "CreateDBInstanceReadReplica"]);
    failback(&desk, 4);
    let run = newest(&desk);
    let skip = ["--skip", "reseed-standby-orders", "--because", "tomorrow"];
    desk.expect(0, &[&["runs", "resume", "shop.yaml", &run, "--yes"][..], &skip].concat());
    let status = desk.expect(0, &["status", "shop.yaml"]);
    says(&status.out, &["you now have no standby", &format!("the users are home since failback {run}")]);
    let drift = desk.run(&["drift", "shop.yaml"]);
    assert!(!drift.out.contains("nobody does its work"), "its work is done in production: {}", drift.out);
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["sync", "shop.yaml"]);
}

#[test]
fn a_damaged_posture_is_in_no_declarations_way() {
    let desk = disaster();
    declare(&desk, 0, &["--tier", "web", "--yes"]);
    let posture = ".lifeboat/shop/posture.json";
    desk.write(posture, "{\"torn");
    desk.write(".lifeboat/shop/last-sync.json", "{\"torn");
    let status = desk.expect(3, &["status", "shop.yaml"]);
    says(&status.out, &["TIER", "not seen: stored posture", "not seen: stored last sync", "remove it"]);
    let told = declare(&desk, 0, &["--yes"]);
    says(&told.err, &["posture.json is damaged", "journals of runs"]);
    let healed: serde_json::Value = serde_json::from_str(&desk.read(posture)).expect("it is whole again");
    assert_eq!(healed["declared_in"], newest(&desk).as_str(), "{healed}");
    // What the hint says works: removed, the journals tell that the standby serves.
    desk.write(posture, "{\"torn");
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let refused = desk.expect(5, &["sync", "shop.yaml"]);
    says(&refused.err, &["remove it"]);
    std::fs::remove_file(desk.path(posture)).expect("removed");
    let refused = desk.expect(5, &["sync", "shop.yaml"]);
    says(&refused.err, &["the standby serves the users since run"]);
    failback(&desk, 0);
}

#[test]
fn a_run_whose_plan_was_altered_is_to_be_given_up_first() {
    let desk = disaster();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup"]);
    declare(&desk, 4, &["--yes"]);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    let run = newest(&desk);
    let plan = format!(".lifeboat/shop/runs/{run}/runbook.json");
    desk.write(&plan, &desk.read(&plan).replace("us-east-1 is dark", "us-east-1 is well"));
    let abandon = format!("lifeboat runs abandon shop.yaml {run} --because TEXT");
    for refused in [declare(&desk, 5, &["--yes"]), desk.expect(5, &["runs", "resume", "shop.yaml", &run, "--yes"])] {
        let first = refused.err.lines().find(|line| line.starts_with("hint:")).expect("a hint");
        assert!(first.contains(&abandon), "the first hint is not the way: {}", refused.err);
    }
    desk.write(&plan, "{\"torn");
    let refused = declare(&desk, 5, &["--yes"]);
    says(&refused.err, &[&abandon]);
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "its plan is torn"]);
    declare(&desk, 0, &["--yes"]);
}

#[test]
fn a_dark_standby_hides_nothing_that_the_store_knows() {
    let desk = away();
    let run = newest(&desk);
    desk.expect(0, &["sim", "fail", "us-west-2"]);
    let status = desk.expect(3, &["status", "shop.yaml"]);
    says(
        &status.out,
        &["the standby is unknown", &run, "last declaration", "last sync", "baseline", "not seen: group *"],
    );
    says(&status.err, &["lifeboat runs list"]);
    desk.expect(0, &["runs", "list", "shop.yaml"]);
    let scaled = desk.expect(1, &["scale", "shop.yaml", "--to", "full"]);
    assert!(!scaled.err.contains("only the standby's commands will work"), "{}", scaled.err);
    assert!(!state(&desk).is_null());
}
