//! Owns `lifeboat runs abandon`: a run is given up for good, with a reason.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::held::lease_failure;
use super::sitting::{begin_sitting, close, take_lease};
use crate::cloud::ReadPorts;
use crate::commands::context::{Context, Session};
use crate::commands::output::Output;
use crate::commands::past::past;
use crate::commands::posture;
use crate::model::{ENVIRONMENT_TAG, SideName};
use crate::plan::runbook::{RunKind, Runbook};
use crate::report::copies::removal;
use crate::report::drill::{may_be_left, still_up};
use crate::report::open_run::Ways;
use crate::report::outage::Outage;
use crate::run::engine::{RunRecord, abandon};
use crate::run::journal::{Journal, JournalError};
use crate::store::lease::holder;
use crate::store::runs::GivenUp;
use crate::store::{Runs, RunsError};
use crate::ui::{Exit, Failure};

/// The version of the JSON document.
const SCHEMA_VERSION: u32 = 1;

/// Arguments of `lifeboat runs abandon`.
#[derive(Debug, clap::Args)]
pub struct AbandonArgs {
    /// The environment file
    pub environment: PathBuf,
    /// The run: its id, or the beginning of it
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub because: String,
    /// Take the lease of a process that is known to be dead; its id, or the beginning of it
    #[arg(long, value_name = "LEASE")]
    pub take_over: Option<String>,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat runs abandon`.
pub async fn run(args: &AbandonArgs, context: &Context) -> Result<Exit, Failure> {
    if args.because.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "--because says nothing").hint("say why: it stands in the journal"));
    }
    let session = context.open(&args.environment).await?;
    let runs = Runs::of(&session.environment.name);
    let file = args.environment.display().to_string();
    let take_over = args.take_over.as_deref();
    let id = match runs.find(session.store.as_ref(), &args.run).await {
        Ok(id) => id,
        Err(error @ RunsError::None { .. }) => return free_lease(&session, &file, args, error).await,
        Err(error) => return Err(error.into()),
    };
    let (read, caller) = session.enter(SideName::Standby).await?;
    let (store, name) = (Arc::clone(&session.store), &session.environment.name);
    let clock = session.clock();
    let no_plan = matches!(runs.load::<Runbook>(store.as_ref(), &id).await, Err(RunsError::Damaged { .. }));
    let no_journal = matches!(Journal::open(Arc::clone(&store), name, &id).await, Err(JournalError::Damaged { .. }));
    if no_plan || no_journal {
        // Nobody can write or read it any more, so the decision is noted beside it.
        let lease = take_lease(&session, &file, &id, &caller, take_over, 0).await?;
        let (at, by, because) = (clock.now(), caller.arn.clone(), args.because.clone());
        let noted = runs.give_up(store.as_ref(), &id, &GivenUp { schema_version: 1, at, by, because }).await;
        close(&session, &lease).await;
        noted?;
        session.printer().note(&format!("run {id} is given up and stays damaged; what it did stays as it is"));
        told(&session, args, &id, &[], None);
        return Ok(Exit::Done);
    }
    let (mut journal, lease) = begin_sitting(&session, &file, &id, &caller, take_over).await?;
    let outcome = abandon(&mut journal, &lease, clock.as_ref(), &args.because).await;
    let runbook = runs.load::<Runbook>(store.as_ref(), &id).await.ok().filter(|_| outcome.is_ok());
    let record = runbook.map(|runbook| (RunRecord::of(&runbook, journal.entries()), runbook));
    if let Some((record, runbook)) = &record
        && let Err(error) = posture::save(&store, runbook, record, clock.now(), &caller.arn).await
    {
        // A process that died has not said what it left the standby in.
        session.printer().warn(&format!("the posture could not be recorded: {error}"));
    }
    close(&session, &lease).await;
    outcome.map_err(|refusal| {
        let failure = Failure::refused(format!("run {id} cannot be given up: {refusal}"));
        refusal.hints(&file).into_iter().fold(failure, Failure::hint)
    })?;
    session.printer().note(&format!("run {id} is given up; what it did stays as it is"));
    let (mut to_do, mut nobody_serves) = (Vec::new(), None);
    if let Some((record, _)) = &record {
        if let Some(outage) = left(&session, record).await {
            let advice = outage.advice(&Ways::ended(&file, &id, None), &session.environment.standby.region);
            session.printer().warn(&format!("{}; {advice}", outage.words()));
            nobody_serves = outage.is_down().then(|| (outage.words(), advice));
        }
        let left_up = still_up(record);
        if record.kind == RunKind::Drill && !left_up.is_empty() {
            let command = format!("lifeboat scale {file} --to standby");
            let left_up = left_up.join(", ");
            session.printer().warn(&format!("the drill may have left {left_up} scaled up; stand down with: {command}"));
            to_do.push(command);
        }
        for command in removal(&record.totals.copies, &session.environment.standby.region) {
            session
                .printer()
                .warn(&format!("a copy of data may still be there, and costs; it is removed by: {command}"));
            to_do.push(command);
        }
        if record.kind == RunKind::Drill {
            to_do.extend(volumes_left(&session, &read, record).await);
        }
    }
    told(&session, args, &id, &to_do, nobody_serves);
    Ok(Exit::Done)
}

/// Whether nobody serves by this run, after all that came later. Where that cannot be read, it is told by the run alone.
async fn left(session: &Session, record: &RunRecord) -> Option<Outage> {
    match past(session).await {
        Ok(past) if past.iter().any(|one| one.run == record.run) => Outage::left_by(&record.run, &past),
        Ok(_) | Err(_) => Outage::by(record),
    }
}

/// The commands that delete the volumes an abandoned drill may have left.
async fn volumes_left(session: &Session, read: &ReadPorts, record: &RunRecord) -> Vec<String> {
    let (printer, region) = (session.printer(), &session.environment.standby.region);
    let seen = match read.volumes.volumes_tagged(ENVIRONMENT_TAG, &session.environment.name).await {
        Ok(seen) => seen,
        Err(error) => {
            printer.warn(&format!("whether the drill has left volumes is not known: {error}"));
            return Vec::new();
        }
    };
    let left = may_be_left(record, &seen, region);
    let told = left.iter().map(|volume| {
        let command = volume.delete_command();
        printer.warn(&format!("{volume} is left and costs; it may hold data, and is deleted by: {command}"));
        command
    });
    told.collect()
}

/// Frees the lease of a run that ended before it began: it left nothing else, and nobody can be carrying it out.
async fn free_lease(session: &Session, file: &str, args: &AbandonArgs, none: RunsError) -> Result<Exit, Failure> {
    let held = match holder(session.store.as_ref(), &session.environment.name).await {
        Ok(held) => held.filter(|lease| lease.run.starts_with(&args.run) && !args.run.is_empty()),
        Err(error) => return Err(lease_failure(session, &error, file).await),
    };
    let Some(held) = held else { return Err(none.into()) };
    let (_, caller) = session.enter(SideName::Standby).await?;
    let lease = take_lease(session, file, &held.run, &caller, args.take_over.as_deref(), 0).await?;
    match close(session, &lease).await {
        None => session.printer().note(&format!("run {} never began; its lease is free again", held.run)),
        Some(_) => return Err(Failure::failed(format!("the lease of run {} could not be given back", held.run))),
    }
    told(session, args, &held.run, &[], None);
    Ok(Exit::Done)
}

/// For programs; people have read it as notes. `nobody_serves`: that it is so, and what brings service back.
fn told(session: &Session, args: &AbandonArgs, run: &str, to_do: &[String], nobody_serves: Option<(String, String)>) {
    let (down, way) = nobody_serves.unzip();
    if args.output == Output::Json {
        let document = json!({
            "schema_version": SCHEMA_VERSION,
            "run": run,
            "abandoned": true,
            "because": args.because,
            "to_do": to_do,
            "nobody_serves": down,
            "way_back": way,
        });
        session.printer().result(&format!("{document:#}"));
    }
}
