//! Owns the report of a run: what a runbook and its journal come to, as one page, as JSON and as lines for the terminal.
//!
//! Everything is computed from the record: the same record gives the same bytes, on any machine and at any time.

mod build;
mod course;
mod exposed;
mod html;
mod shortfalls;
mod summary;
mod text;
mod value;
mod words;

pub use course::{Attempt, Course};
pub use html::html;
pub use shortfalls::Shortfall;
pub use text::text;
pub use value::{Evidence, Pause, REPORT_SCHEMA, RunReport};

#[cfg(test)]
mod tests;
