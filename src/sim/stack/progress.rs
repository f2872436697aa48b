//! Owns how an operation moves on: steps begin when those before them are done, and end when their time has come.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::compare::changes;
use super::events::part_status;
use super::outcome::{complete, fail};
use super::weave::{Woven, look_up};
use crate::sim::resource::{KEEP_SIZES, NotMade, Place, ResourceType, type_of};
use crate::sim::state::{
    Act, Operation, OperationKind, RegionState, SimState, Stack, StackPart, Step, StepState, after,
};
use crate::sim::template::Body;

/// When something happens next to any stack of a Region, and to which.
pub fn due_stack(region: &RegionState) -> Option<(Timestamp, String)> {
    region.stacks.values().filter_map(|stack| Some((due(stack.operation.as_ref()?), stack.name.clone()))).min()
}

fn due(operation: &Operation) -> Timestamp {
    let running = operation.steps.iter().filter_map(|step| match step.state {
        StepState::Running(until) => Some(until),
        _ => None,
    });
    running.min().unwrap_or(operation.idle_until)
}

/// Lets the next thing happen to a stack.
pub fn step_stack(region: &mut RegionState, account: &mut SimState, name: &str, at: Timestamp) {
    // Taken out, so that what its steps do to the Region cannot touch the stack itself.
    let Some(mut stack) = region.stacks.remove(name) else { return };
    let Some(mut operation) = stack.operation.take() else {
        region.stacks.insert(name.to_owned(), stack);
        return;
    };
    let ended = operation.steps.iter().position(|step| matches!(step.state, StepState::Running(until) if until <= at));
    let went_well = ended.is_none_or(|i| finish(region, account, &mut stack, &mut operation, i, at));
    if !went_well && matches!(operation.kind, OperationKind::Create | OperationKind::Update) {
        fail(region, &mut stack, operation, at);
    } else {
        start_ready(region, &mut stack, &mut operation, at);
        let busy = operation.steps.iter().any(|step| matches!(step.state, StepState::Running(_)));
        // With nothing to do at all an operation still takes its moment.
        if busy || (operation.steps.is_empty() && operation.idle_until > at) {
            stack.operation = Some(operation);
        } else {
            complete(region, &mut stack, operation, at);
        }
    }
    match stack.status.0.as_str() {
        "DELETE_COMPLETE" => region.deleted_stacks.insert(stack.id.clone(), stack),
        _ => region.stacks.insert(name.to_owned(), stack),
    };
}

/// Begins every step whose predecessors are done.
pub(super) fn start_ready(region: &mut RegionState, stack: &mut Stack, operation: &mut Operation, at: Timestamp) {
    loop {
        let done: BTreeSet<String> = operation
            .steps
            .iter()
            .filter(|step| step.state == StepState::Done)
            .map(|step| step.logical_id.clone())
            .collect();
        let ready: Vec<usize> = (0..operation.steps.len())
            .filter(|i| {
                let step = &operation.steps[*i];
                step.state == StepState::Waiting && step.after.is_subset(&done)
            })
            .collect();
        let mut skipped = false;
        for i in ready {
            skipped |= start(region, stack, operation, i, at);
        }
        // What was done without a wait may let others begin.
        if !skipped {
            return;
        }
    }
}

