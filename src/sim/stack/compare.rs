//! Owns comparing properties: what a change set shows, and what drift detection finds.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cloud::PropertyChange;
use crate::facts::PropertyDifference;
use crate::sim::resource::{ResourceType, text_of_scalar};
use crate::sim::template::known;

/// The properties that change between two versions of a resource.
pub(super) fn changes(resource_type: &ResourceType, before: &Value, after: &Value) -> Vec<PropertyChange> {
    let mut changes = Vec::new();
    for key in keys(before, after) {
        let mut places = Vec::new();
        walk(&format!("/Properties/{}", escape(key)), before.get(key), after.get(key), &mut places);
        changes.extend(places.into_iter().map(|(path, before, after)| PropertyChange {
            path,
            before: before.map(text),
            // What is known only after execution is not told.
            after: after.filter(|after| known(after)).map(text),
            requires_replacement: resource_type.replaces(key),
        }));
    }
    changes
}

/// Where what is there differs from what the template says. Only what the template states is compared, and only what can
/// be read ("Detecting unmanaged configuration changes": properties left to their default are not checked).
pub(super) fn differences(resource_type: &ResourceType, expected: &Value, actual: &Value) -> Vec<PropertyDifference> {
    let mut differences = Vec::new();
    let Some(stated) = expected.as_object() else { return differences };
    for (key, expected) in stated {
        let Some(actual) = actual.get(key).filter(|_| !resource_type.write_only.contains(&key.as_str())) else {
            continue;
        };
        let mut places = Vec::new();
        match (expected, actual) {
            (Value::Array(expected), Value::Array(actual)) => {
                list(&format!("/{}", escape(key)), expected, actual, &mut places);
            }
            _ => walk_stated(&format!("/{}", escape(key)), expected, actual, &mut places),
        }
        differences.extend(places.into_iter().map(|(path, expected, actual)| PropertyDifference {
            path,
            expected: expected.map(text).unwrap_or_default(),
            actual: actual.map(text).unwrap_or_default(),
        }));
    }
    differences
}

type Places<'a> = Vec<(String, Option<&'a Value>, Option<&'a Value>)>;

fn walk<'a>(path: &str, before: Option<&'a Value>, after: Option<&'a Value>, places: &mut Places<'a>) {
    match (before, after) {
        (Some(before), Some(after)) if equal(before, after) => {}
        (Some(before @ Value::Object(_)), Some(after @ Value::Object(_))) => {
            for key in keys(before, after) {
                walk(&format!("{path}/{}", escape(key)), before.get(key), after.get(key), places);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for i in 0..before.len().max(after.len()) {
                walk(&format!("{path}/{i}"), before.get(i), after.get(i), places);
            }
        }
        (before, after) => places.push((path.to_owned(), before, after)),
    }
}

fn walk_stated<'a>(path: &str, expected: &'a Value, actual: &'a Value, places: &mut Places<'a>) {
    match (expected, actual) {
        (Value::Object(stated), Value::Object(there)) => {
            for (key, expected) in stated {
                if let Some(actual) = there.get(key) {
                    walk_stated(&format!("{path}/{}", escape(key)), expected, actual, places);
                }
            }
        }
        _ if equal(expected, actual) => {}
        _ => places.push((path.to_owned(), Some(expected), Some(actual))),
    }
}

/// Lists of rules, tags and ids have no order.
fn list<'a>(path: &str, expected: &'a [Value], actual: &'a [Value], places: &mut Places<'a>) {
    let mut left: Vec<(usize, &Value)> = actual.iter().enumerate().collect();
    for (i, expected) in expected.iter().enumerate() {
        match left.iter().position(|(_, actual)| covers(expected, actual)) {
            Some(found) => {
                left.remove(found);
            }
            None => places.push((format!("{path}/{i}"), Some(expected), None)),
        }
    }
    for (i, actual) in left {
        places.push((format!("{path}/{i}"), None, Some(actual)));
    }
}

/// Whether what is there has everything that is stated.
fn covers(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Object(stated), Value::Object(there)) => {
            stated.iter().all(|(key, expected)| there.get(key).is_none_or(|actual| covers(expected, actual)))
        }
        _ => equal(expected, actual),
    }
}

/// `80` and `"80"` are the same to CloudFormation.
fn equal(a: &Value, b: &Value) -> bool {
    match (text_of_scalar(a), text_of_scalar(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => match (a, b) {
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
            }
            _ => a == b,
        },
        _ => false,
    }
}

fn keys<'a>(a: &'a Value, b: &'a Value) -> BTreeSet<&'a str> {
    let of = |value: &'a Value| value.as_object().into_iter().flat_map(|map| map.keys().map(String::as_str));
    of(a).chain(of(b)).collect()
}

/// RFC 6901.
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn text(value: &Value) -> String {
    text_of_scalar(value).unwrap_or_else(|| value.to_string())
}
