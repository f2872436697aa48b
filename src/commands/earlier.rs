//! Owns reading the earlier runs that a plan rests on: what is under way, and how long steps took.

use std::path::Path;

use super::context::Session;
use crate::plan::declare::PastTimes;
use crate::plan::runbook::{RunKind, Runbook};
use crate::run::Basis;
use crate::run::engine::RunRecord;
use crate::run::journal::{Journal, JournalError, StepState, Tail};
use crate::store::{Runs, RunsError};
use crate::ui::Failure;

/// How many earlier runs estimates are taken from.
const PAST_RUNS: usize = 3;

/// How far the runs have come, and the records of the last ones, oldest first. A damaged old run must not stand in the way
/// of a declaration; a damaged last one may hide a run under way, and does.
pub(super) async fn past_runs(session: &Session, file: &Path) -> Result<(Basis, Vec<RunRecord>), Failure> {
    let basis = Basis::read(session.store.as_ref(), &session.environment.name).await?;
    let records = newest(session, &basis, file).await?;
    Ok((basis, records))
}

/// The same for a declaration: a damaged record of the posture is told, and does not keep it waiting.
pub(super) async fn past_despite(session: &Session, file: &Path) -> Result<(Basis, Vec<RunRecord>), Failure> {
    let (basis, damaged) = Basis::read_for_declaration(session.store.as_ref(), &session.environment.name).await?;
    if let Some(error) = damaged {
        session
            .printer()
            .warn(&format!("{error}; what the standby was declared for is taken from the journals of runs"));
    }
    let records = newest(session, &basis, file).await?;
    Ok((basis, records))
}

async fn newest(session: &Session, basis: &Basis, file: &Path) -> Result<Vec<RunRecord>, Failure> {
    let (runs, store) = (Runs::of(&session.environment.name), session.store.as_ref());
    let mut records = Vec::new();
    // What was only planned tells nothing, and must not push a run that was begun out of sight.
    let begun = basis.marks.iter().rev().filter(|(_, marks)| **marks > 0).map(|(run, _)| run);
    for (age, run) in begun.take(PAST_RUNS).enumerate() {
        match record(session, &runs, run).await {
            Ok(record) => records.push(record),
            Err(_) if age > 0 => {}
            // A person has seen that nothing goes on in it.
            Err(_) if runs.given_up(store, run).await?.is_some() => {}
            Err(failure) if !is_damaged(session, run).await => return Err(failure),
            Err(mut failure) => {
                let give_up = format!("lifeboat runs abandon {} {run} --because TEXT", file.display());
                let when = "give the run up, once you know that nothing goes on in it";
                failure.hints.insert(0, format!("{when}: {give_up}"));
                return Err(failure);
            }
        }
    }
    records.reverse();
    Ok(records)
}

/// Whether a run's plan or journal is there and cannot be read, so that it can only be given up.
async fn is_damaged(session: &Session, run: &str) -> bool {
    let (name, store) = (&session.environment.name, &session.store);
    matches!(Runs::of(name).load::<Runbook>(store.as_ref(), run).await, Err(RunsError::Damaged { .. }))
        || matches!(Journal::open(store.clone(), name, run).await, Err(JournalError::Damaged { .. }))
}

pub(super) async fn record(session: &Session, runs: &Runs, run: &str) -> Result<RunRecord, Failure> {
    let runbook: Runbook = runs.load(session.store.as_ref(), run).await?;
    let mut tail = Tail::new(session.store.clone(), &session.environment.name, run);
    Ok(RunRecord::of(&runbook, &tail.read_all().await?))
}

/// How long the steps of earlier runs took, where they had something to do, and how much that brought.
pub(super) fn times(past: &[RunRecord]) -> PastTimes {
    let worked = |record: &RunRecord| {
        let steps = record.steps.iter().filter(|step| step.state == StepState::Succeeded && step.attempts == 1);
        steps.filter_map(|step| Some((step.id.clone(), step.elapsed_s?, step.measures.grew))).collect::<Vec<_>>()
    };
    PastTimes::of(
        past.iter()
            .filter(|record| record.kind != RunKind::Failback)
            .map(|record| (record.run.as_str(), worked(record))),
    )
}
