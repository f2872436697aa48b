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
