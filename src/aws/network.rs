//! Owns the network port on EC2: VPCs, subnets, zones, security groups, always by filter, so that a missing id is absent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ec2::types::{AvailabilityZone, Filter, IpPermission, SecurityGroup, Subnet, Vpc};

use super::api::Api;
use super::pacing::Rate;
use super::session::{Session, side_by_side};
use super::tags::ec2_tags;
use crate::cloud::{CloudResult, ReadNetwork};
use crate::facts::{RuleFacts, RulePeer, SecurityGroupFacts, SubnetFacts, VpcFacts, ZoneFacts};

const DESCRIBE_SECURITY_GROUPS: Api = Api::own("ec2", "DescribeSecurityGroups", Rate::EC2_READ);
const DESCRIBE_VPCS: Api = Api::own("ec2", "DescribeVpcs", Rate::EC2_READ);
const DESCRIBE_SUBNETS: Api = Api::own("ec2", "DescribeSubnets", Rate::EC2_READ);
const DESCRIBE_ZONES: Api = Api::own("ec2", "DescribeAvailabilityZones", Rate::EC2_READ);

/// Most values of one filter (EC2 API: 200).
const VALUES_PER_FILTER: usize = 200;
/// Items per page.
const PAGE: i32 = 1_000;

/// Networks on AWS.
#[derive(Debug)]
pub(super) struct AwsNetwork {
    session: Arc<Session>,
    client: aws_sdk_ec2::Client,
}

impl AwsNetwork {
    pub fn new(session: Arc<Session>) -> Self {
        AwsNetwork { client: aws_sdk_ec2::Client::new(&session.config), session }
    }

    async fn subnets_by(&self, filter: &'static str, values: &[String]) -> CloudResult<Vec<SubnetFacts>> {
        let calls = chunks(filter, values).into_iter().map(|filter| async move {
            let request = |token| {
                let call = self.client.describe_subnets().filters(filter.clone()).max_results(PAGE);
                call.set_next_token(token).send()
            };
            let pages = self.session.pages(&DESCRIBE_SUBNETS, |page| page.next_token(), request).await?;
            Ok(pages.iter().flat_map(|page| page.subnets()).filter_map(subnet).collect::<Vec<_>>())
        });
        let mut subnets = side_by_side(calls.collect()).await?.concat();
        subnets.sort();
        Ok(subnets)
    }
}

#[async_trait]
impl ReadNetwork for AwsNetwork {
    async fn security_groups(&self, ids: &[String]) -> CloudResult<Vec<SecurityGroupFacts>> {
        let calls = chunks("group-id", ids).into_iter().map(|filter| async move {
            let request = |token| {
                let call = self.client.describe_security_groups().filters(filter.clone()).max_results(PAGE);
                call.set_next_token(token).send()
            };
            let pages = self.session.pages(&DESCRIBE_SECURITY_GROUPS, |page| page.next_token(), request).await?;
            Ok(pages.iter().flat_map(|page| page.security_groups()).filter_map(security_group).collect::<Vec<_>>())
        });
        Ok(side_by_side(calls.collect()).await?.concat())
    }

    async fn vpcs(&self, ids: &[String]) -> CloudResult<Vec<VpcFacts>> {
        let calls = chunks("vpc-id", ids).into_iter().map(|filter| async move {
            let request = |token| {
                let call = self.client.describe_vpcs().filters(filter.clone()).max_results(PAGE);
                call.set_next_token(token).send()
            };
            let pages = self.session.pages(&DESCRIBE_VPCS, |page| page.next_token(), request).await?;
            Ok(pages.iter().flat_map(|page| page.vpcs()).filter_map(vpc).collect::<Vec<_>>())
        });
        let mut vpcs = side_by_side(calls.collect()).await?.concat();
        let mut by_vpc: BTreeMap<String, Vec<SubnetFacts>> = BTreeMap::new();
        for subnet in self.subnets_by("vpc-id", ids).await? {
            by_vpc.entry(subnet.vpc_id.clone()).or_default().push(subnet);
        }
        for vpc in &mut vpcs {
            vpc.subnets = by_vpc.remove(&vpc.id).unwrap_or_default();
        }
        Ok(vpcs)
    }

    async fn vpcs_of_subnets(&self, subnet_ids: &[String]) -> CloudResult<Vec<String>> {
        let subnets = self.subnets_by("subnet-id", subnet_ids).await?;
        let vpcs: BTreeSet<String> = subnets.into_iter().map(|subnet| subnet.vpc_id).collect();
        Ok(vpcs.into_iter().collect())
    }

