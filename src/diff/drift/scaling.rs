//! Owns scaling drift: sizes of groups, which `scale` changes by direct calls, apart from every other difference.

use crate::diff::finding::{Finding, Severity};
use crate::diff::input::DriftInput;
use crate::facts::{PropertyDifference, ResourceDrift};
use crate::model::{Part, standby_group_name};

const GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";

/// Marks a finding about a group's size, and says whether it is what the posture asked for.
pub fn judge(
    input: &DriftInput<'_>,
    part: Part,
    record: &ResourceDrift,
    difference: &PropertyDifference,
    mut finding: Finding,
) -> Finding {
    let property = difference.path.trim_start_matches('/');
    if !part.is_compute() || record.resource_type != GROUP || !is_size(property) {
        return finding;
    }
    finding.scaling = true;
    let (Some(expected), Some(actual)) = (number(&difference.expected), number(&difference.actual)) else {
        return finding;
    };
    finding.severity = match (property, actual < expected) {
        ("MaxSize", true) => Severity::BlocksFailover,
        (_, true) => Severity::Degrades,
        (_, false) => Severity::Cosmetic,
    };
    let Some(posture) = &input.posture else { return finding };
    let asked = input
        .environment
        .tiers
        .iter()
        .find(|tier| standby_group_name(&input.environment.name, &tier.name) == record.physical_id)
        .and_then(|tier| posture.minimums.get(&tier.name));
    let as_asked = asked.is_some_and(|asked| match property {
        "MinSize" => actual == *asked,
        // Scaling up makes room, and scaling policies may go higher within it.
        "MaxSize" => actual >= *asked && actual >= expected,
        _ => actual >= *asked,
    });
    if as_asked { finding.intended(format!("scaled to {}", posture.target)) } else { finding }
}

fn is_size(property: &str) -> bool {
    matches!(property, "MinSize" | "MaxSize" | "DesiredCapacity")
}

/// A size, with or without quotes.
fn number(text: &str) -> Option<u32> {
    text.trim().trim_matches('"').parse().ok()
}
