//! Owns beginning an operation: executing a change set, deleting a stack, and the protection from being deleted.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::events::stack_status;
use super::progress::start_ready;
use super::weave::Woven;
use super::{find_mut, no_stack};
use crate::cloud::{ChangeAction, ChangeSetKind, CloudErrorKind, Replacement};
use crate::facts::StackStatus;
use crate::sim::call::Refusal;
use crate::sim::state::{
    Act, Deployment, Kept, Operation, OperationKind, RegionState, SimChangeSet, Stack, StackPart, Step, StepState,
    after,
};
use crate::sim::template::Body;

/// ExecuteChangeSet. Deletes all change sets of the stack, as CloudFormation does.
pub fn execute(
    region: &mut RegionState,
    now: Timestamp,
    stack_name: &str,
    change_set: &str,
    token: &str,
) -> Result<(), Refusal> {
    let stack = find_mut(region, stack_name)?;
    // ClientRequestToken: the same request twice is one.
    if stack.last_token.as_deref() == Some(token) {
        return Ok(());
    }
    let set =
        stack.change_sets.values().find(|set| set.name == change_set || set.id == change_set).cloned().ok_or_else(
            || {
                Refusal::new(
                    CloudErrorKind::NotFound,
                    "ChangeSetNotFound",
                    format!("ChangeSet [{change_set}] does not exist"),
                )
            },
        )?;
    check_executable(stack, &set, now)?;
    let name = stack.name.clone();
    let mut stack = region.stacks.remove(&name).ok_or_else(|| no_stack(&name))?;
    let begun = begin_deployment(region, &mut stack, &set, now, token);
    region.stacks.insert(name, stack);
    begun
}

fn check_executable(stack: &Stack, set: &SimChangeSet, now: Timestamp) -> Result<(), Refusal> {
    let refuse = |kind, why: &str| {
        let message = format!("ChangeSet [{}] cannot be executed in its current status of [{why}]", set.id);
        Err(Refusal::new(kind, "InvalidChangeSetStatus", message))
    };
    if stack.status.in_progress() {
        return Err(Refusal::conflict(format!(
            "Stack:{} is in {} state and can not be updated.",
            stack.id, stack.status
        )));
    }
    if set.generation != stack.generation {
        return refuse(CloudErrorKind::Conflict, "OBSOLETE");
    }
    if set.ready_at > now {
        return refuse(CloudErrorKind::Conflict, "CREATE_IN_PROGRESS");
    }
    if set.failed.is_some() || set.empty {
        return refuse(CloudErrorKind::Invalid, "FAILED");
    }
    Ok(())
}

fn begin_deployment(
    region: &mut RegionState,
    stack: &mut Stack,
    set: &SimChangeSet,
    now: Timestamp,
    token: &str,
) -> Result<(), Refusal> {
    let woven = Woven::new(region, &stack.name, &stack.id, &set.target)?;
    let steps: Vec<Step> = woven
        .order
        .sequence
        .iter()
        .filter_map(|logical_id| {
            let change = set.changes.iter().find(|change| change.logical_id == *logical_id)?;
            let act = match (change.action, change.replacement) {
                (ChangeAction::Add, _) => Act::Create,
                (ChangeAction::Modify, Replacement::Always) => Act::Replace,
                // Whether a conditional one replaces is seen when the step begins.
                _ => Act::Update,
            };
            Some(Step {
                logical_id: logical_id.clone(),
                resource_type: change.resource_type.clone(),
                act,
                after: woven.order.needs.get(logical_id).cloned().unwrap_or_default(),
                state: StepState::Waiting,
                before: stack.parts.get(logical_id).cloned(),
                properties: None,
            })
        })
        .collect();
    let (kind, status) = match set.kind {
        ChangeSetKind::Create => (OperationKind::Create, "CREATE_IN_PROGRESS"),
        ChangeSetKind::Update => (OperationKind::Update, "UPDATE_IN_PROGRESS"),
    };
    if kind == OperationKind::Create {
        stack.deployed = Some(set.target.clone());
    }
    stack.change_sets.clear();
    stack.generation += 1;
    stack.last_token = Some(token.to_owned());
    stack_status(region, stack, now, status, Some("User Initiated".to_owned()), Some(token));
    begin(region, stack, operation(kind, Some(token.to_owned()), set.target.clone(), steps, now), now);
    Ok(())
}

