//! Owns the deletion of one stack, watched to its end.

use super::operation::{self, Operation, OperationEnd, Verb, watch_operation};
use super::outcome::{ProvisionError, Stopped};
use super::session::Session;
use super::stopping;
use crate::facts::StackFacts;
use crate::model::{Part, StackName};

/// Deletes a stack and waits until it is gone. A deletion already under way is waited for.
pub(crate) async fn delete_and_watch(
    session: &Session<'_>,
    part: Part,
    name: &StackName,
    facts: &StackFacts,
    resources: usize,
) -> Result<OperationEnd, Stopped> {
    let token = session.token(&format!("{part}-delete"));
    let last_seen = operation::before(session, &facts.id).await;
    let started = session.now();
    let under_way = facts.status.0 == "DELETE_IN_PROGRESS";
    if !under_way {
        let answer = session.retry(async || session.ports.write.delete_stack(name.as_str(), &token).await).await;
        answer.map_err(|error| {
            stopping::before_it_began(session, name, ProvisionError::Cloud { stack: Some(name.clone()), error })
        })?;
    }
    let operation = Operation {
        part,
        name,
        id: Some(facts.id.clone()).filter(|id| !id.is_empty()),
        verb: Verb::Delete,
        token: &token,
        of: resources,
        before: Some(facts.clone()),
        last_seen,
        started,
    };
    let end = watch_operation(session, &operation)
        .await
        .map_err(|error| stopping::not_watched(session, &operation, error))?;
    if end.facts.is_some() { Err(stopping::failed(session, &operation, &end)) } else { Ok(end) }
}
