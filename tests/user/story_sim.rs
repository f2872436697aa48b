//! Owns whole stories on the simulated cloud, told by the real binary over several invocations.

use std::path::Path;

use base64::Engine as _;

use super::binary::Desk;
use serde_json::Value;

/// The repository's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A desk with the worked example and a seeded production.
fn desk() -> Desk {
    desk_with("warm-standby.yaml")
}

fn desk_with(example: &str) -> Desk {
    let mut desk = Desk::new();
    desk.set("LIFEBOAT_CLOUD", "sim");
    let text = std::fs::read_to_string(root().join("environments").join(example)).expect("the example");
    desk.write("shop.yaml", &text);
    desk.expect(0, &["sim", "seed"]);
    desk
}

fn ready(desk: &Desk) {
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    // What names the standby's load balancers could not be written before they were there.
    desk.expect(0, &["sync", "shop.yaml"]);
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
fn every_strategy_stands_at_its_own_footprint_and_scales_to_the_same_full_size() {
    for (example, expected) in
        [("pilot-light.yaml", "pilot"), ("warm-standby.yaml", "warm"), ("multi-site.yaml", "multi")]
    {
        let desk = desk_with(example);
        ready(&desk);
        let before = posture(&desk);
        let web = desired(&before, "web");
        match expected {
            "pilot" => assert_eq!(web, 0, "{example}"),
            "warm" => assert!((1..10).contains(&web), "{example}: {web}"),
            _ => assert!(web >= 10, "{example}: {web}"),
        }
        desk.expect(0, &["sim", "fail", "us-east-1"]);
        let scaled = desk.expect(0, &["scale", "shop.yaml", "--to", "full", "-o", "json"]).json();
        assert_eq!(scaled["reached"], true, "{example}: {scaled}");
        // Weighted records can only be seen through Route 53's control plane, which is in the dark Region.
        let code = if expected == "multi" { 3 } else { 0 };
        let after = desk.expect(code, &["status", "shop.yaml", "-o", "json"]).json();
        assert_eq!(after["posture"], "full", "{example}");
        assert!(desired(&after, "web") >= 10, "{example}: the peak was ten");
    }
}

#[test]
fn a_second_run_of_everything_does_nothing_and_says_so() {
    let desk = desk();
    ready(&desk);
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
fn drift_tells_an_image_a_parameter_and_a_rule_apart_and_sync_mends_what_it_can() {
    let desk = desk();
    ready(&desk);
    desk.expect(0, &["sim", "drift", "image"]);
    desk.expect(0, &["sim", "drift", "parameter"]);
    desk.expect(0, &["sim", "drift", "rule"]);
    let drift = desk.expect(2, &["drift", "shop.yaml", "-o", "json"]).json();
    assert_eq!(drift["schema_version"], 1);
    let kinds =
        |kind: &str| drift["findings"].as_array().expect("findings").iter().filter(|one| one["kind"] == kind).count();
    assert!(kinds("drift") >= 1, "{drift}");
    assert!(kinds("parity") >= 2, "{drift}");
    desk.expect(0, &["sync", "shop.yaml"]);
    let after = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(after.out.contains("parity=0") || !after.out.contains("/shop/prod"), "{}", after.out);
}

/// The host name of a side's load balancer of the API.
fn api_host(desk: &Desk, region: &str) -> String {
    let state = state(desk);
    let balancers = state["regions"][region]["load_balancers"].as_object().expect("load balancers");
    let mut names = balancers.values().map(|one| one["dns_name"].as_str().expect("a name").to_owned());
    names.find(|name| name.starts_with("internal-")).expect("the API's load balancer is internal")
}

fn api_url(desk: &Desk) -> Option<String> {
    let parameter = &state(desk)["regions"]["us-west-2"]["parameters"]["/shop/prod/api/url"];
    let versions = parameter["versions"].as_array()?;
    Some(versions.last()?["value"].as_str()?.to_owned())
}

#[test]
fn load_balancers_are_called_by_the_standbys_names_in_user_data_and_parameters() {
    let desk = desk();
    desk.expect(0, &["baseline", "shop.yaml"]);
    let early = desk.expect(0, &["sync", "shop.yaml", "-o", "json"]).json();
    assert_eq!(early["held"], serde_json::json!(["/shop/prod/api/url", "/shop/prod/db/host"]), "{early}");
    assert_eq!(api_url(&desk), None, "half a translation is worse than none");
    let again = desk.expect(0, &["sync", "shop.yaml"]);
    assert!(again.out.contains("2 parameters are held back"), "{}", again.out);
    assert!(again.out.contains("provision, then sync again"), "{}", again.out);
    let plan = desk.expect(0, &["plan", "shop.yaml"]);
    assert!(plan.out.contains("is known only after edge is deployed"), "{}", plan.out);
    let provisioned = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(provisioned.err.contains("lifeboat sync shop.yaml"), "{}", provisioned.err);
    let drift = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("drift=0 pending=0 parity=2"), "{}", drift.out);
    desk.expect(0, &["sync", "shop.yaml"]);
    let drift = desk.expect(0, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("drift=0 pending=0 parity=0"), "{}", drift.out);

    let (there, here) = (api_host(&desk, "us-east-1"), api_host(&desk, "us-west-2"));
    assert_ne!(there.replace("us-east-1", "us-west-2"), here, "the Region's name alone does not lead there");
    assert_eq!(api_url(&desk), Some(format!("http://{here}")));
    let west = state(&desk)["regions"]["us-west-2"]["launch_templates"].clone();
    let web = west.as_object().expect("launch templates").values().find(|one| one["name"].to_string().contains("Web"));
    let facts = &web.expect("the web tier's")["versions"]["1"];
    let decoded = base64::engine::general_purpose::STANDARD.decode(facts["user_data"].as_str().expect("user data"));
    let user_data = String::from_utf8(decoded.expect("base64")).expect("text");
    assert!(user_data.contains(&format!("export API_URL=http://{here}\n")), "{user_data}");

    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}", again.out);
    // When the standby is gone, what its value should be is not known: it stays, and that is told.
    desk.expect(0, &["teardown", "shop.yaml", "--yes"]);
    let held = desk.expect(0, &["sync", "shop.yaml", "-o", "json"]).json();
    assert_eq!(held["held"], serde_json::json!(["/shop/prod/api/url"]), "{held}");
    assert_eq!(api_url(&desk), Some(format!("http://{here}")));
}

