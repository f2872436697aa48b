//! Owns the comparison of templates: by section, logical id and property.

use serde_json::{Map, Value};

use super::of_deployed;
use super::user_data::decoded;
use crate::diff::finding::{Finding, Kind, Resource, Severity, Source, Status};
use crate::diff::found::Found;
use crate::diff::input::DeployedStack;
use crate::diff::shown::Shown;
use crate::diff::structure::{Edit, Rules, Segment, diff};
use crate::model::Part;
use crate::render::RenderedStack;

/// Judges the rendered template against the deployed one.
pub fn judge(part: Part, rendered: &RenderedStack, deployed: &DeployedStack, found: &mut Found) {
    let (wanted, there) = match (parse(&rendered.body), parse(&deployed.template)) {
        (Ok(wanted), Ok(there)) => (decoded(&wanted), decoded(&there)),
        (Err(error), _) => {
            return unreadable(part, deployed, &format!("the rendered template is not JSON: {error}"), found);
        }
        (_, Err(error)) => {
            return unreadable(part, deployed, &format!("the deployed template is not JSON: {error}"), found);
        }
    };
    resources(part, &wanted, &there, deployed, found);
    other_sections(part, &wanted, &there, deployed, found);
}

fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

fn unreadable(part: Part, deployed: &DeployedStack, reason: &str, found: &mut Found) {
    let coverage = found.coverage(Kind::Pending, part.as_str());
    coverage.unknown();
    coverage.reason = Some(reason.to_owned());
    found.push(of_deployed(part, deployed, "template", Status::Unknown, Severity::Degrades).note(reason));
}

fn section<'a>(template: &'a Value, name: &str) -> Option<&'a Map<String, Value>> {
    template.get(name).and_then(Value::as_object)
}

fn resources(part: Part, wanted: &Value, there: &Value, deployed: &DeployedStack, found: &mut Found) {
    let none = Map::new();
    let wanted = section(wanted, "Resources").unwrap_or(&none);
    let there = section(there, "Resources").unwrap_or(&none);
    let ids: std::collections::BTreeSet<&String> = wanted.keys().chain(there.keys()).collect();
    for id in ids {
        found.coverage(Kind::Pending, part.as_str()).checked();
        let of = |place: &str, status, severity| {
            Finding::new(Kind::Pending, part.as_str(), place, status, severity, Source::Template).of(resource(
                id,
                wanted.get(id).or(there.get(id)),
                deployed,
            ))
        };
        match (wanted.get(id), there.get(id)) {
            (Some(_), None) => found.push(
                of("", Status::Deleted, Severity::Degrades)
                    .whole()
                    .values(Shown::text("rendered"), Shown::Absent)
                    .note("would be added"),
            ),
            (None, Some(_)) => found.push(
                of("", Status::Added, Severity::Degrades)
                    .values(Shown::Absent, Shown::text("deployed"))
                    .note("would be removed"),
            ),
            (Some(wanted), Some(there)) => {
                for edit in diff(there, wanted, Rules::CLOUDFORMATION) {
                    found.push(values(of(&place(&edit), status(&edit), severity(&edit)), &edit));
                }
            }
            (None, None) => {}
        }
    }
}

fn resource(id: &str, template: Option<&Value>, deployed: &DeployedStack) -> Resource {
    let live = deployed.resources.iter().find(|resource| resource.logical_id == id);
    Resource {
        stack: deployed.facts.name.clone(),
        logical_id: id.to_owned(),
        physical_id: live.map(|live| live.physical_id.clone()).filter(|id| !id.is_empty()),
        resource_type: template
            .and_then(|template| template.get("Type"))
            .and_then(Value::as_str)
            .unwrap_or("unknown type")
            .to_owned(),
    }
}

/// Parameters, outputs, conditions and the rest, each entry as one place.
fn other_sections(part: Part, wanted: &Value, there: &Value, deployed: &DeployedStack, found: &mut Found) {
    let without_resources = |template: &Value| {
        let mut sections = template.as_object().cloned().unwrap_or_default();
        sections.shift_remove("Resources");
        Value::Object(sections)
    };
    for edit in diff(&without_resources(there), &without_resources(wanted), Rules::CLOUDFORMATION) {
        let cosmetic = matches!(section_of(&edit), "Description" | "Metadata" | "Outputs");
        let severity = if cosmetic { Severity::Cosmetic } else { Severity::Degrades };
        let place = format!("template{}", edit.path);
        found.push(values(of_deployed(part, deployed, &place, status(&edit), severity), &edit));
    }
}

fn section_of(edit: &Edit) -> &str {
    match edit.path.0.first() {
        Some(Segment::Key(name)) => name,
        _ => "",
    }
}

/// The property's place without `/Properties`, which every path would begin with.
fn place(edit: &Edit) -> String {
    let path = edit.path.to_string();
    path.strip_prefix("/Properties/").map(|rest| format!("/{rest}")).unwrap_or(path)
}

fn status(edit: &Edit) -> Status {
    match (&edit.before, &edit.after) {
        (None, _) => Status::Deleted,
        (_, None) => Status::Added,
        _ => Status::Modified,
    }
}

fn severity(edit: &Edit) -> Severity {
    let cosmetic = ["Tags", "TagSpecifications", "Metadata", "Description", "GroupDescription"];
    if cosmetic.iter().any(|member| edit.path.passes(member)) { Severity::Cosmetic } else { Severity::Degrades }
}

fn values(finding: Finding, edit: &Edit) -> Finding {
    finding.values(Shown::json(edit.after.as_ref()), Shown::json(edit.before.as_ref()))
}
