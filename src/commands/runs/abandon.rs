//! Owns `lifeboat runs abandon`: a run is given up for good, with a reason.

use std::path::PathBuf;

use super::sitting::{begin_sitting, close};
use crate::commands::context::Context;
use crate::model::SideName;
use crate::run::engine::abandon;
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
