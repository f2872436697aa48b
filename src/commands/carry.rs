//! Owns carrying a runbook out from a command: ports, lease, journal, engine, and what is left on record at the end.

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::context::Session;
use super::drill;
use super::output::{Output, print};
use crate::model::{Caller, SideName};
use crate::plan::runbook::{Action, RunKind, Runbook, StepId};
use crate::plan::scale::ScaleTarget;
use crate::report;
use crate::report::drill::DrillVerdict;
use crate::run::actors::{Actors, Answer, GateKeeper, Reports, SidePorts};
use crate::run::engine::{self, Refusal, RunEnd, RunRecord};
use crate::run::journal::{Journal, JournalError};
use crate::run::shelf::{Shelf, ShelfError};
use crate::store::bundle::PostureRecord;
use crate::store::{Claim, LEASE_LIFE, LeaseError, LeaseKeeper};
use crate::ui::progress::Progress;
use crate::ui::{Exit, Failure, Printer};

/// How a runbook is carried out.
pub struct Manner<'a> {
    /// The environment file, as the user wrote it: for the commands that continue.
    pub file: &'a Path,
    /// Gates are open.
    pub yes: bool,
    /// The form of the report.
    pub output: Output,
    /// The lease to take over, by the beginning of its nonce.
    pub take_over: Option<&'a str>,
    /// Steps to skip first, with the reason.
    pub skips: &'a [(StepId, String)],
}

/// Takes the lease, saves the runbook where it is new, carries it out or on, and tells how it ended.
pub async fn carry_out(
    session: &Session,
    runbook: &Runbook,
    standby: SidePorts,
    caller: &Caller,
    manner: &Manner<'_>,
) -> Result<Exit, Failure> {
    let clock = session.clock();
    let shelf = Shelf::new(session.store.clone(), &session.environment.name);
    let file = manner.file.display().to_string();
    refuse_superseded(&shelf, runbook, &file).await?;
    let mut journal = Journal::open(session.store.clone(), &session.environment.name, &runbook.id)
        .await
        .map_err(|error| journal_failure(&error))?;
    let claim = Claim {
        nonce: random_hex(16)?,
        run: runbook.id.clone(),
        holder: caller.arn.clone(),
        host: host(),
        above: journal.progress().fence,
    };
    let (store, name) = (session.store.clone(), &session.environment.name);
    let lease = match manner.take_over {
        Some(nonce) => LeaseKeeper::take_over(store, name, nonce, &claim, clock.now(), LEASE_LIFE).await,
        None => LeaseKeeper::acquire(store, name, &claim, clock.now(), LEASE_LIFE).await,
    }
    .map_err(|error| lease_failure(&error, &file))?;
    let ran = under_lease(session, runbook, standby, &shelf, &mut journal, &lease, manner).await;
    if matches!(ran, Ok(ref end) if !matches!(end, RunEnd::Refused(_))) {
        let record = RunRecord::of(runbook, journal.entries());
        settle(session, runbook, &record, &shelf, caller).await;
    }
    // A lease that somebody took over is not ours to give back, and they have told the user already.
    if let Err(error) = lease.release(clock.now()).await
        && !matches!(error, LeaseError::Lost { .. })
    {
        session.printer().warn(&format!("the lease could not be given back; it can be taken over: {error}"));
    }
    let record = RunRecord::of(runbook, journal.entries());
    let verdict = match runbook.kind {
        RunKind::Drill => Some(drill::verdict(&shelf, &record).await),
        RunKind::Declare | RunKind::Failback => None,
    };
    tell(session, ran?, &record, verdict.as_ref(), &file, manner.output)
}

async fn under_lease(
    session: &Session,
    runbook: &Runbook,
    standby: SidePorts,
    shelf: &Shelf,
    journal: &mut Journal,
    lease: &LeaseKeeper,
    manner: &Manner<'_>,
) -> Result<RunEnd, Failure> {
    let clock = session.clock();
    shelf.save(runbook).await.map_err(shelf_failure)?;
    let actors = actors(session, runbook, standby, shelf.clone(), manner).await?;
    for (step, because) in manner.skips {
        if let Err(refusal) = engine::skip(runbook, journal, lease, clock.as_ref(), step, because).await {
            return Ok(RunEnd::Refused(refusal));
        }
    }
    // From here on Ctrl-C finishes the calls in flight and journals them; the second one ends the process.
    session.context.end_in_order();
    let (watch, stop) = (Progress::new(session.printer()), &session.context.stop);
    Ok(engine::carry_out(runbook, journal, &actors, lease, clock.as_ref(), &watch, stop).await)
}

