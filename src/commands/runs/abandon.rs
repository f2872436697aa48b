//! Owns `lifeboat runs abandon`: a run is given up for good, with a reason.

use std::path::PathBuf;
use std::sync::Arc;

use super::sitting::{begin_sitting, close, take_lease};
use crate::commands::context::Context;
use crate::model::SideName;
use crate::plan::runbook::Runbook;
use crate::report::copies::removal;
use crate::report::frozen::Frozen;
use crate::run::engine::{RunRecord, abandon};
use crate::run::journal::{Journal, JournalError};
use crate::store::runs::GivenUp;
use crate::store::{Runs, RunsError};
use crate::ui::{Exit, Failure};

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
}

/// Runs `lifeboat runs abandon`.
pub async fn run(args: &AbandonArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let runs = Runs::of(&session.environment.name);
    let id = runs.find(session.store.as_ref(), &args.run).await?;
    let (_, caller) = session.enter(SideName::Standby).await?;
    let file = args.environment.display().to_string();
    let take_over = args.take_over.as_deref();
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
        return Ok(Exit::Done);
    }
    let (mut journal, lease) = begin_sitting(&session, &file, &id, &caller, take_over).await?;
    let outcome = abandon(&mut journal, &lease, clock.as_ref(), &args.because).await;
    close(&session, &lease).await;
    outcome.map_err(|refusal| {
        let failure = Failure::refused(format!("run {id} cannot be given up: {refusal}"));
        refusal.hints(&file).into_iter().fold(failure, Failure::hint)
    })?;
    session.printer().note(&format!("run {id} is given up; what it did stays as it is"));
    if let Ok(runbook) = runs.load::<Runbook>(store.as_ref(), &id).await {
        let record = RunRecord::of(&runbook, journal.entries());
        if let Some(frozen) = Frozen::by(&record) {
            session.printer().warn(&format!("the standby is {}; {}", frozen.words(), frozen.advice(&file)));
        }
        for command in removal(&record.totals.copies, &session.environment.standby.region) {
            session
                .printer()
                .warn(&format!("a copy of data may still be there, and costs; it is removed by: {command}"));
        }
    }
    Ok(Exit::Done)
}
