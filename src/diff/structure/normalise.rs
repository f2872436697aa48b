//! Owns the normal form of a value under rules: what does not matter is sorted away.

use serde_json::{Map, Value};

use super::rules::{ListKind, Rules, names, scalar_text};

/// The value with lists without order sorted, and scalars as text where `80` and `"80"` are the same.
pub fn normalise(value: &Value, rules: Rules) -> Value {
    under(value, rules, ListKind::Ordered)
}

/// A value's JSON with sorted keys: equal values have equal texts.
pub fn canonical_text(value: &Value) -> String {
    sorted_keys(value).to_string()
}

fn under(value: &Value, rules: Rules, kind: ListKind) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| (key.clone(), under(member, rules, (rules.lists)(key))))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => {
            let mut out: Vec<Value> = items.iter().map(|item| under(item, rules, ListKind::Ordered)).collect();
            let sorts = match kind {
                ListKind::Ordered => false,
                ListKind::Unordered => true,
                ListKind::Keyed(field) => names(items, field).is_some(),
            };
            if sorts {
                out.sort_by_key(canonical_text);
            }
            out.into()
        }
        scalar if rules.loose_scalars => scalar_text(scalar).map_or(Value::Null, Value::String),
        scalar => scalar.clone(),
    }
}

fn sorted_keys(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut entries: Vec<(&String, &Value)> = members.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            entries.into_iter().map(|(key, member)| (key.clone(), sorted_keys(member))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(sorted_keys).collect(),
        scalar => scalar.clone(),
    }
}
