//! Owns what undoes a failed operation.

use super::weave::Woven;
use crate::sim::state::{Act, Operation, OperationKind, RegionState, Stack, Step, StepState};

/// The steps that undo what a failed create or update did, users before what they use.
pub(super) fn undo_steps(region: &RegionState, stack: &Stack, failed: &Operation) -> Vec<Step> {
    let users = Woven::new(region, &stack.name, &stack.id, &failed.target)
        .map(|woven| woven.order.needed_by())
        .unwrap_or_default();
    failed
        .steps
        .iter()
        .filter_map(|step| {
            let part = stack.parts.get(&step.logical_id)?;
            let began = step.state != StepState::Waiting && step.properties.is_some();
            let act = match step.act {
                // Also one that failed and left something behind.
                Act::Create if !part.physical_id.is_empty() => Act::Delete,
                Act::Update | Act::Replace if began && failed.kind == OperationKind::Update => Act::Restore,
                _ => return None,
            };
            Some(Step {
                logical_id: step.logical_id.clone(),
                resource_type: step.resource_type.clone(),
                act,
                after: users.get(&step.logical_id).cloned().unwrap_or_default(),
                state: StepState::Waiting,
                before: if act == Act::Delete { Some(part.clone()) } else { step.before.clone() },
                properties: None,
            })
        })
        .collect()
}
