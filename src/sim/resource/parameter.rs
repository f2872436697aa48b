//! Owns AWS::SSM::Parameter.

use serde_json::{Value, json};

use super::props::{required, text};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::{ParameterTier, ParameterType};
use crate::sim::state::{Parameter, RegionState};

pub(super) const PARAMETER: ResourceType = ResourceType {
    name: "AWS::SSM::Parameter",
    properties: &["AllowedPattern", "DataType", "Description", "Name", "Policies", "Tags", "Tier", "Type", "Value"],
    required: &["Type", "Value"],
    create_only: &["Name"],
    write_only: &["AllowedPattern", "Description", "Policies", "Tags", "Tier"],
    name_property: Some("Name"),
    tags: TagStyle::Map,
    moving: &["Value"],
    seconds: [5, 5, 5],
    create,
    update,
    delete: |place, name, _| {
        place.region.parameters.remove(name);
        Ok(())
    },
    attribute,
    live: |region, name, _| {
        let parameter = region.parameters.get(name)?;
        Some(json!({
            "Name": name,
            "Value": parameter.value(),
            "Type": kind_text(parameter.kind),
            "DataType": parameter.data_type,
        }))
    },
};

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let name = match text(properties, "Name") {
        Some(name) => name,
        None => place.generated_name(1011),
    };
    if place.region.parameters.contains_key(&name) {
        return Err(format!("The parameter already exists: {name} (ParameterAlreadyExists)").into());
    }
    let mut parameter = Parameter {
        kind: kind_of(properties)?,
        tier: ParameterTier::Standard,
        data_type: "text".to_owned(),
        description: String::new(),
        allowed_pattern: None,
        key_id: None,
        versions: Vec::new(),
    };
    write(&mut parameter, properties)?;
    place.region.parameters.insert(name.clone(), parameter);
    Ok(name)
}

fn update(place: &mut Place<'_>, name: &str, _old: &Value, new: &Value) -> Result<(), String> {
    let parameter = place
        .region
        .parameters
        .get_mut(name)
        .ok_or_else(|| format!("Parameter {name} not found. (ParameterNotFound)"))?;
    parameter.kind = kind_of(new)?;
    write(parameter, new)
}

fn write(parameter: &mut Parameter, properties: &Value) -> Result<(), String> {
    let value = required(properties, "Value")?;
    let advanced = text(properties, "Tier").as_deref() == Some("Advanced");
    let limit = if advanced { 8192 } else { 4096 };
    if value.len() > limit {
        return Err(format!(
            "The parameter value has {} bytes, the tier allows {limit} (ValidationException)",
            value.len()
        ));
    }
    parameter.tier = if advanced { ParameterTier::Advanced } else { ParameterTier::Standard };
    parameter.data_type = text(properties, "DataType").unwrap_or_else(|| "text".to_owned());
    parameter.description = text(properties, "Description").unwrap_or_default();
    parameter.allowed_pattern = text(properties, "AllowedPattern");
    if parameter.value() != value || parameter.versions.is_empty() {
        parameter.push(value);
    }
    Ok(())
}

/// AWS::SSM::Parameter, Type: "CloudFormation doesn't support creating a SecureString parameter type."
fn kind_of(properties: &Value) -> Result<ParameterType, String> {
    match required(properties, "Type")?.as_str() {
        "String" => Ok(ParameterType::String),
        "StringList" => Ok(ParameterType::StringList),
        other => Err(format!("Type {other} is not supported by CloudFormation: String or StringList")),
    }
}

fn kind_text(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::String => "String",
        ParameterType::StringList => "StringList",
        ParameterType::SecureString => "SecureString",
    }
}

fn attribute(region: &RegionState, name: &str, attribute: &str) -> Option<String> {
    let parameter = region.parameters.get(name)?;
    match attribute {
        "Value" => Some(parameter.value().to_owned()),
        "Type" => Some(kind_text(parameter.kind).to_owned()),
        _ => None,
    }
}
