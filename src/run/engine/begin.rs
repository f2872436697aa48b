//! Owns the beginning of a carrying out, first or resumed: what is refused, and what the journal says first.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::end::Refusal;
use super::grounds::to_reopen;
use super::order::flaw;
use crate::plan::runbook::{Runbook, StepId};
use crate::run::journal::{Event, Journal, JournalError, RunState, StepState};
use crate::store::{Lease, LeaseKeeper};

/// How often the journal is read again because the process that lost the lease was still writing. It writes once more
/// at most: its next renewal fails.
const READ_AGAIN: u32 = 3;

/// Notes the beginning or resumption, what became unknown when the last process died, what is to be ensured again, and what the plan skips. A
/// beginning is made durable with the first wave. A resumption is so at once, because it ends the writing of a process
/// from which the lease was taken.
pub(super) async fn begin(
    runbook: &Runbook,
    journal: &mut Journal,
    lease: &LeaseKeeper,
    now: Timestamp,
) -> Result<(), Refusal> {
    if !runbook.is_intact() {
        return Err(Refusal::Altered);
    }
    if let Some(reason) = flaw(runbook) {
        return Err(Refusal::Unsound { reason });
    }
    let taken_over = lease.was_taken_over();
    let lease = lease.lease().await;
    if lease.run != runbook.id {
        return Err(Refusal::OtherRun { run: lease.run });
    }
    let mut attempt = 1;
    loop {
        let is_new = journal.progress().run == RunState::New;
        note(runbook, journal, &lease, now)?;
        if is_new && !taken_over {
            return Ok(());
        }
        match journal.flush().await {
            Ok(()) => return Ok(()),
            Err(JournalError::Overtaken { .. }) if attempt < READ_AGAIN => {
                journal.read_again().await.map_err(Refusal::Journal)?;
                attempt += 1;
            }
            Err(error) => return Err(Refusal::Journal(error)),
        }
    }
}

fn note(runbook: &Runbook, journal: &mut Journal, lease: &Lease, now: Timestamp) -> Result<(), Refusal> {
    let steps: BTreeSet<&StepId> = runbook.steps.iter().map(|step| &step.id).collect();
    let fits = journal.entries().iter().all(|entry| match &entry.event {
        Event::Began { runbook: of, .. } => *of == runbook.digest,
        _ => entry.step.as_ref().is_none_or(|id| steps.contains(id)),
    });
    if !fits {
        return Err(Refusal::OtherRunbook);
    }
    let (by, host, fence) = (lease.holder.clone(), lease.host.clone(), lease.fence);
    let event = match journal.progress().run {
        RunState::Ended { .. } => return Err(Refusal::Over { how: "has ended".to_owned() }),
        RunState::Abandoned => return Err(Refusal::Over { how: "was abandoned".to_owned() }),
        RunState::New => Event::Began {
            by,
            host,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            runbook: runbook.digest.clone(),
            fence,
        },
        RunState::Running | RunState::Stopped => Event::Resumed { by, host, fence },
    };
    journal.note(now, None, event).map_err(Refusal::Journal)?;
    settle_started(runbook, journal, now).map_err(Refusal::Journal)?;
    for id in to_reopen(runbook, journal.progress()) {
        let because = "the run was resumed, and what is still to come rests on it".to_owned();
        journal.note(now, Some(id), Event::Reopened { because }).map_err(Refusal::Journal)?;
    }
    for step in &runbook.steps {
        if let Some(because) = &step.skipped
            && journal.progress().step(&step.id) == StepState::Pending
        {
            let event = Event::Skipped { because: because.clone(), by: runbook.declared_by.clone() };
            journal.note(now, Some(step.id.clone()), event).map_err(Refusal::Journal)?;
        }
    }
    Ok(())
}

/// What was in flight when a process died is unknown from now on.
pub(super) fn settle_started(runbook: &Runbook, journal: &mut Journal, now: Timestamp) -> Result<(), JournalError> {
    let started: Vec<StepId> = runbook
        .steps
        .iter()
        .filter(|step| journal.progress().step(&step.id) == StepState::Started)
        .map(|step| step.id.clone())
        .collect();
    for id in started {
        let what = "the process ended while this was under way".to_owned();
        journal.note(now, Some(id), Event::Unknown { what })?;
    }
    Ok(())
}
