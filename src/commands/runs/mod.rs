//! Owns `lifeboat runs`: list, show, resume, abandon; and what resuming shares with declaring.

pub mod abandon;
pub(in crate::commands) mod held;
pub mod list;
pub mod resume;
pub mod show;
pub mod sitting;
mod stands;

use clap::Subcommand;

use super::context::Context;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat runs`.
#[derive(Debug, clap::Args)]
pub struct RunsArgs {
    #[command(subcommand)]
    verb: RunsVerb,
}

#[derive(Debug, Subcommand)]
enum RunsVerb {
    /// List the runs of an environment: when, why, and what was achieved
    List(list::ListArgs),
    /// Show a run as it stands, or watch it
    Show(show::ShowArgs),
    /// Go on with a run that stopped part-way; what is done already is not done twice
    Resume(resume::ResumeArgs),
    /// Give a run up for good; what it did stays as it is
    Abandon(abandon::AbandonArgs),
}

/// Runs `lifeboat runs`.
pub async fn run(args: &RunsArgs, context: &Context) -> Result<Exit, Failure> {
    match &args.verb {
        RunsVerb::List(args) => list::run(args, context).await,
        RunsVerb::Show(args) => show::run(args, context).await,
        RunsVerb::Resume(args) => resume::run(args, context).await,
        RunsVerb::Abandon(args) => abandon::run(args, context).await,
    }
}

#[cfg(test)]
mod tests;
