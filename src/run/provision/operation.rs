//! Owns the wait for one stack operation: one poller that streams its events until the stack has settled.

use std::time::Duration;

use jiff::Timestamp;

use super::history::History;
use super::session::{Session, is_passing};
use crate::cloud::{CloudError, CloudResult};
use crate::facts::{StackEvent, StackFacts};
use crate::model::{Part, StackName};
use crate::run::RunEvent;

/// What is being done to a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Made.
    Create,
    /// Changed.
    Update,
    /// Deleted.
    Delete,
}

/// A stack operation that is about to begin.
pub(crate) struct Operation<'a> {
    pub part: Part,
    pub name: &'a StackName,
    /// Stack id, by which the history of a deleted stack is read; none for one that is being made.
    pub id: Option<String>,
    pub verb: Verb,
    pub token: &'a str,
    /// How many resources it concerns.
    pub of: usize,
    /// The stack before.
    pub before: Option<StackFacts>,
    /// The newest event before.
    pub last_seen: Option<String>,
    pub started: Timestamp,
}

/// How an operation ended.
#[derive(Debug)]
pub(crate) struct OperationEnd {
    /// The stack now; none when it is gone.
    pub facts: Option<StackFacts>,
    pub history: History,
    /// Whether it showed a sign of itself; otherwise the status is the one from before.
    pub begun: bool,
}

/// Why an operation is not watched any more; it goes on.
#[derive(Debug)]
pub(crate) enum OperationError {
    Interrupted { status: String },
    GaveUp { status: String, why: String },
}

/// For so long an operation is looked at closely.
const SOON: Duration = Duration::from_secs(60);

/// How long an operation may show no sign of itself before the stack's status is taken as it stands.
const NO_SIGN: Duration = Duration::from_secs(60);

/// Prepares an operation: notes what is there before it begins.
pub(crate) async fn before(session: &Session<'_>, stack: &str) -> Option<String> {
    let events = session.retry(async || session.ports.stacks.events_since(stack, None).await).await;
    // Without it the history is told apart by token alone.
    events.ok().and_then(|events| events.into_iter().next()).map(|event| event.id)
}

/// Waits for an operation's end and tells each event on the way. Polls that are throttled or not answered never fail
/// it; they end the wait when none was answered for long.
pub(crate) async fn watch_operation(
    session: &Session<'_>,
    operation: &Operation<'_>,
) -> Result<OperationEnd, OperationError> {
    let name = operation.name.as_str();
    let names = [name.to_owned()];
    let since = operation.last_seen.is_none().then_some(operation.started);
    let mut history = History::new(name, operation.token, since);
    let mut last_seen = operation.last_seen.clone();
    let mut last_answer = session.now();
    let mut status = operation.before.as_ref().map_or_else(|| "not there yet".to_owned(), |f| f.status.0.clone());
    loop {
        // The status first: events read after a final status are all there are.
        let answer = session.ports.stacks.stacks(&names).await;
        match events(session, operation, last_seen.as_deref()).await {
            Ok(news) => {
                if let Some(newest) = news.first() {
                    last_seen = Some(newest.id.clone());
                }
                for event in history.take(news) {
                    tell(session, operation, &history, &event);
                }
            }
            Err(error) if is_passing(&error) => session.note(name, format!("events could not be read: {error}")),
            // A stack that has gone takes its events along on some stand-ins; its status says enough.
            Err(_) => {}
        }
        match answer {
            Ok(mut found) => {
                last_answer = session.now();
                let facts = found.remove(name).filter(|facts| facts.status.0 != "DELETE_COMPLETE");
                status = facts.as_ref().map_or_else(|| "gone".to_owned(), |facts| facts.status.0.clone());
                let begun = has_begun(operation, facts.as_ref(), &history);
                if has_ended(session, operation, facts.as_ref(), begun) {
                    return Ok(OperationEnd { facts, history, begun });
                }
                progress(session, operation, &history, &status);
            }
            Err(error) if is_passing(&error) => {
                session.note(name, format!("no status: {error}; the operation goes on and so does the wait"));
                if session.since(last_answer) > session.options.patience {
                    return Err(OperationError::GaveUp { status, why: no_answer(session, &error) });
                }
            }
            Err(error) => return Err(OperationError::GaveUp { status, why: error.to_string() }),
        }
        if session.since(operation.started) > session.options.operation_limit {
            let why = format!("it had not ended after {} min", session.options.operation_limit.as_secs() / 60);
            return Err(OperationError::GaveUp { status, why });
        }
        // What takes minutes, such as a database, is looked at less often.
        let slow = session.since(operation.started) > SOON;
        if session.sleep(session.options.poll * if slow { 3 } else { 1 }).await {
            return Err(OperationError::Interrupted { status });
        }
    }
}

/// News of the stack, by its id where that is known: a deleted stack has no name any more.
async fn events(
    session: &Session<'_>,
    operation: &Operation<'_>,
    last_seen: Option<&str>,
) -> CloudResult<Vec<StackEvent>> {
    let stacks = session.ports.stacks;
    if let Some(id) = &operation.id {
        match stacks.events_since(id, last_seen).await {
            // Some stand-ins know names alone.
            Err(error) if !is_passing(&error) => {}
            answer => return answer,
        }
    }
    stacks.events_since(operation.name.as_str(), last_seen).await
}

fn no_answer(session: &Session<'_>, error: &CloudError) -> String {
    format!("no answer for {} s: {error}", session.options.patience.as_secs())
}

fn has_begun(operation: &Operation<'_>, facts: Option<&StackFacts>, history: &History) -> bool {
    match (facts, &operation.before) {
        _ if history.has_begun() => true,
        (Some(now), Some(before)) => now.status != before.status || now.updated_at != before.updated_at,
        (now, before) => now.is_some() != before.is_some(),
    }
}

fn has_ended(session: &Session<'_>, operation: &Operation<'_>, facts: Option<&StackFacts>, begun: bool) -> bool {
    // Right after the call the status may still be the one before, and a stack that is being made not be there yet.
    let long_enough = session.since(operation.started) > NO_SIGN;
    match facts {
        None => operation.verb == Verb::Delete || long_enough,
        Some(facts) if facts.status.in_progress() => false,
        Some(facts) => (begun && !facts.status.is_review()) || long_enough,
    }
}

fn progress(session: &Session<'_>, operation: &Operation<'_>, history: &History, status: &str) {
    session.watch.event(RunEvent::Waiting {
        subject: operation.name.0.clone(),
        done: history.complete() as u64,
        of: operation.of.max(history.complete()) as u64,
        text: status.to_owned(),
    });
}

fn tell(session: &Session<'_>, operation: &Operation<'_>, history: &History, event: &StackEvent) {
    let of = operation.of.max(history.complete());
    let reason = event.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let what = if event.logical_id == operation.name.0 {
        event.status.clone()
    } else {
        format!("{} {} {}", event.status, event.resource_type, event.logical_id)
    };
    let elapsed = session.since(operation.started).as_secs();
    session.note(operation.name.as_str(), format!("{what}{reason} ({}/{of}, {elapsed}s)", history.complete()));
}
