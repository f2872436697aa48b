//! Tests of the judgement: two equal worlds, one thing changed, what is found.

use jiff::civil::date;
use serde_json::json;

use super::fixture::*;
use super::*;
use crate::facts::*;
use crate::model::*;

#[test]
fn equal_worlds_are_in_sync() {
    let report = World::equal().judge();
    assert_eq!(found(&report), Vec::<String>::new());
    assert_eq!(report.gaps, vec![]);
    assert_eq!(report.exit_class(), ExitClass::InSync);
    assert!(report.coverage.iter().all(|coverage| coverage.checked == coverage.total), "{:?}", report.coverage);
    let kinds: std::collections::BTreeSet<Kind> = report.coverage.iter().map(|coverage| coverage.kind).collect();
    assert_eq!(kinds.len(), 3, "every question was asked");
}

/// One line per finding: kind, status, severity, path, values, and how it stands when it does not count.
fn found(report: &DriftReport) -> Vec<String> {
    let value = |shown: &Shown| match shown {
        Shown::Absent => "-".to_owned(),
        Shown::Text(text) => text.clone(),
        Shown::Document(text) => format!("{} lines", text.lines().count()),
        Shown::Secret => "secret".to_owned(),
    };
    let line = |f: &Finding| {
        let standing = match &f.standing {
            Standing::Counts => String::new(),
            Standing::Intended(reason) => format!(" [intended: {reason}]"),
            Standing::Ignored { line, .. } => format!(" [ignored: line {line}]"),
        };
        format!(
            "{} {:?} {}: {} | {} | {}{standing}",
            f.kind,
            f.status,
            f.severity.as_str(),
            f.path,
            value(&f.expected),
            value(&f.actual)
        )
    };
    report.findings.iter().map(line).collect()
}

/// Changes one thing and tells what is found and what the exit code says.
fn check(change: impl FnOnce(&mut World), expected: &[&str], exit: ExitClass) -> DriftReport {
    let mut world = World::equal();
    change(&mut world);
    let report = world.judge();
    assert_eq!(found(&report), expected);
    assert_eq!(report.exit_class(), exit);
    report
}

fn differs(change: impl FnOnce(&mut World), expected: &[&str]) {
    check(change, expected, ExitClass::Differences);
}

#[test]
fn drift_is_what_cloudformation_saw_without_its_noise() {
    differs(
        |w| w.drifted(Part::Edge, "WebTargetGroup", DriftStatus::Modified, &[("/Port", "8080", "9090")]),
        &["drift Modified degrades: edge/WebTargetGroup/Port | 8080 | 9090"],
    );
    differs(
        |w| w.drifted(Part::Security, "WebSecurityGroup", DriftStatus::Deleted, &[]),
        &["drift Deleted blocks failover: security/WebSecurityGroup | present | -"],
    );
    check(
        |w| w.drifted(Part::Edge, "WebTargetGroup", DriftStatus::Modified, &[("/Port", "8080", "\"8080\"")]),
        &[],
        ExitClass::InSync,
    );
    // A deleted resource stays, whatever the rules say.
    differs(
        |w| {
            w.drifted(Part::Security, "WebSecurityGroup", DriftStatus::Deleted, &[]);
            w.ignore("security/**", 41);
        },
        &["drift Deleted blocks failover: security/WebSecurityGroup | present | -"],
    );
}

