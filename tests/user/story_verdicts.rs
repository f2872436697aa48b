//! Owns the stories of numbers and verdicts that a commander acts on: what was measured, what is estimated, what is neither.

use serde_json::Value;

use super::binary::{Desk, Ran};
use super::seeded::{example, seeded, stand_by};

/// A desk with the worked example, its standby provisioned, and so long an objective.
fn desk(rto: &str) -> Desk {
    let text = example("warm-standby").replace("rto: 30m", &format!("rto: {rto}"));
    assert!(text.contains(&format!("rto: {rto}")), "the example has an objective to replace");
    let desk = seeded(&text);
    stand_by(&desk);
    desk.expect(0, &["sync", "shop.yaml"]);
    desk
}

fn declare(desk: &Desk, code: i32, more: &[&str]) -> Ran {
    let all = ["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes"];
    desk.expect(code, &all.iter().chain(more).copied().collect::<Vec<_>>())
}

fn step<'a>(ran: &'a Value, id: &str) -> &'a Value {
    let steps = ran["record"]["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id} in {ran}"))
}

/// The newest run of `runs list`.
fn newest(desk: &Desk) -> Value {
    desk.expect(0, &["runs", "list", "shop.yaml", "-o", "json"]).json()["runs"][0].clone()
}

#[test]
fn a_drill_certifies_no_objective_that_the_steps_it_leaves_out_miss() {
    let desk = desk("5m");
    desk.expect(2, &["declare", "shop.yaml", "--reason", "look", "--rehearse"]);
    let ran = desk.expect(2, &["drill", "shop.yaml", "--yes"]);
    let words = "measured; with promotion, class change, event sources, probe and DNS as estimated: ";
    assert!(ran.err.contains("RTO 5m does not hold:"), "the plan says so before anything is done: {}", ran.err);
    assert!(ran.out.contains("drill: not good enough: tiers 2 min ") && ran.out.contains(words), "{}", ran.out);
    assert!(ran.out.contains("beyond the objective (RTO) of 5m"), "{}", ran.out);
    assert!(!ran.out.contains("within its objective"), "{}", ran.out);
    let totals = newest(&desk)["record"]["totals"].clone();
    assert!(totals["recovery_time_s"].as_u64() < Some(300), "what was measured stays what was measured: {totals}");
    assert!(totals["as_declared"]["seconds"].as_u64() > Some(900), "{totals}");
    assert_eq!(totals["recovery_time_met"], false, "{totals}");
    let list = desk.expect(0, &["runs", "list", "shop.yaml"]);
    assert!(list.out.contains(" measured, 1") && list.out.contains(" with estimates"), "{}", list.out);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    assert!(status.out.contains(words) && status.out.contains("beyond the objective"), "{}", status.out);
}

#[test]
fn a_drill_of_a_standby_that_is_full_measured_nothing() {
    let desk = desk("30m");
    desk.expect(0, &["scale", "shop.yaml", "--to", "full", "--yes"]);
    let ran = desk.expect(0, &["drill", "shop.yaml", "--yes"]);
    assert!(ran.out.contains("nothing measured, because the tiers were at that size already"), "{}", ran.out);
    assert!(!ran.out.contains("tiers 0."), "{}", ran.out);
    let totals = newest(&desk)["record"]["totals"].clone();
    assert_eq!((&totals["already_so"], &totals["recovery_time_s"]), (&true.into(), &Value::Null), "{totals}");
}

#[test]
fn a_step_that_is_skipped_leaves_nobody_waiting_for_its_effect() {
    let desk = desk("30m");
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let ran = declare(&desk, 0, &["--skip", "scale-web", "--because", "it scales by itself", "-o", "json"]).json();
    for id in ["scale-web", "await-web"] {
        assert_eq!(step(&ran, id)["skipped"]["because"], "it scales by itself", "{id}: {ran}");
    }
    assert_eq!(step(&ran, "await-api")["state"], "succeeded");
}

#[test]
fn a_switch_that_is_skipped_leaves_nobody_asking_where_the_users_were_not_led() {
    let desk = desk("30m");
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let more = ["--skip", "switch-traffic", "--because", "we decide later", "-o", "json"];
    let ran = declare(&desk, 0, &more);
    assert!(ran.err.contains("nobody is led over, so no objective is held against it"), "{}", ran.err);
    let ran = ran.json();
    for id in ["switch-traffic", "await-traffic", "probe"] {
        assert_eq!(step(&ran, id)["skipped"]["because"], "we decide later", "{id}: {ran}");
    }
    assert_eq!(ran["record"]["totals"]["partial"], true, "{ran}");
}

