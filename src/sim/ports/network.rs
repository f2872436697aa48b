//! Owns the port for networks over the simulated account.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudResult, ReadNetwork};
use crate::facts::{SecurityGroupFacts, SubnetFacts, VpcFacts, ZoneFacts};
use crate::sim::state::RegionState;

/// EC2's describe calls answer with at most 1,000 a page.
const PAGE: usize = 1000;

#[async_trait]
impl ReadNetwork for SideDesk {
    async fn security_groups(&self, ids: &[String]) -> CloudResult<Vec<SecurityGroupFacts>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.list("DescribeSecurityGroups", PAGE, |region, _| {
            Ok(ids.iter().filter_map(|id| region.security_groups.get(id)).map(|group| group.told()).collect())
        })
        .await
    }

    async fn vpcs(&self, ids: &[String]) -> CloudResult<Vec<VpcFacts>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut vpcs = self
            .list("DescribeVpcs", PAGE, |region, _| {
                Ok(ids
                    .iter()
                    .filter_map(|id| region.vpcs.get(id))
                    .map(|vpc| VpcFacts {
                        id: vpc.id.clone(),
                        cidr: vpc.cidr.clone(),
                        tags: vpc.tags.clone(),
                        subnets: Vec::new(),
                    })
                    .collect())
            })
            .await?;
        let subnets = self
            .list("DescribeSubnets", PAGE, |region, _| {
                Ok(region
                    .subnets
                    .values()
                    .filter(|subnet| ids.contains(&subnet.facts.vpc_id))
                    .map(|subnet| SubnetFacts {
                        available_addresses: free_addresses(region, &subnet.facts),
                        ..subnet.facts.clone()
                    })
                    .collect())
            })
            .await?;
        for vpc in &mut vpcs {
            vpc.subnets = subnets.iter().filter(|subnet| subnet.vpc_id == vpc.id).cloned().collect();
        }
        Ok(vpcs)
    }

    async fn vpcs_of_subnets(&self, subnet_ids: &[String]) -> CloudResult<Vec<String>> {
        if subnet_ids.is_empty() {
            return Ok(Vec::new());
        }
        let subnets = self
            .list("DescribeSubnets", PAGE, |region, _| {
                Ok(subnet_ids.iter().filter_map(|id| region.subnets.get(id)).map(|s| s.facts.vpc_id.clone()).collect())
            })
            .await?;
        let distinct: BTreeSet<String> = subnets.into_iter().collect();
        Ok(distinct.into_iter().collect())
    }

    async fn zones(&self) -> CloudResult<Vec<ZoneFacts>> {
        self.call("DescribeAvailabilityZones", |region, _| Ok(region.zones.clone())).await
    }
}

/// The addresses of the block less the five AWS keeps (VPC user guide, "Subnet CIDR blocks") and those in use.
fn free_addresses(region: &RegionState, subnet: &SubnetFacts) -> u32 {
    let size = subnet.cidr.rsplit('/').next().and_then(|bits| bits.parse::<u32>().ok()).unwrap_or(32);
    let all = 2_u32.checked_pow(32_u32.saturating_sub(size)).unwrap_or(u32::MAX);
    let instances =
        region.groups.values().flat_map(|group| &group.instances).filter(|i| i.counts() && i.subnet_id == subnet.id);
    let balancers = region.load_balancers.values().filter(|balancer| balancer.subnet_ids.contains(&subnet.id));
    let used = u32::try_from(instances.count() + balancers.count()).unwrap_or(u32::MAX);
    all.saturating_sub(5).saturating_sub(used)
}
