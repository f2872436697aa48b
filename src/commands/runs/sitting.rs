//! Owns one sitting of a run: lease, journal, engine; how the lease is given back, and how the end is told.

use std::sync::Arc;

use super::held::{lease_failure, never_began};
use super::stands::still_stands;
use crate::commands::context::Session;
use crate::model::Caller;
use crate::plan::runbook::{Runbook, StepId};
use crate::run::Basis;
use crate::run::engine::{Actor, FailedStep, Refusal, RunEnd, Stopped, carry_out, skip};
use crate::run::event::Watch;
use crate::run::journal::{Journal, RunState};
use crate::store::lease::holder;
use crate::store::{Claim, LEASE_LIFE, LeaseError, LeaseKeeper, Runs};
use crate::ui::{Exit, Failure};

/// What a sitting begins from: what the plan was made from, or what a person decides when a run is resumed.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    /// What the plan was made from; none for a run that is resumed.
    pub planned_from: Option<Basis>,
    /// The lease of a dead process to take over, by the beginning of its id.
    pub take_over: Option<String>,
    /// Steps to go on without, and why.
    pub skips: Vec<(StepId, String)>,
    /// Waits that only watch the effect of those, and why: skipped with them, unless they are over.
    pub watching: Vec<(StepId, String)>,
}

/// A sitting that is over; its lease is still held, so that nobody writes before what it came to is on record.
pub struct Sitting {
    /// How it ended.
    pub end: RunEnd,
    /// The journal, as far as it was noted.
    pub journal: Journal,
    /// The lease, to be given back with [`close`].
    pub lease: LeaseKeeper,
}

/// Carries a saved runbook out, or on from where its journal stands. From here on the first Ctrl-C only asks to stop.
pub async fn sit(
    session: &Session,
    file: &str,
    runbook: &Runbook,
    caller: &Caller,
    decisions: &Decisions,
    actor: &dyn Actor,
    watch: &dyn Watch,
) -> Result<Sitting, Failure> {
    let resume = format!("lifeboat runs resume {file} {}", runbook.id);
    session.context.end_in_order(format!("go on with: {resume}"));
    let take_over = decisions.take_over.as_deref();
    let left = match take_over {
        Some(_) => holder(session.store.as_ref(), &session.environment.name).await.ok().flatten(),
        None => None,
    };
    let (mut journal, lease) = begin_sitting(session, file, &runbook.id, caller, take_over).await?;
    // A process that ends at once does not give it back.
    let held = lease.lease().await;
    session.context.end_in_order(format!("go on with: {resume} --take-over {}", held.short()));
    // A process that died between the last entry and giving the lease back leaves nothing to carry out.
    if let RunState::Ended { degraded } = journal.progress().run
        && left.is_some_and(|left| left.run == runbook.id)
        && decisions.skips.is_empty()
    {
        session.printer().note(&format!("run {} had ended; what its process left undone is done now", runbook.id));
        return Ok(Sitting { end: RunEnd::Completed { degraded }, journal, lease });
    }
    let planned_from = decisions.planned_from.as_ref();
    if let Err(failure) = still_stands(session, file, runbook, journal.progress().run, planned_from).await {
        return Err(given_back(session, &lease, &resume, failure).await);
    }
    let clock = session.clock();
    let over = |step: &StepId| journal.progress().step(step).is_final();
    let watching: Vec<_> = decisions.watching.iter().filter(|(step, _)| !over(step)).collect();
    for (step, because) in decisions.skips.iter().chain(watching) {
        if let Err(refusal) = skip(runbook, &mut journal, &lease, clock.as_ref(), step, because).await {
            let failure = Failure::refused(format!("step {step} cannot be skipped: {refusal}"));
            let failure = refusal.hints(file).into_iter().fold(failure, Failure::hint);
            return Err(given_back(session, &lease, &resume, failure).await);
        }
    }
    let end = carry_out(runbook, &mut journal, actor, &lease, clock.as_ref(), watch, &session.context.stop).await;
    Ok(Sitting { end, journal, lease })
}

/// Takes the lease, over if asked, and opens the run's journal for writing.
pub async fn begin_sitting(
    session: &Session,
    file: &str,
    run: &str,
    caller: &Caller,
    take_over: Option<&str>,
) -> Result<(Journal, LeaseKeeper), Failure> {
    let (store, name) = (&session.store, &session.environment.name);
    // Read before the lease, because its fencing counter must be above the journal's; and after it, because only then
    // nobody else writes.
    let above = Journal::open(Arc::clone(store), name, run).await?.progress().fence;
    let lease = take_lease(session, file, run, caller, take_over, above).await?;
    match Journal::open(Arc::clone(store), name, run).await {
        Ok(journal) => Ok((journal, lease)),
        Err(error) => {
            let resume = format!("lifeboat runs resume {file} {run}");
            Err(given_back(session, &lease, &resume, Failure::from(error)).await)
        }
    }
}

