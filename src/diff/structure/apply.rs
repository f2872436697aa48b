//! Owns the inverse of the comparison: a value and its edits -> the other value.

use serde_json::Value;

use super::compare::Edit;
use super::path::Segment;
use super::rules::scalar_text;

/// Carries out edits on the value they were found against. Elements of lists without order come last; an edit whose
/// place is not there (edits of another value) changes nothing.
pub fn apply(edits: &[Edit], value: &Value) -> Value {
    let mut out = value.clone();
    // Backwards, so that removing an element does not move the places of edits still to come; additions at the end of
    // an ordered list need the opposite, so they wait.
    let (additions, others): (Vec<&Edit>, Vec<&Edit>) = edits.iter().partition(|edit| edit.before.is_none());
    for edit in others.into_iter().rev().chain(additions) {
        change(&mut out, &edit.path.0, edit);
    }
    out
}

fn change(target: &mut Value, path: &[Segment], edit: &Edit) {
    let Some((segment, rest)) = path.split_first() else {
        if let Some(after) = &edit.after {
            *target = after.clone();
        }
        return;
    };
    if !rest.is_empty() {
        if let Some(child) = child(target, segment) {
            change(child, rest, edit);
        }
        return;
    }
    match (target, segment) {
        (Value::Object(members), Segment::Key(key)) => {
            match &edit.after {
                Some(after) => members.insert(key.clone(), after.clone()),
                None => members.shift_remove(key),
            };
        }
        (Value::Array(items), Segment::Index(index)) => put(items, Some(*index).filter(|i| *i < items.len()), edit),
        (Value::Array(items), Segment::Named { field, value }) => {
            let index = items.iter().position(|item| is_named(item, field, value));
            put(items, index, edit);
        }
        (Value::Array(items), Segment::Member) => {
            let index = edit.before.as_ref().and_then(|before| items.iter().position(|item| item == before));
            put(items, index, edit);
        }
        _ => {}
    }
}

fn put(items: &mut Vec<Value>, index: Option<usize>, edit: &Edit) {
    match (index, &edit.after) {
        (Some(index), Some(after)) => items[index] = after.clone(),
        (Some(index), None) => {
            items.remove(index);
        }
        (None, Some(after)) => items.push(after.clone()),
        (None, None) => {}
    }
}

fn child<'a>(target: &'a mut Value, segment: &Segment) -> Option<&'a mut Value> {
    match (target, segment) {
        (Value::Object(members), Segment::Key(key)) => members.get_mut(key),
        (Value::Array(items), Segment::Index(index)) => items.get_mut(*index),
        (Value::Array(items), Segment::Named { field, value }) => {
            items.iter_mut().find(|item| is_named(item, field, value))
        }
        _ => None,
    }
}

fn is_named(item: &Value, field: &str, value: &str) -> bool {
    item.get(field).and_then(scalar_text).as_deref() == Some(value)
}
