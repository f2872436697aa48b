//! Owns the stories of drills and failbacks on the simulated cloud: what they leave, what stops them, what they refuse.

use serde_json::Value;

use super::binary::{Desk, Ran};
use super::seeded::{example, seeded, stand_by};

/// A desk with the worked example, its standby provisioned.
fn desk() -> Desk {
    desk_where(|_| {})
}

/// The same, from an account that is another in some way.
fn desk_where(change: impl FnOnce(&mut Value)) -> Desk {
    let desk = seeded(&example("warm-standby"));
    let mut account = state(&desk);
    change(&mut account);
    desk.write(".lifeboat/sim.json", &account.to_string());
    stand_by(&desk);
    desk
}

fn state(desk: &Desk) -> Value {
    serde_json::from_str(&desk.read(".lifeboat/sim.json")).expect("the simulated cloud's file")
}

/// Every group of a Region with its sizes and how many instances it has, as the cloud itself says.
fn groups(desk: &Desk, region: &str) -> Vec<(String, Value, usize)> {
    let state = state(desk);
    let groups = state["regions"][region]["groups"].as_object().expect("groups");
    groups
        .iter()
        .map(|(name, group)| {
            let instances = group["instances"].as_array().expect("instances").iter();
            (
                name.clone(),
                group["facts"]["size"].clone(),
                instances.filter(|one| one["terminated_at"].is_null()).count(),
            )
        })
        .collect()
}

/// What is suspended of each group of a Region that the environment names.
fn suspended(desk: &Desk, region: &str) -> Vec<Vec<String>> {
    let state = state(desk);
    let of = |name: &str| {
        let processes = &state["regions"][region]["groups"][name]["facts"]["suspended_processes"];
        processes.as_array().expect("a list").iter().map(|one| one.as_str().expect("a name").to_owned()).collect()
    };
    ["shop-web", "shop-api", "shop-worker"].iter().map(|name| of(name)).collect()
}

fn calls(desk: &Desk, region: &str) -> u64 {
    state(desk)["regions"][region]["calls"].as_object().map_or(0, |by| by.values().filter_map(Value::as_u64).sum())
}

fn status(desk: &Desk) -> Value {
    desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json()
}

fn drill(desk: &Desk, code: i32) -> Ran {
    desk.expect(code, &["drill", "shop.yaml", "--yes", "-o", "json"])
}

fn step<'a>(ran: &'a Value, id: &str) -> &'a Value {
    let steps = ran["record"]["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id} in {ran}"))
}

fn run_id(ran: &Value) -> String {
    ran["record"]["run"].as_str().expect("a run").to_owned()
}

#[test]
fn a_drill_leaves_everything_as_it_was_and_a_second_one_is_measured_against_it() {
    let desk = desk();
    let before = groups(&desk, "us-west-2");
    let first = drill(&desk, 0).json();
    assert_eq!(first["drill"]["good"], true, "{first}");
    assert_eq!(step(&first, "prove-clean")["state"], "succeeded");
    assert!(step(&first, "await-web")["measures"]["came"].as_u64() >= Some(10), "it went to full size: {first}");
    assert_eq!(first["record"]["totals"]["recovery_time_met"], true);
    assert_eq!(groups(&desk, "us-west-2"), before);
    assert_eq!(status(&desk)["posture"], "standby");
    desk.expect(0, &["drift", "shop.yaml"]);
    let second = drill(&desk, 0).json();
    assert_eq!(second["drill"]["regression"], Value::Null, "the same took the same: {second}");
    assert_eq!(groups(&desk, "us-west-2"), before);
    let quiet = calls(&desk, "us-east-1");
    drill(&desk, 0);
    assert_eq!(calls(&desk, "us-east-1"), quiet, "a drill called the primary");
}

#[test]
fn a_drill_that_is_short_says_so_and_is_cleaned_up_all_the_same() {
    let desk = desk();
    let before = groups(&desk, "us-west-2");
    desk.expect(0, &["sim", "fail", "us-west-2", "--capacity", "*=8"]);
    let short = drill(&desk, 2).json();
    assert_eq!(short["drill"]["good"], false, "{short}");
    assert!(short["drill"]["reasons"].to_string().contains("does not serve"), "{short}");
    assert_eq!(short["drill"]["still_up"], serde_json::json!([]));
    assert_eq!(step(&short, "prove-clean")["state"], "succeeded");
    assert_eq!(groups(&desk, "us-west-2"), before);
}

