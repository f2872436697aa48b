//! Owns the errors a user meets, as the real binary tells them: what, where, why, what to do next.

use super::binary::Desk;
use base64::Engine as _;

const GOOD: &str = include_str!("../../environments/warm-standby.yaml");

fn check(edit: impl FnOnce(String) -> String) -> String {
    let desk = Desk::new();
    desk.write("shop.yaml", &edit(GOOD.to_owned()));
    let ran = desk.expect(64, &["check", "shop.yaml"]);
    assert!(ran.out.is_empty(), "{}", ran.out);
    ran.err
}

fn shows(text: &str, all: &[&str]) {
    for words in all {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
}

#[test]
fn a_wrong_key_a_wrong_type_and_a_wrong_value_are_told_together() {
    let told = check(|text| {
        text.replace("availability_zones: 3", "availability_zones: three")
            .replace("    order: 20", "    ordre: 20")
            .replace("basis: peak, window: 14d, floor: 6", "basis: peek, window: 14d, floor: 6")
    });
    shows(&told, &["availability_zones: three", "ordre", "did you mean `order`", "peek", "did you mean `peak`"]);
    shows(&told, &["shop.yaml:", "3 errors"]);
}

#[test]
fn a_duplicate_key_is_told_with_its_place() {
    let told = check(|text| text.replace("strategy: warm-standby", "strategy: warm-standby\nstrategy: multi-site"));
    shows(&told, &["strategy", "shop.yaml:15:1", "a second time", "first here"]);
}

#[test]
fn an_account_without_quotes_and_a_wrong_region_are_told() {
    let told = check(|text| {
        text.replacen("account: \"111122223333\"", "account: 012345678901", 1).replacen(
            "region: us-west-2",
            "region: us-wets",
            1,
        )
    });
    shows(&told, &["012345678901", "quotes", "us-wets"]);
}

#[test]
fn a_missing_file_is_told_with_what_to_do() {
    let desk = Desk::new();
    for verb in
        [&["check", "nowhere.yaml"][..], &["baseline", "nowhere.yaml"], &["scale", "nowhere.yaml", "--to", "full"]]
    {
        let ran = desk.expect(64, verb);
        shows(&ran.err, &["nowhere.yaml", "no such file", "lifeboat init"]);
    }
}

#[test]
fn a_wrong_command_line_does_not_look_like_drift() {
    let desk = Desk::new();
    for arguments in
        [&["drfit"][..], &["drift"], &["scale", "x.yaml", "--to", "much"], &["scale", "x.yaml"], &["--nope"]]
    {
        let ran = desk.expect(64, arguments);
        assert!(!ran.err.is_empty());
    }
    desk.expect(0, &["--version"]);
    desk.expect(0, &["--help"]);
}

fn seeded() -> Desk {
    let mut desk = Desk::new();
    desk.set("LIFEBOAT_CLOUD", "sim");
    desk.write("shop.yaml", GOOD);
    desk.expect(0, &["sim", "seed"]);
    desk
}

#[test]
fn commands_before_their_time_say_what_comes_first() {
    let mut desk = Desk::new();
    desk.set("LIFEBOAT_CLOUD", "sim");
    desk.write("shop.yaml", GOOD);
    shows(&desk.expect(1, &["baseline", "shop.yaml"]).err, &["lifeboat", "sim seed"]);
    desk.expect(0, &["sim", "seed"]);
    shows(&desk.expect(1, &["render", "shop.yaml", "-o", "out"]).err, &["no baseline", "lifeboat baseline"]);
    desk.expect(0, &["baseline", "shop.yaml"]);
    shows(&desk.expect(1, &["scale", "shop.yaml", "--to", "full"]).err, &["shop-web", "lifeboat provision"]);
    shows(&desk.expect(1, &["provision", "shop.yaml", "--yes"]).err, &["lifeboat sync"]);
}

#[test]
fn a_production_group_that_is_not_there_is_an_error_with_the_nearest_name() {
    let desk = seeded();
    desk.write("wrong.yaml", &GOOD.replace("auto_scaling_group: shop-web", "auto_scaling_group: shop-wbe"));
    let ran = desk.expect(1, &["baseline", "wrong.yaml"]);
    shows(&ran.err, &["no Auto Scaling group `shop-wbe`", "tier web", "did you mean `shop-web`"]);
    assert!(!desk.path(".lifeboat/shop/baseline.json").exists(), "a failed baseline was saved");
}

#[test]
fn the_wrong_account_and_a_region_without_production_are_refused() {
    let desk = seeded();
    desk.write("account.yaml", &GOOD.replace("111122223333", "999999999999"));
    let ran = desk.expect(5, &["baseline", "account.yaml"]);
    shows(&ran.err, &["belongs to account 999999999999", "111122223333", "hint:"]);
    desk.write("region.yaml", &GOOD.replace("primary: { region: us-east-1", "primary: { region: eu-west-1"));
    let ran = desk.expect(1, &["baseline", "region.yaml"]);
    shows(&ran.err, &["eu-west-1", "no groups at all", "primary.region"]);
}

#[test]
fn a_parameter_path_without_parameters_is_an_error_not_nothing_to_do() {
    let desk = seeded();
    desk.write("path.yaml", &GOOD.replace("path: /shop/prod/", "path: /shop/production/"));
    let ran = desk.expect(3, &["baseline", "path.yaml"]);
    shows(&ran.err, &["/shop/production/", "no parameter below this path"]);
    let ran = desk.expect(1, &["sync", "path.yaml"]);
    shows(&ran.err, &["/shop/production/", "nothing was synced"]);
}

#[test]
fn a_template_override_that_names_an_unknown_variable_is_told_with_its_place() {
    let desk = seeded();
    desk.expect(0, &["baseline", "shop.yaml"]);
    let template = include_str!("../../templates/partials/group.yaml.hbs");
    desk.write("mine/partials/group.yaml.hbs", &format!("{template}# {{{{json nothing_of_the_kind}}}}\n"));
    let ran = desk.expect(64, &["render", "shop.yaml", "-o", "out", "--templates", "mine"]);
    shows(&ran.err, &["partials/group.yaml.hbs", "nothing_of_the_kind"]);
    assert!(!desk.path("out").exists(), "something was half-written");
    desk.write("other/partials/gruop.yaml.hbs", template);
    let ran = desk.expect(64, &["render", "shop.yaml", "-o", "out", "--templates", "other"]);
    shows(&ran.err, &["gruop", "did you mean", "group.yaml.hbs"]);
}

/// Edits the simulated production where a user's production could have such a value.
fn with_values(desk: &Desk, tag: &str, user_data: &str) {
    let mut state: serde_json::Value = serde_json::from_str(&desk.read(".lifeboat/sim.json")).expect("the account");
    let region = &mut state["regions"]["us-east-1"];
    region["groups"]["shop-web"]["facts"]["tags"]["Motto"] = tag.into();
    let encoded = base64::engine::general_purpose::STANDARD.encode(user_data);
    for template in region["launch_templates"].as_object_mut().expect("launch templates").values_mut() {
        if template["name"] == "shop-web" {
            for version in template["versions"].as_object_mut().expect("versions").values_mut() {
                version["user_data"] = encoded.clone().into();
            }
        }
    }
    desk.write(".lifeboat/sim.json", &state.to_string());
}

#[test]
fn values_with_quotes_newlines_and_yaml_arrive_as_they_are() {
    let desk = seeded();
    let tag = "He said \"it's: #1\", then\n- left: {a: b}\t& <gone>";
    let user_data = "#!/bin/bash\necho '{{resolve:secretsmanager:shop}}' \"${HOME}\" ${AWS::Region}\nX: !Ref Nope\n";
    with_values(&desk, tag, user_data);
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["render", "shop.yaml", "-o", "out"]);
    let text = desk.read("out/shop-compute.template.json");
    let template: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(template.to_string().contains(&serde_json::to_string(tag).expect("JSON")), "the tag changed");
    assert!(!text.contains("{{resolve:"), "a dynamic reference of a value became live");
    assert!(!text.contains("Fn::Sub"), "user data went through substitution");
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    desk.expect(0, &["sync", "shop.yaml"]);
    let drift = desk.expect(0, &["drift", "shop.yaml"]);
    shows(&drift.out, &["parity=0"]);
}

