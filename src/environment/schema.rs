//! Owns the JSON Schema of environment files (draft-07, which editors' YAML support reads), from the types that read them.

use schemars::generate::SchemaSettings;

use super::written::WrittenEnvironment;

/// The schema as JSON text, two-space indented, with a final newline.
pub fn json_schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<WrittenEnvironment>();
    // `{:#}` is serde_json's indented form and cannot fail.
    format!("{:#}\n", schema.to_value())
}
