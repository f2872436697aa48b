//! Owns `lifeboat runs resume`: going on with a run that stopped part-way.

use std::path::PathBuf;

use super::sitting::Decisions;
use crate::commands::carry::{Manner, carry_out, side};
use crate::commands::context::Context;
use crate::commands::output::Output;
use crate::model::SideName;
use crate::plan::runbook::{Runbook, StepId};
use crate::store::Runs;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat runs resume`.
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    /// The environment file
    pub environment: PathBuf,
    /// The run: its id, or the beginning of it
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Leave a step out from now on; may be given several times, each with its --because
    #[arg(long, value_name = "STEP", requires = "because")]
    pub skip: Vec<String>,
    /// Why the step is left out
    #[arg(long, value_name = "TEXT", requires = "skip")]
    pub because: Vec<String>,
    /// Take the lease of a process that is known to be dead; its id, or the beginning of it
    #[arg(long, value_name = "LEASE")]
    pub take_over: Option<String>,
    /// Opens the gates, in scripts
    #[arg(short, long)]
    pub yes: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat runs resume`. Like a declaration it reads the store and the standby only.
pub async fn run(args: &ResumeArgs, context: &Context) -> Result<Exit, Failure> {
    if args.because.len() != args.skip.len() || args.because.iter().any(|because| because.trim().is_empty()) {
        return Err(Failure::new(Exit::Usage, "each --skip has its own --because, and it says something"));
    }
    let session = context.open(&args.environment).await?;
    let (store, runs) = (session.store.as_ref(), Runs::of(&session.environment.name));
    let id = runs.find(store, &args.run).await?;
    let runbook: Runbook = runs.load(store, &id).await?;
    let standby = side(&session, SideName::Standby).await?;
    let caller = session.caller(&standby.read).await?;
    for step in args.skip.iter().filter_map(|id| runbook.step(&StepId(id.clone()))) {
        if let Some(cost) = step.skip_costs() {
            session.printer().warn(&format!("going on without {}: {cost}", step.id));
        }
    }
    let skips = args.skip.iter().zip(&args.because);
    let decisions = Decisions {
        planned_from: None,
        take_over: args.take_over.clone(),
        skips: skips.map(|(step, because)| (StepId(step.clone()), because.trim().to_owned())).collect(),
    };
    let manner = Manner { file: &args.environment, yes: args.yes, output: args.output, decisions };
    carry_out(&session, &runbook, standby, &caller, &manner).await
}
