//! Owns the life of a change set: asked for, read to the end, and gone again with the stack it made.

use std::time::Duration;

use super::outcome::ProvisionError;
use super::session::{Session, is_passing};
use crate::cloud::{ChangeSet, ChangeSetKind, ChangeSetRequest, ChangeSetState, CloudErrorKind};
use crate::model::StackName;

/// A change set that was asked for, and may therefore have to be removed.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub stack: StackName,
    /// The ARN once it is known, the name until then; CloudFormation takes either.
    pub id: String,
    pub kind: ChangeSetKind,
}

/// What came of asking for a change set.
#[derive(Debug, Clone)]
pub(super) enum Worked {
    /// It can be read and executed.
    Ready(ChangeSet),
    /// Nothing would change.
    Empty,
    /// CloudFormation refuses it.
    Refused(String),
    /// The stack changed underneath.
    Obsolete,
}

/// How long removing an unexecuted stack may take: it holds nothing.
const REVIEW_LIMIT: Duration = Duration::from_secs(60);

/// Asks for a change set; `made` is filled in before the call, so that it is removed whatever happens after.
pub(super) async fn ask(
    session: &Session<'_>,
    stack: &StackName,
    request: &ChangeSetRequest,
    made: &mut Option<Made>,
) -> Result<Worked, ProvisionError> {
    let cloud = |error| ProvisionError::Cloud { stack: Some(stack.clone()), error };
    let id = &mut made.insert(Made { stack: stack.clone(), id: request.name.clone(), kind: request.kind }).id;
    let mut doubtful = false;
    let answer = session
        .retry(async || {
            let answer = session.ports.write.create_change_set(request).await;
            doubtful |= answer.as_ref().is_err_and(|error| !error.kind.no_effect());
            answer
        })
        .await;
    match answer {
        Ok(arn) => *id = arn,
        // An unanswered attempt went through after all: the change set goes by its name.
        Err(error) if doubtful && error.kind == CloudErrorKind::Conflict => {}
        Err(error)
            if matches!(error.kind, CloudErrorKind::Invalid | CloudErrorKind::Limit | CloudErrorKind::Conflict) =>
        {
            return Ok(Worked::Refused(error.message));
        }
        Err(error) => return Err(cloud(error)),
    }
    let started = session.now();
    let mut pause = Duration::from_millis(500);
    loop {
        match session.ports.stacks.change_set(stack.as_str(), id).await {
            Ok(Some(set)) => match set.state.clone() {
                ChangeSetState::Pending => {}
                ChangeSetState::Ready => return Ok(Worked::Ready(sorted(set))),
                ChangeSetState::Empty => return Ok(Worked::Empty),
                ChangeSetState::Failed(reason) => return Ok(Worked::Refused(reason)),
                ChangeSetState::Obsolete => return Ok(Worked::Obsolete),
            },
            // Executing another change set deletes all that are on the stack.
            Ok(None) => return Ok(Worked::Obsolete),
            Err(error) if is_passing(&error) => {
                session.note(stack.as_str(), format!("still waiting for the change set: {error}"));
                if session.since(started) > session.options.change_set_limit {
                    return Err(cloud(error));
                }
            }
            Err(error) => return Err(cloud(error)),
        }
        if session.since(started) > session.options.change_set_limit {
            return Err(ProvisionError::TimedOut {
                stack: stack.clone(),
                what: "working out the change set".to_owned(),
                after: session.since(started),
            });
        }
        if session.sleep(pause).await {
            return Err(ProvisionError::Interrupted);
        }
        // DescribeChangeSet shares 2 calls a second per account and Region.
        pause = (pause * 2).min(session.options.poll);
    }
}

fn sorted(mut set: ChangeSet) -> ChangeSet {
    set.changes.sort_by(|a, b| a.logical_id.cmp(&b.logical_id));
    set
}

/// Removes a change set and the unexecuted stack it made. What could not be removed, and how to do it by hand.
pub(super) async fn remove(session: &Session<'_>, made: &Made) -> Result<(), String> {
    let (stack, write) = (made.stack.as_str(), session.ports.write);
    let region = session.ports.region;
    let deleted = session.retry(async || write.delete_change_set(stack, &made.id).await).await;
    let deleted = match deleted {
        Err(error) if error.kind == CloudErrorKind::NotFound => Ok(()),
        other => other,
    };
    if made.kind == ChangeSetKind::Create {
        // The stack takes its change sets along.
        return remove_review(session, &made.stack, "own").await;
    }
    deleted.map_err(|error| {
        format!(
            "change set {} of stack {stack} ({error}); remove it with `aws cloudformation delete-change-set --stack-name \
             {stack} --change-set-name {} --region {region}`",
            made.id, made.id
        )
    })
}

/// Removes a stack that exists only as an unexecuted change set, and waits until it is gone. A stack that is more than
/// that is left alone: somebody may have executed it a moment ago.
pub(super) async fn remove_review(session: &Session<'_>, stack: &StackName, whose: &str) -> Result<(), String> {
    let by_hand = |why: String| {
        format!(
            "the empty stack {stack} ({why}); if it is in REVIEW_IN_PROGRESS, remove it with `aws cloudformation \
             delete-stack --stack-name {stack} --region {}`",
            session.ports.region
        )
    };
    let names = [stack.0.clone()];
    let started = session.now();
    let mut asked = false;
    loop {
        let found = session.retry(async || session.ports.stacks.stacks(&names).await).await;
        let status = match found {
            Ok(mut found) => found.remove(stack.as_str()).map(|facts| facts.status),
            Err(error) => return Err(by_hand(error.to_string())),
        };
        match status {
            None => return Ok(()),
            Some(status) if status.0 == "DELETE_COMPLETE" => return Ok(()),
            Some(status) if status.is_review() => {
                if !asked {
                    let token = session.token(&format!("{stack}-{whose}"));
                    let answer =
                        session.retry(async || session.ports.write.delete_stack(stack.as_str(), &token).await).await;
                    answer.map_err(|error| by_hand(error.to_string()))?;
                    asked = true;
                    continue;
                }
            }
            Some(status) if status.0.starts_with("DELETE_") => {}
            Some(_) => return Ok(()),
        }
        if session.since(started) > REVIEW_LIMIT {
            return Err(by_hand(format!("not gone after {} s", REVIEW_LIMIT.as_secs())));
        }
        session.ports.clock.sleep(Duration::from_secs(1)).await;
    }
}
