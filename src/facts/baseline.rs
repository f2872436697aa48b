//! Owns the baseline: recorded, dated, digested facts of production, with the capacity basis.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::SideFacts;
use crate::model::{CapacityBasis, Digest};

/// The version of the baseline's file format; a reader refuses a newer one.
pub const BASELINE_SCHEMA: u32 = 1;

/// A baseline older than this is told as old: production, and its peak, may have moved on. Longer than the longest usual
/// capacity window (14 d), and a month is the rhythm of a drill.
pub const OLD_AFTER: Duration = Duration::from_secs(30 * 86_400);

/// Recorded facts of production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Version of this format.
    pub schema_version: u32,
    /// The environment's name.
    pub environment: String,
    /// The lifeboat that wrote it.
    pub tool_version: String,
    /// Production as seen; parameters' secret values are keyed digests.
    pub facts: SideFacts,
    /// Where each tier's facts are, by tier name.
    pub tiers: BTreeMap<String, TierSource>,
    /// Full production size, by tier name.
    pub capacity: BTreeMap<String, CapacityBasis>,
    /// The digest of all of the above.
    pub digest: Digest,
}

/// The identifiers of the production resources one tier mirrors.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TierSource {
    /// The Auto Scaling group.
    pub auto_scaling_group: String,
    /// The image its launch template names.
    pub image_id: Option<String>,
    /// Target group ARNs, sorted.
    pub target_group_arns: Vec<String>,
    /// Load balancer ARNs that forward to them, sorted.
    pub load_balancer_arns: Vec<String>,
    /// Security groups of its instances, sorted.
    pub security_group_ids: Vec<String>,
}

impl Baseline {
    /// How many whole days old it is, where that is more than it should be.
    pub fn old_days(&self, now: Timestamp) -> Option<i64> {
        let age = now.duration_since(self.facts.observed_at);
        (age.unsigned_abs() > OLD_AFTER && age.is_positive()).then(|| age.as_hours() / 24)
    }

    /// The digest the contents should have.
    pub fn computed_digest(&self) -> Digest {
        let mut unsealed = self.clone();
        unsealed.digest = Digest(String::new());
        Digest::of_value(&unsealed)
    }

    /// The same baseline with its digest filled in.
    pub fn sealed(mut self) -> Self {
        self.digest = self.computed_digest();
        self
    }

    /// Whether the contents are those that were sealed.
    pub fn is_intact(&self) -> bool {
        self.digest == self.computed_digest()
    }
}