/// Gives the lease of a sitting back that did not begin; where that fails, whoever comes next must know whose it is.
async fn given_back(session: &Session, lease: &LeaseKeeper, resume: &str, failure: Failure) -> Failure {
    let kept = close(session, lease).await;
    let again = kept.map(|lease| format!("go on with: {resume} --take-over {lease}"));
    again.into_iter().fold(failure, Failure::hint)
}

/// Takes the lease for a run, over if asked, with a fencing counter above `above`. A stale one of a run that has no plan is
/// taken over without being asked: nobody can be carrying that out.
pub async fn take_lease(
    session: &Session,
    file: &str,
    run: &str,
    caller: &Caller,
    take_over: Option<&str>,
    above: u64,
) -> Result<LeaseKeeper, Failure> {
    let (store, name) = (&session.store, &session.environment.name);
    let claim = Claim {
        nonce: uuid::Uuid::new_v4().simple().to_string(),
        run: run.to_owned(),
        holder: caller.arn.clone(),
        host: host(),
        above,
    };
    let now = session.clock().now();
    let lease = match take_over {
        None => LeaseKeeper::acquire(Arc::clone(store), name, &claim, now, LEASE_LIFE).await,
        Some(nonce) => LeaseKeeper::take_over(Arc::clone(store), name, nonce, &claim, now, LEASE_LIFE).await,
    };
    match lease {
        Ok(lease) => Ok(lease),
        Err(LeaseError::Held { lease: held, stale })
            if !Runs::of(name).is_planned(store.as_ref(), &held.run).await? =>
        {
            if take_over.is_none() && stale {
                session.printer().note(&format!("run {} ended before it began; its lease is taken over", held.run));
                let taken = LeaseKeeper::take_over(Arc::clone(store), name, &held.nonce, &claim, now, LEASE_LIFE).await;
                return match taken {
                    Ok(lease) => Ok(lease),
                    Err(error) => Err(lease_failure(session, &error, file).await),
                };
            }
            Err(never_began(&held, now, name, file))
        }
        Err(error) => Err(lease_failure(session, &error, file).await),
    }
}

/// Gives the lease back; its id where that failed. A lease that stays is only a nuisance: the next command takes it over.
pub async fn close(session: &Session, lease: &LeaseKeeper) -> Option<String> {
    match lease.release(session.clock().now()).await {
        // Whoever took it over has it; that has been told.
        Ok(()) | Err(LeaseError::Lost { .. }) => None,
        Err(error) => {
            session.printer().warn(&format!("the lease could not be given back: {error}"));
            Some(lease.lease().await.short().to_owned())
        }
    }
}

/// How a run's end is told: nothing for one that completed well, else a failure with the command that continues.
pub fn told(end: &RunEnd, run: &str, file: &str) -> Result<Exit, Failure> {
    match end {
        RunEnd::Completed { degraded: false } => Ok(Exit::Done),
        // Everything was carried out, but not everything that was asked for is there.
        RunEnd::Completed { degraded: true } => Ok(Exit::Failed),
        RunEnd::Refused(refusal) => Err(refused(refusal, &[], run, file)),
        RunEnd::Overtaken { by, left } => Err(refused(by, left, run, file)),
        RunEnd::StoppedResumable(stopped) => Err(stopped_failure(stopped, file)),
    }
}

fn refused(refusal: &Refusal, left: &[FailedStep], run: &str, file: &str) -> Failure {
    let failure = Failure::refused(format!("run {run} is not carried out any further: {refusal}"));
    let failure = left.iter().fold(failure, with_step);
    refusal.hints(file).into_iter().fold(failure, Failure::hint)
}

/// What became of a step, and what it leaves behind.
fn with_step(failure: Failure, step: &FailedStep) -> Failure {
    let why: String = step.why.iter().map(|why| format!(": {why}")).collect();
    let failure = failure.because(format!("{}: {}{why}", step.id, step.what));
    let left = step.left_behind.iter().map(|left| format!("{} leaves behind: {left}", step.id));
    left.fold(failure, Failure::because)
}

fn stopped_failure(stopped: &Stopped, file: &str) -> Failure {
    let mut failure = Failure::new(Exit::Stopped, format!("run {} stopped part-way: {}", stopped.run, stopped.reason));
    for step in &stopped.failed {
        failure = with_step(failure, step);
        // Steps that fail for one reason say the same.
        let told = step.hint.as_ref().is_some_and(|hint| failure.hints.contains(hint));
        failure.hints.extend(step.hint.clone().filter(|_| !told));
    }
    let mut commands = stopped.next(file).into_iter();
    failure.hints.extend(commands.next().map(|command| format!("continue with: {command}")));
    failure.hints.extend(commands.map(|command| format!("or go on without a step: {command}")));
    failure
}

/// This machine's name, for people.
pub fn host() -> String {
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let from_file = files.iter().find_map(|path| std::fs::read_to_string(path).ok());
    let name = from_file.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok());
    name.map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "an unnamed host".to_owned())
}
