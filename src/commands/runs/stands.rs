//! Owns the question whether a run may still be carried out, asked while its lease is held: nobody else writes then.

use crate::commands::context::Session;
use crate::plan::runbook::{RunKind, Runbook};
use crate::run::Basis;
use crate::run::basis::BasisError;
use crate::run::journal::RunState;
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
        Some((words, because)) => Err(Failure::refused(format!("run {} is stale: {words}", runbook.id))
            .because(because)
            .hint(format!("give it up: lifeboat runs abandon {file} {} --because TEXT", runbook.id))),
        None => Ok(()),
    }
}

/// How later runs, newest first, overtake one that is taken up again. A drill and a failback take capacity from the
/// standby: after a later declaration that would take it from the users. One that never began was planned from what was
/// there before any of them.
fn overtaken_by(kind: RunKind, state: RunState, later: &[(String, RunKind)]) -> Option<(String, &'static str)> {
    let declared = later.iter().find(|(_, later)| *later == RunKind::Declare).filter(|_| kind != RunKind::Declare);
    if let Some((run, _)) = declared {
        let because = "standing the standby down would take its capacity from the users";
        return Some((format!("{run} was declared after it"), because));
    }
    let (run, _) = later.first().filter(|_| state == RunState::New)?;
    Some((format!("it never began, and {run} has come after it"), "it was planned from what was there before that"))
}

impl From<BasisError> for Failure {
    fn from(error: BasisError) -> Self {
        match error {
            BasisError::Runs(error) => error.into(),
            BasisError::Posture(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_up_again_is_stale_after_a_later_declaration_and_if_it_never_began_after_any() {
        use RunKind::{Declare, Drill, Failback};
        let begun = RunState::Stopped;
        for (kind, state, later, stale) in [
            (Declare, begun, &[][..], None),
            (Declare, begun, &[Drill], None),
            (Declare, begun, &[Declare], None),
            (Drill, begun, &[Failback], None),
            (Drill, begun, &[Drill, Declare], Some("later-1 was declared after it")),
            (Failback, begun, &[Declare], Some("later-0 was declared after it")),
            (Failback, RunState::New, &[], None),
            (Failback, RunState::New, &[Failback], Some("it never began, and later-0 has come after it")),
            (Declare, RunState::New, &[Failback, Declare], Some("it never began, and later-0 has come after it")),
        ] {
            let named: Vec<_> = later.iter().enumerate().map(|(n, kind)| (format!("later-{n}"), *kind)).collect();
            let told = overtaken_by(kind, state, &named).map(|(words, _)| words);
            assert_eq!(told.as_deref(), stale, "{kind:?} {state:?} {later:?}");
        }
    }
}
