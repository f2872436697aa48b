//! Tests of the drift report: what people and machines read of a rich, made-up world, and of worlds with one change.

use serde_json::{Value, json};

use super::{json as as_json, text};
use crate::diff::fixture::*;
use crate::diff::{DriftReport, PostureView};
use crate::facts::*;
use crate::model::*;

/// Everything at once: each kind, each status, documents, secrets, gaps, rules.
fn rich() -> DriftReport {
    let mut world = World::equal();
    world.posture =
        Some(PostureView { target: "50%".into(), minimums: [("web".to_owned(), 5)].into(), declared_in: None });
    world.group().size = GroupSize { min: 5, max: 10, desired: 5 };
    world.drifted(
        Part::COMPUTE,
        "WebGroup",
        DriftStatus::Modified,
        &[("/MinSize", "\"2\"", "\"5\""), ("/HealthCheckType", "\"ELB\"", "\"EC2\"")],
    );
    world.drifted(Part::Security, "LbSecurityGroup", DriftStatus::Deleted, &[]);
    world.stack(Part::Edge).drift.as_mut().expect("ran").resources.pop();
    world.deployed_template(Part::COMPUTE, |template| {
        let data = &mut template["Resources"]["WebLaunchTemplate"]["Properties"]["LaunchTemplateData"];
        data["UserData"] = json!(encode(&SCRIPT_STANDBY.replace("workers 4", "workers 2")));
    });
    world.published = [("web".to_owned(), "ami-0cc33333333333333".to_owned())].into();
    world.production_template().image_id = Some("ami-0dd44444444444444".into());
    let newer = image("ami-0dd44444444444444", "2026-11-19T01:00:00.000Z");
    world.production().images.insert(newer.id.clone(), newer);
    world.template().user_data = Some(encode(&SCRIPT_STANDBY.replace("workers 4", "workers 2")));
    world.group().tags.insert("CostCentre".into(), "9".into());
    world.ignore("web/tags/CostCentre", 41);
    world.ignore("web/tags/Owner", 42);
    let password = world.standby.parameters.get_mut("/shop/prod/db/password").expect("made above");
    password.value = ParameterValue::Secret("hmac:22bb".into());
    let host = world.standby.parameters.get_mut("/shop/prod/db/host").expect("made above");
    host.value = ParameterValue::Plain("orders.us-east-1.example\u{1b}[2J".into());
    world.standby.security_groups.get_mut("sg-web2").expect("made above").ingress.pop();
    world.standby.gaps.push(Gap {
        noun: Noun::Network,
        subject: "vpc-2".into(),
        reason: "access denied: ec2:DescribeSubnets".into(),
    });
    world.rendered.notes.push("web: warm pool".into());
    world.judge()
}

#[test]
fn people_read_this() {
    insta::assert_snapshot!("rich_text", text(&rich(), false));
}

#[test]
fn machines_read_this() {
    insta::assert_snapshot!("rich_json", as_json(&rich(), "0.1.0"));
}

#[test]
fn colour_changes_nothing_but_colour() {
    let coloured = text(&rich(), true);
    assert!(coloured.contains("\u{1b}["));
    let plain = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(plain, text(&rich(), false));
    // The changed word within a changed line stands out.
    assert!(coloured.contains("\u{1b}[1m\u{1b}[4m\u{1b}[32m4\u{1b}[0m"), "{coloured:?}");
}

#[test]
fn the_same_world_gives_the_same_bytes() {
    assert_eq!(text(&rich(), true), text(&rich(), true));
    assert_eq!(as_json(&rich(), "0.1.0"), as_json(&rich(), "0.1.0"));
}

#[test]
fn no_secret_is_told_and_no_value_steers_the_terminal() {
    let report = rich();
    for output in [text(&report, false), as_json(&report, "0.1.0")] {
        assert!(!output.contains("hmac:"), "{output}");
        assert!(!output.contains('\u{1b}'), "{output}");
    }
}

