//! Owns AWS::ElasticLoadBalancingV2::LoadBalancer.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::gateway::has_internet;
use super::props::{list, tag_list, tags, text, texts};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::LoadBalancerFacts;
use crate::sim::id::hex_id;
use crate::sim::state::RegionState;

pub(super) const LOAD_BALANCER: ResourceType = ResourceType {
    name: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    properties: &[
        "EnableCapacityReservationProvisionStabilize",
        "EnablePrefixForIpv6SourceNat",
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
        "IpAddressType",
        "Ipv4IpamPoolId",
        "LoadBalancerAttributes",
        "MinimumLoadBalancerCapacity",
        "Name",
        "Scheme",
        "SecurityGroups",
        "SubnetMappings",
        "Subnets",
        "Tags",
        "Type",
    ],
    required: &[],
    create_only: &["Name", "Scheme", "Type"],
    write_only: &["EnableCapacityReservationProvisionStabilize"],
    name_property: Some("Name"),
    tags: TagStyle::List,
    moving: &[],
    seconds: [150, 15, 15],
    create,
    update,
    delete: |place, arn, _| {
        place.region.load_balancers.remove(arn);
        Ok(())
    },
    attribute,
    live,
};

/// CreateLoadBalancer, Name: at most 32 characters, letters, digits and hyphens, not beginning with `internal-`.
pub(super) fn check_name(name: &str, what: &str) -> Result<(), String> {
    let fits = name.len() <= 32
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.starts_with("internal-");
    match fits {
        true => Ok(()),
        false => Err(format!("The {what} name '{name}' is not valid (ValidationError)")),
    }
}

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let name = match text(properties, "Name") {
        Some(name) => name,
        None => place.generated_name(32),
    };
    check_name(&name, "load balancer")?;
    if place.region.load_balancers.values().any(|balancer| balancer.name == name) {
        return Err(format!("A load balancer with the same name '{name}' exists (DuplicateLoadBalancerName)").into());
    }
    let scheme = text(properties, "Scheme").unwrap_or_else(|| "internet-facing".to_owned());
    let kind = text(properties, "Type").unwrap_or_else(|| "application".to_owned());
    let subnet_ids = subnets_of(properties);
    let vpc_id = check_subnets(place.region, &kind, &subnet_ids)?;
    let ip_address_type = address_type(place.region, properties, &subnet_ids)?;
    if scheme == "internet-facing" && !has_internet(place.region, &vpc_id) {
        return Err(format!("VPC {vpc_id} has no internet gateway (InvalidSubnet)").into());
    }
    let security_group_ids = groups_of(place.region, properties, &kind, &vpc_id)?;
    let number: u64 = u64::from_str_radix(&place.region.next_hex("dns", 8), 16).unwrap_or(0);
    let hex = place.region.next_hex("load-balancer", 16);
    let short = if kind == "network" { "net" } else { "app" };
    let arn = place.region.arn("elasticloadbalancing", &format!("loadbalancer/{short}/{name}/{hex}"));
    let prefix = if scheme == "internal" { "internal-" } else { "" };
    let balancer = LoadBalancerFacts {
        arn: arn.clone(),
        dns_name: format!("{prefix}{name}-{number}.{}.elb.amazonaws.com", place.region.name),
        zone_id: Some(balancer_zone(&place.region.name, &kind)),
        name,
        scheme,
        kind,
        ip_address_type: Some(ip_address_type),
        subnet_ids,
        security_group_ids,
        listeners: Vec::new(),
        tags: tags(properties),
    };
    place.region.load_balancers.insert(arn.clone(), balancer);
    Ok(arn)
}

/// The hosted zone id that aliases to a Region's load balancers name (AWS general reference, "Elastic Load Balancing
/// endpoints"). Regions without an entry have a made-up one.
pub fn balancer_zone(region: &str, kind: &str) -> String {
    let network = kind == "network";
    let known = match (region, network) {
        ("us-east-1", false) => "Z35SXDOTRQ7X7K",
        ("us-east-1", true) => "Z26RNL4JYFTOTI",
        ("us-east-2", false) => "Z3AADJGX6KTTL2",
        ("us-east-2", true) => "ZLMOA37VPKANP",
        ("us-west-1", false) => "Z368ELLRRE2KJ0",
        ("us-west-1", true) => "Z24FKFUX50B4VW",
        ("us-west-2", false) => "Z1H1FL5HABSF5",
        ("us-west-2", true) => "Z18D5FSROUN65G",
        ("eu-west-1", false) => "Z32O12XQLNTSW2",
        ("eu-west-1", true) => "Z2IFOLAFXWLO4F",
        ("eu-central-1", false) => "Z215JYRZR1TBD5",
        ("eu-central-1", true) => "Z3F0SRJ5LGBH90",
        _ => return format!("Z{}", hex_id(region, kind, 0, 13).to_ascii_uppercase()),
    };
    known.to_owned()
}

