//! Owns what of a change is not kept in a plan: start-up scripts, which carry passwords more often than they should.

use serde_json::Value;

use crate::facts::{PropertyChange, ResourceChange};

/// The property that holds a start-up script.
const SCRIPT: &str = "UserData";

/// The same changes with only the sizes of start-up scripts.
pub fn redact(mut changes: Vec<ResourceChange>) -> Vec<ResourceChange> {
    for property in changes.iter_mut().flat_map(|change| &mut change.properties) {
        redact_property(property);
    }
    changes
}

fn redact_property(property: &mut PropertyChange) {
    let is_script = property.path.split('/').any(|segment| segment == SCRIPT);
    for text in [&mut property.before, &mut property.after].into_iter().flatten() {
        if is_script {
            *text = size(text);
        } else if text.contains(SCRIPT)
            && let Ok(mut value) = serde_json::from_str::<Value>(text)
        {
            redact_value(&mut value);
            *text = value.to_string();
        }
    }
}

fn redact_value(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                if key == SCRIPT {
                    let text = inner.as_str().map_or_else(|| inner.to_string(), str::to_owned);
                    *inner = Value::String(size(&text));
                } else {
                    redact_value(inner);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact_value),
        _ => {}
    }
}

fn size(text: &str) -> String {
    format!("({} bytes, not shown)", text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_hidden_wherever_they_stand() {
        let check = |path: &str, value: &str, expected: &str| {
            let mut property = PropertyChange {
                path: path.into(),
                before: Some(value.into()),
                after: Some(value.into()),
                requires_replacement: false,
            };
            redact_property(&mut property);
            assert_eq!(property.before.as_deref(), Some(expected));
            assert_eq!(property.after.as_deref(), Some(expected));
        };
        check("/Properties/LaunchTemplateData/UserData", "hunter2", "(7 bytes, not shown)");
        check("/Properties/LaunchTemplateData/UserData/Fn::Base64", "hunter2", "(7 bytes, not shown)");
        check(
            "/Properties/LaunchTemplateData",
            r#"{"A":1,"UserData":"hunter2"}"#,
            r#"{"A":1,"UserData":"(7 bytes, not shown)"}"#,
        );
        check(
            "/Properties/LaunchTemplateData",
            r#"[{"UserData":{"Fn::Base64":"x"}}]"#,
            r#"[{"UserData":"(18 bytes, not shown)"}]"#,
        );
        check("/Properties/ImageId", "ami-1", "ami-1");
    }
}