#[test]
fn a_resumed_run_does_not_wait_for_what_was_skipped_unless_it_is_there() {
    let desk = desk("30m");
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    // The two tiers of the first order go up; then the permission is gone.
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup", "--after", "2"]);
    let stopped = declare(&desk, 4, &["-o", "json"]).json();
    let run = stopped["record"]["run"].as_str().expect("a run").to_owned();
    assert_eq!(step(&stopped, "scale-web")["state"], "failed");
    let resume = ["runs", "resume", "shop.yaml", &run, "--yes", "--skip", "scale-web", "--because", "no permission"];
    let ran = desk.expect(0, &resume);
    assert!(ran.err.contains("await-web waits only for the effect of scale-web"), "{}", ran.err);
    let shown = desk.expect(0, &["runs", "show", "shop.yaml", &run]);
    let skipped = shown.out.lines().filter(|line| line.contains("no permission")).count();
    assert_eq!(skipped, 2, "{}", shown.out);
}

#[test]
fn what_was_not_promoted_has_no_recovery_point() {
    let desk = desk("30m");
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "PromoteReadReplica"]);
    let stopped = declare(&desk, 4, &["-o", "json"]).json();
    let totals = &stopped["record"]["totals"];
    assert!(step(&stopped, "promote-orders")["measures"]["recovery_point_s"].is_u64(), "it was measured: {stopped}");
    assert_eq!(totals["recovery_point_s"], Value::Null, "{totals}");
    assert_eq!(totals["not_promoted"], serde_json::json!(["promote-orders"]), "{totals}");
    let run = stopped["record"]["run"].as_str().expect("a run").to_owned();
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "another way"]);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    let last = status.out.lines().find(|line| line.starts_with("last declaration")).expect("the declaration");
    assert!(last.contains("data not promoted") && !last.contains("within the RPO"), "{last}");
}

#[test]
fn a_declaration_of_what_serves_already_brought_nothing() {
    let desk = desk("30m");
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let first = declare(&desk, 0, &["-o", "json"]).json();
    let took = first["record"]["totals"]["recovery_time_s"].clone();
    assert!(took.is_u64(), "{first}");
    for more in [&[][..], &["--to", "10%"]] {
        let again = declare(&desk, 0, more);
        assert!(
            again.out.contains("served already, at the size it had: this declaration brought nothing"),
            "{}",
            again.out
        );
        assert!(!again.out.contains("took over"), "{}", again.out);
        let listed = newest(&desk);
        let totals = &listed["record"]["totals"];
        assert_eq!((&totals["recovery_time_s"], &listed["trend"]), (&Value::Null, &Value::Null), "{listed}");
    }
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    let last = &status["last_runs"]["declaration"];
    assert_eq!((&last["run"], &last["recovery_time_s"]), (&first["record"]["run"], &took), "{status}");
    assert!(last["recovery_point_s"].is_u64(), "the data's age is that of the promotion: {status}");
}

#[test]
fn the_way_home_says_for_how_long_nobody_serves() {
    let desk = desk("30m");
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    declare(&desk, 0, &[]);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let home = ["failback", "shop.yaml", "--reason", "it is over", "--rehearse"];
    let told = desk.expect(0, &home);
    let words = told.out.lines().find(|line| line.starts_with("nobody serves for about ")).expect("the pause");
    assert!(words.contains("from freeze-standby to probe"), "{words}");
    let json = desk.expect(0, &[&home[..], &["-o", "json"]].concat()).json();
    assert_eq!(
        (&json["nobody_serves"]["from"], &json["nobody_serves"]["to"]),
        (&"freeze-standby".into(), &"probe".into())
    );
    let minutes = json["nobody_serves"]["seconds"].as_u64().expect("seconds").div_ceil(60);
    assert!(words.contains(&format!("about {minutes} min")), "{words}");
    // Before anybody confirms it, too.
    let asked = desk.run(&["failback", "shop.yaml", "--reason", "it is over"]);
    assert!(asked.code == 5 && asked.err.contains(words), "{}", asked.err);
}
