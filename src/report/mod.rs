//! Owns words: values -> text, JSON and other formats; no I/O.

pub mod age;
pub mod baseline;
pub mod changes;
pub mod drift;
pub mod drill;
pub mod outcome;
pub mod render_files;
pub mod runbook;
pub mod scale;
pub mod status;
pub mod style;
pub mod sync;
pub mod table;