/// An operation with those steps.
pub(super) fn operation(
    kind: OperationKind,
    token: Option<String>,
    target: Kept<Deployment>,
    steps: Vec<Step>,
    now: Timestamp,
) -> Operation {
    let present: BTreeSet<String> = steps.iter().map(|step| step.logical_id.clone()).collect();
    let steps = steps
        .into_iter()
        .map(|step| Step { after: step.after.intersection(&present).cloned().collect(), ..step })
        .collect();
    Operation { kind, token, target, steps, failed: BTreeSet::new(), idle_until: after(now, 2) }
}

/// Puts an operation under way.
pub(super) fn begin(region: &mut RegionState, stack: &mut Stack, mut operation: Operation, now: Timestamp) {
    start_ready(region, stack, &mut operation, now);
    stack.operation = Some(operation);
}

/// DeleteStack. A stack that is not there is deleted already; a stack in review goes at once.
pub fn delete_stack(region: &mut RegionState, now: Timestamp, name: &str, token: &str) -> Result<(), Refusal> {
    let Ok(stack) = find_mut(region, name) else { return Ok(()) };
    if stack.last_token.as_deref() == Some(token) || stack.status.0 == "DELETE_IN_PROGRESS" {
        return Ok(());
    }
    if stack.termination_protection {
        return Err(Refusal::invalid(format!(
            "Stack [{name}] cannot be deleted while TerminationProtection is enabled"
        )));
    }
    // A stack may be deleted while it is being created, not while it is being updated or rolled back.
    if stack.status.in_progress() && stack.status.0 != "CREATE_IN_PROGRESS" {
        return Err(Refusal::conflict(format!("Stack [{name}] cannot be deleted while in status {}", stack.status)));
    }
    let name = stack.name.clone();
    let mut stack = region.stacks.remove(&name).ok_or_else(|| no_stack(&name))?;
    stack.change_sets.clear();
    stack.generation += 1;
    stack.last_token = Some(token.to_owned());
    if stack.status.is_review() {
        stack.status = StackStatus("DELETE_COMPLETE".to_owned());
        region.deleted_stacks.insert(stack.id.clone(), stack);
        return Ok(());
    }
    stack.operation = None;
    stack_status(region, &mut stack, now, "DELETE_IN_PROGRESS", Some("User Initiated".to_owned()), Some(token));
    let steps = removal_steps(region, &stack, &stack.parts);
    let target = stack.deployed.clone().unwrap_or_else(empty_deployment);
    begin(region, &mut stack, operation(OperationKind::Delete, Some(token.to_owned()), target, steps, now), now);
    region.stacks.insert(name, stack);
    Ok(())
}

/// UpdateTerminationProtection.
pub fn protect(region: &mut RegionState, name: &str, on: bool) -> Result<(), Refusal> {
    let stack = find_mut(region, name).map_err(|_| Refusal::not_found(format!("Stack [{name}] does not exist")))?;
    stack.termination_protection = on;
    Ok(())
}

pub(super) fn empty_deployment() -> Kept<Deployment> {
    Kept::new(Deployment {
        body: Body::default(),
        parameters: Default::default(),
        resolved: Default::default(),
        tags: Default::default(),
    })
}

/// Steps that remove resources, users before what they use, by the order of the deployed template.
pub(super) fn removal_steps<'a>(
    region: &RegionState,
    stack: &Stack,
    parts: impl IntoIterator<Item = (&'a String, &'a StackPart)>,
) -> Vec<Step> {
    let users = stack
        .deployed
        .as_ref()
        .and_then(|deployed| Woven::new(region, &stack.name, &stack.id, deployed).ok())
        .map(|woven| woven.order.needed_by())
        .unwrap_or_default();
    parts
        .into_iter()
        .filter(|(_, part)| !part.physical_id.is_empty())
        .map(|(logical_id, part)| Step {
            logical_id: logical_id.clone(),
            resource_type: part.resource_type.clone(),
            act: Act::Delete,
            after: users.get(logical_id).cloned().unwrap_or_default(),
            state: StepState::Waiting,
            before: Some(part.clone()),
            properties: None,
        })
        .collect()
}
