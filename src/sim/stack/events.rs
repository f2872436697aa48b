//! Owns a stack's history and the statuses it tells.

use jiff::Timestamp;

use crate::facts::{StackEvent, StackStatus};
use crate::sim::state::{RegionState, Stack};

/// Moves a stack to a status and writes it down.
pub(super) fn stack_status(
    region: &mut RegionState,
    stack: &mut Stack,
    at: Timestamp,
    status: &str,
    reason: Option<String>,
    token: Option<&str>,
) {
    stack.status = StackStatus(status.to_owned());
    stack.status_reason.clone_from(&reason);
    let event = StackEvent {
        id: region.next_uuid("event"),
        at,
        logical_id: stack.name.clone(),
        physical_id: stack.id.clone(),
        resource_type: "AWS::CloudFormation::Stack".to_owned(),
        status: status.to_owned(),
        reason,
        token: token.map(str::to_owned),
    };
    stack.events.push(event);
}

/// Moves a resource of a stack to a status and writes it down.
pub(super) fn part_status(
    region: &mut RegionState,
    stack: &mut Stack,
    at: Timestamp,
    logical_id: &str,
    status: &str,
    reason: Option<String>,
    token: Option<&str>,
) {
    let Some(part) = stack.parts.get_mut(logical_id) else { return };
    part.status = status.to_owned();
    part.status_reason.clone_from(&reason);
    let event = StackEvent {
        // Resource events have ids of their own shape.
        id: format!("{logical_id}-{status}-{}", region.next_hex("event", 12)),
        at,
        logical_id: logical_id.to_owned(),
        physical_id: part.physical_id.clone(),
        resource_type: part.resource_type.clone(),
        status: status.to_owned(),
        reason,
        token: token.map(str::to_owned),
    };
    stack.events.push(event);
}
