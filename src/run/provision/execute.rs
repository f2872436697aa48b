//! Owns the execution of one change set, watched to its end.

use std::time::Duration;

use super::change_set::Made;
use super::look::Looked;
use super::operation::{self, Operation, OperationEnd, Verb, watch_operation};
use super::outcome::{ProvisionError, Stopped};
use super::session::Session;
use super::stopping;
use crate::cloud::{ChangeSetKind, CloudError};
use crate::plan::provision::StackIntent;
use crate::run::RunEvent;

/// Executes the change set in `made` and waits until its stack has settled. Once the execution has begun `made` is
/// emptied: there is nothing to remove any more.
pub(super) async fn execute(
    session: &Session<'_>,
    stack: &StackIntent,
    looked: &Looked,
    made: &mut Option<Made>,
) -> Result<OperationEnd, Stopped> {
    let name = &stack.name;
    let not_begun =
        |error| stopping::before_it_began(session, name, ProvisionError::Cloud { stack: Some(name.clone()), error });
    let Some(set) = made.clone() else {
        return Err(stopping::outdated(session, name, "its change set has gone".to_owned()));
    };
    let verb = if set.kind == ChangeSetKind::Create { Verb::Create } else { Verb::Update };
    let token = session.token(&format!("{}-execute", stack.part));
    let last_seen = operation::before(session, name.as_str()).await;
    let names = [name.0.clone()];
    // Read after the change set was made, so that a stack in REVIEW_IN_PROGRESS is what was there before.
    let mut found = session.retry(async || session.ports.stacks.stacks(&names).await).await.map_err(not_begun)?;
    let started = session.now();
    let text = format!(
        "{} {} resource changes",
        if verb == Verb::Create { "making" } else { "changing" },
        looked.plan.changes.len()
    );
    session.watch.event(RunEvent::Started { subject: name.to_string(), text });
    let doubt = start(session, &set, &token).await.map_err(not_begun)?;
    let operation = Operation {
        part: stack.part,
        name,
        id: None,
        verb,
        token: &token,
        of: looked.plan.changes.len(),
        before: found.remove(name.as_str()),
        last_seen,
        started,
    };
    let end = match watch_operation(session, &operation).await {
        Ok(end) => end,
        Err(error) => {
            *made = None;
            return Err(stopping::not_watched(session, &operation, error));
        }
    };
    if let Some(error) = doubt
        && !end.begun
    {
        return Err(not_begun(error));
    }
    *made = None;
    let well = end.facts.as_ref().is_some_and(|facts| facts.status.is_success());
    if well { Ok(end) } else { Err(stopping::failed(session, &operation, &end)) }
}

/// Starts the execution. An answer that leaves open whether it began is given back, for the events to settle.
async fn start(session: &Session<'_>, set: &Made, token: &str) -> Result<Option<CloudError>, CloudError> {
    let mut doubt: Option<CloudError> = None;
    for wait in [1, 2, 4, 0] {
        match session.ports.write.execute_change_set(set.stack.as_str(), &set.id, token).await {
            Ok(()) => return Ok(None),
            // After an unanswered attempt a refusal may only mean that the first one went through.
            Err(error) if doubt.is_some() && !error.kind.may_retry() => return Ok(doubt),
            Err(error) if !error.kind.may_retry() => return Err(error),
            Err(error) => {
                if !error.kind.no_effect() || doubt.is_none() {
                    doubt = Some(error);
                }
            }
        }
        session.ports.clock.sleep(Duration::from_secs(wait)).await;
    }
    match doubt {
        Some(error) if error.kind.no_effect() => Err(error),
        other => Ok(other),
    }
}
