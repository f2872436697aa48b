//! Tests of drift: two equal worlds, one thing changed, what is found.

use super::{check, differs};
use crate::diff::fixture::*;
use crate::diff::*;
use crate::facts::*;
use crate::model::*;

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
        w.drifted(Part::COMPUTE, "WebGroup", DriftStatus::Modified, &[("/MinSize", "\"2\"", "\"10\"")]);
        w.group().size = GroupSize { min: 10, max: 10, desired: 10 };
    };
    let full =
        Some(PostureView { target: "full".into(), minimums: [("web".to_owned(), 10)].into(), declared_in: None });
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
