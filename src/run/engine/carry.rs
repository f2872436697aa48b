//! Owns carrying a runbook out: waves of steps, each wave's intents durable in one write before the first of its acts.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;
use tokio::sync::watch::Sender;

use super::actor::Actor;
use super::attempt::{Ending, Means, Permit, attempt, token};
use super::begin::begin;
use super::end::{FailedStep, Refusal, RunEnd, Stopped};
use super::grounds::grounds;
use super::keep::Kept;
use super::order::{Tries, is_settled, ready};
use super::record::{RunRecord, StepRecord};
use super::renewal::Renewal;
use crate::cloud::Clock;
use crate::plan::runbook::{Action, Runbook, Step, StepId};
use crate::run::event::Watch;
use crate::run::journal::{Event, Journal, JournalError, RunState, StepState};
use crate::run::stop::Stop;
use crate::store::{LeaseError, LeaseKeeper};

/// Why no further step is started.
enum Halt {
    /// A step failed.
    Failed,
    /// A person asked for it.
    Interrupted,
    /// The journal cannot be written any more.
    Journal(JournalError),
    /// The lease is lost, or could not be renewed before it ran out.
    Lease(LeaseError),
}

type InFlight<'a> = FuturesUnordered<BoxFuture<'a, Ending>>;

/// Carries a runbook out, or on from where its journal stands, until every step has ended or one fails.
///
/// Nothing acts before its intent is durable and the lease renewed. The first failure that is not best effort, or `stop`,
/// starts nothing new; what is in flight is finished and journalled.
pub async fn carry_out(
    runbook: &Runbook,
    journal: &mut Journal,
    actor: &dyn Actor,
    lease: &LeaseKeeper,
    clock: &dyn Clock,
    watch: &dyn Watch,
    stop: &Stop,
) -> RunEnd {
    if let Err(refusal) = begin(runbook, journal, lease, clock.now()).await {
        return RunEnd::Refused(refusal);
    }
    // Steps see this one: it is also set when the journal or the lease is lost.
    let (switch, steps_stop) = Stop::new();
    let (keep, mut kept) = unbounded_channel::<Kept>();
    let noted = Mutex::default();
    let means = Means { actor, clock, watch, stop: &steps_stop, keep: &keep, noted: &noted };
    let (permit, _) = tokio::sync::watch::channel(Permit::default());
    let mut in_flight: InFlight<'_> = FuturesUnordered::new();
    let mut endings: Vec<Ending> = Vec::new();
    let mut pending: Vec<Kept> = Vec::new();
    let mut tries = Tries::default();
    let mut halt: Option<Halt> = None;
    let mut unnoted: Vec<(StepId, Event)> = Vec::new();
    // By the wall, and not by the cloud's clock, which may be a virtual one.
    let began = Instant::now();
    let mut renewal = Renewal::new(lease.life(), began.elapsed());
    // Whom to tell once the next write is durable, and whether it holds intents.
    let (mut told, mut intends) = (Vec::new(), false);
    loop {
        if stop.requested() {
            switch.stop();
            halt.get_or_insert(Halt::Interrupted);
        }
        while let Ok(one) = kept.try_recv() {
            pending.push(one);
        }
        told.extend(note_kept(journal, &mut pending, &mut halt, clock));
        let wave = turn(runbook, journal, (&mut endings, &mut unnoted), &mut tries, &mut halt, clock);
        if wave.iter().any(|(step, ..)| step.action == Action::Report) {
            *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(journal.so_far());
        }
        for (step, intent, unsure) in &wave {
            let token = token(&runbook.id, &step.id);
            in_flight.push(
                attempt(step, grounds(runbook, step), token, *intent, *unsure, means, permit.subscribe()).boxed(),
            );
        }
        if !wave.is_empty() {
            intends = true;
            // What a look tells at once is written together with its intent, and with the intents of what comes next: a
            // write of its own would be a round trip to the store for each.
            gather(&mut in_flight, &mut endings).await;
            if !endings.is_empty() {
                continue;
            }
        }
        let over = in_flight.is_empty() && endings.is_empty();
        if over {
            note_end(runbook, journal, &tries, &mut halt, clock);
        }
        if !is_lost(halt.as_ref()) {
            let due = std::mem::take(&mut intends) || renewal.is_due(began.elapsed());
            let writes = async {
                let renewed = async {
                    match due || lease.is_due(clock.now()).await {
                        true => Some(lease.renew(clock.now()).await),
                        false => None,
                    }
                };
                join(journal.flush(), renewed).await
            };
            let (flushed, renewed) = alongside(writes, &mut in_flight, &mut endings).await;
            if let Some(renewed) = &renewed {
                renewal.tried(began.elapsed(), renewed.is_ok());
            }
            if let Err(error) = flushed {
                halt = Some(Halt::Journal(error));
            } else if let Some(Err(error)) = renewed
                && !bearable(&error, lease, clock).await
            {
                halt = Some(Halt::Lease(error));
            }
            announce(&permit, journal.last(), is_lost(halt.as_ref()));
        }
        // The switch first: who gets leave looks at it next, and it may have been asked for during the write.
        if is_lost(halt.as_ref()) || stop.requested() {
            switch.stop();
        }
        if is_lost(halt.as_ref()) {
            announce(&permit, 0, true);
            // Who waits for what never will be durable, or is another's to write by now, learns it from this.
            told.clear();
        } else {
            for durable in told.drain(..) {
                let _ = durable.send(());
            }
        }
        if over {
            return conclude(runbook, journal, &tries, halt, &unnoted, stop.requested());
        }
        if endings.is_empty() {
            // A lease that is lost is not renewed any more.
            let renew_in = if is_lost(halt.as_ref()) { lease.life() } else { renewal.left(began.elapsed()) };
            wait(&mut in_flight, &mut endings, (&mut kept, &mut pending), renew_in, stop, !steps_stop.requested())
                .await;
        }
        gather(&mut in_flight, &mut endings).await;
    }
}

