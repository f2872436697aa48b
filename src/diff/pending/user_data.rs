//! Owns user data inside templates: base64 text is decoded, so that people see a script and not its encoding.

use base64::Engine as _;
use serde_json::Value;

/// The template with every `UserData` that is base64 text replaced by the text.
pub fn decoded(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| {
                let member = match member {
                    Value::String(text) if key == "UserData" => decode(text).map_or(member.clone(), Value::String),
                    // Fn::Base64 of plain text is the same script in another spelling.
                    Value::Object(call) if key == "UserData" && call.len() == 1 => match call.get("Fn::Base64") {
                        Some(Value::String(text)) => Value::String(text.clone()),
                        _ => decoded(member),
                    },
                    _ => decoded(member),
                };
                (key.clone(), member)
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(decoded).collect(),
        scalar => scalar.clone(),
    }
}

/// Base64 text as the text it encodes; none when it encodes none.
fn decode(text: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_user_data_is_decoded() {
        let value = json!({"UserData": "IyEvYmluL3NoCg==", "Other": "IyEvYmluL3NoCg==", "L": [{"UserData": {"Fn::Base64": "#!/bin/sh\n"}}]});
        let expected =
            json!({"UserData": "#!/bin/sh\n", "Other": "IyEvYmluL3NoCg==", "L": [{"UserData": "#!/bin/sh\n"}]});
        assert_eq!(decoded(&value), expected);
        assert_eq!(decoded(&json!({"UserData": "not base64!"})), json!({"UserData": "not base64!"}));
    }
}
