//! Owns the journal: what happened in a run, durable before the next call, in an order nobody can change unnoticed.
//!
//! Append-only JSON lines in the store, one object per flush (`<environment>/runs/<run>/journal/000001.jsonl`, ...), each
//! written only if there is none of that number: two writers can never both go on.

pub mod entry;
pub mod error;
pub mod moves;
pub mod noted;
mod object;
pub mod tail;
pub mod writer;

pub use entry::{Entry, Event, JOURNAL_SCHEMA, Measures};
pub use error::JournalError;
pub use moves::{IllegalMove, Progress, RunState, StepState};
pub use noted::Noted;
pub use tail::Tail;
pub use writer::Journal;

#[cfg(test)]
mod tests;
