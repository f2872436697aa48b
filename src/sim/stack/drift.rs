//! Owns drift detection: what is there against what the template says.

use super::compare::differences;
use crate::facts::{DriftStatus, ResourceDrift, StackDrift};
use crate::sim::call::Refusal;
use crate::sim::resource::type_of;
use crate::sim::state::{RegionState, Stack, StackPart};

/// "Detect drift on an entire stack": only in these statuses.
const STEADY: [&str; 4] = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"];

/// The drift of every resource of a stack.
pub fn detect(region: &RegionState, stack: &Stack) -> Result<StackDrift, Refusal> {
    if !STEADY.contains(&stack.status.0.as_str()) {
        let message =
            format!("Drift detection cannot be performed on stack {} in {} state.", stack.name, stack.status);
        return Err(if stack.status.in_progress() { Refusal::conflict(message) } else { Refusal::invalid(message) });
    }
    let resources = stack.parts.iter().map(|(logical_id, part)| of_part(region, logical_id, part)).collect();
    Ok(StackDrift { complete: true, reason: None, resources })
}

fn of_part(region: &RegionState, logical_id: &str, part: &StackPart) -> ResourceDrift {
    let mut drift = ResourceDrift {
        logical_id: logical_id.to_owned(),
        physical_id: part.physical_id.clone(),
        resource_type: part.resource_type.clone(),
        status: DriftStatus::InSync,
        reason: None,
        differences: Vec::new(),
    };
    let Some(known) = type_of(&part.resource_type) else {
        drift.status = DriftStatus::NotChecked;
        return drift;
    };
    let Some(live) = (known.live)(region, &part.physical_id, &part.properties) else {
        drift.status = DriftStatus::Deleted;
        return drift;
    };
    // A launch template says everything in a write-only property: there is nothing to compare.
    let readable = part.properties.as_object().is_some_and(|map| {
        map.keys().any(|key| !known.write_only.contains(&key.as_str()) && known.name_property != Some(key.as_str()))
    });
    if !readable && !known.write_only.is_empty() {
        drift.status = DriftStatus::NotChecked;
        drift.reason = Some(format!("CloudFormation cannot read {} back", known.write_only.join(", ")));
        return drift;
    }
    drift.differences = differences(known, &part.properties, &live);
    if !drift.differences.is_empty() {
        drift.status = DriftStatus::Modified;
    }
    drift
}