/// Begins a step; whether it turned out to have nothing to do.
fn start(region: &mut RegionState, stack: &mut Stack, operation: &mut Operation, i: usize, at: Timestamp) -> bool {
    let logical_id = operation.steps[i].logical_id.clone();
    if matches!(operation.steps[i].act, Act::Create | Act::Update | Act::Replace) {
        let properties = evaluated(region, stack, operation, &logical_id).ok();
        let step = &mut operation.steps[i];
        if let (Some(after), Some(before)) = (&properties, &step.before)
            && let Some(known) = type_of(&step.resource_type)
        {
            let differing = changes(known, &before.properties, after);
            if differing.is_empty() {
                step.state = StepState::Done;
                return true;
            }
            let replaces = differing.iter().any(|change| change.requires_replacement);
            step.act = if replaces { Act::Replace } else { Act::Update };
        }
        step.properties = properties;
    }
    let step = &operation.steps[i];
    let seconds = type_of(&step.resource_type).map_or([1; 3], |known| known.seconds);
    let (status, seconds) = match step.act {
        Act::Create => ("CREATE_IN_PROGRESS", seconds[0]),
        Act::Replace => ("UPDATE_IN_PROGRESS", seconds[0]),
        Act::Update | Act::Restore => ("UPDATE_IN_PROGRESS", seconds[1]),
        Act::Delete => ("DELETE_IN_PROGRESS", seconds[2]),
    };
    if step.act == Act::Create {
        let part = StackPart {
            physical_id: String::new(),
            resource_type: step.resource_type.clone(),
            status: String::new(),
            status_reason: None,
            properties: Value::Null,
            retain: false,
            retain_replaced: false,
        };
        stack.parts.insert(logical_id.clone(), part);
    }
    let reason = (step.act == Act::Replace)
        .then(|| "Requested update requires the creation of a new physical resource; hence creating one.".to_owned());
    operation.steps[i].state = StepState::Running(after(at, seconds));
    part_status(region, stack, at, &logical_id, status, reason, operation.token.as_deref());
    false
}

fn evaluated(region: &RegionState, stack: &Stack, operation: &Operation, logical_id: &str) -> Result<Value, String> {
    let woven =
        Woven::new(region, &stack.name, &stack.id, &operation.target).map_err(|refusal| format!("{refusal:?}"))?;
    woven.properties(logical_id, &|other, attribute| look_up(region, &stack.parts, other, attribute))
}

/// Ends a step: its effect, and what is told of it. Whether it went well.
fn finish(
    region: &mut RegionState,
    account: &mut SimState,
    stack: &mut Stack,
    operation: &mut Operation,
    i: usize,
    at: Timestamp,
) -> bool {
    let step = operation.steps[i].clone();
    let token = operation.token.clone();
    let leaves = |part: &StackPart| step.act == Act::Delete && is_retained(stack, &step, part, operation.kind);
    let left = step.before.as_ref().is_some_and(leaves);
    let effect = match type_of(&step.resource_type) {
        Some(known) => effect(region, account, stack, operation, &step, known, at),
        None => Err(NotMade::from("unknown type")),
    };
    let (verb, told) = match step.act {
        Act::Create => ("CREATE", true),
        Act::Update | Act::Replace | Act::Restore => ("UPDATE", true),
        Act::Delete => ("DELETE", false),
    };
    match effect {
        Ok(()) => {
            operation.steps[i].state = StepState::Done;
            let status = format!("{verb}_{}", if left { "SKIPPED" } else { "COMPLETE" });
            part_status(region, stack, at, &step.logical_id, &status, None, token.as_deref());
            if !told {
                forget(stack, &step);
            }
            true
        }
        Err(not_made) => {
            operation.steps[i].state = StepState::Failed;
            operation.failed.insert(step.logical_id.clone());
            if let (Some(id), Some(part)) = (not_made.left_behind, stack.parts.get_mut(&step.logical_id)) {
                part.physical_id = id;
            }
            let status = format!("{verb}_FAILED");
            part_status(region, stack, at, &step.logical_id, &status, Some(not_made.reason), token.as_deref());
            false
        }
    }
}

/// A removed resource is no longer the stack's, unless what was removed is the one it replaced.
fn forget(stack: &mut Stack, step: &Step) {
    let removed = step.before.as_ref().map(|part| part.physical_id.as_str());
    if stack.parts.get(&step.logical_id).map(|part| part.physical_id.as_str()) == removed {
        stack.parts.remove(&step.logical_id);
    }
}

