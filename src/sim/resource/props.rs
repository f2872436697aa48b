//! Owns reading properties: CloudFormation takes numbers and booleans as text too.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::TagStyle;
use crate::facts::Tags;

/// A scalar as text; none for what is not one.
pub fn text_of_scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

pub(super) fn text(properties: &Value, key: &str) -> Option<String> {
    properties.get(key).and_then(text_of_scalar)
}

pub(super) fn required(properties: &Value, key: &str) -> Result<String, String> {
    text(properties, key).filter(|text| !text.is_empty()).ok_or_else(|| format!("Property {key} cannot be empty."))
}

pub(super) fn number<T: std::str::FromStr>(properties: &Value, key: &str) -> Result<Option<T>, String> {
    match text(properties, key) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| format!("Value of property {key} must be a number: {text}")),
    }
}

pub(super) fn flag(properties: &Value, key: &str) -> Option<bool> {
    text(properties, key).map(|text| text == "true")
}

/// A list of texts; a lone text is a list of one, as for VPCZoneIdentifier, which may also be separated by commas.
pub(super) fn texts(properties: &Value, key: &str) -> Vec<String> {
    match properties.get(key) {
        Some(Value::Array(items)) => items.iter().filter_map(text_of_scalar).collect(),
        Some(Value::String(text)) => text.split(',').map(|part| part.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn list<'a>(properties: &'a Value, key: &str) -> &'a [Value] {
    properties.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Tags of a list or a map.
pub(super) fn tags(properties: &Value) -> Tags {
    tags_at(properties, "Tags")
}

pub(super) fn tags_at(properties: &Value, key: &str) -> Tags {
    match properties.get(key) {
        Some(Value::Array(items)) => {
            items.iter().filter_map(|item| Some((text(item, "Key")?, text(item, "Value")?))).collect()
        }
        Some(Value::Object(map)) => {
            map.iter().filter_map(|(key, value)| Some((key.clone(), text_of_scalar(value)?))).collect()
        }
        _ => Tags::new(),
    }
}

/// Tags as a list.
pub(super) fn tag_list(tags: &Tags) -> Value {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

/// Adds a stack's tags to a resource's own ("Resource tag": stack-level tags are propagated; the resource's own win).
pub fn merge_tags(style: TagStyle, properties: &mut Value, stack_tags: &Tags) {
    if stack_tags.is_empty() || style == TagStyle::None {
        return;
    }
    let own = tags(properties);
    let missing: BTreeMap<&String, &String> = stack_tags.iter().filter(|(key, _)| !own.contains_key(*key)).collect();
    let Some(map) = properties.as_object_mut() else { return };
    match style {
        TagStyle::None => {}
        TagStyle::Map => {
            if let Value::Object(tags) = map.entry("Tags").or_insert_with(|| Value::Object(Map::new())) {
                tags.extend(missing.iter().map(|(key, value)| ((*key).clone(), Value::String((*value).clone()))));
            }
        }
        TagStyle::List | TagStyle::Propagated => {
            if let Value::Array(tags) = map.entry("Tags").or_insert_with(|| Value::Array(Vec::new())) {
                tags.extend(missing.iter().map(|(key, value)| match style {
                    TagStyle::Propagated => json!({"Key": key, "Value": value, "PropagateAtLaunch": true}),
                    _ => json!({"Key": key, "Value": value}),
                }));
            }
        }
    }
}
