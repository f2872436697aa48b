//! Owns whole stories on the simulated cloud, told by the real binary over several invocations.

mod following;
mod scaling;

use serde_json::Value;

use super::binary::Desk;
use super::seeded::{example, seeded, stand_by};

/// A desk with the worked example and a seeded production.
fn desk() -> Desk {
    desk_with("warm-standby")
}

fn desk_with(name: &str) -> Desk {
    seeded(&example(name))
}

fn state(desk: &Desk) -> Value {
    serde_json::from_str(&desk.read(".lifeboat/sim.json")).expect("the simulated cloud's file")
}

fn posture(desk: &Desk) -> Value {
    desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json()
}

fn desired(status: &Value, tier: &str) -> u64 {
    let tiers = status["tiers"].as_array().expect("tiers");
    let tier = tiers.iter().find(|one| one["tier"] == tier).expect("the tier");
    tier["size"]["desired"].as_u64().expect("a size")
}

#[test]
fn a_second_run_of_everything_does_nothing_and_says_so() {
    let desk = desk();
    stand_by(&desk);
    let again = desk.expect(0, &["sync", "shop.yaml"]);
    assert!(again.out.contains("nothing to do"), "{}", again.out);
    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}", again.out);
    let drift = desk.expect(0, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("drift=0 pending=0 parity=0"), "{}", drift.out);
    desk.expect(0, &["scale", "shop.yaml", "--to", "full"]);
    let before = calls(&desk, "us-west-2", "UpdateAutoScalingGroup");
    let again = desk.expect(0, &["scale", "shop.yaml", "--to", "full"]);
    assert!(again.out.contains("already so"), "{}", again.out);
    assert_eq!(calls(&desk, "us-west-2", "UpdateAutoScalingGroup"), before, "a repeated scale wrote");
}

#[test]
fn plan_and_dry_runs_leave_nothing_behind() {
    let desk = desk();
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["sync", "shop.yaml", "--dry-run"]);
    let status = posture(&desk);
    assert_eq!(status["posture"], "not-provisioned");
    let early = desk.expect(1, &["plan", "shop.yaml"]);
    assert!(early.err.contains("lifeboat sync"), "{}", early.err);
    desk.expect(0, &["sync", "shop.yaml"]);
    let plan = desk.expect(2, &["plan", "shop.yaml", "--exit-code"]);
    assert!(plan.out.contains("5 to create") && plan.out.contains("  termination protection: on\n"), "{}", plan.out);
    let status = posture(&desk);
    assert_eq!(status["stacks"], serde_json::json!({}), "a plan left stacks behind");
    let refused = desk.expect(5, &["provision", "shop.yaml"]);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
}

#[test]
fn several_compute_stacks_are_provisioned_rolled_seen_and_removed_like_one() {
    let desk = desk();
    let one = desk.read("shop.yaml");
    let with = |number: u8| format!("{one}\nstacks: {{ compute: {number} }}\n");
    // Of three stacks web is in the first, api and worker are in the second, and the third has nothing to hold.
    desk.write("shop.yaml", &with(3));
    stand_by(&desk);
    let stacks =
        |status: &Value| -> Vec<String> { status["stacks"].as_object().expect("stacks").keys().cloned().collect() };
    let expected = ["shop-compute", "shop-compute-2", "shop-data", "shop-edge", "shop-network", "shop-security"];
    assert_eq!(stacks(&posture(&desk)), expected);
    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}", again.out);
    let drift = desk.expect(0, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("drift=0 pending=0 parity=0"), "{}", drift.out);
    let compute: Vec<&str> =
        drift.out.lines().map(str::trim_start).filter(|line| line.starts_with("compute")).collect();
    assert_eq!(compute.len(), 4, "drift and pending tell of both stacks, in order: {compute:?}");
    assert!(compute[0].starts_with("compute ") && compute[1].starts_with("compute-2"), "{compute:?}");

    // An image moves in each of the two stacks, and one in the second alone.
    desk.expect(0, &["sim", "drift", "image"]);
    desk.expect(0, &["sim", "drift", "image", "--group", "shop-api"]);
    let waits = desk.expect(0, &["sync", "shop.yaml", "-o", "json"]).json();
    assert_eq!(waits["rolled"], serde_json::json!(["shop-web", "shop-api"]), "{waits}");
    desk.expect(0, &["sim", "drift", "image", "--group", "shop-worker"]);
    let second = desk.expect(0, &["sync", "shop.yaml", "-o", "json"]).json();
    assert_eq!(second["rolled"], serde_json::json!(["shop-worker"]), "{second}");
    for tier in posture(&desk)["tiers"].as_array().expect("tiers") {
        assert_eq!(tier["launches"], tier["published"], "{tier}");
    }
    desk.expect(0, &["baseline", "shop.yaml"]);
    let rolled = desk.run(&["drift", "shop.yaml"]);
    assert!(rolled.out.contains("drift=0 pending=0"), "{}", rolled.out);
    desk.expect(0, &["scale", "shop.yaml", "--to", "full"]);
    assert_eq!(posture(&desk)["posture"], "full");

    // Another number would move tiers, and a group cannot move from one stack to another.
    desk.write("shop.yaml", &with(1));
    for command in [&["plan", "shop.yaml"][..], &["provision", "shop.yaml", "--yes"]] {
        let refused = desk.expect(5, command);
        let held = "shop-compute-2 holds api (now shop-compute), worker (now shop-compute)";
        assert!(refused.err.contains(held) && refused.err.contains("put `stacks.compute` back"), "{}", refused.err);
    }
    let drift = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("nothing is rendered for it any more"), "{}", drift.out);
    let gone = desk.expect(0, &["teardown", "shop.yaml", "--yes", "-o", "json"]).json();
    let order: Vec<&str> =
        gone["done"].as_array().into_iter().flatten().filter_map(|stack| stack["name"].as_str()).collect();
    assert_eq!(order.first(), Some(&"shop-compute-2"), "{gone}");
    desk.write("shop.yaml", &with(3));
    // Of three tiers with their load balancers nothing is left; the data is, and what it stands on.
    assert_eq!(stacks(&posture(&desk)), ["shop-data", "shop-network", "shop-security"]);
}