#[test]
fn a_dynamic_reference_in_a_tag_is_refused_with_its_place() {
    let desk = seeded();
    with_values(&desk, "{{resolve:secretsmanager:shop:SecretString:password}}", "#!/bin/bash\n");
    desk.expect(0, &["baseline", "shop.yaml"]);
    let ran = desk.expect(64, &["render", "shop.yaml", "-o", "out"]);
    shows(&ran.err, &["{{resolve:", "web", "Motto"]);
    assert!(!desk.path("out").exists(), "something was half-written");
}

#[test]
fn a_damaged_baseline_is_refused() {
    let desk = seeded();
    desk.expect(0, &["baseline", "shop.yaml"]);
    let saved = desk.read(".lifeboat/shop/baseline.json");
    desk.write(".lifeboat/shop/baseline.json", &saved.replacen("\"units\": 10", "\"units\": 1", 1));
    let ran = desk.expect(5, &["scale", "shop.yaml", "--to", "full"]);
    shows(&ran.err, &["damaged", "digest", "baselines"]);
    desk.write(".lifeboat/shop/baseline.json", &saved.replacen("\"schema_version\": 1", "\"schema_version\": 99", 1));
    let ran = desk.expect(5, &["scale", "shop.yaml", "--to", "full"]);
    shows(&ran.err, &["format version 99", "at least that new"]);
}