#[test]
fn a_sync_without_a_baseline_says_what_it_cannot_translate() {
    let desk = desk();
    let synced = desk.expect(0, &["sync", "shop.yaml"]);
    assert!(synced.out.contains("there is no baseline"), "{}", synced.out);
}

#[test]
fn the_primary_being_dark_costs_scale_nothing_and_is_never_called() {
    let desk = desk();
    ready(&desk);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let before = all_calls(&desk, "us-east-1");
    desk.expect(0, &["scale", "shop.yaml", "--to", "full"]);
    desk.expect(0, &["status", "shop.yaml"]);
    assert_eq!(all_calls(&desk, "us-east-1"), before, "a call went to the primary");
    let sync = desk.expect(1, &["sync", "shop.yaml"]);
    assert!(sync.err.contains("got no answer"), "{}", sync.err);
    let drift = desk.expect(3, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("unknown="), "{}", drift.out);
}

#[test]
fn a_shortfall_is_told_exactly_and_accepted_only_within_its_percent() {
    let desk = desk();
    ready(&desk);
    desk.expect(0, &["sim", "fail", "us-west-2", "--capacity", "*=8"]);
    let short = desk.expect(1, &["scale", "shop.yaml", "--to", "full", "--tier", "web", "-o", "json"]).json();
    assert_eq!(short["reached"], false, "{short}");
    assert_eq!(short["timed_out"], true);
    let tier = &short["tiers"][0];
    let percent = short["percent"].as_u64().expect("a percentage");
    assert!(percent < 100, "{short}");
    assert!(tier["in_service"].as_u64() < tier["asked"]["desired"].as_u64(), "{tier}");
    let accept = (100 - percent).to_string();
    desk.expect(0, &["scale", "shop.yaml", "--to", "full", "--tier", "web", "--accept", &accept]);
}

