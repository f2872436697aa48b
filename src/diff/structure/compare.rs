//! Owns the comparison: two values -> the edits that make one of the other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::path::{Path, Segment};
use super::rules::{ListKind, Rules, names};
use super::{canonical_text, normalise};

/// One place where two values differ. At least one of the two is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Where.
    pub path: Path,
    /// What was there; none when it is added.
    pub before: Option<Value>,
    /// What comes there; none when it is removed.
    pub after: Option<Value>,
}

/// The edits that turn `a` into `b`, smallest places first, sorted by path.
///
/// Lists without order lead to whole elements removed and added; a list's kind counts only where both sides fit it.
pub fn diff(a: &Value, b: &Value, rules: Rules) -> Vec<Edit> {
    let mut edits = Vec::new();
    compare(a, b, rules, &Path::default(), &mut edits);
    edits.sort_by(|x, y| x.path.cmp(&y.path));
    edits
}

fn compare(a: &Value, b: &Value, rules: Rules, path: &Path, edits: &mut Vec<Edit>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                pair(a.get(key), b.get(key), rules, &path.then(Segment::Key(key.clone())), edits);
            }
        }
        (Value::Array(a), Value::Array(b)) => compare_lists(a, b, rules, path, edits),
        _ if rules.same_scalar(a, b) => {}
        _ => pair_as_edit(Some(a), Some(b), path, edits),
    }
}

fn pair(a: Option<&Value>, b: Option<&Value>, rules: Rules, path: &Path, edits: &mut Vec<Edit>) {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b, rules, path, edits),
        _ => pair_as_edit(a, b, path, edits),
    }
}

fn pair_as_edit(a: Option<&Value>, b: Option<&Value>, path: &Path, edits: &mut Vec<Edit>) {
    if a.is_some() || b.is_some() {
        edits.push(Edit { path: path.clone(), before: a.cloned(), after: b.cloned() });
    }
}

fn compare_lists(a: &[Value], b: &[Value], rules: Rules, path: &Path, edits: &mut Vec<Edit>) {
    // A list directly inside a list has no member name of its own, and is taken in order.
    let kind = match path.0.last() {
        Some(Segment::Key(key)) => (rules.lists)(key),
        _ => ListKind::Ordered,
    };
    match kind {
        ListKind::Keyed(field) => match (names(a, field), names(b, field)) {
            (Some(names_a), Some(names_b)) => {
                let left: BTreeMap<String, &Value> = names_a.into_iter().zip(a).collect();
                let right: BTreeMap<String, &Value> = names_b.into_iter().zip(b).collect();
                let all: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
                for name in all {
                    let segment = Segment::Named { field: field.to_owned(), value: name.clone() };
                    pair(left.get(name).copied(), right.get(name).copied(), rules, &path.then(segment), edits);
                }
            }
            _ => in_order(a, b, rules, path, edits),
        },
        ListKind::Unordered => by_content(a, b, rules, path, edits),
        ListKind::Ordered => in_order(a, b, rules, path, edits),
    }
}

fn in_order(a: &[Value], b: &[Value], rules: Rules, path: &Path, edits: &mut Vec<Edit>) {
    for index in 0..a.len().max(b.len()) {
        pair(a.get(index), b.get(index), rules, &path.then(Segment::Index(index)), edits);
    }
}

fn by_content(a: &[Value], b: &[Value], rules: Rules, path: &Path, edits: &mut Vec<Edit>) {
    let mut only_b: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for item in b {
        only_b.entry(canonical_text(&normalise(item, rules))).or_default().push(item);
    }
    let path = path.then(Segment::Member);
    let mut removed: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for item in a {
        let text = canonical_text(&normalise(item, rules));
        if only_b.get_mut(&text).and_then(Vec::pop).is_none() {
            removed.entry(text).or_default().push(item);
        }
    }
    for item in removed.values().flatten() {
        pair_as_edit(Some(item), None, &path, edits);
    }
    for item in only_b.values().flatten() {
        pair_as_edit(None, Some(item), &path, edits);
    }
}
