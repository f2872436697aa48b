//! Owns the closed set of things a step can ensure. Each is absolute, so that repeating it is harmless.

use serde::{Deserialize, Serialize};

use crate::model::GroupSize;

/// What a step ensures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// A person confirms that the run may go on.
    Gate {
        /// What the person confirms.
        question: String,
    },
    /// The primary's groups take no more traffic: their size is zero. Best effort.
    FencePrimary {
        /// The groups.
        groups: Vec<String>,
    },
    /// A group of the standby has at least this size.
    Scale {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// The size; minimum equals desired.
        size: GroupSize,
        /// What stands in when the first instance type cannot be had, best first; empty: nothing.
        instance_types: Vec<String>,
    },
    /// So many of a tier's instances are in service and their targets healthy.
    AwaitServing {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// How many.
        wanted: u32,
        /// The shortfall in percent that counts as success.
        accept_percent: u32,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// A group of the standby is back at its standby size.
    StandDown {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// The size.
        size: GroupSize,
    },
    /// A group of the primary has at least this size again.
    ScalePrimary {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// The size; nothing gets smaller.
        size: GroupSize,
    },
    /// So many of a tier's instances are in service in the primary, and their targets healthy.
    AwaitPrimary {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// How many.
        wanted: u32,
        /// The shortfall in percent that counts as success.
        accept_percent: u32,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// The standby's groups are as they were before: sizes, and no instance more.
    ProveClean {
        /// What was there before.
        before: Vec<Before>,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// The run's report is in the store.
    Report,
}

/// A group of the standby before a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The tier.
    pub tier: String,
    /// Its group.
    pub group: String,
    /// Its size.
    pub size: GroupSize,
    /// How many instances it may have: those it had, or those it asked for where some were still coming.
    pub instances: u32,
}

impl Action {
    /// Whether carrying it out only looks.
    pub fn only_looks(&self) -> bool {
        matches!(
            self,
            Action::AwaitServing { .. } | Action::AwaitPrimary { .. } | Action::ProveClean { .. } | Action::Gate { .. }
        )
    }
}
