//! Owns how one property is shown before and after: leaf by leaf, and short.

use serde_json::Value;

use crate::facts::PropertyChange;

/// One line: a property, or a leaf of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PropertyLine {
    pub name: String,
    pub before: String,
    pub after: String,
    pub replaces: bool,
}

/// CloudFormation's word for a value that does not exist yet.
const UNKNOWN: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";
/// The longest value shown in full; longer ones are cut where their beginnings no longer tell them apart anyway.
const LONGEST: usize = 72;
/// What is said of values CloudFormation, or a stand-in, does not tell.
pub(super) const NOT_TOLD: &str = "(values not told)";
/// The most leaves of one property that are shown.
const MOST_LEAVES: usize = 12;

/// The lines of a changed property.
pub(super) fn lines(change: &PropertyChange) -> Vec<PropertyLine> {
    let name = name_of(&change.path);
    let parse = |text: &Option<String>| text.as_ref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let (Some(a), Some(b)) = (parse(&change.before), parse(&change.after))
        && (a.is_object() && b.is_object() || a.is_array() && b.is_array())
    {
        let mut leaves = Vec::new();
        leaves_that_differ(&name, Some(&a), Some(&b), &mut leaves);
        let more = leaves.len().saturating_sub(MOST_LEAVES);
        leaves.truncate(MOST_LEAVES);
        let mut lines: Vec<PropertyLine> = leaves
            .into_iter()
            .map(|(name, before, after)| line(&name, before.as_deref(), after.as_deref(), change.requires_replacement))
            .collect();
        if more > 0 {
            lines.push(line(&format!("{name}: {more} more"), Some(""), Some(""), change.requires_replacement));
        }
        if !lines.is_empty() {
            return lines;
        }
    }
    vec![line(&name, change.before.as_deref(), change.after.as_deref(), change.requires_replacement)]
}

/// `/Properties/Tags/0/Value` as people write it: `Tags.0.Value`.
pub(super) fn name_of(pointer: &str) -> String {
    let rest = pointer.strip_prefix("/Properties/").or_else(|| pointer.strip_prefix('/')).unwrap_or(pointer);
    let parts: Vec<String> = rest.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    plain(&parts.join("."))
}

/// One line of text that cannot move a terminal's cursor.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn line(name: &str, before: Option<&str>, after: Option<&str>, replaces: bool) -> PropertyLine {
    let (before, after) = match (before, after) {
        (None, None) => (NOT_TOLD.to_owned(), NOT_TOLD.to_owned()),
        (before, after) => (shown(before), shown(after)),
    };
    PropertyLine { name: name.to_owned(), before, after, replaces }
}

fn shown(text: Option<&str>) -> String {
    match text {
        None => "(none)".to_owned(),
        Some(UNKNOWN) => "(known after deploy)".to_owned(),
        Some("") => "\"\"".to_owned(),
        Some(text) if text.trim_end().lines().count() > 1 => {
            format!("({} lines, {} bytes)", text.lines().count(), text.len())
        }
        Some(text) => {
            let text = plain(text);
            if text.chars().count() <= LONGEST {
                return text;
            }
            let cut: String = text.chars().take(LONGEST - 1).collect();
            format!("{cut}…")
        }
    }
}

type Leaf = (String, Option<String>, Option<String>);

fn leaves_that_differ(name: &str, before: Option<&Value>, after: Option<&Value>, out: &mut Vec<Leaf>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                leaves_that_differ(&format!("{name}.{}", plain(key)), a.get(key), b.get(key), out);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for index in 0..a.len().max(b.len()) {
                leaves_that_differ(&format!("{name}.{index}"), a.get(index), b.get(index), out);
            }
        }
        _ => out.push((name.to_owned(), before.map(text), after.map(text))),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
