//! Owns the structural diff: two JSON values -> edits by path, in a stable order, with lists compared as what they are.

mod apply;
mod compare;
mod normalise;
mod path;
mod rules;
#[cfg(test)]
mod tests;

pub use apply::apply;
pub use compare::{Edit, diff};
pub use normalise::{canonical_text, normalise};
pub use path::{Path, Segment, escape};
pub use rules::{ListKind, Rules, scalar_text};
