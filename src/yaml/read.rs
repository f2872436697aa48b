//! Owns strict reading of typed YAML: budgets, duplicate keys, booleans, and every error at once with its place.
//!
//! The text is first read into a tree with positions, then the tree into a type. A field of type [`Placed`] stops an error
//! inside it from reaching further, so one reading finds the errors of every field.

mod error;
mod flaw;
mod place;
mod tree;
mod typed;

use serde::de::DeserializeOwned;

pub use error::{ReadError, ReadErrorKind};
pub use place::{Place, Placed};

/// What could be read of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading<T> {
    /// The value; `None` when the text is not YAML or not even a map. Parts that were wrong are empty [`Placed`] values.
    pub value: Option<T>,
    /// Every error, in the order of the text. The value may be used only for looking for more errors unless this is empty.
    pub errors: Vec<ReadError>,
}

/// Reads a text strictly: unknown keys, duplicate keys, missing keys, wrong types, foreign tags, merge keys, a second
/// document and excessive size are errors; `yes` and `on` are text.
///
/// `T` must not use serde's `flatten`, `untagged` or `tag`, which lose positions.
pub fn read<T: DeserializeOwned>(text: &str) -> Reading<T> {
    let (tree, mut errors) = match tree::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => return Reading { value: None, errors: vec![*error] },
    };
    let (value, more) = typed::read(text, &tree);
    errors.extend(more);
    errors.sort_by_key(|error| error.place);
    Reading { value, errors }
}

#[cfg(test)]
mod tests;
