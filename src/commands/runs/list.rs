//! Owns `lifeboat runs list`: the trend of an environment.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join_all;

use crate::commands::context::{Context, Session};
use crate::commands::output::{Output, print};
use crate::plan::runbook::Runbook;
use crate::report::drill::LOOK_BACK;
use crate::report::open_run::OpenRun;
use crate::report::runs::{HeldBy, Listed, Unreadable, list_json, list_text};
use crate::report::trend;
use crate::run::engine::RunRecord;
use crate::run::journal::Tail;
use crate::run::overtaken::overtaken;
use crate::store::Runs;
use crate::store::lease::holder;
use crate::store::runs::shortest_unique;
use crate::ui::{Exit, Failure};

/// How many older runs are read at a time.
const LOOK_BACK_AT_ONCE: usize = 10;

/// Arguments of `lifeboat runs list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// The environment file
    pub environment: PathBuf,
    /// Only so many, the newest
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20)]
    pub newest: usize,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat runs list`. It reads the store only.
pub async fn run(args: &ListArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let ids = Runs::of(&session.environment.name).ids(session.store.as_ref()).await?;
    // Who holds the environment is worth knowing and no reason to show nothing.
    let held = holder(session.store.as_ref(), &session.environment.name).await.ok().flatten();
    let now = session.clock().now();
    let read = async |wanted: &[String]| {
        let reads = wanted.iter().map(|id| async {
            let record = record(&session, id).await;
            let held = held.as_ref().filter(|lease| lease.run == *id);
            let held_by = held.map(|lease| HeldBy::of(lease, lease.holder.clone(), now));
            Listed { run: id.clone(), record, held_by, trend: None }
        });
        join_all(reads).await
    };
    let (newest, older) = ids.split_at(args.newest.min(ids.len()));
    let mut runs = read(newest).await;
    let shown = runs.len();
    // A drill is measured against the last good one, which may be older than those that are listed.
    for one in older.chunks(LOOK_BACK_AT_ONCE).take(LOOK_BACK / LOOK_BACK_AT_ONCE) {
        if !trend::wants_more(&runs, shown) {
            break;
        }
        runs.extend(read(one).await);
    }
    trend::fill(&mut runs);
    runs.truncate(shown);
    let name = &session.environment.name;
    let width = shortest_unique(&ids);
    print(&context.printer, args.output, |color| list_text(name, &runs, width, now, color), || list_json(name, &runs));
    let file = args.environment.display().to_string();
    for listed in &runs {
        let Ok(record) = &listed.record else { continue };
        let overtaken = overtaken(record, runs.iter().filter_map(|listed| listed.record.as_ref().ok()));
        if let Some(open) = OpenRun::of(record, overtaken, listed.held_by.as_ref(), &file) {
            open.advice().iter().for_each(|advice| context.printer.note(&format!("run {}: {advice}", open.run)));
        }
    }
    // What a person gave up is known: nothing goes on in it.
    let known = |listed: &Listed| listed.record.as_ref().map_or_else(|unread| unread.given_up.is_some(), |_| true);
    Ok(if runs.iter().all(known) { Exit::Done } else { Exit::Unknown })
}

/// The record of one run, or why it cannot be read.
pub async fn record(session: &Session, id: &str) -> Result<RunRecord, Unreadable> {
    let runs = Runs::of(&session.environment.name);
    let why = match read(session, &runs, id).await {
        Ok(record) => return Ok(record),
        Err(why) => why,
    };
    let note = runs.given_up(session.store.as_ref(), id).await.ok().flatten();
    Err(Unreadable { why, given_up: note.map(|note| format!("given up by {}: {}", note.by, note.because)) })
}

async fn read(session: &Session, runs: &Runs, id: &str) -> Result<RunRecord, String> {
    let runbook: Runbook = runs.load(session.store.as_ref(), id).await.map_err(|error| error.to_string())?;
    let mut tail = Tail::new(Arc::clone(&session.store), &session.environment.name, id);
    let entries = tail.read_all().await.map_err(|error| error.to_string())?;
    Ok(RunRecord::of(&runbook, &entries))
}
