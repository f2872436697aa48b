//! Owns the check of rendered stacks: what CloudFormation would refuse is refused here, with a better sentence.

mod graph;
mod references;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::problem::RenderProblem;
use super::stack::RenderedStack;
use super::suggest::did_you_mean;
use crate::model::Part;
use references::{Reference, Target};

/// The largest template CloudFormation takes inside a call, in bytes.
pub(super) const INLINE_LIMIT: usize = 51_200;
/// The largest template CloudFormation takes from a bucket, in bytes (quota "template body size").
const BODY_LIMIT: usize = 1_048_576;
/// CloudFormation quotas per template, not adjustable.
const RESOURCE_LIMIT: usize = 500;
const PARAMETER_LIMIT: usize = 200;
const OUTPUT_LIMIT: usize = 200;
/// The largest parameter value, in bytes.
const VALUE_LIMIT: usize = 4_096;
/// The most dynamic references in one template.
const DYNAMIC_LIMIT: usize = 60;

/// What the check found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub problems: Vec<RenderProblem>,
    pub notes: Vec<String>,
}

/// Checks stacks in dependency order.
pub(super) fn check(stacks: &[RenderedStack]) -> Checked {
    let mut checked = Checked::default();
    let mut earlier: BTreeMap<Part, BTreeSet<String>> = BTreeMap::new();
    for stack in stacks {
        let mut one = One { stack, checked: &mut checked };
        match serde_json::from_str::<Value>(&stack.body) {
            Ok(document) => {
                one.document(&document, &earlier);
                earlier.insert(stack.part, keys(document.get("Resources")));
            }
            Err(error) => one.problem(format!("the template is not JSON: {error}")),
        }
    }
    checked
}

struct One<'a> {
    stack: &'a RenderedStack,
    checked: &'a mut Checked,
}

