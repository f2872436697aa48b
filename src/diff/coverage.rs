//! Owns coverage: of what there is, how much was really compared. Printed with every result.

use serde::Serialize;

use super::finding::Kind;

/// What was left out on purpose, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// What.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// How much of one subject was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Which question.
    pub kind: Kind,
    /// A stack's part, a tier, or `parameters`.
    pub subject: String,
    /// How many things there are.
    pub total: usize,
    /// How many were compared.
    pub checked: usize,
    /// Things CloudFormation does not look at, `<logical id> (<type>)`, sorted.
    pub unsupported: Vec<String>,
    /// How many could not be told; each has a finding or a gap with its reason.
    pub unknown: usize,
    /// Left out on purpose.
    pub skipped: Vec<Skipped>,
    /// Why nothing of it could be compared.
    pub reason: Option<String>,
}

impl Coverage {
    /// Nothing yet.
    pub fn new(kind: Kind, subject: &str) -> Self {
        Coverage {
            kind,
            subject: subject.to_owned(),
            total: 0,
            checked: 0,
            unsupported: vec![],
            unknown: 0,
            skipped: vec![],
            reason: None,
        }
    }

    /// One more thing, which was compared.
    pub fn checked(&mut self) {
        self.total += 1;
        self.checked += 1;
    }

    /// One more thing, of which nothing can be told.
    pub fn unknown(&mut self) {
        self.total += 1;
        self.unknown += 1;
    }

    /// One more thing, left out on purpose.
    pub fn skipped(&mut self, what: impl Into<String>, reason: impl Into<String>) {
        self.total += 1;
        self.skipped.push(Skipped { what: what.into(), reason: reason.into() });
    }

    /// How many things were not compared.
    pub fn unchecked(&self) -> usize {
        self.total.saturating_sub(self.checked)
    }
}