    async fn zones(&self) -> CloudResult<Vec<ZoneFacts>> {
        let answer = self.session.call(&DESCRIBE_ZONES, || self.client.describe_availability_zones().send()).await?;
        let mut zones: Vec<ZoneFacts> = answer.availability_zones().iter().filter_map(zone).collect();
        zones.sort();
        Ok(zones)
    }
}

/// Filters of at most 200 values each; none for no values, because an empty filter would match everything.
pub(super) fn chunks(name: &'static str, values: &[String]) -> Vec<Filter> {
    let distinct: Vec<String> = values.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let filter = |chunk: &[String]| Filter::builder().name(name).set_values(Some(chunk.to_vec())).build();
    distinct.chunks(VALUES_PER_FILTER).map(filter).collect()
}

fn security_group(group: &SecurityGroup) -> Option<SecurityGroupFacts> {
    Some(SecurityGroupFacts {
        id: group.group_id()?.to_owned(),
        name: owned(group.group_name()),
        description: owned(group.description()),
        vpc_id: owned(group.vpc_id()),
        ingress: rules(group.ip_permissions()),
        egress: rules(group.ip_permissions_egress()),
        tags: ec2_tags(group.tags()),
    })
}

/// Rules with one peer each, sorted: AWS groups peers as it likes.
fn rules(permissions: &[IpPermission]) -> Vec<RuleFacts> {
    let mut rules: Vec<RuleFacts> = permissions.iter().flat_map(peers).collect();
    rules.sort();
    rules.dedup();
    rules
}

fn peers(permission: &IpPermission) -> Vec<RuleFacts> {
    let rule = |peer: RulePeer, description: Option<&str>| RuleFacts {
        protocol: owned(permission.ip_protocol()),
        from_port: permission.from_port(),
        to_port: permission.to_port(),
        peer,
        description: owned(description),
    };
    let cidr4 = permission.ip_ranges().iter();
    let cidr4 = cidr4.filter_map(|r| Some(rule(RulePeer::Cidr4(r.cidr_ip()?.to_owned()), r.description())));
    let cidr6 = permission.ipv6_ranges().iter();
    let cidr6 = cidr6.filter_map(|r| Some(rule(RulePeer::Cidr6(r.cidr_ipv6()?.to_owned()), r.description())));
    let groups = permission.user_id_group_pairs().iter();
    let groups = groups.filter_map(|pair| {
        Some(rule(RulePeer::Group(pair.group_id().or(pair.group_name())?.to_owned()), pair.description()))
    });
    let lists = permission.prefix_list_ids().iter();
    let lists = lists.filter_map(|l| Some(rule(RulePeer::PrefixList(l.prefix_list_id()?.to_owned()), l.description())));
    cidr4.chain(cidr6).chain(groups).chain(lists).collect()
}

fn vpc(vpc: &Vpc) -> Option<VpcFacts> {
    Some(VpcFacts {
        id: vpc.vpc_id()?.to_owned(),
        cidr: owned(vpc.cidr_block()),
        tags: ec2_tags(vpc.tags()),
        subnets: Vec::new(),
    })
}

fn subnet(subnet: &Subnet) -> Option<SubnetFacts> {
    Some(SubnetFacts {
        id: subnet.subnet_id()?.to_owned(),
        vpc_id: owned(subnet.vpc_id()),
        cidr: owned(subnet.cidr_block()),
        availability_zone: owned(subnet.availability_zone()),
        zone_id: owned(subnet.availability_zone_id()),
        available_addresses: subnet.available_ip_address_count().and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        map_public_ip: subnet.map_public_ip_on_launch().unwrap_or(false),
    })
}

/// A zone that is open to the account; Local and Wavelength Zones, and those not opted in to, are none.
fn zone(zone: &AvailabilityZone) -> Option<ZoneFacts> {
    let plain = zone.zone_type().is_none_or(|kind| kind == "availability-zone");
    let open = zone.state().is_none_or(|state| state.as_str() == "available");
    let joined = zone.opt_in_status().is_none_or(|status| status.as_str() != "not-opted-in");
    let facts = ZoneFacts { name: zone.zone_name()?.to_owned(), id: owned(zone.zone_id()) };
    (plain && open && joined).then_some(facts)
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}