#[test]
fn denied_throttled_and_lost_answers_are_told_or_overcome() {
    let desk = seeded();
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "DescribeAutoScalingGroups"]);
    let ran = desk.expect(1, &["baseline", "shop.yaml"]);
    shows(&ran.err, &["was denied", "DescribeAutoScalingGroups", "grant"]);
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    desk.expect(0, &["sim", "fail", "us-east-1", "--deny", "DescribeSecurityGroups"]);
    let ran = desk.expect(3, &["baseline", "shop.yaml"]);
    shows(&ran.err, &["not seen: security group", "--accept-gaps"]);
    assert!(!desk.path(".lifeboat/shop/baseline.json").exists(), "an incomplete baseline was sealed");
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    desk.expect(0, &["sim", "fail", "us-east-1", "--no-metrics"]);
    let ran = desk.expect(0, &["baseline", "shop.yaml", "-o", "json"]).json();
    assert_eq!(ran["capacity"]["web"]["method"], "fallback", "{ran}");
    assert_eq!(ran["capacity"]["web"]["units"], 6, "the largest of desired, in service and floor");
}

/// What a device takes that has no room left.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_could_not_be_written_is_a_failure_and_a_reader_that_went_away_is_none() {
    let desk = seeded();
    desk.expect(0, &["baseline", "shop.yaml"]);
    let into = |arguments: &[&str], stdout: std::process::Stdio| {
        let output = desk.command(arguments).stdout(stdout).output().expect("the binary starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the full device");
    for arguments in [
        &["schema"][..],
        &["--version"],
        &["check", "shop.yaml"],
        &["status", "shop.yaml"],
        &["runs", "list", "shop.yaml"],
        &["drift", "shop.yaml", "-o", "json"],
        &["completions", "bash"],
    ] {
        let (code, told) = into(arguments, full().into());
        assert_eq!(code, Some(1), "{arguments:?}: {told}");
        let errors = told.lines().filter(|line| line.starts_with("error: ")).collect::<Vec<_>>();
        assert!(
            matches!(&errors[..], [one] if one.contains("could not be written") && one.contains("No space left")),
            "{arguments:?}: {told}"
        );
    }
    // The command's own failure comes first, and its exit code stays.
    let (code, told) = into(&["declare", "gone.yaml", "--reason", "x", "-o", "json"], full().into());
    assert_eq!(code, Some(64), "{told}");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let (code, told) = into(&["schema"], writer.into());
    assert_eq!((code, told.as_str()), (Some(0), ""));
}
