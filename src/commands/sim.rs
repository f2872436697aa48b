//! Owns `lifeboat sim`: seeding, listing, failing, mending and drifting the simulated account, and letting time pass.

mod drift;
mod fail;
mod list;
mod list_data;

use std::path::Path;

use clap::{Args, Subcommand};

use crate::model::Span;
use crate::sim::hands::NothingThere;
use crate::sim::seed::{START, fleet, shop};
use crate::sim::{Faults, SimCloud, SimError};
use crate::ui::{Exit, Failure, Printer};

pub use drift::DriftArgs;
pub use fail::FailArgs;

/// The simulated cloud that `--cloud sim` works on.
#[derive(Debug, Clone, Args)]
pub struct SimArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SimCommand,
}

/// What `lifeboat sim` does.
#[derive(Debug, Clone, Subcommand)]
pub enum SimCommand {
    /// Make an account with a production estate to protect.
    Seed {
        /// Replace the account that is there.
        #[arg(long)]
        force: bool,
        /// Instead of the shop, an account with so many small groups.
        #[arg(long, value_name = "N")]
        groups: Option<usize>,
    },
    /// Show what is in the account.
    List {
        /// Only this Region.
        region: Option<String>,
    },
    /// Break a Region: dark altogether, or only in the ways that are named.
    Fail(FailArgs),
    /// Make a Region well again.
    Mend {
        /// The Region.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        region: Option<String>,
        /// Every Region.
        #[arg(long)]
        all: bool,
    },
    /// Do what other hands do: change something behind lifeboat's back.
    Drift(DriftArgs),
    /// Let time pass, such as 2h or 1d12h.
    Advance {
        /// How much.
        #[arg(value_parser = Span::parse)]
        length: Span,
    },
}

/// Runs one `lifeboat sim` command on the account in that file.
pub fn run(args: &SimArgs, state_path: &Path, printer: &Printer) -> Result<Exit, Failure> {
    match &args.command {
        SimCommand::Seed { force, groups } => seed(state_path, *force, *groups, printer)?,
        SimCommand::List { region } => {
            let state = SimCloud::open(state_path).and_then(|cloud| cloud.snapshot()).map_err(told)?;
            if let Some(unknown) = region.as_ref().filter(|name| !state.regions.contains_key(*name)) {
                let used: Vec<&str> = state.regions.keys().map(String::as_str).collect();
                return Err(Failure::new(Exit::Usage, format!("the account uses no Region {unknown}"))
                    .because(format!("it uses {}", used.join(", "))));
            }
            printer.result(&list::account(&state, region.as_deref()));
        }
        SimCommand::Fail(fail) => {
            let cloud = SimCloud::open(state_path).map_err(told)?;
            let done = cloud
                .edit(|state| {
                    let now = state.now;
                    fail.apply(state.region_mut(&fail.region), now)
                })
                .map_err(told)?;
            let words = done.map_err(not_there)?;
            printer.result(&format!("{}: {}", fail.region, words.join("; ")));
        }
        SimCommand::Mend { region, .. } => {
            let cloud = SimCloud::open(state_path).map_err(told)?;
            let mended = cloud.edit(|state| mend(state, region.as_deref())).map_err(told)?;
            printer.result(&mended);
        }
        SimCommand::Drift(drift) => {
            let cloud = SimCloud::open(state_path).map_err(told)?;
            let done = cloud.edit(|state| drift.apply(state)).map_err(told)?;
            printer.result(&done.map_err(not_there)?);
        }
        SimCommand::Advance { length } => {
            let cloud = SimCloud::open(state_path).map_err(told)?;
            let now = cloud.advance(length.as_duration()).map_err(told)?;
            printer.result(&format!("{length} passed: it is {}", list::time(now)));
        }
    }
    Ok(Exit::Done)
}

fn seed(path: &Path, force: bool, groups: Option<usize>, printer: &Printer) -> Result<(), Failure> {
    if path.exists() && !force {
        return Err(Failure::refused(format!("there is a simulated account at {} already", path.display()))
            .hint("`lifeboat sim seed --force` replaces it, and everything in it is lost"));
    }
    let state = match groups {
        Some(count) => fleet(START, count),
        None => shop(START),
    };
    let state = state.map_err(|error| Failure::failed(error.to_string()))?;
    SimCloud::create(path, state.clone()).map_err(told)?;
    printer.result(&format!("seeded {}\n{}", path.display(), list::summary(&state)));
    Ok(())
}

fn mend(state: &mut crate::sim::SimState, region: Option<&str>) -> String {
    let mut mended = Vec::new();
    for (name, place) in &mut state.regions {
        if region.is_none_or(|wanted| wanted == name) && !place.faults.is_clear() {
            place.faults = Faults::default();
            mended.push(name.clone());
        }
    }
    if mended.is_empty() { "nothing was broken".to_owned() } else { format!("mended {}", mended.join(", ")) }
}

fn not_there(nothing: NothingThere) -> Failure {
    Failure::failed(nothing.to_string()).hint("`lifeboat sim list` shows what is there")
}

fn told(error: SimError) -> Failure {
    match error {
        SimError::Missing { path } => Failure::failed(format!("there is no simulated account at {}", path.display()))
            .hint("`lifeboat sim seed` makes one"),
        other => Failure::failed(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
