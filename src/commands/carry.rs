//! Owns carrying a runbook out from a command: who carries out its steps, and what is left on record at the end.

use std::path::Path;
use std::sync::Arc;

use futures_util::future::join;
use serde::Serialize;
use serde_json::Value;

use super::context::Session;
use super::drill;
use super::gatekeeper::Terminal;
use super::output::{Output, print_made};
use super::records::{Put, Records};
use super::runs::sitting::{Decisions, Sitting, close, sit, told};
use crate::model::{Caller, SideName};
use crate::plan::runbook::{RunKind, Runbook};
use crate::report::drill::DrillVerdict;
use crate::report::open_run::Ways;
use crate::report::outage::Outage;
use crate::report::run::{RunReport, text};
use crate::run::actors::{Actors, SidePorts};
use crate::run::engine::{RunEnd, RunRecord};
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
    let records = Records::of(session, runbook, caller);
    let actors = actors(session, runbook, standby, &records, (manner, caller)).await;
    let watch = Progress::new(session.printer());
    let Sitting { mut end, journal, lease } =
        sit(session, &file, runbook, caller, &manner.decisions, &actors, &watch).await?;
    let noted = || records.report(&journal.so_far());
    let mut report = if end.is_recorded() && journal.is_durable() {
        noted()
    } else {
        // Another writer may have gone on, or lines of ours may be missing in the store.
        match records.read_back().await {
            Ok(report) => report,
            // How the run ended must be told all the same, and this process knows what it noted.
            Err(error) => {
                session.printer().warn(&format!("the journal cannot be read back, so this is what was noted: {error}"));
                noted()
            }
        }
    };
    report.next = next(&end, &file);
    let mut report = Arc::new(report);
    let mut saved = None;
    if !matches!(end, RunEnd::Refused(_) | RunEnd::Overtaken { .. }) {
        saved = settle(session, &records, &report).await;
    }
    // Given back last: a later run must find what this one came to.
    let kept = close(session, &lease).await;
    match (&mut end, kept) {
        (RunEnd::StoppedResumable(stopped), kept) => stopped.kept_lease = kept,
        (RunEnd::Completed { .. }, Some(lease)) => {
            let put_right = format!("lifeboat runs resume {file} {} --take-over {lease}", runbook.id);
            session.printer().warn(&format!("the run has ended; give its lease back with: {put_right}"));
        }
        (RunEnd::Completed { .. } | RunEnd::Refused(_) | RunEnd::Overtaken { .. }, _) => {}
    }
    // A lease that stayed has to be taken over.
    let ways_on = next(&end, &file);
    if ways_on != report.next {
        Arc::make_mut(&mut report).next = ways_on;
        saved = None;
    }
    let verdict = match runbook.kind {
        RunKind::Drill => Some(drill::verdict(session, &report.record).await),
        RunKind::Declare | RunKind::Failback => None,
    };
    print_made(
        session.printer(),
        manner.output,
        |color| text(&report, color) + &verdict.as_ref().map(|verdict| verdict.text(color)).unwrap_or_default(),
        || {
            if let (Some(json), None) = (saved, &verdict) {
                return json;
            }
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
            told(&end, &runbook.id, &file).map_err(|failure| with_outage(session, failure, &report.record, &ways))
        }
        RunEnd::Refused(_) | RunEnd::Overtaken { .. } => told(&end, &runbook.id, &file),
    }
}

/// The failure of a run that stopped, with what is worse: that nobody serves since, and every way out.
fn with_outage(session: &Session, failure: Failure, record: &RunRecord, ways: &Ways) -> Failure {
    match Outage::by(record) {
        Some(outage) => failure.because(outage.words()).hint(outage.advice(ways, &session.environment.standby.region)),
        None => failure,
    }
}

/// The commands that continue a run that stopped.
fn next(end: &RunEnd, file: &str) -> Vec<String> {
    match end {
        RunEnd::StoppedResumable(stopped) => stopped.next(file),
        RunEnd::Completed { .. } | RunEnd::Refused(_) | RunEnd::Overtaken { .. } => Vec::new(),
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
/// worth a warning, not a failure. The report as JSON, where it was made.
async fn settle(session: &Session, records: &Records, report: &Arc<RunReport>) -> Option<String> {
    let printer = session.printer();
    let (put, posture) = join(records.put(report), records.posture(&report.record)).await;
    let json = match put {
        Ok(Put { place, json }) => {
            printer.note(&format!("report: {place}"));
            Some(json)
        }
        Err(error) => {
            printer.warn(&format!("the report of the run could not be saved (its journal is): {error}"));
            None
        }
    };
    if let Err(error) = posture {
        printer.warn(&format!("the posture could not be recorded, so a later provision may not know of it: {error}"));
    }
    json
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
