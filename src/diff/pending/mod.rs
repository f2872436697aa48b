//! Owns pending: how the deployed stacks differ from what would be rendered now.

mod parameters;
mod state;
mod template;
mod user_data;

use std::collections::BTreeSet;

use super::finding::{Finding, Kind, Resource, Severity, Source, Status};
use super::found::Found;
use super::input::{DeployedStack, DriftInput};
use super::shown::Shown;
use crate::model::Part;

/// Judges every stack that is deployed, would be rendered, or both.
pub fn judge(input: &DriftInput<'_>, found: &mut Found) {
    let rendered = input.rendered.stacks.iter().map(|stack| stack.part);
    let parts: BTreeSet<Part> = rendered.chain(input.stacks.keys().copied()).collect();
    for part in parts {
        let rendered = input.rendered.stacks.iter().find(|stack| stack.part == part);
        // A stack in review is only a change set that was never executed: it does not exist.
        let deployed = input.stacks.get(&part).filter(|stack| !stack.facts.status.is_review());
        match (rendered, deployed) {
            (None, None) => {}
            (Some(rendered), None) => {
                found.coverage(Kind::Pending, part.as_str()).checked();
                found.push(
                    of_stack(part, rendered.name.as_str(), None, "stack", Status::Deleted, Severity::BlocksFailover)
                        .whole()
                        .values(Shown::text("rendered"), Shown::Absent)
                        .note("not provisioned: run `lifeboat provision`"),
                );
            }
            (None, Some(deployed)) => {
                found.coverage(Kind::Pending, part.as_str()).checked();
                let id = Some(deployed.facts.id.clone());
                found.push(
                    of_stack(part, &deployed.facts.name, id, "stack", Status::Added, Severity::Cosmetic)
                        .values(Shown::Absent, Shown::text("deployed"))
                        .note("nothing is rendered for it any more"),
                );
            }
            (Some(rendered), Some(deployed)) => {
                state::judge(part, deployed, found);
                state::judge_protection(part, deployed, found);
                template::judge(part, rendered, deployed, found);
                parameters::judge(input, part, rendered, deployed, found);
            }
        }
    }
}

/// A finding about the stack itself, or about a place in it that is no resource.
fn of_stack(part: Part, stack: &str, id: Option<String>, place: &str, status: Status, severity: Severity) -> Finding {
    let resource = Resource {
        stack: stack.to_owned(),
        logical_id: String::new(),
        physical_id: id,
        resource_type: "AWS::CloudFormation::Stack".to_owned(),
    };
    Finding::new(Kind::Pending, part.as_str(), place, status, severity, Source::Template).of(resource)
}

/// The same, of a deployed stack.
fn of_deployed(part: Part, stack: &DeployedStack, place: &str, status: Status, severity: Severity) -> Finding {
    of_stack(part, &stack.facts.name, Some(stack.facts.id.clone()), place, status, severity)
}
