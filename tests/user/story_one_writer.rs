//! Owns the stories of operators and nightly jobs that meet on one environment: a prompt that was left open, a run under
//! way, a standby that serves, and leases that nobody holds any more.

use serde_json::Value;

use super::binary::Desk;
use super::story_declare::{declare, desired, disaster, ready, runs, state};
use super::terminal::AtPrompt;

const DECLARE: [&str; 5] = ["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes"];
const LEASE: &str = ".lifeboat/shop/lease.json";

fn lease(desk: &Desk) -> Value {
    serde_json::from_str(&desk.read(LEASE)).expect("the lease")
}

/// Leaves the lease as a process would that holds it, until that time; its id.
fn hold(desk: &Desk, run: &str, until: &str) -> String {
    let mut lease = lease(desk);
    lease.as_object_mut().expect("an object").remove("released_at").expect("it was given back");
    lease["expires_at"] = until.into();
    lease["run"] = run.into();
    desk.write(LEASE, &lease.to_string());
    lease["nonce"].as_str().expect("a nonce")[..8].to_owned()
}

const LONG: &str = "2126-01-01T00:00:00Z";
const GONE: &str = "2020-01-01T00:00:00Z";

fn stopped(desk: &Desk, arguments: &[&str]) -> String {
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup"]);
    desk.expect(4, arguments);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    runs(desk).into_iter().max().expect("a run")
}

/// What a refused command must leave alone, by Region: the sizes of groups, and which databases, objects and stacks there are.
fn estate(desk: &Desk) -> Vec<String> {
    let state = state(desk);
    let mut there = Vec::new();
    for (region, holds) in state["regions"].as_object().expect("regions") {
        for (name, group) in holds["groups"].as_object().into_iter().flatten() {
            there.push(format!("{region} {name} {}", group["facts"]["size"]));
        }
        for kind in ["databases", "buckets", "stacks"] {
            let names = holds[kind].as_object().into_iter().flatten().map(|(name, _)| name);
            there.extend(names.map(|name| format!("{region} {kind} {name}")));
        }
    }
    assert!(there.len() > 10, "{there:?}");
    there
}

#[test]
fn a_way_home_that_was_left_at_its_prompt_is_stale_once_another_came_home() {
    let desk = disaster();
    desk.expect(0, &DECLARE);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let second = AtPrompt::of(&desk, &["failback", "shop.yaml", "--reason", "the second"]);
    desk.expect(0, &["failback", "shop.yaml", "--reason", "the first", "--yes"]);
    let (before, there) = (estate(&desk), runs(&desk).len());
    let stale = second.types("shop");
    assert_eq!(stale.code, 5, "{}", stale.err);
    assert!(stale.err.contains("the plan is stale: another run") && stale.err.contains("plan again"), "{}", stale.err);
    assert_eq!(estate(&desk), before, "a stale way home was begun");
    assert_eq!(runs(&desk).len(), there, "a stale plan was left behind");
    assert!(lease(&desk)["released_at"].is_string(), "the lease was kept");
}

#[test]
fn a_declaration_that_was_left_at_its_prompt_begins_no_second_run_beside_one_that_stopped() {
    let desk = disaster();
    let second = AtPrompt::of(&desk, &DECLARE[..4]);
    let run = stopped(&desk, &DECLARE);
    let stale = second.types("shop");
    assert_eq!(stale.code, 5, "{}", stale.err);
    assert!(stale.err.contains(&format!("another run, {run}, came in between")), "{}", stale.err);
    assert_eq!(runs(&desk), std::slice::from_ref(&run));
    desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes"]);
}

#[test]
fn a_drill_that_was_left_at_its_prompt_does_not_stand_down_what_was_scaled_meanwhile() {
    let desk = ready();
    let second = AtPrompt::of(&desk, &["drill", "shop.yaml"]);
    desk.expect(0, &["scale", "shop.yaml", "--to", "full"]);
    let stale = second.types("shop");
    assert_eq!(stale.code, 5, "{}", stale.err);
    assert!(stale.err.contains("brought the standby to full in between"), "{}", stale.err);
    assert!(desired(&desk, "us-west-2", "shop-web") >= 10 && runs(&desk).is_empty());
    // What is typed wrong begins nothing either.
    let wrong = AtPrompt::of(&desk, &["drill", "shop.yaml"]).types("shpo");
    assert_eq!(wrong.code, 5, "{}", wrong.err);
    assert!(wrong.err.contains("not confirmed"), "{}", wrong.err);
}

#[test]
fn while_a_run_is_under_way_nothing_else_writes() {
    let desk = disaster();
    let run = stopped(&desk, &DECLARE);
    hold(&desk, &run, LONG);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let before = estate(&desk);
    for arguments in [
        &["scale", "shop.yaml", "--to", "standby", "--yes", "--while-serving"][..],
        &["scale", "shop.yaml", "--to", "full"],
        &["sync", "shop.yaml", "--while-serving"],
        &["provision", "shop.yaml", "--yes"],
        &["teardown", "shop.yaml", "--yes", "--while-serving"],
    ] {
        let refused = desk.expect(5, arguments);
        let follow = format!("lifeboat runs show shop.yaml {run} --follow");
        assert!(
            refused.err.contains("is under way") && refused.err.contains(&follow),
            "{arguments:?}: {}",
            refused.err
        );
        assert!(refused.err.contains("arn:aws:"), "{arguments:?} does not say who: {}", refused.err);
    }
    assert_eq!(estate(&desk), before);
    desk.expect(0, &["scale", "shop.yaml", "--to", "full", "--dry-run"]);
    desk.expect(0, &["sync", "shop.yaml", "--dry-run"]);
}