/// What is left on record. The run itself has happened and is in the journal: a store that cannot be written any more is
/// worth a warning, not a failure.
async fn settle(session: &Session, runbook: &Runbook, record: &RunRecord, shelf: &Shelf, caller: &Caller) {
    let printer = session.printer();
    if let Err(error) = shelf.save_record(record).await {
        printer.warn(&format!("the record of the run could not be saved (its journal is): {error}"));
    }
    if let Err(error) = posture(session, runbook, record, caller).await {
        printer.warn(&format!("the posture could not be recorded, so a later provision may not know of it: {error}"));
    }
}

/// Records what the run left the standby in: the sizes a declaration reached, so that a later deploy does not shrink what
/// a disaster needed; or that a failback has made it a standby again.
async fn posture(
    session: &Session,
    runbook: &Runbook,
    record: &RunRecord,
    caller: &Caller,
) -> Result<(), crate::store::BundleError> {
    let store = session.store.as_ref();
    let (target, minimums, declared_in) = match runbook.kind {
        RunKind::Drill => return Ok(()),
        RunKind::Declare => {
            let reached = minimums(runbook, record);
            if reached.is_empty() {
                return Ok(());
            }
            let before = session.bundle.posture(store).await?;
            let mut minimums = before.map(|before| before.minimums).unwrap_or_default();
            minimums.extend(reached);
            (format!("its declared size (run {})", runbook.id), minimums, Some(runbook.id.clone()))
        }
        RunKind::Failback => {
            let down = minimums(runbook, record);
            let all = runbook.steps.iter().filter(|step| matches!(step.action, Action::StandDown { .. })).count();
            if down.len() < all {
                return Ok(());
            }
            (ScaleTarget::Standby.to_string(), down, None)
        }
    };
    let (at, by) = (session.clock().now(), caller.arn.clone());
    let record = PostureRecord { schema_version: 1, at, by, target, minimums, declared_in };
    session.bundle.save_posture(store, &record).await
}

/// The minimums that steps of a run have set in the standby, by tier.
fn minimums(runbook: &Runbook, record: &RunRecord) -> BTreeMap<String, u32> {
    let set = runbook.steps.iter().filter_map(|step| {
        let (Action::Scale { tier, size, .. } | Action::StandDown { tier, size, .. }) = &step.action else {
            return None;
        };
        let ended_well = record.step(&step.id).is_some_and(|one| one.is_settled() && one.skipped.is_none());
        ended_well.then(|| (tier.clone(), size.min))
    });
    set.collect()
}

/// A drill and a failback take capacity from the standby. After a later declaration that would take it from the users.
async fn refuse_superseded(shelf: &Shelf, runbook: &Runbook, file: &str) -> Result<(), Failure> {
    if runbook.kind == RunKind::Declare {
        return Ok(());
    }
    let run = &runbook.id;
    for later in shelf.runs().await.map_err(shelf_failure)?.into_iter().filter(|later| later > run) {
        if shelf.runbook(&later).await.map_err(shelf_failure)?.kind == RunKind::Declare {
            return Err(Failure::refused(format!("run {run} is stale: {later} was declared after it"))
                .because("standing the standby down would take its capacity from the users")
                .hint(format!("give it up: lifeboat runs abandon {file} {run} --because TEXT")));
        }
    }
    Ok(())
}

fn tell(
    session: &Session,
    end: RunEnd,
    record: &RunRecord,
    verdict: Option<&DrillVerdict>,
    file: &str,
    output: Output,
) -> Result<Exit, Failure> {
    let (next, exit) = match end {
        RunEnd::Completed { .. } if verdict.is_some_and(|verdict| !verdict.is_good()) => {
            (Vec::new(), Exit::Differences)
        }
        RunEnd::Completed { .. } => (Vec::new(), Exit::Done),
        RunEnd::StoppedResumable(stopped) => {
            let next = stopped.next(file);
            if !stopped.recorded {
                session
                    .printer()
                    .warn("the journal could not be written to the end; a resumed run looks before it acts");
            }
            session.printer().warn(&format!("stopped part-way: {}", stopped.reason));
            (next, if stopped.interrupted { Exit::Interrupted } else { Exit::Stopped })
        }
        RunEnd::Refused(refusal) => return Err(refused(&refusal, file)),
    };
    print(
        session.printer(),
        output,
        |color| {
            let drill = verdict.map(|verdict| verdict.text(color)).unwrap_or_default();
            report::outcome::text(record, &next, color) + &drill
        },
        || {
            let mut json = report::outcome::json(record, &next);
            if let Some(verdict) = verdict {
                json["drill"] = verdict.json();
            }
            json
        },
    );
    Ok(exit)
}

