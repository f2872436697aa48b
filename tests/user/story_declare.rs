//! Owns the stories of a declaration on the simulated cloud, told by the real binary over several invocations.

use serde_json::Value;

use super::binary::{Desk, Ran};
use super::seeded::{example, seeded};

/// A desk with the worked example, provisioned, and the primary Region dark.
pub(crate) fn disaster() -> Desk {
    let desk = ready();
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    desk
}

pub(crate) fn ready() -> Desk {
    let desk = seeded(&example("warm-standby"));
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    desk
}

pub fn state(desk: &Desk) -> Value {
    serde_json::from_str(&desk.read(".lifeboat/sim.json")).expect("the simulated cloud's file")
}

fn calls(desk: &Desk, region: &str, operation: &str) -> u64 {
    state(desk)["regions"][region]["calls"][operation].as_u64().unwrap_or(0)
}

fn all_calls(desk: &Desk, region: &str) -> u64 {
    state(desk)["regions"][region]["calls"].as_object().map_or(0, |by| by.values().filter_map(Value::as_u64).sum())
}

pub fn desired(desk: &Desk, region: &str, group: &str) -> u64 {
    let state = state(desk);
    let size = &state["regions"][region]["groups"][group]["facts"]["size"];
    size["desired"].as_u64().unwrap_or_else(|| panic!("no size of {group}: {size}"))
}

pub(crate) fn declare(desk: &Desk, code: i32, more: &[&str]) -> Ran {
    desk.expect(code, &[&["declare", "shop.yaml", "--reason", "us-east-1 is dark"], more].concat())
}

pub(crate) fn step<'a>(told: &'a Value, id: &str) -> &'a Value {
    let steps = told["record"]["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id} in {told}"))
}

