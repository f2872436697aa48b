//! Owns what is wrong with a YAML text: our own errors, each with its place.

use super::Place;

/// One thing that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// Where.
    pub place: Place,
    /// The path of the value, such as `tiers[0].standby.percent`; empty for the whole text.
    pub path: String,
    /// What is wrong.
    pub kind: ReadErrorKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadErrorKind {
    /// The text is not the YAML we accept, or exceeds a budget.
    Syntax {
        /// Why.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// A key stands twice in one map.
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stood first, when known.
        first: Option<Place>,
    },
    /// A key that is not known there.
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that are.
        known: &'static [&'static str],
    },
    /// A key that must be there is not.
    MissingKey {
        /// The key.
        key: String,
    },
    /// A word that is not one of the known ones.
    UnknownWord {
        /// The word.
        word: String,
        /// The words that are known.
        known: &'static [&'static str],
    },
    /// A value of another type.
    WrongType {
        /// What stands there, as people say it.
        found: String,
        /// What should, as people say it.
        expected: String,
        /// What to do, where the reader of the value says so: the lines of its `expecting` after the first.
        help: Option<String>,
        /// Whether quotes would make text of what stands there: a plain number or boolean.
        plain: bool,
    },
    /// A value of the right type that its reader refused.
    Invalid {
        /// Why.
        message: String,
        /// What to do: the lines of the refusal after the first.
        help: Option<String>,
    },
}