#[test]
fn a_standby_that_serves_keeps_its_capacity_its_stacks_and_its_configuration() {
    let desk = disaster();
    desk.expect(0, &DECLARE);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let before = (estate(&desk), desk.read(".lifeboat/shop/baseline.json"));
    for arguments in [
        &["scale", "shop.yaml", "--to", "standby", "--yes"][..],
        &["scale", "shop.yaml", "--to", "standby", "--tier", "web", "--yes"],
        &["teardown", "shop.yaml", "--yes"],
        &["sync", "shop.yaml"],
        &["baseline", "shop.yaml"],
    ] {
        let refused = desk.expect(5, arguments);
        for words in ["the standby serves the users since run", "lifeboat failback shop.yaml", "--while-serving"] {
            assert!(refused.err.contains(words), "{arguments:?}: {}", refused.err);
        }
    }
    assert_eq!((estate(&desk), desk.read(".lifeboat/shop/baseline.json")), before);
    desk.expect(0, &["sync", "shop.yaml", "--dry-run"]);
    // Growing hurts nobody.
    desk.expect(0, &["scale", "shop.yaml", "--to", "120%", "--tier", "web"]);
    // Who insists is believed, and the declaration stands all the same.
    desk.expect(0, &["scale", "shop.yaml", "--to", "standby", "--yes", "--while-serving"]);
    assert!(desired(&desk, "us-west-2", "shop-web") < 10);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    assert!(status.out.contains("no standby"), "{}", status.out);
    desk.expect(0, &["baseline", "shop.yaml", "--while-serving"]);
    desk.expect(0, &["failback", "shop.yaml", "--reason", "it is over", "--yes"]);
    desk.expect(0, &["sync", "shop.yaml"]);
}

#[test]
fn a_disaster_during_a_drill_has_a_way() {
    let desk = ready();
    let drill = stopped(&desk, &["drill", "shop.yaml", "--yes"]);
    let nonce = hold(&desk, &drill, LONG);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let refused = declare(&desk, 5, &["--yes"]);
    let way = format!("lifeboat runs abandon shop.yaml {drill} --take-over {nonce} --because");
    let hint = refused.err.lines().find(|line| line.starts_with("hint:")).expect("a hint");
    assert!(hint.contains(&way), "the first hint is not the way: {}", refused.err);
    let scaled = desk.expect(5, &["scale", "shop.yaml", "--to", "full"]);
    assert!(scaled.err.contains(&way) && scaled.err.contains("stand-down would undo"), "{}", scaled.err);
    desk.expect(0, &["runs", "abandon", "shop.yaml", &drill, "--take-over", &nonce, "--because", "a disaster"]);
    desk.expect(0, &DECLARE);
    assert!(desired(&desk, "us-west-2", "shop-web") >= 10);
}

#[test]
fn a_lease_of_a_run_that_never_began_locks_nobody_out() {
    let desk = disaster();
    let run = stopped(&desk, &DECLARE);
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "for this story"]);
    let ghost = "20270101-000000-aaaaaa";
    let nonce = hold(&desk, ghost, LONG);
    let refused = declare(&desk, 5, &["--yes"]);
    for words in
        ["ended before it began", "hint: wait ", &format!("runs abandon shop.yaml {ghost} --take-over {nonce}")]
    {
        assert!(refused.err.contains(words), "{words}: {}", refused.err);
    }
    let freed = ["runs", "abandon", "shop.yaml", ghost, "--because", "it never began", "--take-over", &nonce];
    desk.expect(64, &["runs", "abandon", "shop.yaml", ghost, "--because", " ", "--take-over", &nonce]);
    desk.expect(5, &freed[..6]);
    desk.expect(0, &freed);
    assert!(lease(&desk)["released_at"].is_string());
    desk.expect(64, &freed);
    // Once it is stale, whoever needs it takes it.
    hold(&desk, ghost, GONE);
    desk.expect(0, &DECLARE);
    assert!(lease(&desk)["released_at"].is_string());
    assert_eq!(runs(&desk).len(), 2);
}

#[test]
fn a_process_that_is_gone_is_told_so_and_nobody_waits_for_it() {
    let desk = disaster();
    let run = stopped(&desk, &DECLARE);
    let nonce = hold(&desk, &run, GONE);
    let resume = format!("lifeboat runs resume shop.yaml {run} --take-over {nonce}");
    let listed = desk.expect(0, &["runs", "list", "shop.yaml"]);
    assert!(listed.out.contains("its process is gone since 2020-01-01"), "{}", listed.out);
    let followed = desk.expect(4, &["runs", "show", "shop.yaml", &run, "--follow"]);
    assert!(followed.out.contains("its process is gone since"), "{}", followed.out);
    assert!(followed.err.contains(&resume), "{}", followed.err);
    let refused = declare(&desk, 5, &["--yes"]);
    assert!(refused.err.contains(&resume), "{}", refused.err);
    desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--take-over", &nonce, "--yes"]);
}
