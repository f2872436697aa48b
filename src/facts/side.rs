//! Owns everything seen on one side in one observation.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    BucketFacts, DatabaseFacts, EventSourceFacts, Gap, GroupFacts, HealthCheckFacts, ImageFacts, LaunchTemplateFacts,
    LoadBalancerFacts, ParameterFacts, RecordFacts, ReplicaLag, ScheduleFacts, SecurityGroupFacts, TableFacts,
    TargetGroupFacts, VpcFacts,
};
use crate::model::{AccountId, Region, SideName};

/// What was seen on one side, when and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideFacts {
    /// Which side.
    pub side: SideName,
    /// Its Region.
    pub region: Region,
    /// Its account, as STS named it.
    pub account: AccountId,
    /// When the observation began.
    pub observed_at: Timestamp,
    /// The caller's ARN.
    pub observed_by: String,
    /// Auto Scaling groups, by name.
    pub groups: BTreeMap<String, GroupFacts>,
    /// Launch template versions, by the name of the group that launches from them.
    pub launch_templates: BTreeMap<String, LaunchTemplateFacts>,
    /// Images, by id.
    pub images: BTreeMap<String, ImageFacts>,
    /// Security groups, by id.
    pub security_groups: BTreeMap<String, SecurityGroupFacts>,
    /// Target groups, by ARN.
    pub target_groups: BTreeMap<String, TargetGroupFacts>,
    /// Load balancers, by ARN.
    pub load_balancers: BTreeMap<String, LoadBalancerFacts>,
    /// VPCs, by id.
    pub vpcs: BTreeMap<String, VpcFacts>,
    /// Parameters, by name.
    pub parameters: BTreeMap<String, ParameterFacts>,
    /// RDS instances, by identifier.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub databases: BTreeMap<String, DatabaseFacts>,
    /// How far replicas among them are behind, by identifier; absent where it is not known. Observed in the standby only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replica_lags: BTreeMap<String, ReplicaLag>,
    /// DynamoDB tables, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, TableFacts>,
    /// Buckets that hold data, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub buckets: BTreeMap<String, BucketFacts>,
    /// Record sets of the environment's record, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordFacts>,
    /// The health checks those records name, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub health_checks: BTreeMap<String, HealthCheckFacts>,
    /// Scheduled actions, by the name of their group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub schedules: BTreeMap<String, Vec<ScheduleFacts>>,
    /// Event sources, by their name in the environment file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub event_sources: BTreeMap<String, EventSourceFacts>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
}

impl SideFacts {
    /// An observation in which nothing has been seen yet.
    pub fn empty(side: SideName, region: Region, account: AccountId, observed_at: Timestamp, by: String) -> Self {
        SideFacts {
            side,
            region,
            account,
            observed_at,
            observed_by: by,
            groups: BTreeMap::new(),
            launch_templates: BTreeMap::new(),
            images: BTreeMap::new(),
            security_groups: BTreeMap::new(),
            target_groups: BTreeMap::new(),
            load_balancers: BTreeMap::new(),
            vpcs: BTreeMap::new(),
            parameters: BTreeMap::new(),
            databases: BTreeMap::new(),
            replica_lags: BTreeMap::new(),
            tables: BTreeMap::new(),
            buckets: BTreeMap::new(),
            records: Vec::new(),
            health_checks: BTreeMap::new(),
            schedules: BTreeMap::new(),
            event_sources: BTreeMap::new(),
            gaps: Vec::new(),
        }
    }

    /// How many things were seen.
    pub fn seen(&self) -> usize {
        self.groups.len()
            + self.launch_templates.len()
            + self.images.len()
            + self.security_groups.len()
            + self.target_groups.len()
            + self.load_balancers.len()
            + self.vpcs.len()
            + self.parameters.len()
            + self.databases.len()
            + self.tables.len()
            + self.buckets.len()
            + self.records.len()
            + self.health_checks.len()
            + self.schedules.values().map(Vec::len).sum::<usize>()
            + self.event_sources.len()
    }
}