pub fn runs(desk: &Desk) -> Vec<String> {
    let folder = desk.path(".lifeboat/shop/runs");
    let folders = std::fs::read_dir(folder).into_iter().flatten().flatten();
    // A folder without a runbook is what a store of keys would not have.
    let runs = folders.filter(|entry| entry.path().join("runbook.json").exists());
    runs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_rehearsal_shows_the_plan_and_does_nothing() {
    let desk = disaster();
    let (primary, writes) = (all_calls(&desk, "us-east-1"), calls(&desk, "us-west-2", "UpdateAutoScalingGroup"));
    let told = declare(&desk, 0, &["--rehearse"]);
    assert!(told.out.contains("RTO 30m holds") && told.out.contains("critical path"), "{}", told.out);
    assert_eq!(calls(&desk, "us-west-2", "UpdateAutoScalingGroup"), writes, "a rehearsal wrote");
    assert_eq!(all_calls(&desk, "us-east-1"), primary, "a rehearsal called the primary");
    assert!(runs(&desk).is_empty(), "a rehearsal saved a run");
    assert!(!desk.path(".lifeboat/shop/lease.json").exists(), "a rehearsal took the lease");
    desk.write("shop.yaml", &desk.read("shop.yaml").replace("rto: 30m", "rto: 1m"));
    let told = declare(&desk, 2, &["--rehearse", "-o", "json"]).json();
    assert_eq!((&told["schema_version"], &told["rto_holds"]), (&1.into(), &false.into()), "{told}");
}

#[test]
fn a_declaration_reaches_production_size_without_the_primary_and_a_second_one_writes_nothing() {
    let desk = disaster();
    let primary = all_calls(&desk, "us-east-1");
    let told = declare(&desk, 0, &["--yes", "-o", "json"]).json();
    assert_eq!(told["record"]["state"], "ended", "{told}");
    assert_eq!(told["record"]["totals"]["recovery_time_met"], true, "{told}");
    assert_eq!(all_calls(&desk, "us-east-1"), primary, "a call went to the primary");
    assert!(desired(&desk, "us-west-2", "shop-web") >= 10);
    let api = step(&told, "await-api")["ended_at"].as_str().expect("a time");
    let web = step(&told, "scale-web")["started_at"].as_str().expect("a time");
    assert!(api <= web, "web was scaled at {web}, before api served at {api}");
    let run = format!(".lifeboat/shop/runs/{}", runs(&desk)[0]);
    let saved: Value = serde_json::from_str(&desk.read(&format!("{run}/report.json"))).expect("the report");
    assert_eq!(saved["record"]["state"], "ended", "the report is that of the end");
    assert!(desk.read(&format!("{run}/report.html")).contains("us-east-1 is dark"));
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!(status["posture"], "full", "{status}");

    let writes = calls(&desk, "us-west-2", "UpdateAutoScalingGroup");
    let again = declare(&desk, 0, &["--yes", "-o", "json"]).json();
    for id in ["scale-api", "scale-worker", "scale-web", "await-api", "await-web"] {
        assert_eq!(step(&again, id)["state"], "already-so", "{id}");
    }
    assert_eq!(calls(&desk, "us-west-2", "UpdateAutoScalingGroup"), writes, "a repeated declaration wrote");
}

#[test]
fn a_fault_stops_the_run_with_the_command_that_continues_it() {
    let desk = disaster();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup"]);
    let stopped = declare(&desk, 4, &["--yes"]);
    let run = runs(&desk).remove(0);
    let resume = format!("lifeboat runs resume shop.yaml {run}");
    assert!(stopped.err.contains(&format!("continue with: {resume}\n")), "{}", stopped.err);
    assert!(stopped.out.contains("UpdateAutoScalingGroup (standby side, us-west-2) was denied"), "{}", stopped.out);

    let second = declare(&desk, 5, &["--yes"]);
    assert!(second.err.contains("is not finished") && second.err.contains(&resume), "{}", second.err);
    assert_eq!(runs(&desk).len(), 1, "a refused declaration left a run");
    declare(&desk, 0, &["--rehearse"]);

    desk.expect(0, &["sim", "mend", "us-west-2"]);
    let done = desk.expect(0, &["runs", "resume", "shop.yaml", &run[..8], "-o", "json"]).json();
    assert_eq!(done["record"]["sittings"].as_array().map(Vec::len), Some(2), "{done}");
    assert!(desired(&desk, "us-west-2", "shop-web") >= 10, "everything serves");
    let over = desk.expect(5, &["runs", "resume", "shop.yaml", &run]);
    assert!(over.err.contains("the run has ended"), "{}", over.err);
}

#[test]
fn a_shortfall_is_accepted_only_within_its_percent_and_can_be_skipped_with_a_reason() {
    let desk = disaster();
    desk.expect(0, &["sim", "fail", "us-west-2", "--capacity", "*=16"]);
    let told = declare(&desk, 4, &["--yes", "--timeout", "10m", "-o", "json"]).json();
    let web = step(&told, "await-web");
    assert_eq!(web["state"], "failed", "{web}");
    assert!(web["failure"]["why"].to_string().contains("short"), "{web}");
    let run = told["record"]["run"].as_str().expect("a run").to_owned();
    let resume = ["runs", "resume", "shop.yaml", &run, "--yes", "-o", "json"];
    let skip = ["--skip", "await-web", "--because", "half is enough tonight"];
    let done = desk.expect(0, &[&resume[..], &skip].concat()).json();
    assert_eq!(done["record"]["degraded"], true, "{done}");
    assert_eq!(step(&done, "await-web")["skipped"]["because"], "half is enough tonight");
    let accepted = declare(&desk, 0, &["--yes", "--accept", "60", "-o", "json"]).json();
    let web = step(&accepted, "await-web");
    assert!(web["measures"]["came"].as_u64() < web["measures"]["asked"].as_u64(), "{web}");
    assert_eq!(accepted["record"]["degraded"], true, "{accepted}");
}

#[test]
fn fencing_a_dark_primary_is_told_and_keeps_nothing_waiting() {
    let desk = disaster();
    let told = declare(&desk, 0, &["--yes", "--fence", "-o", "json"]).json();
    assert_eq!(step(&told, "fence-primary")["state"], "failed", "{told}");
    assert_eq!(step(&told, "report")["state"], "succeeded");
    assert!(desired(&desk, "us-west-2", "shop-web") >= 10);
}

#[test]
fn a_graceful_declaration_needs_both_sides_and_fences_last() {
    let desk = disaster();
    let refused = declare(&desk, 5, &["--yes", "--graceful"]);
    assert!(refused.err.contains("needs both sides"), "{}", refused.err);
    assert!(runs(&desk).is_empty());
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let told = declare(&desk, 0, &["--yes", "--graceful", "-o", "json"]).json();
    assert_eq!(step(&told, "fence-primary")["state"], "succeeded", "{told}");
    let fenced = step(&told, "fence-primary")["started_at"].as_str().expect("a time");
    let served = step(&told, "await-web")["ended_at"].as_str().expect("a time");
    assert!(served <= fenced, "the primary was fenced at {fenced}, before the standby served at {served}");
    assert_eq!(desired(&desk, "us-east-1", "shop-web"), 0);
}

#[test]
fn what_is_asked_wrongly_is_refused_before_anything_is_done() {
    let desk = disaster();
    let writes = all_calls(&desk, "us-west-2");
    for (code, arguments, words) in [
        (5, &[][..], "--yes"),
        (64, &["--skip", "await-wbe", "--because", "x", "--yes"], "did you mean `await-web`?"),
        (64, &["--skip", "await-web", "--yes"], "--because"),
        (64, &["--skip", "await-web", "--because", " ", "--yes"], "recorded with its reason"),
        (64, &["--to", "standby", "--yes"], "scale --to standby"),
        (64, &["--incident-at", "2126-01-01T00:00:00Z", "--yes"], "in the future"),
        (64, &["--tier", "wbe", "--yes"], "there is no tier `wbe`"),
    ] {
        let ran = declare(&desk, code, arguments);
        assert!(ran.err.contains(words), "{arguments:?}: {}", ran.err);
    }
    assert!(runs(&desk).is_empty());
    assert_eq!(calls(&desk, "us-west-2", "UpdateAutoScalingGroup"), 0);
    assert!(all_calls(&desk, "us-west-2") >= writes);
}

#[test]
fn while_somebody_holds_the_lease_a_declaration_is_refused_and_leaves_nothing() {
    let desk = disaster();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup"]);
    declare(&desk, 4, &["--yes"]);
    let run = runs(&desk).remove(0);
    // As a process that died would leave it.
    let lease = desk.read(".lifeboat/shop/lease.json");
    let mut lease: Value = serde_json::from_str(&lease).expect("the lease");
    lease.as_object_mut().expect("an object").remove("released_at").expect("it was given back");
    desk.write(".lifeboat/shop/lease.json", &lease.to_string());
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    let held = desk.expect(5, &["runs", "resume", "shop.yaml", &run, "--yes"]);
    let nonce = &lease["nonce"].as_str().expect("a nonce")[..8];
    assert!(held.err.contains(&format!("--take-over {nonce}")), "{}", held.err);
    desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes", "--take-over", nonce]);
    // A run that is over leaves nothing to resume, so now only the lease stands in the way.
    lease["fence"] = (lease["fence"].as_u64().expect("a number") + 9).into();
    desk.write(".lifeboat/shop/lease.json", &lease.to_string());
    let second = declare(&desk, 5, &["--yes"]);
    assert!(second.err.contains("one writer at a time"), "{}", second.err);
    assert_eq!(runs(&desk), [run], "a refused declaration left a run");
}

#[test]
fn targets_that_nothing_is_sent_to_stop_a_tier_at_once_and_say_what_to_do() {
    let desk = disaster();
    let mut account = state(&desk);
    let balancers = account["regions"]["us-west-2"]["load_balancers"].as_object_mut().expect("load balancers");
    for listener in balancers.values_mut().flat_map(|one| one["listeners"].as_array_mut().expect("listeners")) {
        listener["actions"] = serde_json::json!([
            { "type": "fixed-response", "status_code": "404", "content_type": null, "message_body": null }
        ]);
    }
    desk.write(".lifeboat/sim.json", &account.to_string());
    let told = declare(&desk, 4, &["--yes", "-o", "json"]).json();
    // The first tier behind a load balancer stops it.
    let api = step(&told, "await-api").clone();
    assert_eq!(api["state"], "failed", "{api}");
    let waited = api["measures"]["aws_s"].as_f64().expect("a time");
    assert!(waited < 300.0, "it waited {waited} s for what no wait brings");
    let text = api.to_string();
    assert!(text.contains("unused: Target.NotInUse") && text.contains("aws elbv2 create-rule"), "{text}");
    assert!(!text.contains("no other instance type"), "{text}");
    // The short way says the same and does not wait either.
    let short = desk.expect(1, &["scale", "shop.yaml", "--to", "full", "--while-serving"]);
    assert!(short.out.contains("Target.NotInUse") && short.out.contains("create-rule"), "{}", short.out);
}

#[test]
fn a_scaling_policy_that_acts_at_that_moment_does_not_stop_a_declaration() {
    let desk = disaster();
    desk.expect(0, &["sim", "fail", "us-west-2", "--busy", "UpdateAutoScalingGroup=30"]);
    let told = declare(&desk, 0, &["--yes", "-o", "json"]).json();
    assert_eq!(step(&told, "scale-web")["state"], "succeeded", "{told}");
    assert_eq!(desired(&desk, "us-west-2", "shop-web"), 10);
}
