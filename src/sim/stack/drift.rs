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
        let message = format!("Drift detection cannot be performed on stack {} in {} state.", stack.name, stack.status);
        return Err(if stack.status.in_progress() { Refusal::conflict(message) } else { Refusal::invalid(message) });
    }
    let resources = stack
        .parts
        .iter()
        .map(|(logical_id, part)| {
            let mut drift = of_part(region, logical_id, part);
            if part.resource_type == "AWS::EC2::SecurityGroup" {
                forgive_attached(region, stack, &mut drift);
            }
            drift
        })
        .collect();
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

/// "Considerations when detecting drift": CloudFormation looks through the stack for attachments, so that a rule the stack
/// makes as a resource of its own is not held against its security group. Rules of other stacks are.
fn forgive_attached(region: &RegionState, stack: &Stack, drift: &mut ResourceDrift) {
    let own: Vec<String> = stack
        .parts
        .values()
        .filter(|part| {
            part.resource_type.starts_with("AWS::EC2::SecurityGroup") && part.resource_type.ends_with("gress")
        })
        .filter_map(|part| {
            let mut rule = (type_of(&part.resource_type)?.live)(region, &part.physical_id, &part.properties)?;
            let group = rule.as_object_mut()?.shift_remove("GroupId")?;
            (group == drift.physical_id.as_str()).then(|| rule.to_string())
        })
        .collect();
    drift.differences.retain(|difference| !(difference.expected.is_empty() && own.contains(&difference.actual)));
    if drift.status == DriftStatus::Modified && drift.differences.is_empty() {
        drift.status = DriftStatus::InSync;
    }
}