async fn actors(
    session: &Session,
    runbook: &Runbook,
    standby: SidePorts,
    shelf: Shelf,
    manner: &Manner<'_>,
) -> Result<Actors, Failure> {
    let needs_primary = runbook.steps.iter().any(|step| step.sides.contains(&SideName::Primary));
    let primary = if needs_primary { Some(side(session, SideName::Primary).await?) } else { None };
    let gate = Arc::new(Terminal { printer: session.printer().clone(), yes: manner.yes });
    let reports = Arc::new(Records { shelf, runbook: runbook.clone() });
    Ok(Actors::new(standby, primary, session.clock(), gate, reports))
}

/// The ports of a side. No call is made.
pub async fn side(session: &Session, name: SideName) -> Result<SidePorts, Failure> {
    Ok(SidePorts {
        account: session.environment.side(name).account.clone(),
        read: session.read(name).await?,
        write: session.write(name).await?,
    })
}

/// Saves the record of a run as its report.
struct Records {
    shelf: Shelf,
    runbook: Runbook,
}

#[async_trait]
impl Reports for Records {
    async fn save(&self) -> Result<String, String> {
        let record = self.shelf.record(&self.runbook).await.map_err(|error| error.to_string())?;
        self.shelf.save_record(&record).await.map_err(|error| error.to_string())
    }
}

/// Asks whoever sits at the terminal.
struct Terminal {
    printer: Printer,
    yes: bool,
}

#[async_trait]
impl GateKeeper for Terminal {
    async fn ask(&self, question: &str) -> Answer {
        if self.yes {
            return Answer::Yes("answered by --yes".to_owned());
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Answer::NobodyToAsk;
        }
        self.printer.details(question);
        let asked = tokio::task::spawn_blocking(|| {
            let mut err = std::io::stderr().lock();
            let _ = write!(err, "type yes to go on> ").and_then(|()| err.flush());
            drop(err);
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).is_ok() && line.trim().eq_ignore_ascii_case("yes")
        });
        match asked.await {
            Ok(true) => Answer::Yes("confirmed on the terminal".to_owned()),
            _ => Answer::No,
        }
    }
}

/// This host's name, for the record.
pub fn host() -> String {
    let from_kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = from_kernel.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok());
    named.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// A run's id: sortable by time, unique by its end.
pub fn run_id(now: jiff::Timestamp) -> Result<String, Failure> {
    Ok(format!("{}-{}", now.strftime("%Y%m%d-%H%M%S"), random_hex(2)?))
}

fn random_hex(bytes: usize) -> Result<String, Failure> {
    let mut random = vec![0u8; bytes];
    getrandom::fill(&mut random)
        .map_err(|error| Failure::failed(format!("the system gave no random bytes: {error}")))?;
    Ok(crate::model::digest::hex(&random))
}

/// How a store that cannot be read or written is told.
pub fn shelf_failure(error: ShelfError) -> Failure {
    match &error {
        ShelfError::Journal(journal) => journal_failure(journal),
        ShelfError::Damaged { .. } => Failure::refused(error.to_string()),
        ShelfError::NoRun { .. } => Failure::new(Exit::Usage, error.to_string()),
        ShelfError::Store(_) => Failure::failed(error.to_string()),
    }
}

fn journal_failure(error: &JournalError) -> Failure {
    let failure = match error {
        JournalError::Store(_) => Failure::failed(error.to_string()),
        _ => Failure::refused(error.to_string()),
    };
    error.hint().into_iter().fold(failure, Failure::hint)
}

fn lease_failure(error: &LeaseError, file: &str) -> Failure {
    let failure = match error {
        LeaseError::Store(_) => Failure::failed(error.to_string()),
        _ => Failure::refused(error.to_string()),
    };
    error.hints(file).into_iter().fold(failure, Failure::hint)
}

fn refused(refusal: &Refusal, file: &str) -> Failure {
    refusal.hints(file).into_iter().fold(Failure::refused(refusal.to_string()), Failure::hint)
}
