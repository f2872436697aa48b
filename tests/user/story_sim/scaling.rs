//! Owns the stories in which the standby is scaled: to the full size and back, in the dark, short, refused.

use super::super::seeded::stand_by;
use super::{all_calls, desired, desk, desk_with, posture};

#[test]
fn every_strategy_stands_at_its_own_footprint_and_scales_to_the_same_full_size() {
    for (example, expected) in [("pilot-light", "pilot"), ("warm-standby", "warm"), ("multi-site", "multi")] {
        let desk = desk_with(example);
        stand_by(&desk);
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
fn the_primary_being_dark_costs_scale_nothing_and_is_never_called() {
    let desk = desk();
    stand_by(&desk);
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
    stand_by(&desk);
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
    stand_by(&desk);
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
fn a_lost_answer_and_throttling_do_not_keep_the_standby_from_its_size() {
    for fault in [&["--lost-reply", "UpdateAutoScalingGroup"][..], &["--throttle", "8"]] {
        let desk = desk();
        stand_by(&desk);
        desk.expect(0, &[&["sim", "fail", "us-west-2"], fault].concat());
        let scaled = desk.expect(0, &["scale", "shop.yaml", "--to", "full", "-o", "json"]).json();
        assert_eq!(scaled["reached"], true, "{fault:?}: {scaled}");
        assert_eq!(posture(&desk)["posture"], "full", "{fault:?}");
    }
}

#[test]
fn a_denied_scale_names_the_permission_and_changes_nothing() {
    let desk = desk();
    stand_by(&desk);
    let before = desired(&posture(&desk), "web");
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup"]);
    let ran = desk.expect(1, &["scale", "shop.yaml", "--to", "full"]);
    assert!(ran.out.contains("UpdateAutoScalingGroup") && ran.out.contains("denied"), "{}{}", ran.out, ran.err);
    assert_eq!(desired(&posture(&desk), "web"), before);
}
