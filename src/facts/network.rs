//! Owns facts about VPCs, subnets and zones.

use serde::{Deserialize, Serialize};

use super::Tags;

/// A VPC with its subnets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcFacts {
    /// VPC id.
    pub id: String,
    /// Its first IPv4 block.
    pub cidr: String,
    /// Tags.
    pub tags: Tags,
    /// Its subnets, by id.
    pub subnets: Vec<SubnetFacts>,
}

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SubnetFacts {
    /// Subnet id.
    pub id: String,
    /// Its VPC.
    pub vpc_id: String,
    /// Block.
    pub cidr: String,
    /// Zone name.
    pub availability_zone: String,
    /// Zone id, the same for every account.
    pub zone_id: String,
    /// Addresses still free.
    pub available_addresses: u32,
    /// Whether instances get public addresses by default.
    pub map_public_ip: bool,
}

/// An Availability Zone of a Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ZoneFacts {
    /// Zone name, such as `us-west-2a`; differs between accounts.
    pub name: String,
    /// Zone id, such as `usw2-az1`.
    pub id: String,
}