#[test]
fn drift_that_could_not_be_told_is_unknown() {
    let report = check(
        |w| w.stack(Part::Edge).drift = Err("DetectStackDrift is not supported here".into()),
        &["drift Unknown degrades: edge/stack | - | -"],
        ExitClass::Unknown,
    );
    let edge = report.coverage.iter().find(|c| c.kind == Kind::Drift && c.subject == "edge").unwrap();
    assert_eq!((edge.total, edge.checked, edge.unknown), (2, 0, 2));
    check(
        |w| w.drifted(Part::Edge, "Shop", DriftStatus::Unknown, &[]),
        &["drift Unknown degrades: edge/Shop | - | -"],
        ExitClass::Unknown,
    );
    // A type CloudFormation does not look at is counted and is no alarm; a stack of nothing else is one.
    let report = check(
        |w| w.stack(Part::Edge).drift.as_mut().unwrap().resources.retain(|r| r.logical_id != "Shop"),
        &[],
        ExitClass::InSync,
    );
    assert_eq!(report.totals().unchecked, 1);
    check(|w| w.stack(Part::Edge).drift.as_mut().unwrap().resources.clear(), &[], ExitClass::Unknown);
    // An unfinished detection leaves out anything, not only what it does not support.
    check(
        |w| {
            let drift = w.stack(Part::Edge).drift.as_mut().unwrap();
            drift.complete = false;
            drift.reason = Some("Rate exceeded".into());
            drift.resources.pop();
        },
        &["drift Unknown degrades: edge/stack | - | -"],
        ExitClass::Unknown,
    );
    // Differences win: they are certain.
    check(
        |w| {
            w.stack(Part::Edge).drift = Err("no".into());
            w.drifted(Part::Security, "WebSecurityGroup", DriftStatus::Modified, &[("/GroupName", "\"a\"", "\"b\"")]);
        },
        &[
            "drift Unknown degrades: edge/stack | - | -",
            "drift Modified degrades: security/WebSecurityGroup/GroupName | a | b",
        ],
        ExitClass::Differences,
    );
}

#[test]
fn scaling_is_judged_by_what_was_asked() {
    let scaled = |w: &mut World| {
        w.drifted(Part::Compute, "WebGroup", DriftStatus::Modified, &[("/MinSize", "\"2\"", "\"10\"")]);
        w.group().size = GroupSize { min: 10, max: 10, desired: 10 };
    };
    let full = Some(PostureView { target: "full".into(), minimums: [("web".to_owned(), 10)].into() });
    let report = check(
        |w| {
            scaled(w);
            w.posture = full.clone();
        },
        &["drift Modified cosmetic: compute/WebGroup/MinSize | 2 | 10 [intended: scaled to full]"],
        ExitClass::InSync,
    );
    assert!(report.findings[0].scaling);
    differs(
        scaled,
        &[
            "drift Modified cosmetic: compute/WebGroup/MinSize | 2 | 10",
            "parity Modified cosmetic: web/group/min | 2 | 10",
        ],
    );
    // Back at its standby size although full was asked for.
    differs(
        |w| w.posture = full.clone(),
        &["parity Modified degrades: web/group/desired | 10 | 2", "parity Modified degrades: web/group/min | 10 | 2"],
    );
}

#[test]
fn pending_is_what_a_deploy_would_do() {
    differs(
        |w| {
            w.stacks.remove(&Part::Compute);
        },
        &["pending Deleted blocks failover: compute/stack | rendered | -"],
    );
    differs(
        |w| w.stack(Part::Compute).facts.status = StackStatus("UPDATE_ROLLBACK_COMPLETE".into()),
        &["pending Modified degrades: compute/status | a finished create or update | UPDATE_ROLLBACK_COMPLETE"],
    );
    differs(
        |w| w.stack(Part::Compute).facts.status = StackStatus("ROLLBACK_COMPLETE".into()),
        &["pending Modified blocks failover: compute/status | a finished create or update | ROLLBACK_COMPLETE"],
    );
    check(
        |w| w.stack(Part::Compute).facts.status = StackStatus("UPDATE_IN_PROGRESS".into()),
        &["pending Unknown degrades: compute/status | - | UPDATE_IN_PROGRESS"],
        ExitClass::Unknown,
    );
    differs(
        |w| {
            w.stack(Part::Compute).facts.parameters.insert("WebMin".into(), "1".into());
        },
        &["pending Modified degrades: compute/parameters/WebMin | 2 | 1"],
    );
    differs(
        |w| {
            w.stack(Part::Compute).facts.parameters.insert("WebSecurityGroups".into(), "sg-old".into());
        },
        &["pending Modified degrades: compute/parameters/WebSecurityGroups | sg-web2 | sg-old"],
    );
    differs(
        |w| w.published = [("web".to_owned(), "ami-0new".to_owned())].into(),
        &["pending Modified degrades: compute/parameters/WebImage/value | ami-0new | ami-0bb22222222222222"],
    );
    check(
        |w| w.stack(Part::Edge).template = "Resources: {}".into(),
        &["pending Unknown degrades: edge/template | - | -"],
        ExitClass::Unknown,
    );
}

