//! Owns the template-only preview: what two templates say of each resource when CloudFormation cannot be asked yet.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::facts::{ChangeAction, PropertyChange, Replacement, ResourceChange};

/// The changes from a deployed template (none when there is no stack) to a rendered one, sorted by logical id. Whether a
/// changed resource is replaced is not known from templates, so it is said to be conditional. A text that is not JSON
/// has no resources.
pub fn compare(before: Option<&str>, after: &str) -> Vec<ResourceChange> {
    let before = before.map(resources).unwrap_or_default();
    let after = resources(after);
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    ids.into_iter()
        .filter_map(|id| {
            let (old, new) = (before.get(id), after.get(id));
            let (action, replacement) = match (old, new) {
                (None, Some(_)) => (ChangeAction::Add, Replacement::Never),
                (Some(_), None) => (ChangeAction::Remove, Replacement::Never),
                (Some(a), Some(b)) if a != b => (ChangeAction::Modify, Replacement::Conditional),
                _ => return None,
            };
            let properties = match (old, new) {
                (Some(a), Some(b)) => property_changes(a, b),
                _ => Vec::new(),
            };
            let resource_type = new.or(old).and_then(|r| r.get("Type")).and_then(Value::as_str).unwrap_or_default();
            Some(ResourceChange {
                logical_id: id.clone(),
                physical_id: None,
                resource_type: resource_type.to_owned(),
                action,
                replacement,
                properties,
            })
        })
        .collect()
}

/// The logical ids of a template's resources, sorted.
pub fn logical_ids(body: &str) -> Vec<String> {
    let mut ids: Vec<String> = resources(body).keys().cloned().collect();
    ids.sort();
    ids
}

/// Whether two templates are the same but for white space and the order of keys. Texts that are not JSON are compared
/// as they stand.
pub fn same(a: &str, b: &str) -> bool {
    match (serde_json::from_str::<Value>(a), serde_json::from_str::<Value>(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

fn resources(body: &str) -> serde_json::Map<String, Value> {
    match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(mut template)) => match template.remove("Resources") {
            Some(Value::Object(resources)) => resources,
            _ => serde_json::Map::new(),
        },
        _ => serde_json::Map::new(),
    }
}

fn property_changes(before: &Value, after: &Value) -> Vec<PropertyChange> {
    let empty = serde_json::Map::new();
    let properties = |resource: &Value| resource.get("Properties").and_then(Value::as_object).cloned();
    let before = properties(before).unwrap_or_else(|| empty.clone());
    let after = properties(after).unwrap_or(empty);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| PropertyChange {
            path: format!("/Properties/{name}"),
            before: before.get(name).map(text),
            after: after.get(name).map(text),
            requires_replacement: false,
        })
        .collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
