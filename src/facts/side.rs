//! Owns everything seen on one side in one observation.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Gap, GroupFacts, ImageFacts, LaunchTemplateFacts, LoadBalancerFacts, ParameterFacts, SecurityGroupFacts,
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
    }
}
