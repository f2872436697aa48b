//! Owns values as reports show them: short text, documents of several lines, and secrets that are never shown.

use std::collections::BTreeSet;

use serde_json::Value;

use super::structure::{canonical_text, scalar_text};

/// A value, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// Nothing is there.
    Absent,
    /// Something short.
    Text(String),
    /// Text of several lines.
    Document(String),
    /// A secret: whether it differs may be told, what it is may not.
    Secret,
}

impl Shown {
    /// Text: a document when it has several lines.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim_end_matches('\n').contains('\n') { Shown::Document(text) } else { Shown::Text(text) }
    }

    /// Text, or nothing.
    pub fn maybe<T: ToString>(value: Option<T>) -> Self {
        value.map_or(Shown::Absent, |value| Shown::text(value.to_string()))
    }

    /// A list of short things; nothing when it is empty.
    pub fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> Self {
        let items: Vec<&str> = items.into_iter().collect();
        if items.is_empty() { Shown::Absent } else { Shown::Text(items.join(", ")) }
    }

    /// A list whose order means nothing, sorted.
    pub fn set<'a>(items: impl IntoIterator<Item = &'a str>) -> Self {
        Shown::list(items.into_iter().collect::<BTreeSet<_>>())
    }

    /// A JSON value: scalars bare, short structures on one line, long ones as a document.
    pub fn json(value: Option<&Value>) -> Self {
        const SHORT: usize = 72;
        let Some(value) = value else { return Shown::Absent };
        match scalar_text(value) {
            Some(text) => Shown::text(text),
            None => {
                let line = canonical_text(value);
                if line.len() <= SHORT {
                    Shown::Text(line)
                } else {
                    Shown::Document(serde_json::to_string_pretty(value).unwrap_or(line))
                }
            }
        }
    }
}

/// JSON text as a value; text that is not JSON is a string. Empty text is nothing.
pub fn parse_loose(text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
}
