//! Owns facts about Auto Scaling groups.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tags;
use crate::model::GroupSize;

/// An Auto Scaling group as DescribeAutoScalingGroups tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupFacts {
    /// Name, unique in the account and Region.
    pub name: String,
    /// ARN; empty where the service gave none.
    pub arn: String,
    /// The three sizes.
    pub size: GroupSize,
    /// The launch template it launches from; none for launch configurations, which lifeboat does not mirror.
    pub launch_template: Option<LaunchTemplateRef>,
    /// Instance types of a mixed instances policy, in order of preference; empty without one.
    pub overrides: Vec<String>,
    /// How many units of the sizes an instance of a type counts for (WeightedCapacity of the policy's overrides); empty where
    /// sizes count instances.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, u32>,
    /// What the sizes count where it is neither instances nor those weights (DesiredCapacityType): `vcpu` or `memory-mib`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_type: Option<String>,
    /// Availability Zone names.
    pub availability_zones: Vec<String>,
    /// Subnet ids (VPCZoneIdentifier).
    pub subnet_ids: Vec<String>,
    /// Target groups it registers instances with.
    pub target_group_arns: Vec<String>,
    /// `EC2` or `ELB`.
    pub health_check_type: String,
    /// Seconds a new instance is left alone.
    pub health_check_grace_s: u32,
    /// Seconds between simple scaling activities.
    pub default_cooldown_s: u32,
    /// Termination policies, in order.
    pub termination_policies: Vec<String>,
    /// Suspended scaling processes, such as `Launch`.
    pub suspended_processes: Vec<String>,
    /// Whether group metrics are collected.
    pub metrics_enabled: bool,
    /// Tags that instances inherit, and those they do not.
    pub tags: Tags,
    /// Its instances.
    pub instances: Vec<InstanceFacts>,
}

/// The process of a group that carries out its scheduled actions (SuspendProcesses, ScalingProcesses).
pub const SCHEDULED_ACTIONS: &str = "ScheduledActions";

impl GroupFacts {
    /// Whether its scheduled actions do nothing.
    pub fn schedules_suspended(&self) -> bool {
        self.suspended_processes.iter().any(|process| process == SCHEDULED_ACTIONS)
    }

    /// How much is in service and healthy by the group's own check, in units of its sizes: instances, or their weights.
    pub fn in_service(&self) -> u32 {
        let weights = self.instances.iter().filter(|instance| instance.in_service()).map(|instance| instance.weight);
        weights.fold(0, u32::saturating_add)
    }

    /// How many units an instance counts for; one that the group does not know counts for one.
    pub fn weight_of(&self, instance_id: &str) -> u32 {
        self.instances.iter().find(|instance| instance.id == instance_id).map_or(1, |instance| instance.weight)
    }

    /// Whether its sizes count weighted units, not instances.
    pub fn is_weighted(&self) -> bool {
        !self.weights.is_empty()
    }

    /// By how much the group may go beyond its desired capacity: the last instance launched may count for more units than
    /// were missing, and none is taken away that would leave too few.
    pub fn overshoot(&self) -> u32 {
        let heaviest = self.weights.values().chain(self.instances.iter().map(|instance| &instance.weight)).max();
        heaviest.map_or(0, |heaviest| heaviest.saturating_sub(1))
    }
}

/// Which version of which launch template a group launches from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LaunchTemplateRef {
    /// Launch template id.
    pub id: String,
    /// Launch template name; empty where the service gave none.
    pub name: String,
    /// The version as the group states it: a number, `$Latest` or `$Default`.
    pub version: String,
}

/// An instance as its group sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InstanceFacts {
    /// Instance id.
    pub id: String,
    /// Instance type; empty where the service gave none.
    pub instance_type: String,
    /// Availability Zone.
    pub availability_zone: String,
    /// Lifecycle state, such as `InService` or `Pending:Wait`.
    pub lifecycle_state: String,
    /// `Healthy` or `Unhealthy`.
    pub health: String,
    /// How many units of the group's sizes it counts for (WeightedCapacity): one where sizes count instances.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

fn is_one(weight: &u32) -> bool {
    *weight == 1
}

impl InstanceFacts {
    /// Whether the group counts it as serving.
    pub fn in_service(&self) -> bool {
        self.lifecycle_state == "InService" && self.health.eq_ignore_ascii_case("healthy")
    }
}

/// A launch of a group that failed, as a scaling activity tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchFailure {
    /// When it began.
    pub at: Timestamp,
    /// Why, in the service's words (StatusMessage).
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::sample;

    #[test]
    fn weighted_groups_count_units() {
        let weighed = |id: &str, weight| InstanceFacts { weight, ..sample::instance(id) };
        let plain = GroupFacts {
            instances: vec![weighed("i-1", 1), weighed("i-2", 1)],
            ..sample::group("g", GroupSize { min: 0, max: 9, desired: 2 })
        };
        assert_eq!((plain.in_service(), plain.overshoot(), plain.is_weighted()), (2, 0, false));
        let pending = InstanceFacts { lifecycle_state: "Pending".into(), ..weighed("i-3", 4) };
        let weighted = GroupFacts {
            weights: BTreeMap::from([("m6i.large".to_owned(), 2), ("m6i.xlarge".to_owned(), 4)]),
            instances: vec![weighed("i-1", 4), weighed("i-2", 2), pending],
            ..plain
        };
        assert_eq!((weighted.in_service(), weighted.overshoot(), weighted.is_weighted()), (6, 3, true));
        assert_eq!((weighted.weight_of("i-1"), weighted.weight_of("10.0.0.1")), (4, 1));
    }

    #[test]
    fn what_was_recorded_before_weights_were_known_is_read_as_it_was() {
        let instance = sample::instance("i-1");
        let text = serde_json::to_string(&instance).expect("json");
        assert!(!text.contains("weight"), "{text}");
        assert_eq!(serde_json::from_str::<InstanceFacts>(&text).expect("read"), instance);
    }
}