#[test]
fn json_has_the_promised_shape() {
    let document: Value = serde_json::from_str(&as_json(&rich(), "0.1.0")).expect("JSON");
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["verdict"], "differences");
    assert_eq!(document["complete"], false);
    for finding in document["findings"].as_array().expect("a list") {
        for field in [
            "kind",
            "status",
            "severity",
            "env",
            "account",
            "region",
            "stack",
            "logical_id",
            "physical_id",
            "type",
            "path",
            "expected",
            "actual",
            "source",
        ] {
            assert!(finding.get(field).is_some(), "{field} of {finding}");
        }
    }
    let ignored = document["findings"].as_array().expect("a list").iter().find(|f| f.get("ignored_by").is_some());
    assert_eq!(ignored.expect("one is ignored")["ignored_by"]["line"], 41);
}

/// The lines that are about the one thing changed: no heading, no subject in sync.
fn of_change(change: impl FnOnce(&mut World)) -> String {
    let mut world = World::equal();
    change(&mut world);
    let text = text(&world.judge(), false);
    let boring = |line: &&str| {
        !line.is_empty()
            && !line.contains("= in sync")
            && !line.starts_with("env ")
            && !line.contains(" -> live)")
            && !line.contains(" -> rendered)")
            && !line.contains(" -> standby)")
    };
    text.lines().filter(boring).map(|line| format!("{line}\n")).collect()
}

#[test]
fn one_change_reads_like_this() {
    type Change = fn(&mut World);
    let table: [(&str, Change); 14] = [
        ("nothing", |_| {}),
        ("a port was changed by hand", |w| {
            w.drifted(Part::Edge, "WebTargetGroup", DriftStatus::Modified, &[("/Port", "8080", "9090")]);
        }),
        ("a resource was deleted by hand", |w| {
            w.drifted(Part::Security, "WebSecurityGroup", DriftStatus::Deleted, &[]);
        }),
        ("drift detection could not run", |w| {
            w.stack(Part::Edge).drift = Err("access denied: cloudformation:DetectStackDrift".into());
        }),
        ("a stack is not there", |w| {
            w.stacks.remove(&Part::COMPUTE);
        }),
        ("the last deploy was rolled back", |w| {
            w.stack(Part::Edge).facts.status = StackStatus("UPDATE_ROLLBACK_COMPLETE".into());
            w.stack(Part::Edge).facts.status_reason = Some("quota exceeded".into());
        }),
        ("a rule would be added and a resource removed", |w| {
            w.deployed_template(Part::Security, |t| {
                t["Resources"]["WebSecurityGroup"]["Properties"]["SecurityGroupIngress"] = json!([]);
                t["Resources"]["Old"] = json!({"Type": "AWS::EC2::SecurityGroup"});
            });
        }),
        ("production launches a newer image", |w| {
            w.production_template().image_id = Some("ami-0dd44444444444444".into());
            let newer = image("ami-0dd44444444444444", "2026-11-20T01:00:00.000Z");
            w.production().images.insert(newer.id.clone(), newer);
        }),
        ("the maximum is too low", |w| w.group().size.max = 8),
        ("an inbound rule is missing", |w| {
            w.standby.security_groups.get_mut("sg-lb2").expect("made above").ingress.clear();
        }),
        ("the user data is older", |w| {
            w.template().user_data = Some(encode(&SCRIPT_STANDBY.replace("set -e\n", "")));
        }),
        ("a secret differs", |w| {
            let password = w.standby.parameters.get_mut("/shop/prod/db/password").expect("made above");
            password.value = ParameterValue::Secret("hmac:22bb".into());
        }),
        ("production is dark", |w| {
            w.production = None;
            w.production_gap = Some("us-east-1 does not answer".into());
        }),
        ("production has outgrown the basis", |w| {
            w.production().groups.get_mut("shop-web").expect("made above").size.desired = 14;
        }),
    ];
    let told: Vec<String> =
        table.into_iter().map(|(what, change)| format!("# {what}\n{}", of_change(change))).collect();
    insta::assert_snapshot!("one_change", told.join("\n"));
}
