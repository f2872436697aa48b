//! Tests of the judgement: two equal worlds, one thing changed, what is found.

mod data;
mod drift;
mod events;
mod lever;
mod parity;
mod pending;

use jiff::civil::date;

use super::fixture::*;
use super::*;

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
