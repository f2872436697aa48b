//! Owns words: values -> text, JSON and other formats; no I/O.

pub mod render_files;
