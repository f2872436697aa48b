//! Owns carrying a runbook out from a command: who carries out its steps, and what is left on record at the end.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join;
use serde::Serialize;
use serde_json::Value;

use super::context::Session;
use super::drill;
use super::gatekeeper::Terminal;
use super::output::{Output, print_made};
use super::past::past;
use super::runs::sitting::{Decisions, Sitting, close, sit, told};
use crate::model::{Caller, SideName};
use crate::plan::runbook::{Action, RunKind, Runbook};
use crate::plan::scale::ScaleTarget;
use crate::report::drill::DrillVerdict;
use crate::report::open_run::Ways;
use crate::report::outage::Outage;
use crate::report::run::{RunReport, html, text};
use crate::run::actors::{Actors, Reports, SidePorts};
use crate::run::engine::{RunEnd, RunRecord};
use crate::run::journal::{JournalError, RunState, Tail};
use crate::store::bundle::PostureRecord;
use crate::store::{BundleError, Condition, Runs, Store, StoreError};
use crate::ui::progress::Progress;
use crate::ui::{Exit, Failure};

/// How a runbook is carried out.
pub struct Manner<'a> {
    /// The environment file, as the user wrote it: for the commands that continue.
    pub file: &'a Path,
    /// Gates are open.
    pub yes: bool,
    /// The form of the report.
    pub output: Output,
    /// What it was planned from, or what a person decided when the run is resumed.
    pub decisions: Decisions,
}

/// Carries a saved runbook out or on, and tells how it ended.
pub async fn carry_out(
    session: &Session,
    runbook: &Runbook,
    standby: SidePorts,
    caller: &Caller,
    manner: &Manner<'_>,
) -> Result<Exit, Failure> {
    let file = manner.file.display().to_string();
    let records = Records { store: session.store.clone(), runbook: runbook.clone() };
    let actors = actors(session, runbook, standby, &records, (manner, caller)).await;
    let watch = Progress::new(session.printer());
    let Sitting { mut end, journal, lease } =
        sit(session, &file, runbook, caller, &manner.decisions, &actors, &watch).await?;
    let noted = || RunReport::of(runbook, journal.entries(), journal.head());
    let mut report = if end.is_recorded() && journal.is_durable() {
        noted()
    } else {
        // Another writer may have gone on, or lines of ours may be missing in the store.
        match records.report().await {
            Ok(report) => report,
            // How the run ended must be told all the same, and this process knows what it noted.
            Err(error) => {
                session.printer().warn(&format!("the journal cannot be read back, so this is what was noted: {error}"));
                noted()
            }
        }
    };
    report.next = next(&end, &file);
    if !matches!(end, RunEnd::Refused(_)) {
        settle(session, runbook, &records, &report, caller).await;
    }
    // Given back last: a later run must find what this one came to.
    let kept = close(session, &lease).await;
    match (&mut end, kept) {
        (RunEnd::StoppedResumable(stopped), kept) => stopped.kept_lease = kept,
        (RunEnd::Completed { .. }, Some(lease)) => {
            let put_right = format!("lifeboat runs resume {file} {} --take-over {lease}", runbook.id);
            session.printer().warn(&format!("the run has ended; give its lease back with: {put_right}"));
        }
        (RunEnd::Completed { .. } | RunEnd::Refused(_), _) => {}
    }
    // A lease that stayed has to be taken over.
    report.next = next(&end, &file);
    let verdict = match runbook.kind {
        RunKind::Drill => Some(drill::verdict(session, &report.record).await),
        RunKind::Declare | RunKind::Failback => None,
    };
    print_made(
        session.printer(),
        manner.output,
        |color| text(&report, color) + &verdict.as_ref().map(|verdict| verdict.text(color)).unwrap_or_default(),
        || {
            let told = Told { report: &report, drill: verdict.as_ref().map(|verdict| verdict.json()) };
            // A value of these types always serialises: its keys are strings.
            serde_json::to_string_pretty(&told).unwrap_or_default()
        },
    );
    match end {
        RunEnd::Completed { .. } if verdict.as_ref().is_some_and(DrillVerdict::is_not_known) => Ok(Exit::Unknown),
        RunEnd::Completed { .. } if verdict.is_some_and(|verdict| !verdict.is_good()) => Ok(Exit::Differences),
        // What is missing was accepted or skipped by a person, in so many words: that is what was asked for.
        RunEnd::Completed { .. } => Ok(Exit::Done),
        RunEnd::StoppedResumable(ref stopped) => {
            let ways = Ways::ended(&file, &runbook.id, stopped.kept_lease.as_deref());
            told(&end, &runbook.id, &file).map_err(|failure| with_outage(failure, &report.record, &ways))
        }
        RunEnd::Refused(_) => told(&end, &runbook.id, &file),
    }
}

