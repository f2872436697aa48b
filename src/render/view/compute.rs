//! Owns what templates see of launch templates and groups.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{ParameterView, TagView};

/// The compute stack.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct ComputeView {
    /// Parameters that take subnets, security groups, target groups and names of load balancers from earlier stacks.
    pub parameters: Vec<ParameterView>,
    /// One group per tier, by order, then by name.
    pub groups: Vec<GroupView>,
}

/// A tier's group with its launch template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GroupView {
    /// The tier's name.
    pub tier: String,
    /// The tier's name as it begins logical ids: `web-api` is `WebApi`.
    pub id: String,
    /// The group's name.
    pub name: String,
    /// The stack parameter that takes the tier's image from SSM.
    pub image_parameter: String,
    /// The stack parameter that holds the minimum size.
    pub min_parameter: String,
    /// The stack parameter that holds the maximum size.
    pub max_parameter: String,
    /// What instances are launched from.
    pub launch_template: LaunchTemplateView,
    /// Whether several instance types may be launched.
    pub mixed: bool,
    /// Those types, in order of preference; empty unless `mixed`.
    pub instance_types: Vec<InstanceTypeView>,
    /// `EC2` or `ELB`.
    pub health_check_type: String,
    /// Seconds a new instance is left alone.
    pub health_check_grace: u32,
    /// Seconds between simple scaling activities.
    pub cooldown: u32,
    /// Termination policies, in order.
    pub termination_policies: Vec<String>,
    /// The stack parameters that hold its target groups; may be empty.
    pub target_groups: Vec<String>,
    /// Target groups that are already in the standby, from `map:`; may be empty.
    pub target_group_arns: Vec<String>,
    /// Whether group metrics are collected.
    pub metrics: bool,
    /// Tags; every instance inherits them.
    pub tags: Vec<TagView>,
}

/// An instance type that may be launched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InstanceTypeView {
    /// Its name.
    pub name: String,
    /// How many units of the group's sizes one counts for, where sizes count units.
    pub weight: Option<String>,
}

/// A launch template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LaunchTemplateView {
    /// Instance type.
    pub instance_type: Option<String>,
    /// A key pair of the standby Region, from `map:`.
    pub key_name: Option<String>,
    /// User data as CloudFormation takes it: base64 text, or `Fn::Base64` of a join with standby resources.
    pub user_data: Option<Value>,
    /// Instance profile.
    pub profile: Option<ProfileView>,
    /// The stack parameters that hold its security groups; may be empty.
    pub security_groups: Vec<String>,
    /// Security groups that are already in the standby, from `map:`; may be empty.
    pub security_group_ids: Vec<String>,
    /// Whether it must say that instances get no public address.
    pub no_public_ip: bool,
    /// Block devices, by device name; may be empty.
    pub block_devices: Vec<BlockDeviceView>,
    /// Instance metadata options.
    pub metadata: Option<MetadataView>,
    /// Whether `monitoring` is to be stated.
    pub has_monitoring: bool,
    /// Whether detailed monitoring is on.
    pub monitoring: bool,
    /// Whether `ebs_optimized` is to be stated.
    pub has_ebs_optimized: bool,
    /// Whether instances are EBS-optimised.
    pub ebs_optimized: bool,
    /// Tags of instances at launch.
    pub instance_tags: Vec<TagView>,
    /// Tags of volumes at launch.
    pub volume_tags: Vec<TagView>,
    /// Tags of the launch template itself.
    pub tags: Vec<TagView>,
}

/// An instance profile, of which exactly one of `name` and `arn` is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProfileView {
    /// Name.
    pub name: Option<String>,
    /// ARN.
    pub arn: Option<String>,
}

/// One block device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BlockDeviceView {
    /// Device name, such as `/dev/xvda`.
    pub device_name: String,
    /// Volume size in GiB.
    pub size: Option<u32>,
    /// Volume type.
    pub volume_type: Option<String>,
    /// Provisioned IOPS.
    pub iops: Option<u32>,
    /// Provisioned throughput in MiB/s.
    pub throughput: Option<u32>,
    /// Whether `encrypted` is to be stated.
    pub has_encrypted: bool,
    /// Whether the volume is encrypted.
    pub encrypted: bool,
    /// The standby's KMS key.
    pub kms_key: Option<String>,
    /// A snapshot of the standby Region, from `map:`.
    pub snapshot: Option<String>,
    /// Whether `delete_on_termination` is to be stated.
    pub has_delete_on_termination: bool,
    /// Whether it goes away with the instance.
    pub delete_on_termination: bool,
}

/// Instance metadata options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MetadataView {
    /// `enabled` or `disabled`.
    pub http_endpoint: Option<String>,
    /// `required` (IMDSv2 only) or `optional`.
    pub http_tokens: Option<String>,
    /// Hop limit, 1 to 64.
    pub hop_limit: Option<u32>,
    /// `enabled` when instance tags can be read from metadata.
    pub instance_tags: Option<String>,
}