/// Takes in everything that ends at the same moment as what has ended: it is journalled in one write. Tokio lets a task
/// do only so much at a time and then shows it nothing more; a thousand steps that one look ends are more than that.
async fn gather(in_flight: &mut InFlight<'_>, endings: &mut Vec<Ending>) {
    let mut gathered = 0;
    loop {
        while let Some(Some(ending)) = in_flight.next().now_or_never() {
            endings.push(ending);
        }
        if endings.len() == gathered || in_flight.is_empty() {
            return;
        }
        gathered = endings.len();
        tokio::task::yield_now().await;
    }
}

/// Journals what has ended and the intents of what may start; the steps to start, with the number of their intent and
/// whether an earlier attempt may have had its effect. What the journal cannot take any more goes to the `unnoted`.
fn turn<'a>(
    runbook: &'a Runbook,
    journal: &mut Journal,
    (endings, unnoted): (&mut Vec<Ending>, &mut Vec<(StepId, Event)>),
    tries: &mut Tries,
    halt: &mut Option<Halt>,
    clock: &dyn Clock,
) -> Vec<(&'a Step, u64, bool)> {
    for ending in endings.drain(..) {
        tries.in_flight.remove(&ending.step);
        let Some(event) = ending.event else { continue };
        if is_lost(halt.as_ref()) {
            unnoted.push((ending.step, event));
        } else if let Err(error) = journal.note(ending.at, Some(ending.step), event) {
            *halt = Some(Halt::Journal(error));
        }
    }
    if halt.is_none() && runbook.steps.iter().any(|step| has_failed(step, journal, tries)) {
        *halt = Some(Halt::Failed);
    }
    if halt.is_some() {
        return Vec::new();
    }
    let mut wave = Vec::new();
    for step in ready(runbook, journal.progress(), tries) {
        let unsure = journal.progress().step(&step.id) == StepState::Unknown;
        let started = Event::Started { token: token(&runbook.id, &step.id) };
        match journal.note(clock.now(), Some(step.id.clone()), started) {
            Ok(intent) => {
                *tries.attempts.entry(step.id.clone()).or_insert(0) += 1;
                tries.in_flight.insert(step.id.clone());
                wave.push((step, intent, unsure));
            }
            Err(error) => {
                *halt = Some(Halt::Journal(error));
                break;
            }
        }
    }
    wave
}

/// Journals what steps at work have measured; whom to tell once that is durable.
fn note_kept(
    journal: &mut Journal,
    pending: &mut Vec<Kept>,
    halt: &mut Option<Halt>,
    clock: &dyn Clock,
) -> Vec<oneshot::Sender<()>> {
    let mut told = Vec::new();
    for Kept { step, measures, durable } in pending.drain(..) {
        told.push(durable);
        if !is_lost(halt.as_ref())
            && let Err(error) = journal.note(clock.now(), Some(step), Event::Measured { measures })
        {
            *halt = Some(Halt::Journal(error));
        }
    }
    told
}

/// Whether a step was tried in this sitting and stops the run.
fn has_failed(step: &Step, journal: &Journal, tries: &Tries) -> bool {
    let tried = tries.attempts.get(&step.id).copied().unwrap_or(0);
    if step.best_effort || tried == 0 || tries.in_flight.contains(&step.id) {
        return false;
    }
    match journal.progress().step(&step.id) {
        StepState::Failed => true,
        StepState::Unknown => tried >= super::order::ATTEMPTS,
        _ => false,
    }
}

fn note_end(runbook: &Runbook, journal: &mut Journal, tries: &Tries, halt: &mut Option<Halt>, clock: &dyn Clock) {
    if is_lost(halt.as_ref()) {
        return;
    }
    let event = if runbook.steps.iter().all(|step| is_settled(step, journal.progress(), tries)) {
        Event::Ended { degraded: RunRecord::of(runbook, journal.entries()).is_degraded() }
    } else {
        Event::Stopped { reason: reason(runbook, journal, halt.as_ref()) }
    };
    if let Err(error) = journal.note(clock.now(), None, event) {
        *halt = Some(Halt::Journal(error));
    }
}

