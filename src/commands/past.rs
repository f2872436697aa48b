//! Owns reading the newest runs, for commands that only want to know what happened.

use futures_util::future::join_all;

use super::context::Session;
use super::runs::list::record;
use crate::run::engine::RunRecord;
use crate::store::Runs;
use crate::ui::Failure;

/// How many runs are looked through for the last drill, declaration and failback, and for where the users are.
const PAST_RUNS: usize = 20;

/// The newest runs, oldest first. One that cannot be read is told and does not hide the others.
pub(super) async fn past(session: &Session) -> Result<Vec<RunRecord>, Failure> {
    let ids = Runs::of(&session.environment.name).ids(session.store.as_ref()).await?;
    let newest = &ids[..ids.len().min(PAST_RUNS)];
    let read = join_all(newest.iter().map(|run| record(session, run))).await;
    let mut past = Vec::new();
    for (run, record) in newest.iter().zip(read).rev() {
        match record {
            Ok(record) => past.push(record),
            Err(unread) => {
                let known = unread.given_up.map(|given_up| format!(" ({given_up})")).unwrap_or_default();
                session.printer().warn(&format!("run {run} cannot be read{known}: {}", unread.why));
            }
        }
    }
    Ok(past)
}
