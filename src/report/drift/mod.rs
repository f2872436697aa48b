//! Owns the drift report in its formats.

mod coverage;
mod document;
pub mod json;
mod line;
#[cfg(test)]
mod tests;
pub mod text;

pub use json::{SCHEMA_VERSION, json};
pub use text::text;