#[test]
fn a_denied_stand_down_stops_the_drill_and_resuming_cleans_up() {
    let desk = desk();
    let before = groups(&desk, "us-west-2");
    // Three tiers go up; then the permission is gone.
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup", "--after", "3"]);
    let stopped = desk.expect(4, &["drill", "shop.yaml", "--yes"]);
    assert!(stopped.out.contains("the standby is still scaled up: "), "{}", stopped.out);
    let resume = stopped.err.lines().find(|line| line.contains("continue with: lifeboat runs resume shop.yaml"));
    let run = resume.and_then(|line| line.split_whitespace().last()).expect("the command that goes on").to_owned();
    assert_ne!(groups(&desk, "us-west-2"), before);
    let refused = desk.expect(5, &["drill", "shop.yaml", "--yes"]);
    assert!(refused.err.contains("is not finished") && refused.err.contains(&run), "{}", refused.err);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    let resumed = desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes", "-o", "json"]).json();
    assert_eq!(resumed["drill"]["still_up"], serde_json::json!([]), "{resumed}");
    assert_eq!(step(&resumed, "scale-web")["attempts"], 1, "nothing was done twice");
    assert_eq!(groups(&desk, "us-west-2"), before);
    drill(&desk, 0);
}

#[test]
fn a_disaster_does_not_wait_for_a_drill_and_the_drill_never_takes_its_capacity() {
    let desk = desk();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup", "--after", "3"]);
    let stopped = drill(&desk, 4).json();
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    desk.expect(0, &["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes"]);
    let full = groups(&desk, "us-west-2");
    let refused = desk.expect(5, &["runs", "resume", "shop.yaml", &run_id(&stopped), "--yes"]);
    assert!(refused.err.contains("is stale"), "{}", refused.err);
    assert_eq!(groups(&desk, "us-west-2"), full);
}

#[test]
fn a_declared_environment_comes_home_and_has_a_standby_again() {
    let desk = desk();
    let (east, west) = (groups(&desk, "us-east-1"), groups(&desk, "us-west-2"));
    let nothing = desk.expect(0, &["failback", "shop.yaml", "--reason", "just so", "--yes"]);
    assert!(nothing.out.contains("nothing to fail back"), "{}", nothing.out);
    let declared =
        desk.expect(0, &["declare", "shop.yaml", "--reason", "exercise", "--graceful", "--yes", "-o", "json"]);
    let declared = run_id(&declared.json());
    assert!(groups(&desk, "us-east-1").iter().any(|(_, size, _)| size["desired"] == 0), "the primary is fenced");
    // A scheduled action that states a maximum would raise a group of zero.
    let suspended = || suspended(&desk, "us-east-1");
    let every = suspended();
    assert!(!every.is_empty() && every.iter().all(|processes| processes == &["ScheduledActions"]), "{every:?}");
    let spent = status(&desk);
    assert_eq!(spent["no_standby_since_run"], declared.as_str(), "{spent}");
    let told = desk.expect(0, &["status", "shop.yaml"]);
    assert!(told.out.contains("you now have no standby"), "{}", told.out);
    let refused = desk.expect(5, &["drill", "shop.yaml", "--yes"]);
    assert!(refused.err.contains("scaled for a declaration") && refused.err.contains("failback"), "{}", refused.err);

    let served = groups(&desk, "us-west-2");
    let home = desk.expect(0, &["failback", "shop.yaml", "--reason", "it is over", "--yes", "-o", "json"]).json();
    assert_eq!(step(&home, "scale-primary-web")["state"], "succeeded", "{home}");
    assert_eq!(step(&home, "stand-down-web")["state"], "succeeded", "{home}");
    // As many serve at home as served in the standby, and nothing of production got smaller.
    for ((name, now, _), (_, was, _)) in groups(&desk, "us-east-1").iter().zip(&east) {
        let served = served.iter().find(|(group, ..)| group == name).and_then(|(_, size, _)| size["desired"].as_u64());
        assert_eq!(
            (now["desired"].as_u64(), &now["min"]),
            (was["desired"].as_u64().max(served), &was["min"]),
            "{name}"
        );
    }
    assert!(suspended().iter().all(Vec::is_empty), "{home}");
    let back = status(&desk);
    assert_eq!((&back["posture"], &back["no_standby_since_run"]), (&"standby".into(), &Value::Null), "{back}");
    let sizes = |groups: Vec<(String, Value, usize)>| groups.into_iter().map(|(name, size, _)| (name, size)).collect();
    let (now, then): (Vec<_>, Vec<_>) = (sizes(groups(&desk, "us-west-2")), sizes(west));
    assert_eq!(now, then);
    let drift = desk.expect(0, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("drift=0 pending=0 parity=0"), "{}", drift.out);
    drill(&desk, 0);
}

