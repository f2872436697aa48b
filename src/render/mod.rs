//! Owns rendering: environment + baseline + footprint -> CloudFormation templates, parsed back and checked. No I/O.

pub mod stack;

pub use stack::{Counterpart, Input, Rendered, RenderedStack, Untranslated};
