//! Owns `lifeboat runs resume`: going on with a run that stopped part-way.

use std::path::PathBuf;

use super::sitting::Decisions;
use crate::cloud::ReadPorts;
use crate::commands::carry::{Manner, carry_out, side};
use crate::commands::context::Context;
use crate::commands::output::Output;
use crate::model::SideName;
use crate::plan::runbook::{Action, Runbook, Step, StepId};
use crate::store::Runs;
use crate::ui::{Exit, Failure, Printer};

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
    let asked = args.skip.iter().zip(&args.because);
    let skips: Vec<_> = asked.map(|(step, because)| (StepId(step.clone()), because.trim().to_owned())).collect();
    let watching = watching(&runbook, &skips, &standby.read, session.printer()).await;
    let decisions = Decisions { planned_from: None, take_over: args.take_over.clone(), skips, watching };
    let manner = Manner { file: &args.environment, yes: args.yes, output: args.output, decisions };
    carry_out(&session, &runbook, standby, &caller, &manner).await
}

/// The waits that only watch the effect of steps that are skipped, each with that step's reason. What has its size already is
/// waited for all the same; whether it has may be impossible to see, and then nothing waits for what nobody asked for.
async fn watching(
    runbook: &Runbook,
    skips: &[(StepId, String)],
    standby: &ReadPorts,
    printer: &Printer,
) -> Vec<(StepId, String)> {
    let mut watching = Vec::new();
    for (id, because) in skips {
        let Some(skipped) = runbook.step(id) else { continue };
        if has_its_size(skipped, standby).await {
            continue;
        }
        let named = |step: &StepId| skips.iter().any(|(id, _)| id == step);
        for wait in runbook.steps.iter().filter(|step| step.only_watches(skipped) && !named(&step.id)) {
            printer.note(&format!("{} waits only for the effect of {id}: it is skipped as well", wait.id));
            watching.push((wait.id.clone(), because.clone()));
        }
    }
    watching
}

/// Whether a group of the standby is as large already as the step would make it.
async fn has_its_size(step: &Step, standby: &ReadPorts) -> bool {
    let Action::Scale { group, size, .. } = &step.action else { return false };
    let seen = standby.groups.groups(std::slice::from_ref(group)).await.unwrap_or_default();
    seen.iter().any(|seen| seen.name == *group && seen.size.desired >= size.desired)
}
