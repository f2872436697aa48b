//! Owns facts about Auto Scaling groups.

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

    /// How many instances are in service and healthy by the group's own check.
    pub fn in_service(&self) -> u32 {
        let count = self.instances.iter().filter(|instance| instance.in_service()).count();
        u32::try_from(count).unwrap_or(u32::MAX)
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
