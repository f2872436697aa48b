//! Owns `lifeboat schema`: prints the JSON Schema of environment files for editors.

use crate::environment::schema::json_schema;
use crate::ui::{Exit, Failure, Printer};

/// Prints the JSON Schema (draft-07) of environment files.
///
/// Editors with YAML support complete and check environment files by it: save it as lifeboat.schema.json beside them.
#[derive(Debug, Clone, clap::Args)]
pub struct SchemaArgs {}

/// Prints the schema.
pub fn run(_args: &SchemaArgs, printer: &Printer) -> Result<Exit, Failure> {
    printer.result(&json_schema());
    Ok(Exit::Done)
}