#[test]
fn nobody_goes_home_to_a_dark_primary() {
    let desk = desk();
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    desk.expect(0, &["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes"]);
    let full = groups(&desk, "us-west-2");
    let refused = desk.expect(5, &["failback", "shop.yaml", "--reason", "too early", "--yes"]);
    assert!(refused.err.contains("needs the primary, and it does not answer"), "{}", refused.err);
    assert_eq!(groups(&desk, "us-west-2"), full);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let rehearsed = desk.expect(0, &["failback", "shop.yaml", "--reason", "look first", "--rehearse"]);
    assert!(rehearsed.out.contains("gate-freeze") && rehearsed.out.contains("nothing was done"), "{}", rehearsed.out);
    assert_eq!(groups(&desk, "us-west-2"), full);
    // Without --yes there is nobody at the gates; the standby goes on serving until somebody opens them.
    let waits = desk.run(&["failback", "shop.yaml", "--reason", "now"]);
    assert_eq!(waits.code, 5, "{}", waits.err);
    desk.expect(0, &["failback", "shop.yaml", "--reason", "now", "--yes"]);
    assert_eq!(status(&desk)["posture"], "standby");
}

#[test]
fn volumes_that_a_drill_leaves_are_said_before_and_named_after_it() {
    let desk = desk_where(|account| {
        let templates = account["regions"]["us-east-1"]["launch_templates"].as_object_mut().expect("templates");
        let versions = templates.values_mut().flat_map(|one| one["versions"].as_object_mut().expect("versions"));
        for version in versions.map(|(_, version)| version).filter(|version| version["name"] == "shop-web") {
            for device in version["block_devices"].as_array_mut().expect("devices") {
                device["delete_on_termination"] = false.into();
            }
        }
    });
    let ran = drill(&desk, 0);
    let stay = "volumes that do not go with their instance stay, and cost until they are deleted";
    let said =
        |tier: &str| ran.err.lines().any(|line| line.contains(&format!("stand {tier} down")) && line.contains(stay));
    assert!(said("web") && !said("api"), "{}", ran.err);
    let left = state(&desk)["regions"]["us-west-2"]["volumes"].as_object().expect("volumes").clone();
    assert!(!left.is_empty());
    let report = ran.json();
    let told = step(&report, "prove-clean")["text"].as_str().expect("a text").to_owned();
    let listed = report["drill"]["volumes_left"].as_array().expect("volumes").clone();
    assert_eq!(listed.len(), left.len());
    for id in left.keys() {
        assert!(told.contains(id.as_str()), "{id} is left and not named: {told}");
        assert!(listed.iter().any(|one| one["id"] == id.as_str()), "{listed:?}");
    }
    // Where they cannot be seen, the drill is told from what it can prove.
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "DescribeVolumes"]);
    let blind = desk.expect(0, &["drill", "shop.yaml", "--yes"]);
    assert!(blind.err.contains("the proof will not tell whether volumes are left: DescribeVolumes"), "{}", blind.err);
    assert!(blind.out.contains("volumes were not looked at (DescribeVolumes"), "{}", blind.out);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    // What earlier drills left is not this one's, and what it leaves is told with the command that deletes it.
    let before = state(&desk)["regions"]["us-west-2"]["volumes"].as_object().expect("volumes").clone();
    let again = desk.expect(0, &["drill", "shop.yaml", "--yes"]);
    assert!(again.out.contains(&format!("cleaned up but for {} volumes", left.len())), "{}", again.out);
    let commands = again.out.matches("GiB): aws ec2 delete-volume --volume-id vol-").count();
    assert_eq!(commands, left.len(), "{}", again.out);
    assert!(before.keys().all(|id| !again.out.contains(id.as_str())), "{}", again.out);
    // Wherever else the standby gets smaller, too.
    desk.expect(0, &["scale", "shop.yaml", "--to", "full"]);
    let down = desk.expect(0, &["scale", "shop.yaml", "--to", "standby", "--yes"]);
    assert!(down.err.contains(&format!("web: {stay}")) && !down.err.contains(&format!("api: {stay}")), "{}", down.err);
    // The page of a drill has the commands, and a teardown names all that is left by then.
    let run = report["record"]["run"].as_str().expect("a run");
    let page = desk.read(&format!(".lifeboat/shop/runs/{run}/report.html"));
    assert!(left.keys().all(|id| page.contains(&format!("aws ec2 delete-volume --volume-id {id}"))), "{page}");
    let all = state(&desk)["regions"]["us-west-2"]["volumes"].as_object().expect("volumes").clone();
    let free = all.iter().filter(|(_, volume)| volume["attached"].is_null());
    let gone = desk.expect(0, &["teardown", "shop.yaml", "--yes"]);
    for (id, _) in free {
        assert!(gone.out.contains(&format!("aws ec2 delete-volume --volume-id {id}")), "{id}: {}", gone.out);
    }
}