fn effect(
    region: &mut RegionState,
    account: &mut SimState,
    stack: &mut Stack,
    operation: &Operation,
    step: &Step,
    known: &ResourceType,
    at: Timestamp,
) -> Result<(), NotMade> {
    let properties = match (&step.properties, step.act) {
        (Some(properties), _) => properties.clone(),
        (None, Act::Delete | Act::Restore) => Value::Null,
        // It could not be evaluated when it began: now the reason is told.
        (None, _) => evaluated(region, stack, operation, &step.logical_id)?,
    };
    let policies = policies(&operation.target.body, &step.logical_id);
    let mut place = Place { region, account, now: at, stack: &stack.name, logical_id: &step.logical_id };
    match step.act {
        Act::Create | Act::Replace => {
            if let Some(problem) = known.problem(&properties) {
                return Err(problem.into());
            }
            let named = known.name_property.and_then(|name| properties.get(name)).and_then(Value::as_str);
            let old_name =
                step.before.as_ref().and_then(|part| part.properties.get(known.name_property?)).and_then(Value::as_str);
            if let Some(name) = named.filter(|_| step.act == Act::Replace && named == old_name) {
                return Err(format!(
                    "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {name} \
                     and update the stack again."
                )
                .into());
            }
            let physical_id = (known.create)(&mut place, &properties)?;
            put_part(stack, step, physical_id, properties, &policies);
            Ok(())
        }
        Act::Update => {
            let before = step.before.as_ref().ok_or("nothing to update")?;
            let mut asked = properties.clone();
            if let Some(map) = asked.as_object_mut().filter(|_| policies.keep_sizes) {
                map.insert(KEEP_SIZES.to_owned(), Value::Bool(true));
            }
            (known.update)(&mut place, &before.physical_id, &before.properties, &asked)?;
            put_part(stack, step, before.physical_id.clone(), properties, &policies);
            Ok(())
        }
        Act::Delete => {
            let part = step.before.as_ref().ok_or("nothing to remove")?;
            if is_retained(stack, step, part, operation.kind) {
                return Ok(());
            }
            Ok((known.delete)(&mut place, &part.physical_id, &part.properties)?)
        }
        Act::Restore => {
            let before = step.before.clone().ok_or("nothing to put back")?;
            let current = stack.parts.get(&step.logical_id).cloned().unwrap_or_else(|| before.clone());
            if current.physical_id == before.physical_id {
                (known.update)(&mut place, &before.physical_id, &current.properties, &before.properties)?;
            } else {
                (known.delete)(&mut place, &current.physical_id, &current.properties)?;
            }
            stack.parts.insert(step.logical_id.clone(), before);
            Ok(())
        }
    }
}

fn put_part(stack: &mut Stack, step: &Step, physical_id: String, properties: Value, policies: &Policies) {
    if let Some(part) = stack.parts.get_mut(&step.logical_id) {
        part.physical_id = physical_id;
        part.resource_type.clone_from(&step.resource_type);
        part.properties = properties;
        part.retain = policies.retain;
        part.retain_replaced = policies.retain_replaced;
    }
}

/// "DeletionPolicy attribute" and "UpdateReplacePolicy attribute": Retain leaves a resource where it is when its stack is
/// deleted or its template has it no more, and when an update has replaced it.
fn is_retained(stack: &Stack, step: &Step, part: &StackPart, kind: OperationKind) -> bool {
    let successor = stack.parts.get(&step.logical_id).filter(|current| current.physical_id != part.physical_id);
    match (kind, successor) {
        (OperationKind::Cleanup, Some(successor)) => successor.retain_replaced,
        (OperationKind::Cleanup | OperationKind::Delete, _) => part.retain,
        _ => false,
    }
}

/// What a template asks to be done with a resource.
#[derive(Default)]
struct Policies {
    retain: bool,
    retain_replaced: bool,
    keep_sizes: bool,
}

fn policies(body: &Body, logical_id: &str) -> Policies {
    let resource = body.template().ok().and_then(|template| template.resources.get(logical_id));
    resource.map_or_else(Policies::default, |resource| Policies {
        retain: resource.retain,
        retain_replaced: resource.retain_replaced,
        keep_sizes: resource.keep_sizes,
    })
}
