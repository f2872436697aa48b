//! Owns change sets: what CloudFormation refuses at once, what it works out, and how it tells.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::compare::changes;
use super::events::stack_status;
use super::weave::{Woven, look_up};
use crate::cloud::{
    ChangeAction, ChangeSet, ChangeSetKind, ChangeSetRequest, ChangeSetState, CloudErrorKind, Replacement,
    ResourceChange, TemplateSource,
};
use crate::facts::StackStatus;
use crate::sim::call::Refusal;
use crate::sim::resource::type_of;
use crate::sim::state::{Deployment, Kept, RegionState, SimChangeSet, Stack, StackPart, after};
use crate::sim::template::{Body, KNOWN_AFTER_APPLY, take_inputs};

/// CreateChangeSet; its ARN.
pub fn create_change_set(
    region: &mut RegionState,
    now: Timestamp,
    request: &ChangeSetRequest,
) -> Result<String, Refusal> {
    check_names(request)?;
    let body = match &request.template {
        TemplateSource::Body(body) => Body::from(body.clone()),
        TemplateSource::Url(url) => {
            return Err(Refusal::invalid(format!(
                "S3 error: Access Denied ({url}): the simulated cloud has no buckets"
            )));
        }
    };
    check_stack(region, request)?;
    if let Some(existing) = region.stacks.get(&request.stack).and_then(|stack| stack.change_sets.get(&request.name)) {
        // CreateChangeSet, ClientToken: the same token answers with what it made.
        if existing.token == request.token {
            return Ok(existing.id.clone());
        }
        return Err(Refusal::new(
            CloudErrorKind::Conflict,
            "AlreadyExistsException",
            format!("ChangeSet {} already exists for stack {}", request.name, request.stack),
        ));
    }
    let inputs = take_inputs(region, body.template()?, &request.parameters)?;
    let target = Deployment { body, parameters: inputs.given, resolved: inputs.resolved, tags: request.tags.clone() };
    // Unresolved references and cycles are refused at once, before a stack comes into being.
    let stack_id = region.stacks.get(&request.stack).map_or_else(String::new, |stack| stack.id.clone());
    let worked = work_out(region, &request.stack, &stack_id, &target)?;
    if !region.stacks.contains_key(&request.stack) {
        review_stack(region, now, &request.stack);
    }
    let uuid = region.next_uuid("change-set");
    let id = region.arn("cloudformation", &format!("changeSet/{}/{uuid}", request.name));
    let ready_at = after(now, region.timings.change_set_s);
    let stack = region.stacks.get_mut(&request.stack).ok_or_else(|| super::no_stack(&request.stack))?;
    let (changes, failed) = match worked {
        Ok(changes) => (changes, None::<String>),
        Err(reason) => (None, Some(reason)),
    };
    let set = SimChangeSet {
        id: id.clone(),
        name: request.name.clone(),
        kind: request.kind,
        empty: failed.is_none() && changes.is_none(),
        changes: changes.unwrap_or_default(),
        failed,
        target: Kept::new(target),
        token: request.token.clone(),
        ready_at,
        generation: stack.generation,
    };
    stack.change_sets.insert(request.name.clone(), set);
    Ok(id)
}

/// How a change set stands by then.
pub fn tell_change_set(stack: &Stack, set: &SimChangeSet, now: Timestamp) -> ChangeSet {
    let state = if set.ready_at > now {
        ChangeSetState::Pending
    } else if let Some(reason) = &set.failed {
        ChangeSetState::Failed(reason.clone())
    } else if set.empty {
        ChangeSetState::Empty
    } else if set.generation != stack.generation {
        ChangeSetState::Obsolete
    } else {
        ChangeSetState::Ready
    };
    let changes = if state == ChangeSetState::Pending { Vec::new() } else { set.changes.clone() };
    ChangeSet { id: set.id.clone(), state, changes }
}

fn check_names(request: &ChangeSetRequest) -> Result<(), Refusal> {
    for (what, name) in [("stackName", &request.stack), ("changeSetName", &request.name)] {
        let fits = name.len() <= 128
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !fits {
            return Err(Refusal::invalid(format!(
                "1 validation error detected: Value '{name}' at '{what}' failed to satisfy constraint: Member must satisfy \
                 regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
            )));
        }
    }
    // "CloudFormation quotas": tags of a stack.
    if request.tags.len() > 50 {
        return Err(Refusal::invalid(format!("a stack has at most 50 tags, not {}", request.tags.len())));
    }
    Ok(())
}

fn check_stack(region: &RegionState, request: &ChangeSetRequest) -> Result<(), Refusal> {
    let name = &request.stack;
    match (request.kind, region.stacks.get(name)) {
        (ChangeSetKind::Create, None) => Ok(()),
        (ChangeSetKind::Create, Some(stack)) if stack.status.is_review() => Ok(()),
        (ChangeSetKind::Create, Some(_)) => Err(Refusal::conflict(format!(
            "Stack [{name}] already exists and cannot be created again with the changeSet [{}].",
            request.name
        ))),
        (ChangeSetKind::Update, None) => Err(Refusal::not_found(format!("Stack [{name}] does not exist"))),
        (ChangeSetKind::Update, Some(stack)) if stack.status.can_update() => Ok(()),
        (ChangeSetKind::Update, Some(stack)) => {
            let message = format!("Stack:{} is in {} state and can not be updated.", stack.id, stack.status);
            Err(if stack.status.in_progress() { Refusal::conflict(message) } else { Refusal::invalid(message) })
        }
    }
}