#[test]
fn templates_are_compared_by_property() {
    differs(
        |w| {
            w.deployed_template(Part::Security, |t| {
                let group = &mut t["Resources"]["WebSecurityGroup"]["Properties"];
                group["Tags"] = json!([{"Key": "CostCentre", "Value": "1"}, {"Key": "App", "Value": "shop"}]);
                group["SecurityGroupIngress"][0]["FromPort"] = json!("9100");
            });
        },
        &["pending Modified cosmetic: security/WebSecurityGroup/Tags/CostCentre/Value | 4711 | 1"],
    );
    differs(
        |w| {
            w.deployed_template(Part::Compute, |t| {
                let data = &mut t["Resources"]["WebLaunchTemplate"]["Properties"]["LaunchTemplateData"];
                data["UserData"] = json!({"Fn::Base64": "#!/bin/sh\n./app\n"});
            });
        },
        &["pending Modified degrades: compute/WebLaunchTemplate/LaunchTemplateData/UserData | 6 lines | 2 lines"],
    );
    differs(
        |w| {
            w.deployed_template(Part::Edge, |t| {
                let resources = t["Resources"].as_object_mut().unwrap();
                resources.shift_remove("WebTargetGroup");
                resources.insert("Old".into(), json!({"Type": "AWS::SNS::Topic"}));
                t["Outputs"] = json!({"Url": {"Value": "x"}});
            });
        },
        &[
            "pending Added degrades: edge/Old | - | deployed",
            "pending Deleted degrades: edge/WebTargetGroup | rendered | -",
            "pending Added cosmetic: edge/template/Outputs | - | {\"Url\":{\"Value\":\"x\"}}",
        ],
    );
}

#[test]
fn sizes_are_held_against_the_declared_fraction() {
    differs(
        |w| w.group().size = GroupSize { min: 2, max: 8, desired: 2 },
        &["parity Modified blocks failover: web/group/max | 10 | 8"],
    );
    differs(
        |w| w.group().size = GroupSize { min: 1, max: 10, desired: 1 },
        &["parity Modified degrades: web/group/desired | 2 | 1", "parity Modified degrades: web/group/min | 2 | 1"],
    );
    // Policies may have scaled out, and more room than needed is no matter.
    check(|w| w.group().size = GroupSize { min: 2, max: 50, desired: 5 }, &[], ExitClass::InSync);
    // Production may shrink; when it outgrows the basis, full size is not full any more.
    check(|w| w.production().groups.get_mut("shop-web").unwrap().size.desired = 5, &[], ExitClass::InSync);
    differs(
        |w| w.production().groups.get_mut("shop-web").unwrap().size.desired = 14,
        &["parity Modified degrades: web/capacity-basis | 14 | 10"],
    );
}

#[test]
fn groups_are_compared_in_what_they_do() {
    differs(
        |w| w.group().health_check_type = "EC2".into(),
        &["parity Modified degrades: web/group/health-check-type | ELB | EC2"],
    );
    differs(
        |w| w.group().suspended_processes = vec!["Launch".into()],
        &["parity Added blocks failover: web/group/suspended/Launch | running | suspended"],
    );
    differs(
        |w| w.group().target_group_arns.clear(),
        &[&format!("parity Deleted blocks failover: web/group/target-groups | {TG_STANDBY} | -")],
    );
    differs(
        |w| {
            w.group().tags.insert("CostCentre".into(), "9".into());
        },
        &["parity Modified cosmetic: web/tags/CostCentre | 4711 | 9"],
    );
    differs(
        |w| {
            w.standby.groups.clear();
            w.standby.launch_templates.clear();
        },
        &["parity Deleted blocks failover: web/group | shop-web | -"],
    );
}

