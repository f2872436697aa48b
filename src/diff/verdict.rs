//! Owns the outcome of a judgement: findings, coverage, gaps, rules, and the verdict they add up to.

use serde::Serialize;

use super::coverage::Coverage;
use super::finding::{Finding, Kind, Standing};
use super::ignore::RuleUse;
use crate::facts::Noun;
use crate::model::SideName;

/// What all findings add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything that can be compared was, and nothing differs.
    InSync,
    /// Something differs; whether more does may be unknown besides.
    Differences,
    /// Nothing is known to differ, but not everything could be seen.
    Unknown,
}

/// What the process says with its exit code: 0, 2 or 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitClass {
    /// No differences.
    InSync,
    /// Differences.
    Differences,
    /// Coverage incomplete.
    Unknown,
}

/// A gap and the side it is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SideGap {
    /// The side that could not be seen.
    pub side: SideName,
    /// What of it; none for the side as a whole.
    pub noun: Option<Noun>,
    /// Which one: a name, an id or a path; `*` for all of them.
    pub subject: String,
    /// Why: one sentence for an operator.
    pub reason: String,
}

/// Counts for the last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Differences between the standby and its own stacks.
    pub drift: usize,
    /// Differences between deployed and rendered.
    pub pending: usize,
    /// Differences between standby and production.
    pub parity: usize,
    /// What could not be told: unknown findings and gaps.
    pub unknown: usize,
    /// Resources CloudFormation does not look at, and what was left out on purpose or not told.
    pub unchecked: usize,
    /// Findings the environment file lives with.
    pub ignored: usize,
    /// Findings that are what was asked for.
    pub intended: usize,
}

/// The outcome of a judgement.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftReport {
    /// The environment and the side that was judged.
    pub heading: Heading,
    /// All findings, sorted; ignored and intended ones too.
    pub findings: Vec<Finding>,
    /// How much was compared, sorted by kind and subject.
    pub coverage: Vec<Coverage>,
    /// What could not be seen, sorted.
    pub gaps: Vec<SideGap>,
    /// What became of every ignore rule, in the file's order.
    pub rules: Vec<RuleUse>,
    /// What a person should know besides: things of production that are not mirrored, a fallback that was taken.
    pub notes: Vec<String>,
}

/// What a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Heading {
    /// The environment's name.
    pub environment: String,
    /// The standby's account.
    pub account: String,
    /// The standby's Region.
    pub region: String,
    /// The strategy.
    pub strategy: String,
    /// The scaling target that holds, if any.
    pub posture: Option<String>,
    /// The day production was recorded.
    pub baseline_day: String,
    /// How many whole days ago that was.
    pub baseline_age_days: i64,
}

impl DriftReport {
    /// Differences win over what is unknown, because they are certain; the totals still tell both.
    pub fn verdict(&self) -> Verdict {
        let totals = self.totals();
        if totals.drift + totals.pending + totals.parity > 0 {
            Verdict::Differences
        } else if totals.unknown > 0 || self.coverage.iter().any(is_blind) {
            Verdict::Unknown
        } else {
            Verdict::InSync
        }
    }

    /// What the exit code should say: 0 in sync, 2 differences (also when something is unknown besides), 3 unknown.
    pub fn exit_class(&self) -> ExitClass {
        match self.verdict() {
            Verdict::InSync => ExitClass::InSync,
            Verdict::Differences => ExitClass::Differences,
            Verdict::Unknown => ExitClass::Unknown,
        }
    }

    /// Whether something could not be told, whatever the verdict.
    pub fn is_incomplete(&self) -> bool {
        self.totals().unknown > 0 || self.coverage.iter().any(is_blind)
    }

    /// The counts.
    pub fn totals(&self) -> Totals {
        let count = |kind| self.findings.iter().filter(|f| f.kind == kind && f.is_difference()).count();
        Totals {
            drift: count(Kind::Drift),
            pending: count(Kind::Pending),
            parity: count(Kind::Parity),
            unknown: self.findings.iter().filter(|f| f.is_unknown()).count() + self.gaps.len(),
            unchecked: self.coverage.iter().map(Coverage::unchecked).sum(),
            ignored: self.findings.iter().filter(|f| matches!(f.standing, Standing::Ignored { .. })).count(),
            intended: self.findings.iter().filter(|f| matches!(f.standing, Standing::Intended(_))).count(),
        }
    }

    /// The findings of one kind and subject.
    pub fn findings_of<'a>(&'a self, kind: Kind, subject: &'a str) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |f| f.kind == kind && f.subject == subject)
    }
}

/// CloudFormation calls a stack of which it can check nothing in sync; it is not.
fn is_blind(coverage: &Coverage) -> bool {
    coverage.kind == Kind::Drift && coverage.checked == 0 && coverage.total > coverage.skipped.len()
}