/// "The stack is in REVIEW_IN_PROGRESS": a CREATE change set makes a stack without resources.
fn review_stack(region: &mut RegionState, now: Timestamp, name: &str) {
    let uuid = region.next_uuid("stack");
    let mut stack = Kept::new(Stack {
        id: region.arn("cloudformation", &format!("stack/{name}/{uuid}")),
        name: name.to_owned(),
        status: StackStatus(String::new()),
        status_reason: None,
        deployed: None,
        parts: BTreeMap::new(),
        outputs: BTreeMap::new(),
        updated_at: None,
        termination_protection: false,
        generation: 0,
        operation: None,
        last_token: None,
        change_sets: BTreeMap::new(),
        events: Vec::new(),
    });
    let reason = Some("User Initiated".to_owned());
    stack_status(region, &mut stack, now, "REVIEW_IN_PROGRESS", reason, None);
    region.stacks.insert(name.to_owned(), stack);
}

/// The changes; none where nothing would change; the inner error is why the change set fails.
type Worked = Result<Option<Vec<ResourceChange>>, String>;

fn work_out(region: &RegionState, name: &str, id: &str, target: &Deployment) -> Result<Worked, Refusal> {
    let woven = Woven::new(region, name, id, target)?;
    let nothing = BTreeMap::new();
    let stack = region.stacks.get(name);
    let parts = stack.map_or(&nothing, |stack| &stack.parts);
    Ok(changes_of(region, &woven, parts).and_then(|changes| {
        if !changes.is_empty() {
            return Ok(Some(changes));
        }
        let outputs = woven.outputs(&|logical_id, attribute| look_up(region, parts, logical_id, attribute))?;
        let same = stack.is_some_and(|stack| stack.outputs == outputs);
        Ok((!same).then(Vec::new))
    }))
}

fn changes_of(
    region: &RegionState,
    woven: &Woven<'_>,
    parts: &BTreeMap<String, StackPart>,
) -> Result<Vec<ResourceChange>, String> {
    let mut found = Vec::new();
    let mut renewed: BTreeSet<String> = BTreeSet::new();
    let mut modified: BTreeSet<String> = BTreeSet::new();
    for logical_id in &woven.order.sequence {
        let resource_type = &woven.template.resources[logical_id].resource_type;
        let known = type_of(resource_type).ok_or("unknown type")?;
        let properties = woven.properties(logical_id, &|other, attribute| {
            let moves = attribute.is_some_and(|attribute| {
                modified.contains(other)
                    && parts
                        .get(other)
                        .and_then(|part| type_of(&part.resource_type))
                        .is_some_and(|known| known.moving.contains(&attribute))
            });
            if moves || renewed.contains(other) || !parts.contains_key(other) {
                return Ok(json!(KNOWN_AFTER_APPLY));
            }
            look_up(region, parts, other, attribute)
        })?;
        // "Early validation" (November 2025): properties are checked against the type's schema.
        if let Some(problem) = known.problem(&properties) {
            return Err(format!("Resource {logical_id} ({resource_type}): {problem}"));
        }
        let Some(part) = parts.get(logical_id) else {
            renewed.insert(logical_id.clone());
            found.push(change(logical_id, None, resource_type, ChangeAction::Add));
            continue;
        };
        if part.resource_type != *resource_type {
            return Err(format!(
                "Update of resource type is not permitted ({logical_id}). The new template modifies resource type"
            ));
        }
        let differing = changes(known, &part.properties, &properties);
        if differing.is_empty() {
            continue;
        }
        let replacement = replacement_of(&differing, &properties);
        if replacement == Replacement::Never {
            modified.insert(logical_id.clone());
        } else {
            renewed.insert(logical_id.clone());
        }
        found.push(ResourceChange {
            replacement,
            properties: differing,
            ..change(logical_id, Some(part), resource_type, ChangeAction::Modify)
        });
    }
    for (logical_id, part) in parts.iter().filter(|(id, _)| !woven.order.needs.contains_key(*id)) {
        found.push(change(logical_id, Some(part), &part.resource_type, ChangeAction::Remove));
    }
    Ok(found)
}

/// Replacement: `Conditional` when it hangs on a value that is not known yet.
fn replacement_of(differing: &[crate::cloud::PropertyChange], after: &Value) -> Replacement {
    let replacing: Vec<_> = differing.iter().filter(|change| change.requires_replacement).collect();
    if replacing.is_empty() {
        return Replacement::Never;
    }
    let unknown = |change: &&crate::cloud::PropertyChange| {
        let pointer = change.path.trim_start_matches("/Properties");
        change.after.is_none() && after.pointer(pointer).is_some()
    };
    if replacing.iter().all(unknown) { Replacement::Conditional } else { Replacement::Always }
}

fn change(logical_id: &str, part: Option<&StackPart>, resource_type: &str, action: ChangeAction) -> ResourceChange {
    ResourceChange {
        logical_id: logical_id.to_owned(),
        physical_id: part.map(|part| part.physical_id.clone()),
        resource_type: resource_type.to_owned(),
        action,
        replacement: Replacement::Never,
        properties: Vec::new(),
    }
}
