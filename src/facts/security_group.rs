//! Owns facts about security groups.

use serde::{Deserialize, Serialize};

use super::Tags;

/// A security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroupFacts {
    /// Group id.
    pub id: String,
    /// Group name, unique in its VPC.
    pub name: String,
    /// Description.
    pub description: String,
    /// Its VPC.
    pub vpc_id: String,
    /// Inbound rules, one peer each, sorted.
    pub ingress: Vec<RuleFacts>,
    /// Outbound rules, one peer each, sorted.
    pub egress: Vec<RuleFacts>,
    /// Tags.
    pub tags: Tags,
}

/// One rule with one peer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleFacts {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub protocol: String,
    /// First port, or ICMP type; none for all.
    pub from_port: Option<i32>,
    /// Last port, or ICMP code; none for all.
    pub to_port: Option<i32>,
    /// The other end.
    pub peer: RulePeer,
    /// Description; empty when there is none.
    pub description: String,
}

/// The other end of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RulePeer {
    /// An IPv4 block.
    Cidr4(String),
    /// An IPv6 block.
    Cidr6(String),
    /// A security group, by id.
    Group(String),
    /// A prefix list, by id.
    PrefixList(String),
}
