//! Owns one line of a journal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, LeftVolume};
use crate::plan::runbook::StepId;

/// The version of the journal's format; a newer one is read and never written.
pub const JOURNAL_SCHEMA: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of this format.
    pub schema_version: u32,
    /// Its number, from 1; order is by number, never by clock.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The step it is about; none for the run as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// The digest of the line before it: a chain.
    pub prev: Digest,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run began.
    Began {
        /// The caller's ARN.
        by: String,
        /// The host.
        host: String,
        /// The lifeboat.
        tool_version: String,
        /// The runbook's digest.
        runbook: Digest,
        /// The fencing counter of the lease it runs under.
        fence: u64,
    },
    /// The run was taken up again.
    Resumed {
        /// The caller's ARN.
        by: String,
        /// The host.
        host: String,
        /// The fencing counter of the new lease.
        fence: u64,
    },
    /// A step is about to act: durable before its first call.
    Started {
        /// The idempotency token of its calls, from run id and step id.
        token: String,
    },
    /// A step did what it ensures.
    Succeeded {
        /// In words.
        text: String,
        /// What was measured.
        measures: Measures,
    },
    /// What a step ensures was so already.
    AlreadySo {
        /// In words.
        text: String,
    },
    /// A step failed; it is known what its calls did.
    Failed {
        /// What could not be done.
        what: String,
        /// Why, outermost first.
        why: Vec<String>,
        /// What is left behind.
        left_behind: Vec<String>,
        /// What to do.
        hint: Option<String>,
        /// What was measured until then.
        measures: Measures,
    },
    /// The answer to a step's call was lost: it looks before it acts again.
    Unknown {
        /// What is not known, and why.
        what: String,
    },
    /// A step was skipped by a person.
    Skipped {
        /// Why.
        because: String,
        /// By whom.
        by: String,
    },
    /// The run stopped part-way and can be resumed.
    Stopped {
        /// Why.
        reason: String,
    },
    /// The run came to its end.
    Ended {
        /// Whether a shortfall or a skipped step remains.
        degraded: bool,
    },
    /// The run was given up by a person.
    Abandoned {
        /// Why.
        because: String,
        /// By whom.
        by: String,
    },
    /// A step at work has measured something, durably before its call. What was measured before it holds no more.
    Measured {
        /// What.
        measures: Measures,
    },
    /// A step that had ended is carried out again: the run was resumed, and what is still to come rests on it.
    Reopened {
        /// Why.
        because: String,
    },
    /// Written by a newer lifeboat.
    #[serde(other)]
    Other,
}

/// What was measured while a step was carried out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Measures {
    /// Our own time, in seconds.
    pub ours_s: f64,
    /// AWS's time, in seconds.
    pub aws_s: f64,
    /// How many instances were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<u32>,
    /// How many came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub came: Option<u32>,
    /// How many of them came during the wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grew: Option<u32>,
    /// The achieved recovery point, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_point_s: Option<u64>,
    /// Whether that is a lag that grows while nobody writes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lag_grows_idle: bool,
    /// How long before the promotion was ordered that was measured, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_point_age_s: Option<u64>,
    /// Until when the replica surely had everything that was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds_until: Option<Timestamp>,
    /// How many connections to its source were still open when a replica had everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<u32>,
    /// What stood in for what: instance types, zones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutions: Vec<String>,
    /// Volumes that are left as the plan said, and cost until a person deletes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes_left: Vec<LeftVolume>,
}
