//! Owns the standby's network as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::May;
use crate::environment::defaults;
use crate::environment::values::{Cidr, SubnetId, VpcId, Zones};
use crate::yaml::read::Placed;

/// The standby's network: either `cidr` and `availability_zones` for one that lifeboat makes, or `vpc_id` and subnets for
/// one that is already there. By default the former.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `cidr` and `availability_zones`, or `vpc_id` and subnets")]
#[schemars(inline)]
pub struct WrittenNetwork {
    /// The block of the VPC that lifeboat makes, /16 to /24.
    #[schemars(extend("default" = defaults::CIDR))]
    pub cidr: May<Cidr>,
    /// How many zones it spans, each with a public and a private subnet.
    #[schemars(extend("default" = defaults::ZONES))]
    pub availability_zones: May<Zones>,
    /// A VPC that is already there. By default lifeboat makes one.
    pub vpc_id: May<VpcId>,
    /// Its subnets for load balancers that face the internet. By default none.
    pub public_subnet_ids: May<Vec<Placed<SubnetId>>>,
    /// Its subnets for instances and internal load balancers, two or more in different zones. By default none.
    pub private_subnet_ids: May<Vec<Placed<SubnetId>>>,
}
