//! Owns the question whether a run may still be carried out, asked while its lease is held: nobody else writes then.

use crate::commands::context::Session;
use crate::plan::runbook::{RunKind, Runbook};
use crate::run::Basis;
use crate::run::basis::BasisError;
use crate::run::journal::RunState;
use crate::run::overtaken::overtaken_by;
use crate::store::{Runs, RunsError};
use crate::ui::Failure;

/// Refuses a plan whose basis has changed since it was made, and a run that a later one has overtaken.
pub(super) async fn still_stands(
    session: &Session,
    file: &str,
    runbook: &Runbook,
    state: RunState,
    planned_from: Option<&Basis>,
) -> Result<(), Failure> {
    let (store, name) = (session.store.as_ref(), &session.environment.name);
    let now = match runbook.kind {
        RunKind::Declare => Basis::read_for_declaration(store, name).await?.0,
        RunKind::Drill | RunKind::Failback => Basis::read(store, name).await?,
    };
    if let Some(before) = planned_from {
        return match before.stale(&now, runbook.kind, &runbook.id) {
            Some(stale) => Err(Failure::refused(format!("the plan is stale: {stale}; nothing was done"))
                .hint(format!("see what happened: lifeboat runs list {file}"))
                .hint("plan again: run the same command again")),
            None => Ok(()),
        };
    }
    // A run that is taken up again: what is later than it has begun already, so its plan is there.
    let mut later = Vec::new();
    for run in now.marks.iter().rev().filter(|(run, marks)| **run > runbook.id && **marks > 0).map(|(run, _)| run) {
        match Runs::of(name).load::<Runbook>(store, run).await {
            Ok(other) => later.push((run.clone(), other.kind)),
            // It was given up, because its plan is damaged: nobody goes on with it.
            Err(RunsError::Damaged { .. }) if Runs::of(name).given_up(store, run).await?.is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    match overtaken_by(runbook.kind, state, &later) {
        Some(overtaken) => Err(Failure::refused(format!("run {} is stale: {}", runbook.id, overtaken.words()))
            .because(overtaken.because())
            .hint(format!("give it up: lifeboat runs abandon {file} {} --because TEXT", runbook.id))),
        None => Ok(()),
    }
}

impl From<BasisError> for Failure {
    fn from(error: BasisError) -> Self {
        match error {
            BasisError::Runs(error) => error.into(),
            BasisError::Posture(error) => error.into(),
        }
    }
}