#[test]
fn a_deploy_does_not_shrink_a_standby_that_was_scaled_up() {
    let desk = desk();
    ready(&desk);
    desk.expect(0, &["scale", "shop.yaml", "--to", "full"]);
    let full = desired(&posture(&desk), "web");
    desk.expect(0, &["sim", "drift", "userdata"]);
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert_eq!(desired(&posture(&desk), "web"), full);
    desk.expect(0, &["scale", "shop.yaml", "--to", "standby", "--yes"]);
    assert!(desired(&posture(&desk), "web") < full);
    desk.expect(0, &["teardown", "shop.yaml", "--yes"]);
    assert_eq!(posture(&desk)["posture"], "not-provisioned");
}

#[test]
fn several_compute_stacks_are_provisioned_rolled_seen_and_removed_like_one() {
    let desk = desk();
    let one = desk.read("shop.yaml");
    let with = |number: u8| format!("{one}\nstacks: {{ compute: {number} }}\n");
    // Of three stacks web is in the first, api and worker are in the second, and the third has nothing to hold.
    desk.write("shop.yaml", &with(3));
    ready(&desk);
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
    let mut text = std::fs::read_to_string(root().join("environments/warm-standby.yaml")).expect("the example");
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

#[test]
fn a_lost_answer_and_throttling_do_not_keep_the_standby_from_its_size() {
    for fault in [&["--lost-reply", "UpdateAutoScalingGroup"][..], &["--throttle", "8"]] {
        let desk = desk();
        ready(&desk);
        desk.expect(0, &[&["sim", "fail", "us-west-2"], fault].concat());
        let scaled = desk.expect(0, &["scale", "shop.yaml", "--to", "full", "-o", "json"]).json();
        assert_eq!(scaled["reached"], true, "{fault:?}: {scaled}");
        assert_eq!(posture(&desk)["posture"], "full", "{fault:?}");
    }
}

#[test]
fn a_denied_scale_names_the_permission_and_changes_nothing() {
    let desk = desk();
    ready(&desk);
    let before = desired(&posture(&desk), "web");
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup"]);
    let ran = desk.expect(1, &["scale", "shop.yaml", "--to", "full"]);
    assert!(ran.out.contains("UpdateAutoScalingGroup") && ran.out.contains("denied"), "{}{}", ran.out, ran.err);
    assert_eq!(desired(&posture(&desk), "web"), before);
}

#[test]
fn a_copy_under_a_bad_key_fails_late_and_is_not_published() {
    let desk = desk();
    let text = desk.read("shop.yaml").replace("key: alias/shop-dr", "key: alias/missing");
    desk.write("shop.yaml", &text);
    desk.expect(0, &["baseline", "shop.yaml"]);
    let ran = desk.expect(1, &["sync", "shop.yaml"]);
    assert!(ran.err.contains("sync.images.key"), "{}", ran.err);
    let state = state(&desk);
    let published = state["regions"]["us-west-2"]["parameters"].as_object().expect("parameters");
    assert!(published.keys().all(|name| !name.starts_with("/lifeboat/")), "a failed copy was published");
    desk.write("shop.yaml", &text.replace("alias/missing", "alias/shop-dr"));
    desk.expect(0, &["sync", "shop.yaml"]);
    let again = desk.expect(0, &["sync", "shop.yaml", "--dry-run"]);
    assert!(!again.out.contains("+ copy"), "{}", again.out);
}

#[test]
fn old_copies_are_removed_beyond_keep_and_never_one_in_use() {
    let desk = desk();
    let text = desk.read("shop.yaml").replace("keep: 3", "keep: 1");
    desk.write("shop.yaml", &text);
    ready(&desk);
    for _ in 0..3 {
        desk.expect(0, &["sim", "drift", "image"]);
        desk.expect(0, &["sync", "shop.yaml"]);
    }
    let state = state(&desk);
    let region = &state["regions"]["us-west-2"];
    let images = region["images"].as_object().expect("images");
    let used: Vec<String> = region["groups"]
        .as_object()
        .expect("groups")
        .values()
        .flat_map(|group| group["instances"].as_array().cloned().unwrap_or_default())
        .filter(|instance| instance["terminated_at"].is_null())
        .filter_map(|instance| instance["image_id"].as_str().map(str::to_owned))
        .collect();
    assert!(!used.is_empty());
    for image in used {
        assert!(images.contains_key(&image), "{image} is in use and was removed");
    }
    assert!(images.len() < 6, "old copies stayed: {}", images.len());
    desk.expect(0, &["drift", "shop.yaml"]);
}
