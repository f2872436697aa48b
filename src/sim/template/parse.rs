//! Owns reading a template: its sections, and everything CloudFormation refuses before it makes a change set.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::sim::call::Refusal;
use crate::sim::resource::type_of;

/// A template, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Parameters as declared, by name.
    pub parameters: BTreeMap<String, Value>,
    /// Mappings.
    pub mappings: Value,
    /// Conditions, by name.
    pub conditions: BTreeMap<String, Value>,
    /// Resources, by logical id.
    pub resources: BTreeMap<String, Resource>,
    /// Outputs, by name.
    pub outputs: BTreeMap<String, Value>,
}

/// A resource as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Type.
    pub resource_type: String,
    /// Properties as written.
    pub properties: Value,
    /// DependsOn.
    pub depends_on: Vec<String>,
    /// Condition.
    pub condition: Option<String>,
    /// DeletionPolicy is Retain (or RetainExceptOnCreate).
    pub retain: bool,
    /// UpdateReplacePolicy is Retain.
    pub retain_replaced: bool,
    /// UpdatePolicy asks to leave sizes alone that the template did not change.
    pub keep_sizes: bool,
}

/// "CloudFormation quotas": template body in a request; parameters, resources and outputs of a template.
const BODY_BYTES: usize = 51_200;
const PARAMETERS: usize = 200;
const RESOURCES: usize = 500;
const OUTPUTS: usize = 200;

const SECTIONS: [&str; 9] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Resources",
    "Outputs",
];

const ATTRIBUTES: [&str; 9] = [
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "Metadata",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "CreationPolicy",
];

impl Template {
    /// Reads a template body; JSON, which is what lifeboat sends.
    pub fn read(body: &str) -> Result<Self, Refusal> {
        if body.len() > BODY_BYTES {
            return Err(Refusal::invalid(format!(
                "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length \
                 less than or equal to {BODY_BYTES} (it has {})",
                body.len()
            )));
        }
        let value: Value =
            serde_json::from_str(body).map_err(|error| format_error(&format!("JSON not well-formed. ({error})")))?;
        let Value::Object(sections) = value else {
            return Err(format_error("the template is not an object"));
        };
        let unknown: Vec<&String> = sections.keys().filter(|key| !SECTIONS.contains(&key.as_str())).collect();
        if !unknown.is_empty() {
            return Err(Refusal::invalid(format!("Invalid template property or properties {unknown:?}")));
        }
        if let Some(version) = sections.get("AWSTemplateFormatVersion").filter(|v| *v != "2010-09-09") {
            return Err(format_error(&format!("unsupported value for AWSTemplateFormatVersion: {version}")));
        }
        let template = Template {
            parameters: section(&sections, "Parameters")?,
            mappings: sections.get("Mappings").cloned().unwrap_or(Value::Null),
            conditions: section(&sections, "Conditions")?,
            resources: resources(&sections)?,
            outputs: section(&sections, "Outputs")?,
        };
        template.check_counts()?;
        template.check_types()?;
        Ok(template)
    }

    fn check_counts(&self) -> Result<(), Refusal> {
        for (what, count, most) in [
            ("Parameters", self.parameters.len(), PARAMETERS),
            ("resources", self.resources.len(), RESOURCES),
            ("outputs", self.outputs.len(), OUTPUTS),
        ] {
            if count > most {
                return Err(format_error(&format!(
                    "Number of {what}, {count}, is greater than maximum allowed, {most}"
                )));
            }
        }
        if self.resources.is_empty() {
            return Err(format_error("At least one Resources member must be defined."));
        }
        let odd = |name: &&String| name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric());
        if let Some(name) = self.resources.keys().chain(self.parameters.keys()).chain(self.outputs.keys()).find(odd) {
            return Err(format_error(&format!("Resource name {name} is non alphanumeric.")));
        }
        Ok(())
    }

    fn check_types(&self) -> Result<(), Refusal> {
        let mut unknown: Vec<&str> = self
            .resources
            .values()
            .map(|resource| resource.resource_type.as_str())
            .filter(|name| type_of(name).is_none())
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(format_error(&format!("Unrecognized resource types: [{}]", unknown.join(", "))))
    }
}

fn section(sections: &Map<String, Value>, name: &str) -> Result<BTreeMap<String, Value>, Refusal> {
    match sections.get(name) {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(map)) => Ok(map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
        Some(_) => Err(format_error(&format!("Every {name} member must be an object."))),
    }
}

fn resources(sections: &Map<String, Value>) -> Result<BTreeMap<String, Resource>, Refusal> {
    let mut resources = BTreeMap::new();
    for (logical_id, value) in section(sections, "Resources")? {
        let Value::Object(map) = value else {
            return Err(format_error("Every Resources object must contain a Type member."));
        };
        let Some(Value::String(resource_type)) = map.get("Type") else {
            return Err(format_error(&format!(
                "[/Resources/{logical_id}] Every Resources object must contain a Type member."
            )));
        };
        if let Some(odd) = map.keys().find(|key| !ATTRIBUTES.contains(&key.as_str())) {
            return Err(Refusal::invalid(format!("Invalid template resource property '{odd}'")));
        }
        let depends_on = match map.get("DependsOn") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let policy = map.get("DeletionPolicy").and_then(Value::as_str).unwrap_or("Delete");
        let keep_sizes = map
            .get("UpdatePolicy")
            .and_then(|policy| policy.pointer("/AutoScalingScheduledAction/IgnoreUnmodifiedGroupSizeProperties"));
        let resource = Resource {
            resource_type: resource_type.clone(),
            properties: map.get("Properties").cloned().unwrap_or_else(|| Value::Object(Map::new())),
            depends_on,
            condition: map.get("Condition").and_then(Value::as_str).map(str::to_owned),
            retain: policy.starts_with("Retain"),
            retain_replaced: map.get("UpdateReplacePolicy").and_then(Value::as_str) == Some("Retain"),
            keep_sizes: keep_sizes.is_some_and(|keep| keep == &Value::Bool(true) || keep == "true"),
        };
        resources.insert(logical_id, resource);
    }
    Ok(resources)
}

pub(super) fn format_error(message: &str) -> Refusal {
    Refusal::invalid(format!("Template format error: {message}"))
}
