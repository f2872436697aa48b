//! Owns what a declaration is planned from.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::times::PastTimes;
use crate::facts::{AliasFacts, Baseline, DatabaseFacts, GroupFacts, ReplicaLag};
use crate::model::Environment;
use crate::plan::past::Past;
use crate::plan::runbook::Mode;
use crate::plan::scale::ScaleTarget;

/// Everything a declaration is planned from.
#[derive(Debug, Clone)]
pub struct DeclareInput<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The sealed baseline.
    pub baseline: &'a Baseline,
    /// The standby's groups as they are now, by name.
    pub groups: &'a BTreeMap<String, GroupFacts>,
    /// What else was seen on the standby.
    pub standby: StandbySeen,
    /// Whether the primary answers; asked only where the plan needs it.
    pub primary: PrimaryReach,
    /// The recorded human decision.
    pub declaration: Declaration,
    /// What the person asked to be different.
    pub options: DeclareOptions,
    /// How long steps took in earlier runs; empty: documented defaults.
    pub past: PastTimes,
}

/// What was seen on the standby besides its groups. What could not be seen says why, and is planned for as well as it can
/// be: a declaration does not wait for a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandbySeen {
    /// The standby's instances of the environment's databases, by identifier.
    pub databases: Result<BTreeMap<String, DatabaseFacts>, String>,
    /// How far they are behind, by identifier; absent: not known.
    pub lags: Result<BTreeMap<String, ReplicaLag>, String>,
    /// The last lag that was known of those whose lag now is not, by identifier: a bound.
    pub last_lags: BTreeMap<String, ReplicaLag>,
    /// What failbacks kept of those that are not there, by identifier.
    pub kept: BTreeMap<String, String>,
    /// The load balancer that the record should lead to.
    pub balancer: Result<AliasFacts, String>,
    /// What runs tell of each database, by the data's name. Looked up only where an instance stands alone.
    pub past: BTreeMap<String, Past>,
}

impl Default for StandbySeen {
    /// Nothing was looked at, because nothing of it is needed.
    fn default() -> Self {
        StandbySeen {
            databases: Ok(BTreeMap::new()),
            lags: Ok(BTreeMap::new()),
            last_lags: BTreeMap::new(),
            kept: BTreeMap::new(),
            balancer: Err("it was not looked for".to_owned()),
            past: BTreeMap::new(),
        }
    }
}

/// Whether the primary answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrimaryReach {
    /// It was not asked, because nothing needs it.
    NotAsked,
    /// It answers.
    Answers,
    /// It answers, and does not have everything that a fence sets to zero.
    Lacks {
        /// Its groups and event sources that were not found, as people say it.
        missing: Vec<String>,
    },
    /// It does not.
    Silent {
        /// What its silence looked like.
        why: String,
    },
}

/// The recorded human decision that starts a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The run's id.
    pub run_id: String,
    /// Whether both sides are needed.
    pub mode: Mode,
    /// Why, in a person's words.
    pub reason: String,
    /// The caller's ARN.
    pub by: String,
    /// On which host.
    pub host: String,
    /// When.
    pub at: Timestamp,
    /// When the incident began, where it is known.
    pub incident_at: Option<Timestamp>,
    /// The lifeboat.
    pub tool_version: String,
}

/// What the person asked to be different from the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclareOptions {
    /// Full production size, or a percent of it. The standby footprint is no target of a declaration.
    pub target: ScaleTarget,
    /// Only the capacity of these tiers: data and traffic are left alone. Empty means the whole environment.
    pub tiers: Vec<String>,
    /// Steps that are not carried out.
    pub skips: Vec<Skip>,
    /// The shortfall in percent per tier that counts as success.
    pub accept_percent: u32,
    /// How long to wait for a tier, in seconds.
    pub timeout_s: u64,
    /// Whether a second person must agree first.
    pub approval: bool,
    /// Whether the primary's groups are set to zero although the declaration is ungraceful.
    pub fence: bool,
}

impl Default for DeclareOptions {
    fn default() -> Self {
        DeclareOptions {
            target: ScaleTarget::Full,
            tiers: Vec::new(),
            skips: Vec::new(),
            accept_percent: 0,
            timeout_s: 1_200,
            approval: false,
            fence: false,
        }
    }
}

/// A step that a person skips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// The step's id.
    pub step: String,
    /// Why.
    pub because: String,
}
