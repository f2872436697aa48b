//! Owns the choice between words and JSON.

use serde_json::Value;

use crate::ui::Printer;

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Output {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON document with a `schema_version`.
    Json,
}

/// Prints a report in the chosen form.
pub fn print(printer: &Printer, output: Output, text: impl FnOnce(bool) -> String, json: impl FnOnce() -> Value) {
    print_made(printer, output, text, || format!("{:#}", json()));
}

/// The same for a large report, which makes the text of its JSON document itself.
pub fn print_made(printer: &Printer, output: Output, text: impl FnOnce(bool) -> String, json: impl FnOnce() -> String) {
    match output {
        Output::Text => printer.result(&text(printer.color_out())),
        Output::Json => printer.result(&json()),
    }
}
