//! Owns what templates see of the security groups.

use schemars::JsonSchema;
use serde::Serialize;

use super::TagView;

/// The security stack.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct SecurityView {
    /// The groups of all tiers and their load balancers.
    pub groups: Vec<SecurityGroupView>,
    /// Rules between groups; resources of their own, because groups may refer to each other in circles.
    pub group_rules: Vec<GroupRuleView>,
}

/// A security group with the rules that name no other group of the standby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SecurityGroupView {
    /// Logical id.
    pub id: String,
    /// Production's name of it.
    pub name: String,
    /// Description.
    pub description: String,
    /// Inbound rules; may be empty.
    pub ingress: Vec<RuleView>,
    /// Outbound rules; never empty, because CloudFormation would then open everything.
    pub egress: Vec<RuleView>,
    /// Tags.
    pub tags: Vec<TagView>,
}

/// A rule of which exactly one of `cidr`, `cidr_ipv6`, `prefix_list` and `group_id` is set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
pub struct RuleView {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub protocol: String,
    /// Whether the two ports are to be stated.
    pub has_ports: bool,
    /// First port, or ICMP type.
    pub from_port: i32,
    /// Last port, or ICMP code.
    pub to_port: i32,
    /// IPv4 block.
    pub cidr: Option<String>,
    /// IPv6 block.
    pub cidr_ipv6: Option<String>,
    /// A prefix list of the standby Region, from `map:`.
    pub prefix_list: Option<String>,
    /// A security group that is already in the standby, from `map:`.
    pub group_id: Option<String>,
    /// Description.
    pub description: Option<String>,
}

/// A rule between two groups of the standby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GroupRuleView {
    /// Logical id.
    pub id: String,
    /// Whether it is inbound.
    pub ingress: bool,
    /// The group it belongs to: a logical id.
    pub group: String,
    /// The other end: a logical id.
    pub peer: String,
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub protocol: String,
    /// Whether the two ports are to be stated.
    pub has_ports: bool,
    /// First port, or ICMP type.
    pub from_port: i32,
    /// Last port, or ICMP code.
    pub to_port: i32,
    /// Description.
    pub description: Option<String>,
}