#[test]
fn secrets_never_leave_the_account() {
    let desk = desk();
    let secrets: Vec<String> = secret_values(&state(&desk));
    assert!(!secrets.is_empty(), "the seeded production has secrets");
    let mut seen = String::new();
    for arguments in [
        &["baseline", "shop.yaml"][..],
        &["sync", "shop.yaml", "--dry-run"],
        &["sync", "shop.yaml", "-vv"],
        &["provision", "shop.yaml", "--yes", "-o", "json"],
        &["drift", "shop.yaml", "-o", "json"],
        &["status", "shop.yaml"],
    ] {
        let ran = desk.run(arguments);
        seen.push_str(&ran.out);
        seen.push_str(&ran.err);
    }
    for entry in walk(&desk.path(".lifeboat")) {
        if entry.file_name().is_some_and(|name| name != "sim.json") {
            seen.push_str(&std::fs::read_to_string(&entry).unwrap_or_default());
        }
    }
    for secret in secrets {
        assert!(!seen.contains(&secret), "a secret was shown");
    }
}

#[test]
fn three_hundred_groups_are_observed_by_the_page() {
    let mut desk = Desk::new();
    desk.set("LIFEBOAT_CLOUD", "sim");
    desk.expect(0, &["sim", "seed", "--groups", "300"]);
    let mut text = example("warm-standby");
    let tiers = text.find("\ntiers:").expect("tiers");
    text.truncate(tiers);
    text.push_str("\ntiers:\n");
    let groups = state(&desk);
    let names = group_names(&groups, "us-east-1");
    assert!(names.len() >= 300, "{}", names.len());
    for (index, name) in names.iter().enumerate() {
        text.push_str(&format!("  - {{ name: t{index}, order: 10, group: {{ auto_scaling_group: {name} }} }}\n"));
    }
    desk.write("many.yaml", &text);
    let before = all_calls(&desk, "us-east-1");
    desk.expect(0, &["baseline", "many.yaml"]);
    let made = all_calls(&desk, "us-east-1") - before;
    assert!(made <= 30, "{made} calls for {} groups", names.len());
}

#[test]
fn the_demo_tells_its_story_in_time() {
    let desk = Desk::new();
    let told = desk.expect(0, &["demo"]);
    for words in [
        "$ lifeboat --cloud sim baseline",
        "$ lifeboat --cloud sim declare",
        "you now have no standby",
        "within the recovery time objective",
        "Service went home",
        "nothing to do",
    ] {
        assert!(told.out.contains(words), "no `{words}` in\n{}", told.out);
    }
    assert!(desk.path("lifeboat-demo/shop.yaml").exists(), "a folder to explore");
    desk.expect(0, &["demo"]);
}

fn calls(desk: &Desk, region: &str, operation: &str) -> u64 {
    state(desk)["regions"][region]["calls"][operation].as_u64().unwrap_or(0)
}

fn all_calls(desk: &Desk, region: &str) -> u64 {
    state(desk)["regions"][region]["calls"].as_object().map_or(0, |by| by.values().filter_map(Value::as_u64).sum())
}

fn group_names(state: &Value, region: &str) -> Vec<String> {
    state["regions"][region]["groups"].as_object().map(|groups| groups.keys().cloned().collect()).unwrap_or_default()
}

fn secret_values(state: &Value) -> Vec<String> {
    let regions = state["regions"].as_object().expect("regions");
    let mut found = Vec::new();
    for region in regions.values() {
        for parameter in region["parameters"].as_object().into_iter().flat_map(|all| all.values()) {
            if parameter.to_string().contains("SecureString") {
                collect_values(parameter, &mut found);
            }
        }
    }
    found
}

fn collect_values(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match inner.as_str() {
                    Some(text) if key == "value" => found.push(text.to_owned()),
                    _ => collect_values(inner, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_values(item, found)),
        _ => {}
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
