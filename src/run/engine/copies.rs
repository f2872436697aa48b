//! Owns what a run's record says of data that a drill copied: how long the restore took, and what the copy would have lost.

use serde::Serialize;

use super::record::StepRecord;
use crate::plan::runbook::Action;
use crate::run::journal::StepState;

/// One copy of a database.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CopyRecord {
    /// The data's name.
    pub data: String,
    /// The identifier of the copy and of its snapshot.
    pub id: String,
    /// From the beginning of the snapshot's step until it was there, in seconds; none where that was not watched to its end.
    pub snapshot_s: Option<f64>,
    /// From the beginning of the restore's step until the copy was available, in seconds: the measured restore time. None
    /// where that was not watched to its end. What passed while the run was interrupted counts.
    pub restore_s: Option<f64>,
    /// How far the copy's data is behind the moment its snapshot was taken, in seconds: the recovery point it gives. None
    /// where it was not verified, or RDS does not tell.
    pub recovery_point_s: Option<u64>,
    /// Whether it was verified.
    pub verified: bool,
    /// Whether the copy or its snapshot may still be there.
    pub left: bool,
}

impl CopyRecord {
    /// The copies of a run, in the order of its steps.
    pub(super) fn all(steps: &[StepRecord]) -> Vec<CopyRecord> {
        let restores = steps.iter().filter_map(|step| match &step.action {
            Action::RestoreCopy { copy, .. } => Some((copy, step)),
            _ => None,
        });
        let copies = restores.map(|(copy, restore)| {
            let step = |is: fn(&Action) -> Option<&crate::model::CopyMark>| {
                steps.iter().find(|step| is(&step.action) == Some(copy))
            };
            let watched = |step: &StepRecord| step.elapsed_s.filter(|_| step.state == StepState::Succeeded);
            let gone = |step: Option<&StepRecord>| step.is_some_and(ended_well);
            let verify = step(|action| match action {
                Action::VerifyCopy { copy, .. } => Some(copy),
                _ => None,
            });
            let snapshot = step(|action| match action {
                Action::SnapshotDatabase { copy, .. } => Some(copy),
                _ => None,
            });
            let without_copy = step(|action| match action {
                Action::RemoveCopy { copy, .. } => Some(copy),
                _ => None,
            });
            let without_snapshot = step(|action| match action {
                Action::RemoveSnapshot { copy, .. } => Some(copy),
                _ => None,
            });
            CopyRecord {
                data: copy.data.clone(),
                id: copy.id(),
                snapshot_s: snapshot.and_then(watched),
                restore_s: watched(restore),
                recovery_point_s: verify.and_then(|step| step.measures.recovery_point_s),
                verified: verify.is_some_and(ended_well),
                left: snapshot.is_some_and(|step| step.attempts > 0) && !(gone(without_copy) && gone(without_snapshot)),
            }
        });
        copies.collect()
    }
}

/// Whether a step did what it ensures, and nobody skipped it.
fn ended_well(step: &StepRecord) -> bool {
    matches!(step.state, StepState::Succeeded | StepState::AlreadySo)
}
