//! Owns the carrying out of a runbook: intent before act, four endings, and a stop that can be resumed.

pub mod record;

pub use record::{RunRecord, StepRecord, Totals};
