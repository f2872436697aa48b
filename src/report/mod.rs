//! Owns words: values -> text, JSON and other formats; no I/O.

pub mod age;
pub mod baseline;
pub mod drift;
pub mod scale;
pub mod status;
pub mod style;
pub mod sync;
pub mod table;
pub mod changes;
