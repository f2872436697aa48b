//! Owns the error a type raises while it is read from the tree, before its place is known.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::{Place, ReadErrorKind};

/// What a type refused; the place is filled in by the tree reader nearest to it.
#[derive(Debug)]
pub(super) struct Flaw {
    /// Boxed, because errors are rare and results are everywhere.
    pub(super) kind: Box<ReadErrorKind>,
    pub(super) at: Option<(Place, String)>,
}

impl Flaw {
    pub(super) fn new(kind: ReadErrorKind) -> Self {
        Flaw { kind: Box::new(kind), at: None }
    }

    fn wrong_type(found: Unexpected<'_>, expected: &dyn Expected, plain: bool) -> Self {
        let (expected, help) = two_parts(&expected.to_string());
        Flaw::new(ReadErrorKind::WrongType { found: said(found), expected: wanted(expected), help, plain })
    }

    /// Fills in the place unless a deeper reader did.
    pub(super) fn at(mut self, place: Place, path: &str) -> Self {
        self.at.get_or_insert_with(|| (place, path.to_owned()));
        self
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Flaw {}

impl Error for Flaw {
    /// The first line says why, the others what to do.
    fn custom<T: fmt::Display>(text: T) -> Self {
        let (message, help) = two_parts(&text.to_string());
        Flaw::new(ReadErrorKind::Invalid { message, help })
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let plain = matches!(
            found,
            Unexpected::Bool(_) | Unexpected::Signed(_) | Unexpected::Unsigned(_) | Unexpected::Float(_)
        );
        Flaw::wrong_type(found, expected, plain)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Flaw::wrong_type(found, expected, false)
    }

    fn missing_field(field: &'static str) -> Self {
        Flaw::new(ReadErrorKind::MissingKey { key: field.to_owned() })
    }
}

fn two_parts(text: &str) -> (String, Option<String>) {
    match text.split_once('\n') {
        Some((first, rest)) => (first.to_owned(), Some(rest.to_owned())),
        None => (text.to_owned(), None),
    }
}

fn said(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("the boolean `{value}`"),
        Unexpected::Signed(value) => format!("the number `{value}`"),
        Unexpected::Unsigned(value) => format!("the number `{value}`"),
        Unexpected::Float(value) => format!("the number `{value}`"),
        Unexpected::Str(value) => format!("the text `{value}`"),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a map".to_owned(),
        other => other.to_string(),
    }
}

/// Serde's own names for the built-in types, as people say them.
fn wanted(text: String) -> String {
    match text.as_str() {
        "a string" => "text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "u8" | "u16" | "u32" | "u64" => "a whole number, 0 or more".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        _ => text,
    }
}