fn conclude(
    runbook: &Runbook,
    journal: &Journal,
    tries: &Tries,
    halt: Option<Halt>,
    unnoted: &[(StepId, Event)],
    interrupted: bool,
) -> RunEnd {
    let unnoted: Vec<FailedStep> =
        unnoted.iter().filter_map(|(id, event)| FailedStep::unnoted(runbook.step(id)?, event)).collect();
    let recorded = match &halt {
        Some(Halt::Lease(error @ LeaseError::Lost { .. })) => {
            return RunEnd::Overtaken { by: Refusal::Lease(error.clone()), left: unnoted };
        }
        Some(Halt::Journal(error @ JournalError::Overtaken { .. })) => {
            return RunEnd::Overtaken { by: Refusal::Journal(error.clone()), left: unnoted };
        }
        Some(Halt::Journal(_) | Halt::Lease(_)) => false,
        None | Some(Halt::Failed | Halt::Interrupted) => true,
    };
    if recorded
        && runbook.steps.iter().all(|step| is_settled(step, journal.progress(), tries))
        && let RunState::Ended { degraded } = journal.progress().run
    {
        return RunEnd::Completed { degraded };
    }
    let record = RunRecord::of(runbook, journal.entries());
    // What came of the last attempt is told in place of what the journal says of one before it.
    let noted = |step: &StepRecord| !unnoted.iter().any(|other| other.id == step.id);
    let open = record.steps.iter().filter(|step| !step.best_effort && !step.is_settled() && noted(step));
    let failed = open.filter_map(|step| Some(FailedStep::of(runbook.step(&step.id)?, step.failure.clone()?)));
    let failed: Vec<FailedStep> = failed.chain(unnoted.iter().cloned()).collect();
    RunEnd::StoppedResumable(Stopped {
        run: runbook.id.clone(),
        reason: reason(runbook, journal, halt.as_ref()),
        failed,
        interrupted,
        recorded,
        kept_lease: None,
    })
}

fn reason(runbook: &Runbook, journal: &Journal, halt: Option<&Halt>) -> String {
    match halt {
        Some(Halt::Interrupted) => "stopped on request".to_owned(),
        Some(Halt::Journal(error)) => format!("the journal cannot be written: {error}"),
        Some(Halt::Lease(error)) => format!("the lease could not be renewed: {error}"),
        Some(Halt::Failed) | None => {
            let state = |step: &Step| journal.progress().step(&step.id);
            let of = |wanted| {
                let steps = runbook.steps.iter().filter(|step| !step.best_effort && state(step) == wanted);
                steps.map(|step| step.id.to_string()).collect::<Vec<_>>().join(", ")
            };
            match (of(StepState::Failed), of(StepState::Unknown)) {
                (failed, unknown) if unknown.is_empty() => format!("failed: {failed}"),
                (failed, unknown) if failed.is_empty() => format!("no answer: {unknown}"),
                (failed, unknown) => format!("failed: {failed}; no answer: {unknown}"),
            }
        }
    }
}

/// Waits until a step ends or has something to keep, a person asks to stop, or the lease is due. The lease's tick is real time: sleeping on a
/// virtual clock would move it.
async fn wait(
    in_flight: &mut InFlight<'_>,
    endings: &mut Vec<Ending>,
    (kept, pending): (&mut UnboundedReceiver<Kept>, &mut Vec<Kept>),
    renew_in: Duration,
    stop: &Stop,
    heed: bool,
) {
    tokio::select! {
        biased;
        Some(ending) = in_flight.next() => endings.push(ending),
        Some(one) = kept.recv() => pending.push(one),
        () = stop.wait(), if heed => {}
        () = tokio::time::sleep(renew_in) => {}
    }
}

/// Does some work while steps in flight go on.
async fn alongside<T>(work: impl Future<Output = T>, in_flight: &mut InFlight<'_>, endings: &mut Vec<Ending>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            Some(ending) = in_flight.next(), if !in_flight.is_empty() => endings.push(ending),
        }
    }
}

/// A store that does not answer for a moment is no reason to stop while the lease lasts: every conditional write shows
/// whether it still is ours.
async fn bearable(error: &LeaseError, lease: &LeaseKeeper, clock: &dyn Clock) -> bool {
    matches!(error, LeaseError::Store(_)) && !lease.lease().await.is_stale(clock.now())
}

fn is_lost(halt: Option<&Halt>) -> bool {
    matches!(halt, Some(Halt::Journal(_) | Halt::Lease(_)))
}

fn announce(permit: &Sender<Permit>, durable: u64, withdrawn: bool) {
    permit.send_modify(|permit| {
        permit.durable = permit.durable.max(durable);
        permit.withdrawn |= withdrawn;
    });
}
