//! Owns the words for what ended a run early: the state a stack is in and the exact command that continues.

use super::history::History;
use super::operation::{Operation, OperationEnd, OperationError, Verb};
use super::outcome::{ProvisionError, StackFailure, StopKind, Stopped};
use super::session::Session;
use crate::model::StackName;
use crate::plan::provision::Refusal;
use crate::plan::provision::hint::cause_hint;

/// A plan, or what has become of it, is refused.
pub(crate) fn refused(stack: Option<&StackName>, refusals: &[Refusal]) -> Stopped {
    let mut next: Vec<String> = refusals.iter().map(|refusal| refusal.next.clone()).collect();
    next.dedup();
    Stopped {
        kind: StopKind::Refused,
        stack: stack.cloned(),
        what: "the plan is not carried out as it stands".to_owned(),
        why: refusals.iter().map(|refusal| refusal.text.clone()).collect(),
        failure: None,
        next,
    }
}

/// What was confirmed is no longer what would happen.
pub(crate) fn outdated(session: &Session<'_>, stack: &StackName, why: String) -> Stopped {
    Stopped {
        kind: StopKind::Refused,
        stack: Some(stack.clone()),
        what: format!("stack {stack} is no longer what the confirmed plan was made for; it was not touched"),
        why: vec![why],
        failure: None,
        next: vec![format!("look at it again and confirm: `{}`", session.options.command)],
    }
}

/// A call failed before an operation began.
pub(crate) fn before_it_began(session: &Session<'_>, stack: &StackName, error: ProvisionError) -> Stopped {
    let kind = if error == ProvisionError::Interrupted { StopKind::Interrupted } else { StopKind::Failed };
    let mut next: Vec<String> = error.hint().into_iter().collect();
    next.push(format!("continue with `{}`", session.options.command));
    let what = match kind {
        StopKind::Interrupted => format!("stopped before stack {stack} was touched"),
        _ => format!("stack {stack} was not touched"),
    };
    let why = if kind == StopKind::Interrupted { Vec::new() } else { vec![error.to_string()] };
    Stopped { kind, stack: Some(stack.clone()), what, why, failure: None, next }
}

/// A stack stands, but its termination protection could not be switched on.
pub(crate) fn not_protected(session: &Session<'_>, stack: &StackName, error: ProvisionError) -> Stopped {
    let mut next: Vec<String> = error.hint().into_iter().collect();
    next.push(format!("switch it on and continue with `{}`", session.options.command));
    Stopped {
        kind: StopKind::Failed,
        stack: Some(stack.clone()),
        what: format!("stack {stack} stands, but its termination protection could not be switched on"),
        why: vec![error.to_string()],
        failure: None,
        next,
    }
}

/// An operation is not watched to its end.
pub(crate) fn not_watched(session: &Session<'_>, operation: &Operation<'_>, error: OperationError) -> Stopped {
    let name = operation.name;
    let region = session.ports.region;
    let (kind, what, why) = match error {
        OperationError::Interrupted { status } => (
            StopKind::Interrupted,
            format!(
                "stopped waiting; {} of stack {name} goes on in CloudFormation (it was {status})",
                noun(operation.verb)
            ),
            Vec::new(),
        ),
        OperationError::GaveUp { status, why } => (
            StopKind::Unwatched,
            format!(
                "{} of stack {name} is not watched any more; it may still go on (it was {status})",
                noun(operation.verb)
            ),
            vec![why],
        ),
    };
    let command = &session.options.command;
    Stopped {
        kind,
        stack: Some(name.clone()),
        what,
        why,
        failure: None,
        next: vec![
            format!(
                "see how it stands with `aws cloudformation describe-stack-events --stack-name {name} --region {region}`"
            ),
            format!("wait for it and continue with `{command} --wait 30m`"),
        ],
    }
}

/// An operation ended in a status that is a failure.
pub(crate) fn failed(session: &Session<'_>, operation: &Operation<'_>, end: &OperationEnd) -> Stopped {
    let status = end.facts.as_ref().map_or_else(|| "gone".to_owned(), |facts| facts.status.0.clone());
    let history: &History = &end.history;
    let root = history.root_cause();
    let mut why = Vec::new();
    match &root {
        Some(root) => {
            why.push(format!("{} {} is {}: {}", root.resource_type, root.logical_id, root.status, root.reason))
        }
        None => why.extend(end.facts.as_ref().and_then(|facts| facts.status_reason.clone())),
    }
    let (state, mut next) = aftermath(session, operation, &status);
    if let Some(hint) = why.first().and_then(|reason| cause_hint(reason)) {
        next.insert(0, hint);
    }
    let others = history.failures().saturating_sub(usize::from(root.is_some()));
    Stopped {
        kind: StopKind::Failed,
        stack: Some(operation.name.clone()),
        what: format!("{} of stack {} failed: it is in {status}", noun(operation.verb), operation.name),
        why,
        failure: Some(StackFailure { part: operation.part, name: operation.name.clone(), status, root, others, state }),
        next,
    }
}

/// What a stack is like in a failed status, and what to do: the last is the command that continues.
fn aftermath(session: &Session<'_>, operation: &Operation<'_>, status: &str) -> (String, Vec<String>) {
    let (name, region, command) = (operation.name, session.ports.region, &session.options.command);
    let (state, repair, flag) = match status {
        "ROLLBACK_COMPLETE" => {
            ("what was made has been removed again; the empty stack is in the way", None, " --recreate")
        }
        "CREATE_FAILED" | "ROLLBACK_FAILED" => ("parts of it are left behind", None, " --recreate"),
        "UPDATE_ROLLBACK_COMPLETE" => ("it is back at what it was before", None, ""),
        "UPDATE_ROLLBACK_FAILED" => (
            "it is part-way between old and new",
            Some(format!("aws cloudformation continue-update-rollback --stack-name {name} --region {region}")),
            "",
        ),
        "DELETE_FAILED" => (
            "what could not be deleted is still there",
            Some(format!(
                "aws cloudformation delete-stack --deletion-mode FORCE_DELETE_STACK --stack-name {name} --region {region}"
            )),
            "",
        ),
        "gone" => ("it is not there", None, ""),
        _ => ("it stays as the failure left it", None, ""),
    };
    let mut next = Vec::new();
    if status == "DELETE_FAILED" {
        next.push(format!(
            "remove what holds it and run `{command}` again; as a last resort `{}` leaves the rest behind",
            repair.unwrap_or_default()
        ));
    } else if let Some(repair) = repair {
        next.push(format!("first `{repair}`"));
    }
    next.push(format!("continue with `{command}{flag}`"));
    (state.to_owned(), next)
}

fn noun(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "the creation",
        Verb::Update => "the update",
        Verb::Delete => "the deletion",
    }
}
