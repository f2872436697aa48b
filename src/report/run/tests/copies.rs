//! Owns the tests of what is told of copies of data: restore times, recovery points, and what may still be there.

use std::collections::BTreeSet;

use super::made_up::{Journal, runbook, spent};
use crate::facts::CopyLike;
use crate::model::CopyMark;
use crate::plan::runbook::{Action, RunKind, Runbook, Step, StepId};
use crate::report::drill::DrillVerdict;
use crate::report::run::{RunReport, html, text};
use crate::run::engine::CopyRecord;
use crate::run::journal::{Event, Measures};

/// A drill that copies one database.
fn drill() -> Runbook {
    let mut plan = Runbook { kind: RunKind::Drill, incident_at: None, ..runbook() };
    let copy = CopyMark { environment: "shop".into(), run: "r1".into(), data: "orders".into() };
    let actions = [
        ("serve-web", plan.step(&StepId("serve-web".into())).expect("a step").action.clone()),
        ("snapshot-orders", Action::SnapshotDatabase { copy: copy.clone(), timeout_s: 9 }),
        ("restore-orders", Action::RestoreCopy { copy: copy.clone(), like: CopyLike::default(), timeout_s: 9 }),
        ("verify-orders", Action::VerifyCopy { copy: copy.clone(), encrypted: false, kms_key: None }),
        ("remove-copy-orders", Action::RemoveCopy { copy: copy.clone(), timeout_s: 9 }),
        ("remove-snapshot-orders", Action::RemoveSnapshot { copy, timeout_s: 9 }),
    ];
    let like = plan.steps[0].clone();
    let step = |(id, action): (&str, Action)| Step {
        id: StepId(id.into()),
        title: id.replace('-', " "),
        needs: BTreeSet::new(),
        best_effort: !id.starts_with("remove"),
        action,
        ..like.clone()
    };
    plan.steps = actions.map(step).into();
    plan.sealed()
}

fn begun() -> Journal {
    let mut journal = Journal::new(drill());
    journal.begin(1).done(1, 90, "serve-web", "10 of 10", spent(0.0, 89.0));
    journal.done(1, 181, "snapshot-orders", "there", spent(0.0, 180.0));
    journal
}

fn copy(report: &RunReport) -> CopyRecord {
    assert_eq!(report.record.totals.copies.len(), 1);
    report.record.totals.copies[0].clone()
}

fn ended(recovery_point_s: Option<u64>) -> RunReport {
    let mut journal = begun();
    journal.done(181, 661, "restore-orders", "available", spent(0.0, 480.0));
    let measures = Measures { recovery_point_s, ..Measures::default() };
    journal.done(661, 662, "verify-orders", "as it should be", measures);
    journal.done(662, 812, "remove-copy-orders", "gone", spent(0.0, 150.0));
    journal.done(812, 813, "remove-snapshot-orders", "gone", spent(0.0, 1.0));
    journal.line(813, "", Event::Ended { degraded: false });
    journal.report()
}

#[test]
fn a_restored_copy_is_in_the_record_the_lines_and_the_page() {
    let report = ended(Some(4));
    let told = text(&report, false);
    assert!(told.contains("copy: orders: restore 8 min 00 s; snapshot 3 min 00 s; recovery point 4 s; verified"));
    assert!(report.summary.contains("brought the standby up 1 min 30 s after"), "{}", report.summary);
    assert!(report.summary.contains("The recovery point is 4 s, within the objective of 5 min."), "{}", report.summary);
    let page = html(&report);
    for shown in ["Restored copies of data", "shop-orders-drill-r1", "verified, and removed", ">8 min 00 s<"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(report.json()["record"]["totals"]["copies"][0]["restore_s"].as_f64() == Some(480.0));
    assert!(DrillVerdict::of(&report.record, None).is_good());
}

#[test]
fn data_that_is_too_old_or_of_unknown_age_is_not_within_the_objective() {
    let old = ended(Some(301));
    let verdict = DrillVerdict::of(&old.record, None);
    assert!(!verdict.is_good());
    insta::assert_snapshot!(verdict.text(false), @"drill: not good enough: the copied data is 301 s old, and the objective (RPO) is 5m");
    let unknown = ended(None);
    let totals = &unknown.record.totals;
    assert_eq!((totals.recovery_point_s, totals.recovery_point_met), (None, None));
    assert_eq!(totals.recovery_point_unknown, [StepId("verify-orders".into())]);
    assert_eq!(copy(&unknown).recovery_point_s, None);
    assert!(text(&unknown, false).contains("recovery point not known (objective"));
}

#[test]
fn what_may_still_be_there_is_told_until_both_are_gone() {
    let fresh = Journal::new(drill()).begin(1).report();
    assert!(!copy(&fresh).left, "nothing was made yet");
    let mut journal = begun();
    assert!(copy(&journal.report()).left, "the snapshot is there");
    journal.done(181, 662, "restore-orders", "available", spent(0.0, 480.0));
    journal.done(662, 812, "remove-copy-orders", "gone", spent(0.0, 150.0));
    let report = journal.line(812, "", Event::Stopped { reason: "stopped".into() }).report();
    let left = copy(&report);
    assert_eq!((left.left, left.verified, left.restore_s), (true, false, Some(481.0)));
    let told = DrillVerdict::of(&report.record, None).text(false);
    assert!(told.contains("copies of data may still be there: shop-orders-drill-r1; resume it to clean up"), "{told}");
}

#[test]
fn a_restore_that_nobody_watched_to_its_end_was_not_measured() {
    let mut journal = begun();
    let text = "it was there".to_owned();
    journal.start(181, "restore-orders").line(900, "restore-orders", Event::AlreadySo { text });
    assert_eq!(copy(&journal.report()).restore_s, None);
}
