//! Owns the JSON Schema of environment files (draft-07, which editors' YAML support reads), from the types that read them.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use serde_json::{Map, Value};

use super::written::WrittenEnvironment;

/// The schema as JSON text, two-space indented, with a final newline.
pub fn json_schema() -> String {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<WrittenEnvironment>();
    RecursiveTransform(unwrap_description).transform(&mut schema);
    // `{:#}` is serde_json's indented form and cannot fail.
    format!("{:#}\n", Value::Object(heading_first(schema)))
}

/// Comments are wrapped for the source; an editor wraps by itself.
fn unwrap_description(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

/// People who open the schema first want to know what it is.
fn heading_first(schema: Schema) -> Map<String, Value> {
    let mut rest = match schema.to_value() {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let mut ordered = Map::new();
    for key in ["$schema", "title", "description"] {
        if let Some(value) = rest.shift_remove(key) {
            ordered.insert(key.to_owned(), value);
        }
    }
    ordered.append(&mut rest);
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undocumented(schema: &Value, path: &str, found: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
            for (key, property) in properties {
                let path = format!("{path}.{key}");
                let described = property["description"].as_str().unwrap_or_default();
                let optional = !required.contains(&&Value::from(key.as_str()));
                if described.is_empty()
                    || (optional && property.get("default").is_none() && !described.contains("default"))
                {
                    found.push(path.clone());
                }
                undocumented(property, &path, found);
            }
        }
    }

    #[test]
    fn every_key_is_described_and_every_optional_one_tells_its_default() {
        let schema: Value = serde_json::from_str(&json_schema()).expect("JSON");
        let mut found = Vec::new();
        undocumented(&schema, "", &mut found);
        for (name, definition) in schema["definitions"].as_object().expect("definitions") {
            undocumented(definition, name, &mut found);
        }
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn is_draft_07_and_as_strict_as_the_reader() {
        let schema: Value = serde_json::from_str(&json_schema()).expect("JSON");
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
        assert_eq!(schema["additionalProperties"], false);
        let required = ["schema", "name", "strategy", "objectives", "primary", "standby", "tiers"];
        assert_eq!(schema["required"], Value::from(required.to_vec()));
        let tier = &schema["definitions"]["Tier"]["properties"];
        assert_eq!(tier["standby"]["properties"]["percent"]["maximum"], 100);
        assert_eq!(tier["standby"]["properties"]["percent"]["default"], 20);
        assert_eq!(tier["full"]["properties"]["window"]["default"], "14d");
        assert_eq!(tier["full"]["properties"]["basis"]["default"], "peak");
        assert!(!json_schema().contains("$defs"));
    }
}
