//! Owns words: values -> text, JSON and other formats; no I/O.

pub mod age;
pub mod barred;
pub mod baseline;
pub mod changes;
pub mod copies;
mod count;
mod data;
pub mod drift;
pub mod drill;
pub mod fenced;
pub mod frozen;
pub mod open_run;
pub mod outage;
pub mod render_files;
pub mod run;
pub mod runbook;
pub mod runs;
pub mod scale;
pub mod status;
mod status_alarms;
pub mod status_data;
pub mod status_runs;
pub mod style;
pub mod sync;
pub mod table;
pub mod trend;