/// The failure of a run that stopped, with what is worse: that nobody serves since, and every way out.
fn with_outage(failure: Failure, record: &RunRecord, ways: &Ways) -> Failure {
    match Outage::by(record) {
        Some(outage) => failure.because(outage.words()).hint(outage.advice(ways)),
        None => failure,
    }
}

/// The commands that continue a run that stopped.
fn next(end: &RunEnd, file: &str) -> Vec<String> {
    match end {
        RunEnd::StoppedResumable(stopped) => stopped.next(file),
        RunEnd::Completed { .. } | RunEnd::Refused(_) => Vec::new(),
    }
}

/// The report of a run that has just been carried out, for programs.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    report: &'a RunReport,
    /// What a drill has shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    drill: Option<Value>,
}

/// What is left on record. The run itself has happened and is in the journal: a store that cannot be written any more is
/// worth a warning, not a failure.
async fn settle(session: &Session, runbook: &Runbook, records: &Records, report: &RunReport, caller: &Caller) {
    let printer = session.printer();
    let (put, posture) = join(records.put(report), posture(session, runbook, &report.record, caller)).await;
    match put {
        Ok(place) => printer.note(&format!("report: {place}")),
        Err(error) => {
            printer.warn(&format!("the report of the run could not be saved (its journal is): {error}"));
        }
    }
    if let Err(error) = posture {
        printer.warn(&format!("the posture could not be recorded, so a later provision may not know of it: {error}"));
    }
}

/// Records what the run left the standby in: the sizes a declaration reached, so that a later deploy does not shrink what
/// a disaster needed; or that a failback has made it a standby again.
pub(super) async fn posture(
    session: &Session,
    runbook: &Runbook,
    record: &RunRecord,
    caller: &Caller,
) -> Result<(), BundleError> {
    let store = session.store.as_ref();
    let (target, minimums, declared_in) = match runbook.kind {
        RunKind::Drill => return Ok(()),
        RunKind::Declare => {
            let reached = minimums(record);
            if reached.is_empty() {
                return Ok(());
            }
            let mut minimums = match session.bundle.posture(store).await {
                // What earlier declarations reached is in their journals, too.
                Err(BundleError::Damaged { .. }) => declared_minimums(&past(session).await.unwrap_or_default()),
                before => before?.map(|before| before.minimums).unwrap_or_default(),
            };
            minimums.extend(reached);
            (format!("its declared size (run {})", runbook.id), minimums, Some(runbook.id.clone()))
        }
        RunKind::Failback => {
            let down = minimums(record);
            let all = runbook.steps.iter().filter(|step| matches!(step.action, Action::StandDown { .. })).count();
            // A standby without a replica of the data is none.
            if down.len() < all || !protects_data(runbook, record) {
                return Ok(());
            }
            (ScaleTarget::Standby.to_string(), down, None)
        }
    };
    let (at, by) = (session.clock().now(), caller.arn.clone());
    let record = PostureRecord { schema_version: 1, at, by, target, minimums, declared_in };
    session.bundle.save_posture(store, &record).await
}

/// The minimums that declarations have set since the last failback that came to its end. `past`: oldest first.
fn declared_minimums(past: &[RunRecord]) -> BTreeMap<String, u32> {
    let home = |record: &RunRecord| {
        record.kind == RunKind::Failback && matches!(record.state, RunState::Ended { degraded: false })
    };
    let since = past.iter().rposition(home).map_or(0, |at| at + 1);
    let declared = past[since..].iter().filter(|record| record.kind == RunKind::Declare);
    declared.flat_map(minimums).collect()
}

