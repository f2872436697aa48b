//! Owns what actions are made of: levers of traffic, what was there before, and what a replica is like.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::facts::{DatabaseFacts, DatabaseSettings, RecordFacts, ScheduleFacts, Tags};
use crate::model::{GroupSize, Trigger};
/// What leads users to a side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "with", rename_all = "kebab-case")]
pub enum Lever {
    /// An object in a bucket of the standby Region: there when the standby serves.
    Object {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
    },
    /// Records with other weights: a control-plane call.
    Records {
        /// The hosted zone.
        zone: String,
        /// The records as they should be.
        records: Vec<RecordFacts>,
    },
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

/// That no run is known to have fenced the primary when the standby took the writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfenced {
    /// Since when the standby takes them.
    pub since: Timestamp,
    /// The run that led them there.
    pub run: String,
    /// The name under which an earlier run has kept it already; absent: this one keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_in: Option<String>,
}

/// What a replica has besides its class and its key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReplicaLike {
    /// Whether it has a standby in another zone.
    pub multi_az: bool,
    /// Its storage type.
    #[serde(default)]
    pub storage_type: Option<String>,
    /// Its provisioned IOPS.
    #[serde(default)]
    pub iops: Option<u32>,
    /// Its storage throughput in MiB/s.
    #[serde(default)]
    pub storage_throughput: Option<u32>,
    /// Up to where its storage grows by itself, in GiB.
    #[serde(default)]
    pub max_storage_gb: Option<u32>,
    /// Whether it has a public address.
    #[serde(default)]
    pub publicly_accessible: bool,
    /// Its subnet group.
    pub subnet_group: Option<String>,
    /// VPC security groups.
    pub security_group_ids: Vec<String>,
    /// Its parameter group.
    pub parameter_group: Option<String>,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Whether AWS installs minor versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_minor_version: Option<bool>,
    /// How it is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<DatabaseSettings>,
    /// Tags.
    pub tags: Tags,
}

impl From<&DatabaseFacts> for ReplicaLike {
    /// What an instance has.
    fn from(facts: &DatabaseFacts) -> Self {
        ReplicaLike {
            multi_az: facts.multi_az,
            storage_type: facts.storage_type.clone(),
            iops: facts.iops_to_order(),
            storage_throughput: facts.throughput_to_order(),
            max_storage_gb: facts.max_storage_gb,
            publicly_accessible: facts.publicly_accessible,
            subnet_group: facts.subnet_group.clone(),
            security_group_ids: facts.security_group_ids.clone(),
            parameter_group: facts.parameter_group.as_ref().map(|group| group.name.clone()),
            deletion_protection: facts.deletion_protection,
            auto_minor_version: Some(facts.auto_minor_version),
            settings: facts.settings.clone(),
            tags: facts.tags.clone(),
        }
    }
}

/// How sync translates the parameters below one path of production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeRule {
    /// The path in production.
    pub path: String,
    /// Text of production, and what stands for it in the standby.
    pub rewrite: BTreeMap<String, String>,
    /// Host names of production's load balancers, and of those that stand for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub balancers: BTreeMap<String, String>,
}

/// What a drill does not touch, as it was before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Untouched {
    /// Databases of the standby by identifier, and what each replicates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub databases: BTreeMap<String, Option<String>>,
    /// Objects that are not there, because they would lead the users to the standby: bucket and key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent_objects: Vec<(String, String)>,
    /// Scheduled actions of the standby's groups, by group; a group without any has an empty list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub schedules: BTreeMap<String, Vec<ScheduleFacts>>,
    /// Event sources of the standby, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, EventBefore>,
}

/// The environment's volumes before a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "looked", rename_all = "kebab-case")]
pub enum VolumesBefore {
    /// They were seen.
    Seen {
        /// The environment whose tag they carry.
        environment: String,
        /// Those that no instance of the standby's groups had, or none that was to stay.
        loose: BTreeSet<String>,
        /// The tiers that keep volumes when their instances go, so that a drill leaves some.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        kept_by: BTreeSet<String>,
    },
    /// They could not be seen: the proof says nothing of volumes.
    NotSeen {
        /// Why.
        because: String,
    },
}

/// An event source of the standby before a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBefore {
    /// What it is there.
    pub trigger: Trigger,
    /// Whether it ran; none: it was not there.
    pub runs: Option<bool>,
}

impl Untouched {
    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.databases.is_empty()
            && self.absent_objects.is_empty()
            && self.schedules.is_empty()
            && self.events.is_empty()
    }
}