impl One<'_> {
    fn problem(&mut self, message: String) {
        self.checked.problems.push(RenderProblem::Stack { stack: self.stack.part.to_string(), message });
    }

    fn document(&mut self, document: &Value, earlier: &BTreeMap<Part, BTreeSet<String>>) {
        let none = Map::new();
        let section = |name: &str| document.get(name).and_then(Value::as_object).unwrap_or(&none);
        let (resources, parameters) = (section("Resources"), section("Parameters"));
        self.sections(document);
        self.sizes(document, resources.len(), parameters.len(), section("Outputs").len());
        self.names(resources, parameters);
        let found = references::find(document);
        self.references(&found, resources, parameters, section("Conditions"), section("Mappings"));
        self.values(parameters, &found, earlier);
        for (name, resource) in resources {
            if resource.get("Type").and_then(Value::as_str).is_none() {
                self.problem(format!("resource {name} has no `Type`"));
            }
        }
        if let Some(circle) = graph::circle(resources, &found) {
            self.problem(format!("resources depend on each other in a circle: {}", circle.join(" -> ")));
        }
    }

    fn sections(&mut self, document: &Value) {
        const KNOWN: [&str; 11] = [
            "AWSTemplateFormatVersion",
            "Conditions",
            "Description",
            "Hooks",
            "Mappings",
            "Metadata",
            "Outputs",
            "Parameters",
            "Resources",
            "Rules",
            "Transform",
        ];
        for name in keys(Some(document)) {
            if !KNOWN.contains(&name.as_str()) {
                self.problem(format!("CloudFormation knows no section `{name}`{}", did_you_mean(&name, KNOWN)));
            }
        }
        if document.get("AWSTemplateFormatVersion").and_then(Value::as_str) != Some("2010-09-09") {
            self.problem("`AWSTemplateFormatVersion: \"2010-09-09\"` is missing".into());
        }
    }

    fn sizes(&mut self, document: &Value, resources: usize, parameters: usize, outputs: usize) {
        let size = self.stack.body.len();
        let counts = [
            (resources, RESOURCE_LIMIT, "resources"),
            (parameters, PARAMETER_LIMIT, "parameters"),
            (outputs, OUTPUT_LIMIT, "outputs"),
            (size, BODY_LIMIT, "bytes"),
            (references::dynamic(document), DYNAMIC_LIMIT, "dynamic references"),
        ];
        for (count, limit, what) in counts {
            if count > limit {
                self.checked.problems.push(RenderProblem::Limit {
                    stack: self.stack.part,
                    count,
                    what,
                    limit,
                    next: "split the tiers over several environments".into(),
                });
            }
        }
        if resources == 0 {
            self.problem("the template has no resources".into());
        }
        if size > INLINE_LIMIT && size <= BODY_LIMIT {
            self.checked.notes.push(format!(
                "stack {}: its template has {size} bytes, over the {INLINE_LIMIT} a call takes; it goes through a bucket in the \
                 standby Region",
                self.stack.part
            ));
        }
    }

    fn names(&mut self, resources: &Map<String, Value>, parameters: &Map<String, Value>) {
        for name in resources.keys().chain(parameters.keys()) {
            if name.is_empty() || name.len() > 255 || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
                self.problem(format!("`{name}` is not a logical id: letters and digits only, at most 255"));
            }
        }
        for name in resources.keys().filter(|name| parameters.contains_key(*name)) {
            self.problem(format!("`{name}` is both a parameter and a resource"));
        }
    }

    fn references(
        &mut self,
        found: &[Reference],
        resources: &Map<String, Value>,
        parameters: &Map<String, Value>,
        conditions: &Map<String, Value>,
        mappings: &Map<String, Value>,
    ) {
        for reference in found {
            let (exists, what): (bool, &str) = match &reference.target {
                Target::Named(name) => (
                    name.starts_with("AWS::") || resources.contains_key(name) || parameters.contains_key(name),
                    "parameter or resource",
                ),
                Target::Resource(name) => (resources.contains_key(name), "resource"),
                Target::Condition(name) => (conditions.contains_key(name), "condition"),
                Target::Mapping(name) => (mappings.contains_key(name), "mapping"),
            };
            if !exists {
                let name = reference.target.name();
                let known = resources.keys().chain(parameters.keys()).chain(conditions.keys()).chain(mappings.keys());
                let hint = did_you_mean(name, known.map(String::as_str));
                self.problem(format!("{}: there is no {what} `{name}`{hint}", reference.place));
            }
        }
    }

    fn values(
        &mut self,
        parameters: &Map<String, Value>,
        found: &[Reference],
        earlier: &BTreeMap<Part, BTreeSet<String>>,
    ) {
        let used: BTreeSet<&str> = found.iter().map(|reference| reference.target.name()).collect();
        for (name, parameter) in parameters {
            if !used.contains(name.as_str()) {
                self.problem(format!("parameter {name} is used nowhere"));
            }
            let given = self.stack.parameters.contains_key(name) || self.stack.inputs.contains_key(name);
            if !given && parameter.get("Default").is_none() {
                let known: Vec<&str> =
                    self.stack.parameters.keys().chain(self.stack.inputs.keys()).map(String::as_str).collect();
                let hint = did_you_mean(name, known);
                self.problem(format!("lifeboat has no value for parameter {name}; give it a `Default`{hint}"));
            }
        }
        for (name, value) in &self.stack.parameters {
            if value.len() > VALUE_LIMIT {
                self.problem(format!(
                    "the value of parameter {name} has {} bytes, CloudFormation takes {VALUE_LIMIT}",
                    value.len()
                ));
            }
        }
        for (name, input) in &self.stack.inputs {
            let Some((part, logical_ids)) = input.needs() else { continue };
            for id in logical_ids {
                if !earlier.get(&part).is_some_and(|resources| resources.contains(id)) {
                    self.problem(format!(
                        "parameter {name} takes resource {id} of stack {part}, which has none of that name"
                    ));
                }
            }
        }
    }
}

fn keys(section: Option<&Value>) -> BTreeSet<String> {
    section.and_then(Value::as_object).map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