fn subnets_of(properties: &Value) -> Vec<String> {
    let mapped: Vec<String> =
        list(properties, "SubnetMappings").iter().filter_map(|mapping| text(mapping, "SubnetId")).collect();
    if mapped.is_empty() { texts(properties, "Subnets") } else { mapped }
}

/// CreateLoadBalancer, Subnets: for an Application Load Balancer at least two zones.
fn check_subnets(region: &RegionState, kind: &str, subnet_ids: &[String]) -> Result<String, String> {
    let mut zones = BTreeSet::new();
    let mut vpc_id = String::new();
    for id in subnet_ids {
        let subnet =
            region.subnets.get(id).ok_or_else(|| format!("The subnet ID '{id}' does not exist (SubnetNotFound)"))?;
        if !zones.insert(subnet.facts.availability_zone.clone()) {
            return Err(format!(
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone ({id}) (InvalidConfigurationRequest)"
            ));
        }
        vpc_id.clone_from(&subnet.facts.vpc_id);
    }
    let least = if kind == "application" { 2 } else { 1 };
    if zones.len() < least {
        return Err(
            "At least two subnets in two different Availability Zones must be specified (ValidationError)".to_owned()
        );
    }
    Ok(vpc_id)
}

/// CreateLoadBalancer, IpAddressType: `ipv4` by default; with IPv6 every subnet needs a block of it.
fn address_type(region: &RegionState, properties: &Value, subnet_ids: &[String]) -> Result<String, String> {
    let wanted = text(properties, "IpAddressType").unwrap_or_else(|| "ipv4".to_owned());
    let has_block = |id: &String| region.subnets.get(id).is_some_and(|subnet| subnet.ipv6_cidr.is_some());
    match wanted.as_str() {
        "ipv4" => Ok(wanted),
        "dualstack" | "dualstack-without-public-ipv4" => match subnet_ids.iter().find(|id| !has_block(id)) {
            None => Ok(wanted),
            Some(bare) => {
                Err(format!("You must specify subnets with an associated IPv6 CIDR block ({bare}) (InvalidSubnet)"))
            }
        },
        _ => Err(format!("1 validation error detected: Value '{wanted}' at 'ipAddressType' failed (ValidationError)")),
    }
}

fn groups_of(region: &RegionState, properties: &Value, kind: &str, vpc_id: &str) -> Result<Vec<String>, String> {
    let ids = texts(properties, "SecurityGroups");
    for id in &ids {
        let there = region.security_groups.get(id).is_some_and(|group| group.facts.vpc_id == vpc_id);
        if !there {
            return Err(format!("The security group '{id}' does not exist in {vpc_id} (InvalidSecurityGroup)"));
        }
    }
    if ids.is_empty() && kind == "application" {
        return Ok(region.vpcs.get(vpc_id).map(|vpc| vpc.default_security_group.clone()).into_iter().collect());
    }
    Ok(ids)
}

fn update(place: &mut Place<'_>, arn: &str, _old: &Value, new: &Value) -> Result<(), String> {
    let kind = text(new, "Type").unwrap_or_else(|| "application".to_owned());
    let subnet_ids = subnets_of(new);
    let vpc_id = check_subnets(place.region, &kind, &subnet_ids)?;
    let security_group_ids = groups_of(place.region, new, &kind, &vpc_id)?;
    let ip_address_type = address_type(place.region, new, &subnet_ids)?;
    let balancer = place
        .region
        .load_balancers
        .get_mut(arn)
        .ok_or_else(|| format!("Load balancers '[{arn}]' not found (LoadBalancerNotFound)"))?;
    balancer.ip_address_type = Some(ip_address_type);
    balancer.subnet_ids = subnet_ids;
    balancer.security_group_ids = security_group_ids;
    balancer.tags = tags(new);
    Ok(())
}

fn attribute(region: &RegionState, arn: &str, name: &str) -> Option<String> {
    let balancer = region.load_balancers.get(arn)?;
    match name {
        "LoadBalancerArn" => Some(arn.to_owned()),
        "DNSName" => Some(balancer.dns_name.clone()),
        "LoadBalancerName" => Some(balancer.name.clone()),
        "LoadBalancerFullName" => arn.split("loadbalancer/").nth(1).map(str::to_owned),
        "CanonicalHostedZoneID" => Some(balancer_zone(&region.name, &balancer.kind)),
        "SecurityGroups" => Some(balancer.security_group_ids.join(",")),
        _ => None,
    }
}

fn live(region: &RegionState, arn: &str, _: &Value) -> Option<Value> {
    let balancer = region.load_balancers.get(arn)?;
    Some(json!({
        "Name": balancer.name,
        "Scheme": balancer.scheme,
        "Type": balancer.kind,
        "IpAddressType": balancer.ip_address_type.as_deref().unwrap_or("ipv4"),
        "Subnets": balancer.subnet_ids,
        "SecurityGroups": balancer.security_group_ids,
        "Tags": tag_list(&balancer.tags),
    }))
}
