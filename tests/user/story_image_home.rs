//! Owns the story of images that were shipped to the standby while it served: they go home, once, and not in a circle.

use serde_json::Value;

use super::binary::Desk;
use super::seeded::{example, seeded, stand_by};

/// Production's groups name their versions in three ways: by number, `$Latest`, `$Default`.
const TIERS: [&str; 3] = ["api", "web", "worker"];

fn desk() -> Desk {
    let desk = seeded(&example("warm-standby"));
    stand_by(&desk);
    desk
}

fn region(desk: &Desk, name: &str) -> Value {
    let state: Value = serde_json::from_str(&desk.read(".lifeboat/sim.json")).expect("the simulated cloud's file");
    state["regions"][name].clone()
}

/// The launch template version a group launches.
fn version<'a>(region: &'a Value, group: &str) -> &'a Value {
    let reference = &region["groups"][group]["facts"]["launch_template"];
    let template = &region["launch_templates"][reference["id"].as_str().expect("a template")];
    let versions = template["versions"].as_object().expect("versions");
    let number = match reference["version"].as_str().expect("a version") {
        "$Latest" => versions.keys().filter_map(|key| key.parse::<u64>().ok()).max().expect("one").to_string(),
        "$Default" => template["default_version"].to_string(),
        number => number.to_owned(),
    };
    &versions[&number]
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// The standby's group of a tier.
fn standby_group(region: &Value, tier: &str) -> String {
    let groups = region["groups"].as_object().expect("groups");
    groups.keys().find(|name| name.contains(tier)).expect("the group").clone()
}

#[test]
fn images_shipped_to_the_standby_go_home_once_and_not_in_a_circle() {
    let desk = desk();
    let before = region(&desk, "us-east-1");
    desk.expect(0, &["declare", "shop.yaml", "--reason", "exercise", "--graceful", "--yes"]);
    let west = region(&desk, "us-west-2");
    for tier in TIERS {
        let group = standby_group(&west, tier);
        desk.expect(0, &["sim", "drift", "image", "--region", "us-west-2", "--group", &group]);
    }
    let west = region(&desk, "us-west-2");
    let rehearsed = desk.expect(0, &["failback", "shop.yaml", "--reason", "look", "--rehearse"]);
    assert!(rehearsed.out.contains("launch-image-home-web"), "{}", rehearsed.out);
    assert!(rehearsed.out.contains("its next deployment takes it back"), "{}", rehearsed.out);
    assert!(!rehearsed.out.contains("gate-by-hand"), "{}", rehearsed.out);

    // The answer to each call that makes something is lost once.
    let lost = ["--lost-reply", "CopyImage", "--lost-reply", "CreateLaunchTemplateVersion"];
    desk.expect(0, &[&["sim", "fail", "us-east-1"][..], &lost].concat());
    let mut home = desk.run(&["failback", "shop.yaml", "--reason", "it is over", "--yes"]);
    for _ in 0..6 {
        if home.code == 0 {
            break;
        }
        let resume = home.err.lines().find(|line| line.contains("lifeboat runs resume shop.yaml")).map(str::to_owned);
        let Some(run) = resume.as_ref().and_then(|line| line.split_whitespace().last()) else { break };
        home = desk.run(&["runs", "resume", "shop.yaml", run, "--yes"]);
    }
    assert_eq!(home.code, 0, "{}\n{}", home.out, home.err);

    let east = region(&desk, "us-east-1");
    for tier in TIERS {
        let shipped = text(&version(&west, &standby_group(&west, tier))["image_id"]);
        let group = format!("shop-{tier}");
        let (old, new) = (version(&before, &group), version(&east, &group));
        let copy = text(&new["image_id"]);
        assert_eq!(east["images"][&copy]["facts"]["tags"]["lifeboat:source-image"], shipped.as_str(), "{tier}");
        let mut only_image = new.clone();
        (only_image["image_id"], only_image["version"]) = (old["image_id"].clone(), old["version"].clone());
        assert_eq!(&only_image, old, "{tier}: nothing but the image changed");
        let named =
            |region: &Value| text(&region["groups"][&group]["facts"]["launch_template"]["version"]).starts_with('$');
        assert_eq!(named(&east), named(&before), "{tier}: the group names its versions as it did");
        let instances = east["groups"][&group]["instances"].as_array().expect("instances").iter();
        let mut serving = instances.filter(|one| one["terminated_at"].is_null()).peekable();
        assert!(serving.peek().is_some(), "{tier} serves");
        assert!(serving.all(|one| one["image_id"] == copy.as_str()), "{tier} serves from the copy");
    }
    let made = |region: &Value, what: &str| region[what].as_object().map_or(0, serde_json::Map::len);
    assert_eq!(made(&east, "images"), made(&before, "images") + TIERS.len(), "one copy of each");

    let again = desk.expect(0, &["failback", "shop.yaml", "--reason", "again", "--yes"]);
    assert!(again.out.contains("nothing to fail back"), "{}", again.out);
    let images = made(&region(&desk, "us-west-2"), "images");
    let sync = desk.expect(0, &["sync", "shop.yaml"]);
    assert_eq!(made(&region(&desk, "us-west-2"), "images"), images, "nothing is copied back: {}", sync.out);
    let sync = desk.expect(0, &["sync", "shop.yaml"]);
    assert!(sync.out.contains("nothing to do"), "{}", sync.out);
}
