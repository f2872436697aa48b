//! Owns how an operation ends: completed, or failed and undone.

use jiff::Timestamp;

use super::begin::{begin, operation, removal_steps};
use super::events::{part_status, stack_status};
use super::undo::undo_steps;
use super::weave::{Woven, look_up};
use crate::sim::state::{Act, Operation, OperationKind, RegionState, Stack, StackPart, StepState};

/// Everything is done that could be.
pub(super) fn complete(region: &mut RegionState, stack: &mut Stack, ended: Operation, at: Timestamp) {
    let token = ended.token.clone();
    let token = token.as_deref();
    match ended.kind {
        OperationKind::Create => {
            finish_deployment(region, stack, &ended, at);
            stack_status(region, stack, at, "CREATE_COMPLETE", None, token);
        }
        OperationKind::Update => {
            let leftovers = leftovers(stack, &ended);
            // Users go before what they use by the order of the template that made them.
            let steps = removal_steps(region, stack, leftovers.iter().map(|(id, part)| (id, part)));
            finish_deployment(region, stack, &ended, at);
            if steps.is_empty() {
                stack_status(region, stack, at, "UPDATE_COMPLETE", None, token);
                return;
            }
            stack_status(region, stack, at, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None, token);
            let next = operation(OperationKind::Cleanup, ended.token.clone(), ended.target, steps, at);
            begin(region, stack, next, at);
        }
        // What cannot be cleaned up is left: the update stays complete.
        OperationKind::Cleanup => stack_status(region, stack, at, "UPDATE_COMPLETE", None, token),
        OperationKind::Rollback => {
            let status = if ended.failed.is_empty() { "ROLLBACK_COMPLETE" } else { "ROLLBACK_FAILED" };
            stack_status(region, stack, at, status, failed_to("delete", &ended), token);
        }
        OperationKind::UpdateRollback => {
            if ended.failed.is_empty() {
                let cleaning = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS";
                stack_status(region, stack, at, cleaning, None, token);
                stack_status(region, stack, at, "UPDATE_ROLLBACK_COMPLETE", None, token);
            } else {
                stack_status(region, stack, at, "UPDATE_ROLLBACK_FAILED", failed_to("update", &ended), token);
            }
        }
        OperationKind::Delete => {
            let stuck = ended.steps.iter().any(|step| step.state != StepState::Done);
            let status = if stuck { "DELETE_FAILED" } else { "DELETE_COMPLETE" };
            stack_status(region, stack, at, status, failed_to("delete", &ended), token);
        }
    }
}

fn failed_to(verb: &str, ended: &Operation) -> Option<String> {
    (!ended.failed.is_empty()).then(|| {
        let names: Vec<&str> = ended.failed.iter().map(String::as_str).collect();
        format!("The following resource(s) failed to {verb}: [{}]. ", names.join(", "))
    })
}

fn finish_deployment(region: &mut RegionState, stack: &mut Stack, ended: &Operation, at: Timestamp) {
    let outputs = Woven::new(region, &stack.name, &stack.id, &ended.target)
        .ok()
        .and_then(|woven| woven.outputs(&|id, attribute| look_up(region, &stack.parts, id, attribute)).ok());
    stack.outputs = outputs.unwrap_or_default();
    stack.deployed = Some(ended.target.clone());
    stack.updated_at = Some(at);
}

/// What an update leaves to remove: resources the new template has not, and those that were replaced.
fn leftovers(stack: &Stack, ended: &Operation) -> Vec<(String, StackPart)> {
    let template = ended.target.body.template().ok();
    let wanted = |logical_id: &str| template.is_some_and(|template| template.resources.contains_key(logical_id));
    let removed = stack.parts.iter().filter(|(id, _)| !wanted(id)).map(|(id, part)| (id.clone(), part.clone()));
    let replaced = ended
        .steps
        .iter()
        .filter(|step| step.act == Act::Replace && step.state == StepState::Done)
        .filter_map(|step| Some((step.logical_id.clone(), step.before.clone()?)));
    removed.chain(replaced).collect()
}

/// A step of a create or an update failed: the others are cancelled, and what was done is undone.
pub(super) fn fail(region: &mut RegionState, stack: &mut Stack, mut failed: Operation, at: Timestamp) {
    let token = failed.token.clone();
    let roots = failed.failed.clone();
    for i in 0..failed.steps.len() {
        if !matches!(failed.steps[i].state, StepState::Running(_)) {
            continue;
        }
        failed.steps[i].state = StepState::Failed;
        let (status, reason) = match failed.steps[i].act {
            Act::Create => ("CREATE_FAILED", "Resource creation cancelled"),
            _ => ("UPDATE_FAILED", "Resource update cancelled"),
        };
        let id = failed.steps[i].logical_id.clone();
        part_status(region, stack, at, &id, status, Some(reason.to_owned()), token.as_deref());
    }
    let names: Vec<&str> = roots.iter().map(String::as_str).collect();
    let (kind, status, verb) = match failed.kind {
        OperationKind::Create => (OperationKind::Rollback, "ROLLBACK_IN_PROGRESS", "create"),
        _ => (OperationKind::UpdateRollback, "UPDATE_ROLLBACK_IN_PROGRESS", "update"),
    };
    let reason = format!("The following resource(s) failed to {verb}: [{}]. ", names.join(", "));
    stack_status(region, stack, at, status, Some(reason), token.as_deref());
    let steps = undo_steps(region, stack, &failed);
    stack.parts.retain(|_, part| !part.physical_id.is_empty());
    begin(region, stack, operation(kind, token, failed.target, steps, at), at);
}
