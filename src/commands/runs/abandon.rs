//! Owns `lifeboat runs abandon`: a run is given up for good, with a reason.

use std::path::PathBuf;
use std::sync::Arc;

use super::sitting::{begin_sitting, close};
use crate::commands::context::{Context, Session};
use crate::model::SideName;
use crate::run::engine::abandon;
use crate::run::journal::{JournalError, Tail};
use crate::store::Runs;
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
    let id = Runs::of(&session.environment.name).find(session.store.as_ref(), &args.run).await?;
    let (_, caller) = session.enter(SideName::Standby).await?;
    let file = args.environment.display().to_string();
    refuse_damaged(&session, &id, &file).await?;
    let (mut journal, lease) = begin_sitting(&session, &file, &id, &caller, args.take_over.as_deref()).await?;
    let clock = session.clock();
    let outcome = abandon(&mut journal, &lease, clock.as_ref(), &args.because).await;
    close(&session, &lease).await;
    outcome.map_err(|refusal| {
        let failure = Failure::refused(format!("run {id} cannot be given up: {refusal}"));
        refusal.hints(&file).into_iter().fold(failure, Failure::hint)
    })?;
    session.printer().note(&format!("run {id} is given up; what it did stays as it is"));
    Ok(Exit::Done)
}

/// A run is given up by an entry in its journal, and nothing is written after damage.
async fn refuse_damaged(session: &Session, run: &str, file: &str) -> Result<(), Failure> {
    let name = &session.environment.name;
    let mut tail = Tail::new(Arc::clone(&session.store), name, run);
    let Err(JournalError::Damaged { place, line, reason }) = tail.read_all().await else { return Ok(()) };
    let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
    let folder = format!("{}/{}", session.store.place(), Runs::of(name).key(run, ""));
    Err(Failure::refused(format!("run {run} cannot be given up: its journal is damaged"))
        .because(format!("{place}{line}: {reason}"))
        .hint(format!("look at it: every object of {folder}journal/ is text, one entry of JSON per line"))
        .hint("bring the object back from the bucket's versions or a backup, then give the run up")
        .hint(format!(
            "or, once you know what it did, move {folder} out of the store: then no command finds the run, and \
             `lifeboat status {file}` says what there is"
        )))
}
