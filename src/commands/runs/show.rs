//! Owns `lifeboat runs show`: one run as it stands, or its journal as it grows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::commands::context::{Context, Shelf};
use crate::commands::output::{Output, print};
use crate::plan::runbook::Runbook;
use crate::report::runs::{entry_line, show_text};
use crate::run::engine::RunRecord;
use crate::run::journal::{RunState, Tail};
use crate::store::Runs;
use crate::store::lease::holder;
use crate::ui::{Exit, Failure};

/// How often the store is asked for news. One small read, so that a person watching sees a step within a second.
const POLL: Duration = Duration::from_secs(1);

/// Arguments of `lifeboat runs show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The environment file
    pub environment: PathBuf,
    /// The run: its id, the beginning of it, or `last`
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
    /// Print the journal as it grows, until the run ends or stops
    #[arg(short, long)]
    pub follow: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat runs show`. It reads the store only, so it disturbs nobody.
pub async fn run(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let shelf = context.open_store(&args.environment).await?;
    let runs = Runs::of(&shelf.environment.name);
    let id = runs.find(shelf.store.as_ref(), &args.run).await?;
    let runbook: Runbook = runs.load(shelf.store.as_ref(), &id).await?;
    let mut tail = Tail::new(Arc::clone(&shelf.store), &shelf.environment.name, &id);
    let mut entries = tail.read_all().await?;
    if args.follow {
        let color = context.printer.color_err();
        let mut shown = 0;
        loop {
            for entry in &entries[shown..] {
                context.printer.details(&entry_line(&runbook, entry, color));
            }
            shown = entries.len();
            if !goes_on(&shelf, &id, tail.progress().run).await? {
                // What was written between the last look and the lease being given back.
                entries.extend(tail.more().await?);
                for entry in &entries[shown..] {
                    context.printer.details(&entry_line(&runbook, entry, color));
                }
                break;
            }
            tokio::time::sleep(POLL).await;
            entries.extend(tail.more().await?);
        }
    }
    let record = RunRecord::of(&runbook, &entries);
    let held_by = held_by(&shelf, &id).await?;
    print(
        &context.printer,
        args.output,
        |color| show_text(&record, held_by.as_deref(), color),
        || serde_json::to_value(&record).unwrap_or_default(),
    );
    Ok(match record.state {
        RunState::Stopped if args.follow => Exit::Stopped,
        _ => Exit::Done,
    })
}

/// Whether there may be more to come: the run has not ended and somebody holds the lease for it.
async fn goes_on(shelf: &Shelf, run: &str, state: RunState) -> Result<bool, Failure> {
    Ok(!state.is_final() && held_by(shelf, run).await?.is_some())
}

async fn held_by(shelf: &Shelf, run: &str) -> Result<Option<String>, Failure> {
    let lease = holder(shelf.store.as_ref(), &shelf.environment.name).await.map_err(|error| {
        let failure = Failure::failed(error.to_string());
        error.hints("ENV").into_iter().fold(failure, Failure::hint)
    })?;
    Ok(lease.filter(|lease| lease.run == run).map(|lease| format!("{} on {}", lease.holder, lease.host)))
}
