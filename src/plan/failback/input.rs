//! Owns what a failback is planned from: fresh facts of both sides.

use std::collections::BTreeMap;

use super::images::TierHome;
use crate::facts::{Baseline, DatabaseFacts, EventSourceFacts, GroupFacts, RecordFacts, ReplicaLag, ScheduleFacts};
use crate::model::Environment;
use crate::plan::declare::Declaration;
use crate::plan::past::Past;
use crate::plan::runbook::HomeRule;

/// Everything a failback is planned from.
#[derive(Debug, Clone)]
pub struct FailbackInput<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The sealed baseline: what the primary's groups were.
    pub baseline: &'a Baseline,
    /// The standby's groups as they are now, by name.
    pub groups: &'a BTreeMap<String, GroupFacts>,
    /// The primary's groups as they are now, by name; or what its silence looked like.
    pub primary: Result<&'a BTreeMap<String, GroupFacts>, String>,
    /// Data, traffic, scheduled actions and configuration as they are now.
    pub seen: &'a Seen,
    /// The run that declared, where one is on record.
    pub declared_in: Option<&'a str>,
    /// Who, when and why.
    pub declaration: Declaration,
    /// How long to wait for a tier, in seconds.
    pub timeout_s: u64,
    /// How long to wait for a replica, in seconds: making one copies all data.
    pub data_timeout_s: u64,
}

/// What was seen besides groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// RDS instances, by the data's name.
    pub data: BTreeMap<String, DataSeen>,
    /// The standby's groups that lifeboat made for tiers which the file does not name any more, by name.
    pub unlisted: BTreeMap<String, GroupFacts>,
    /// Scheduled actions of the standby's groups, by group.
    pub schedules: BTreeMap<String, Vec<ScheduleFacts>>,
    /// Event sources, by name.
    pub events: BTreeMap<String, EventSeen>,
    /// The records of the environment's name; empty where nothing has to be known of them.
    pub records: Vec<RecordFacts>,
    /// Parameters that changed in the standby, by their names there.
    pub parameters: Vec<String>,
    /// How sync translates them.
    pub rules: Vec<HomeRule>,
    /// Tiers whose standby came to launch an image that production does not know.
    pub images: Vec<TierHome>,
    /// What changed in the standby and a person has to bring home or to decide, one sentence each.
    pub by_hand: Vec<String>,
}

/// A database on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataSeen {
    /// The standby's instance.
    pub standby: Option<DatabaseFacts>,
    /// What an earlier failback kept of it, where it is not there.
    pub kept: Option<DatabaseFacts>,
    /// The primary's.
    pub primary: Option<DatabaseFacts>,
    /// How far the primary's is behind, where it is a replica and that is known.
    pub lag: Option<ReplicaLag>,
    /// What runs tell of it.
    pub past: Past,
}

/// An event source on both sides; none: not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventSeen {
    /// The standby's.
    pub standby: Option<EventSourceFacts>,
    /// The primary's.
    pub primary: Option<EventSourceFacts>,
}

impl EventSeen {
    /// Whether the standby's runs.
    pub fn runs_in_standby(&self) -> bool {
        self.standby.as_ref().is_some_and(EventSourceFacts::runs)
    }
}