#[test]
fn launch_settings_are_compared_after_translation() {
    differs(
        |w| w.template().user_data = Some(encode("#!/bin/sh\n./app\n")),
        &["parity Modified degrades: web/launch-template/user-data | 6 lines | 2 lines"],
    );
    check(|w| w.template().instance_type = Some("m5.large".into()), &[], ExitClass::InSync);
    differs(
        |w| w.template().instance_type = Some("t3.nano".into()),
        &["parity Modified degrades: web/launch-template/instance-type | m6i.large | t3.nano"],
    );
    differs(
        |w| w.template().metadata_options = None,
        &[
            "parity Modified degrades: web/launch-template/metadata/hop-limit | 2 | 1",
            "parity Modified degrades: web/launch-template/metadata/http-tokens | required | optional",
        ],
    );
    differs(
        |w| w.template().block_devices[0].volume_size_gib = Some(20),
        &["parity Modified degrades: web/launch-template/block-devices/~1dev~1xvda/size | 40 GiB | 20 GiB"],
    );
    differs(
        |w| w.template().security_group_ids = vec!["sg-other".into()],
        &[
            "parity Deleted blocks failover: web/launch-template/security-groups | sg-web2 | -",
            "parity Added degrades: web/launch-template/security-groups | - | sg-other",
        ],
    );
    check(
        |w| {
            w.production_template().key_name = Some("ops".into());
            w.baseline.facts.launch_templates.get_mut("shop-web").unwrap().key_name = Some("ops".into());
        },
        &["parity Unknown degrades: web/launch-template/key-name | ops | -"],
        ExitClass::Unknown,
    );
}

#[test]
fn the_standby_launches_a_copy_of_what_production_launches() {
    differs(
        |w| {
            w.production_template().image_id = Some("ami-0new".into());
            w.production().images.insert("ami-0new".into(), image("ami-0new", "2026-11-20T01:00:00.000Z"));
        },
        &["parity Modified degrades: web/image | ami-0new (2026-11-20) | ami-0bb22222222222222 (2026-11-18)"],
    );
    differs(
        |w| w.standby.images.get_mut(IMAGE_STANDBY).unwrap().state = ImageState::Pending,
        &["parity Modified blocks failover: web/image/state | available | pending"],
    );
    differs(
        |w| w.standby.images.clear(),
        &["parity Deleted blocks failover: web/image | ami-0aa11111111111111 (2026-11-18) | ami-0bb22222222222222"],
    );
    let gap = Gap { noun: Noun::Image, subject: "*".into(), reason: "access denied".into() };
    check(
        |w| {
            w.standby.images.clear();
            w.standby.gaps.push(gap);
        },
        &[],
        ExitClass::Unknown,
    );
}

#[test]
fn security_rules_have_no_order_and_translated_peers() {
    check(|w| w.standby.security_groups.get_mut("sg-web2").unwrap().ingress.reverse(), &[], ExitClass::InSync);
    differs(
        |w| w.standby.security_groups.get_mut("sg-web2").unwrap().ingress[0].peer = RulePeer::Group("sg-lb1".into()),
        &[
            "parity Added degrades: web/security-group/shop-web/ingress/tcp 8080 from sg-lb1 | - | tcp 8080 from sg-lb1",
            "parity Deleted blocks failover: web/security-group/shop-web/ingress/tcp 8080 from sg-lb2 | tcp 8080 from sg-lb2 | -",
        ],
    );
    differs(
        |w| {
            w.standby.security_groups.remove("sg-lb2");
        },
        &["parity Deleted blocks failover: web/security-group/shop-lb | sg-lb2 | -"],
    );
    check(
        |w| {
            w.rendered.counterparts.remove("sg-lb1");
        },
        &[
            "parity Unknown degrades: web/security-group/shop-lb | sg-lb1 | -",
            "parity Unknown degrades: web/security-group/shop-web/ingress/tcp 8080 from sg-lb1 | sg-lb1 | -",
        ],
        ExitClass::Unknown,
    );
}

