//! Owns `lifeboat runs resume`: going on with a run that stopped part-way.

use std::path::PathBuf;

use crate::commands::carry::{Manner, carry_out, shelf_failure, side};
use crate::commands::context::Context;
use crate::commands::output::Output;
use crate::model::SideName;
use crate::plan::runbook::StepId;
use crate::run::shelf::Shelf;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat runs resume`.
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    /// The environment file
    pub environment: PathBuf,
    /// The run's id, or its beginning
    pub run: String,
    /// Leave a step out from now on; may be given several times, each with its --because
    #[arg(long, value_name = "STEP", requires = "because")]
    pub skip: Vec<String>,
    /// Why the step is left out
    #[arg(long, value_name = "TEXT", requires = "skip")]
    pub because: Vec<String>,
    /// Take over a lease whose holder is dead, by the beginning of its id
    #[arg(long, value_name = "LEASE")]
    pub take_over: Option<String>,
    /// Opens the gates, in scripts
    #[arg(short, long)]
    pub yes: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat runs resume`.
pub async fn run(args: &ResumeArgs, context: &Context) -> Result<Exit, Failure> {
    if args.because.len() != args.skip.len() || args.because.iter().any(|because| because.trim().is_empty()) {
        return Err(Failure::new(Exit::Usage, "each --skip has its own --because, and it says something"));
    }
    let session = context.open(&args.environment).await?;
    let shelf = Shelf::new(session.store.clone(), &session.environment.name);
    let run = shelf.find(&args.run).await.map_err(shelf_failure)?;
    let runbook = shelf.runbook(&run).await.map_err(shelf_failure)?;
    let standby = side(&session, SideName::Standby).await?;
    let caller = session.caller(&standby.read).await?;
    let skips: Vec<(StepId, String)> =
        args.skip.iter().zip(&args.because).map(|(step, why)| (StepId(step.clone()), why.trim().to_owned())).collect();
    let manner = Manner {
        file: &args.environment,
        yes: args.yes,
        output: args.output,
        take_over: args.take_over.as_deref(),
        skips: &skips,
    };
    carry_out(&session, &runbook, standby, &caller, &manner).await
}
