//! Owns `lifeboat runs show`: one run as it stands, or its journal as it grows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::commands::context::{Context, Session};
use crate::commands::output::{Output, print};
use crate::commands::past::past;
use crate::plan::runbook::Runbook;
use crate::report::open_run::OpenRun;
use crate::report::runs::{HeldBy, entry_line, show_text};
use crate::run::engine::RunRecord;
use crate::run::journal::{RunState, Tail};
use crate::run::overtaken::overtaken;
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
    let session = context.open(&args.environment).await?;
    let runs = Runs::of(&session.environment.name);
    let id = runs.find(session.store.as_ref(), &args.run).await?;
    let runbook: Runbook = runs.load(session.store.as_ref(), &id).await?;
    let mut tail = Tail::new(Arc::clone(&session.store), &session.environment.name, &id);
    let mut entries = tail.read_all().await?;
    if args.follow {
        let color = context.printer.color_err();
        let mut shown = 0;
        loop {
            for entry in &entries[shown..] {
                context.printer.details(&entry_line(&runbook, entry, color));
            }
            shown = entries.len();
            if !goes_on(&session, &id, tail.progress().run).await? {
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
    let held = held_for(&session, &id).await?;
    let held_by = held.as_ref();
    print(
        &context.printer,
        args.output,
        |color| show_text(&record, held_by, color),
        || serde_json::to_value(&record).unwrap_or_default(),
    );
    let gone = held_by.filter(|by| by.gone_since.is_some() && !record.state.is_final());
    let overtaken = match record.state.is_final() {
        true => None,
        false => overtaken(&record, &past(&session).await?),
    };
    if let Some(open) = OpenRun::of(&record, overtaken, held_by, &args.environment.display().to_string()) {
        for advice in open.advice().iter().filter(|_| !open.ways().is_alive() || !args.follow) {
            context.printer.note(advice);
        }
    }
    Ok(match record.state {
        RunState::Stopped if args.follow => Exit::Stopped,
        _ if args.follow && gone.is_some() => Exit::Stopped,
        _ => Exit::Done,
    })
}

/// Whether there may be more to come: the run has not ended, and a process that is alive holds the lease for it.
async fn goes_on(session: &Session, run: &str, state: RunState) -> Result<bool, Failure> {
    if state.is_final() {
        return Ok(false);
    }
    Ok(held_for(session, run).await?.is_some_and(|by| by.gone_since.is_none()))
}

/// The lease, where it is held for that run.
async fn held_for(session: &Session, run: &str) -> Result<Option<HeldBy>, Failure> {
    let held = match holder(session.store.as_ref(), &session.environment.name).await {
        Ok(held) => held.filter(|lease| lease.run == run),
        Err(error) => {
            let failure = Failure::failed(error.to_string());
            return Err(error.hints("ENV").into_iter().fold(failure, Failure::hint));
        }
    };
    let now = session.clock().now();
    Ok(held.map(|lease| HeldBy::of(&lease, format!("{} on {}", lease.holder, lease.host), now)))
}