#[test]
fn balancers_and_target_groups_are_compared() {
    differs(
        |w| w.standby.target_groups.get_mut(TG_STANDBY).unwrap().health_check.path = Some("/".into()),
        &["parity Modified degrades: web/target-group/shop-web/health-check/path | /healthz | /"],
    );
    differs(
        |w| w.standby.load_balancers.get_mut(LB_STANDBY).unwrap().listeners.clear(),
        &["parity Deleted blocks failover: web/load-balancer/shop/listener/443 | HTTPS | -"],
    );
    differs(
        |w| w.standby.load_balancers.get_mut(LB_STANDBY).unwrap().listeners[0].certificate_arns = vec!["other".into()],
        &[&format!(
            "parity Modified blocks failover: web/load-balancer/shop/listener/443/certificates | {CERT_STANDBY} | other"
        )],
    );
}

#[test]
fn parameters_are_compared_and_secrets_stay_secret() {
    differs(
        |w| {
            w.standby.parameters.remove("/shop/prod/db/host");
        },
        &["parity Deleted degrades: parameters/shop/prod/db/host | orders.us-west-2.example | -"],
    );
    differs(
        |w| {
            let parameter = w.standby.parameters.get_mut("/shop/prod/db/password").unwrap();
            parameter.value = ParameterValue::Secret("hmac:22bb".into());
        },
        &["parity Modified degrades: parameters/shop/prod/db/password | secret | secret"],
    );
    let extra = |w: &mut World| {
        let name = "/shop/prod/old";
        let value = ParameterValue::Plain("x".into());
        w.standby.parameters.insert(name.into(), parameter(name, ParameterType::String, value));
    };
    check(
        extra,
        &["parity Added cosmetic: parameters/shop/prod/old | - | x [intended: sync deletes nothing below this path]"],
        ExitClass::InSync,
    );
    differs(
        |w| {
            extra(w);
            w.environment.sync.parameters[0].delete = true;
        },
        &["parity Added cosmetic: parameters/shop/prod/old | - | x"],
    );
    // An empty source path is a mistake, not agreement.
    check(
        |w| {
            w.production().parameters.clear();
        },
        &["parity Unknown degrades: parameters/shop/prod/ | - | -"],
        ExitClass::Unknown,
    );
}

#[test]
fn a_baseline_that_no_longer_holds_is_told() {
    let mut world = World::equal();
    world.production().groups.get_mut("shop-web").unwrap().health_check_grace_s = 300;
    let report = world.judge();
    assert_eq!(
        found(&report),
        [
            "parity Modified degrades: web/baseline | production now | production as recorded",
            "parity Modified degrades: web/group/health-check-grace | 300s | 120s",
        ]
    );
    let note = report.findings[0].note.as_deref().unwrap();
    assert!(note.contains("(group/health_check_grace_s)"), "{note}");
}

#[test]
fn a_dark_production_is_unknown_and_the_baseline_stands_in() {
    let dark = |w: &mut World| {
        w.production = None;
        w.production_gap = Some("us-east-1 does not answer".into());
    };
    let report = check(dark, &[], ExitClass::Unknown);
    assert_eq!(report.gaps.len(), 1);
    assert_eq!(report.gaps[0].reason, "us-east-1 does not answer");
    let report = check(
        |w| {
            dark(w);
            w.group().health_check_type = "EC2".into();
        },
        &["parity Modified degrades: web/group/health-check-type | ELB | EC2"],
        ExitClass::Differences,
    );
    assert_eq!(report.findings[0].source, Source::Baseline);
    assert!(report.is_incomplete());
}

#[test]
fn rules_take_findings_out_of_the_count() {
    let report = check(
        |w| {
            w.group().tags.insert("CostCentre".into(), "9".into());
            w.ignore("web/tags/CostCentre", 41);
            w.ignore("web/tags/Owner", 42);
        },
        &["parity Modified cosmetic: web/tags/CostCentre | 4711 | 9 [ignored: line 41]"],
        ExitClass::InSync,
    );
    assert_eq!(
        report.rules.iter().map(|r| r.state).collect::<Vec<_>>(),
        [RuleState::Used { findings: 1 }, RuleState::Unused]
    );
    differs(
        |w| {
            w.group().tags.insert("CostCentre".into(), "9".into());
            w.ignore("web/tags/CostCentre", 41);
            w.environment.drift.ignore[0].expires = Some(date(2026, 11, 19));
        },
        &["parity Modified cosmetic: web/tags/CostCentre | 4711 | 9"],
    );
}
