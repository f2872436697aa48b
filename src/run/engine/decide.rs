//! Owns what a person decides about a run that stands still: a step is skipped, the run is given up.

use super::begin::settle_started;
use super::end::Refusal;
use crate::cloud::Clock;
use crate::plan::runbook::{Runbook, StepId};
use crate::run::journal::{Event, Journal, RunState};
use crate::store::LeaseKeeper;

/// Skips a step that has not ended well, durably; steps that need it go on without it.
pub async fn skip(
    runbook: &Runbook,
    journal: &mut Journal,
    lease: &LeaseKeeper,
    clock: &dyn Clock,
    step: &StepId,
    because: &str,
) -> Result<(), Refusal> {
    if runbook.step(step).is_none() {
        let all: Vec<&str> = runbook.steps.iter().map(|step| step.id.0.as_str()).collect();
        let meant = crate::model::closest(&step.0, &all);
        let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
        return Err(Refusal::NoStep { step: step.clone(), meant });
    }
    let now = clock.now();
    if journal.progress().run == RunState::Running {
        settle_started(runbook, journal, now).map_err(Refusal::Journal)?;
    }
    let event = Event::Skipped { because: because.to_owned(), by: lease.lease().await.holder };
    journal.note(now, Some(step.clone()), event).map_err(Refusal::Journal)?;
    journal.flush().await.map_err(Refusal::Journal)
}

/// Gives a run up, durably: it can never be resumed. What it did stays as it is.
pub async fn abandon(
    journal: &mut Journal,
    lease: &LeaseKeeper,
    clock: &dyn Clock,
    because: &str,
) -> Result<(), Refusal> {
    match journal.progress().run {
        RunState::Ended { .. } => return Err(Refusal::Over { how: "has ended".to_owned() }),
        RunState::Abandoned => return Err(Refusal::Over { how: "was abandoned".to_owned() }),
        RunState::New | RunState::Running | RunState::Stopped => {}
    }
    let event = Event::Abandoned { because: because.to_owned(), by: lease.lease().await.holder };
    journal.note(clock.now(), None, event).map_err(Refusal::Journal)?;
    journal.flush().await.map_err(Refusal::Journal)
}