/// Whether every replica that a failback makes in the standby has been made.
fn protects_data(runbook: &Runbook, record: &RunRecord) -> bool {
    let replicas =
        runbook.steps.iter().filter(|step| matches!(step.action, Action::Reseed { side: SideName::Standby, .. }));
    let made = |id| record.step(id).is_some_and(|one| one.is_settled() && one.skipped.is_none());
    replicas.into_iter().all(|step| made(&step.id))
}

/// The minimums that steps of a run have set in the standby, by tier.
fn minimums(record: &RunRecord) -> BTreeMap<String, u32> {
    let set = record.steps.iter().filter(|one| one.is_settled() && one.skipped.is_none()).filter_map(|one| {
        let (Action::Scale { tier, size, .. } | Action::StandDown { tier, size, .. }) = &one.action else {
            return None;
        };
        Some((tier.clone(), size.min))
    });
    set.collect()
}

async fn actors(
    session: &Session,
    runbook: &Runbook,
    standby: SidePorts,
    records: &Records,
    (manner, caller): (&Manner<'_>, &Caller),
) -> Actors {
    let needs_primary = runbook.steps.iter().any(|step| step.sides.contains(&SideName::Primary));
    let primary = match needs_primary {
        true => side(session, SideName::Primary).await.map(Some),
        false => Ok(None),
    };
    let primary = primary.unwrap_or_else(|failure| {
        // Its steps say so when their turn comes; those that are best effort do not keep the rest waiting.
        session.printer().warn(&format!("there is no way into the primary: {}", failure.what));
        None
    });
    let stop = session.context.stop.clone();
    let gate = Arc::new(Terminal::new(session.printer().clone(), manner.yes, caller, stop));
    let actors =
        Actors::new(standby, primary, session.clock(), session.cloud.outside(), gate, Arc::new(records.clone()));
    if runbook.kind != RunKind::Drill {
        return actors;
    }
    match session.cloud.copies(SideName::Standby, &session.environment.standby).await {
        Ok(copies) => actors.with_copies(&runbook.id, copies),
        Err(error) => {
            session.printer().warn(&format!("data cannot be copied: {error}"));
            actors
        }
    }
}

/// The ports of a side. No call is made.
pub async fn side(session: &Session, name: SideName) -> Result<SidePorts, Failure> {
    Ok(SidePorts {
        account: session.environment.side(name).account.clone(),
        read: session.read(name).await?,
        write: session.write(name).await?,
        seen: None,
    })
}

/// Reports a run, as far as its journal has come.
#[derive(Clone)]
struct Records {
    store: Arc<dyn Store>,
    runbook: Runbook,
}

impl Records {
    async fn report(&self) -> Result<RunReport, JournalError> {
        let mut tail = Tail::new(self.store.clone(), &self.runbook.environment, &self.runbook.id);
        let entries = tail.read_all().await?;
        Ok(RunReport::of(&self.runbook, &entries, tail.head()))
    }

    /// Saves the report beside the journal; where its page is.
    async fn put(&self, report: &RunReport) -> Result<String, StoreError> {
        let runs = Runs::of(&self.runbook.environment);
        let key = |name: &str| runs.key(&self.runbook.id, name);
        let json = async {
            let json = report.json_text() + "\n";
            self.store.put(&key("report.json"), json.as_bytes(), &Condition::Always).await
        };
        let page = async { self.store.put(&key("report.html"), html(report).as_bytes(), &Condition::Always).await };
        let (json, page) = join(json, page).await;
        json.and(page)?;
        Ok(format!("{}/{}", self.store.place(), key("report.html")))
    }
}

#[async_trait]
impl Reports for Records {
    async fn save(&self) -> Result<String, String> {
        let report = self.report().await.map_err(|error| error.to_string())?;
        self.put(&report).await.map_err(|error| error.to_string())
    }
}
