//! Owns the basket that comparers put their findings, coverage and notes into.

use std::collections::BTreeMap;

use super::coverage::Coverage;
use super::finding::{Finding, Kind};

/// What comparers have found so far.
#[derive(Debug, Default)]
pub struct Found {
    /// Findings, in no order.
    pub findings: Vec<Finding>,
    /// Coverage by kind and subject.
    coverage: BTreeMap<(Kind, String), Coverage>,
    /// What a person should know besides.
    pub notes: Vec<String>,
}

impl Found {
    /// Keeps a finding.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// The coverage of a subject, to count on.
    pub fn coverage(&mut self, kind: Kind, subject: &str) -> &mut Coverage {
        self.coverage.entry((kind, subject.to_owned())).or_insert_with(|| Coverage::new(kind, subject))
    }

    /// All coverage, sorted by kind and subject.
    pub fn into_parts(self) -> (Vec<Finding>, Vec<Coverage>, Vec<String>) {
        (self.findings, self.coverage.into_values().collect(), self.notes)
    }
}
