//! Owns what templates see of the network.

use schemars::JsonSchema;
use serde::Serialize;

use super::TagView;

/// The network stack: absent where the environment names an existing network.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct NetworkView {
    /// The VPC's block.
    pub cidr: String,
    /// Its zones, in order.
    pub zones: Vec<ZoneView>,
    /// Tags of what belongs to no zone.
    pub tags: Vec<TagView>,
}

/// One zone with its two subnets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ZoneView {
    /// From 1; it stands in logical ids.
    pub number: u8,
    /// The stack parameter that holds the zone's name.
    pub parameter: String,
    /// The block of the subnet for load balancers that face the internet, and for NAT.
    pub public_cidr: String,
    /// The block of the subnet for instances and internal load balancers.
    pub private_cidr: String,
    /// Tags of what is public in this zone.
    pub public_tags: Vec<TagView>,
    /// Tags of what is private in this zone.
    pub private_tags: Vec<TagView>,
}
