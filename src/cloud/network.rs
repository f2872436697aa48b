//! Owns the port for VPCs, subnets, zones and security groups.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{SecurityGroupFacts, VpcFacts, ZoneFacts};

/// Looks at networks.
#[async_trait]
pub trait ReadNetwork: Send + Sync {
    /// The security groups of those ids, by the page. Ids that do not exist are absent.
    async fn security_groups(&self, ids: &[String]) -> CloudResult<Vec<SecurityGroupFacts>>;

    /// The VPCs of those ids with all their subnets. Ids that do not exist are absent.
    async fn vpcs(&self, ids: &[String]) -> CloudResult<Vec<VpcFacts>>;

    /// The VPC ids those subnets belong to, sorted and distinct.
    async fn vpcs_of_subnets(&self, subnet_ids: &[String]) -> CloudResult<Vec<String>>;

    /// The Region's zones that are open to the account, by name.
    async fn zones(&self) -> CloudResult<Vec<ZoneFacts>>;
}
