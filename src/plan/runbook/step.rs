//! Owns one step of a runbook: what it ensures, what it needs first, how long it should take.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Action;
use crate::model::SideName;

/// A step's id, unique in its runbook, such as `scale-web`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub String);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its id.
    pub id: StepId,
    /// What it does, for people.
    pub title: String,
    /// What it ensures.
    pub action: Action,
    /// Steps that must have ended well before it starts; of one that was skipped, those which that needs.
    pub needs: BTreeSet<StepId>,
    /// Sides that must answer; never the primary in an ungraceful plan, except for best-effort fencing.
    pub sides: BTreeSet<SideName>,
    /// How long it should take.
    pub estimate: Estimate,
    /// Whether its failure lets the run go on: fencing a primary that may be dark, and the waits of a drill, which is
    /// cleaned up whatever came of it.
    pub best_effort: bool,
    /// Why it is not carried out, where the declaration said `--skip`.
    pub skipped: Option<String>,
}

/// How long a step should take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// In seconds.
    pub seconds: u64,
    /// Where the number comes from.
    pub source: EstimateSource,
}

/// Where an estimate comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum EstimateSource {
    /// An earlier run of the environment.
    Run {
        /// Its id.
        id: String,
    },
    /// A documented default.
    Default {
        /// Why this number.
        why: String,
    },
}
