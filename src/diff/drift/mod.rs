//! Owns drift: what CloudFormation's detection says of each stack, without its noise, with its blind spots counted.

mod noise;
mod scaling;
mod severity;

use std::collections::BTreeSet;

use super::finding::{Finding, Kind, Resource, Severity, Source, Status};
use super::found::Found;
use super::input::{DeployedStack, DriftInput};
use super::shown::{Shown, parse_loose};
use crate::facts::{DriftStatus, PropertyDifference, ResourceDrift, StackDrift};
use crate::model::Part;

/// Judges every stack that exists; what is not deployed cannot drift.
pub fn judge(input: &DriftInput<'_>, found: &mut Found) {
    for (part, stack) in input.stacks {
        if stack.facts.status.is_review() {
            continue;
        }
        match &stack.drift {
            Ok(drift) => judge_stack(input, *part, stack, drift, found),
            Err(reason) => blind_stack(*part, stack, reason, found),
        }
    }
}

fn blind_stack(part: Part, stack: &DeployedStack, reason: &str, found: &mut Found) {
    let coverage = found.coverage(Kind::Drift, part.as_str());
    coverage.total = stack.resources.len();
    coverage.unknown = stack.resources.len();
    coverage.reason = Some(reason.to_owned());
    not_known(part, stack, format!("drift detection could not run: {reason}"), found);
}

/// Whether a whole stack drifts is not known.
fn not_known(part: Part, stack: &DeployedStack, why: String, found: &mut Found) {
    let resource = Resource {
        stack: stack.facts.name.clone(),
        physical_id: Some(stack.facts.id.clone()),
        resource_type: "AWS::CloudFormation::Stack".to_owned(),
        ..Resource::default()
    };
    found.push(
        Finding::new(Kind::Drift, part.as_str(), "stack", Status::Unknown, Severity::Degrades, Source::Live)
            .of(resource)
            .note(why),
    );
}

fn judge_stack(input: &DriftInput<'_>, part: Part, stack: &DeployedStack, drift: &StackDrift, found: &mut Found) {
    let recorded: BTreeSet<&str> = drift.resources.iter().map(|record| record.logical_id.as_str()).collect();
    for resource in stack.resources.iter().filter(|resource| !recorded.contains(resource.logical_id.as_str())) {
        // A complete detection leaves out the types it cannot look at; an incomplete one may leave out anything.
        if drift.complete {
            let coverage = found.coverage(Kind::Drift, part.as_str());
            coverage.total += 1;
            coverage.unsupported.push(format!("{} ({})", resource.logical_id, resource.resource_type));
        } else {
            found.coverage(Kind::Drift, part.as_str()).unknown();
        }
    }
    if !drift.complete {
        let reason = drift.reason.clone().unwrap_or_else(|| "CloudFormation gave no reason".to_owned());
        found.coverage(Kind::Drift, part.as_str()).reason = Some(reason.clone());
        not_known(part, stack, format!("drift detection did not finish: {reason}"), found);
    }
    for record in &drift.resources {
        judge_resource(input, part, stack, record, found);
    }
    found.coverage(Kind::Drift, part.as_str()).unsupported.sort();
}

fn judge_resource(
    input: &DriftInput<'_>,
    part: Part,
    stack: &DeployedStack,
    record: &ResourceDrift,
    found: &mut Found,
) {
    let resource = Resource {
        stack: stack.facts.name.clone(),
        logical_id: record.logical_id.clone(),
        physical_id: Some(record.physical_id.clone()).filter(|id| !id.is_empty()),
        resource_type: record.resource_type.clone(),
    };
    let new = |place: &str, status, severity| {
        Finding::new(Kind::Drift, part.as_str(), place, status, severity, Source::Live).of(resource.clone())
    };
    let coverage = found.coverage(Kind::Drift, part.as_str());
    match record.status {
        DriftStatus::NotChecked => {
            coverage.total += 1;
            coverage.unsupported.push(format!("{} ({})", record.logical_id, record.resource_type));
        }
        DriftStatus::Unknown => {
            coverage.unknown();
            let reason = record.reason.as_deref().unwrap_or("CloudFormation gave no reason");
            found.push(new("", Status::Unknown, Severity::Degrades).note(reason));
        }
        DriftStatus::InSync => coverage.checked(),
        DriftStatus::Deleted => {
            coverage.checked();
            let deleted = new("", Status::Deleted, severity::of_deleted(&record.resource_type)).whole();
            found.push(deleted.values(Shown::text("present"), Shown::Absent));
        }
        DriftStatus::Modified => {
            coverage.checked();
            if record.differences.is_empty() {
                found.push(
                    new("", Status::Modified, Severity::Degrades).note("CloudFormation does not say what differs"),
                );
            }
            for difference in record.differences.iter().filter(|difference| !noise::is_noise(difference)) {
                let finding = property(&new, record, difference);
                found.push(scaling::judge(input, part, record, difference, finding));
            }
        }
    }
}

fn property(
    new: &dyn Fn(&str, Status, Severity) -> Finding,
    record: &ResourceDrift,
    difference: &PropertyDifference,
) -> Finding {
    let expected = parse_loose(&difference.expected);
    let actual = parse_loose(&difference.actual);
    let status = match (&expected, &actual) {
        (None, Some(_)) => Status::Added,
        (Some(_), None) => Status::Deleted,
        _ => Status::Modified,
    };
    new(&difference.path, status, severity::of_property(&record.resource_type, &difference.path))
        .values(Shown::json(expected.as_ref()), Shown::json(actual.as_ref()))
}
