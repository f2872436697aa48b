//! Owns AWS::EC2::Subnet.

use ipnet::Ipv4Net;
use serde_json::{Value, json};

use super::props::{flag, required, tag_list, tags, text};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::SubnetFacts;
use crate::sim::state::{RegionState, Subnet};

pub(super) const SUBNET: ResourceType = ResourceType {
    name: "AWS::EC2::Subnet",
    properties: &[
        "AssignIpv6AddressOnCreation",
        "AvailabilityZone",
        "AvailabilityZoneId",
        "CidrBlock",
        "EnableDns64",
        "Ipv6CidrBlock",
        "MapPublicIpOnLaunch",
        "PrivateDnsNameOptionsOnLaunch",
        "Tags",
        "VpcId",
    ],
    required: &["VpcId"],
    create_only: &["AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "VpcId"],
    write_only: &[],
    name_property: None,
    tags: TagStyle::List,
    moving: &[],
    seconds: [8, 5, 5],
    create,
    update,
    delete,
    attribute,
    live,
};

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let vpc_id = required(properties, "VpcId")?;
    let cidr = required(properties, "CidrBlock")?;
    let region = &mut *place.region;
    let vpc = region
        .vpcs
        .get(&vpc_id)
        .ok_or_else(|| format!("The vpc ID '{vpc_id}' does not exist (InvalidVpcID.NotFound)"))?;
    let invalid = || format!("The CIDR '{cidr}' is invalid. (InvalidSubnet.Range)");
    let block: Ipv4Net = cidr.parse().map_err(|_| invalid())?;
    let outer: Ipv4Net = vpc.cidr.parse().map_err(|_| invalid())?;
    if !outer.contains(&block) || !(16..=28).contains(&block.prefix_len()) {
        return Err(invalid().into());
    }
    let overlaps = |other: &Subnet| {
        other.facts.cidr.parse::<Ipv4Net>().is_ok_and(|other| other.contains(&block) || block.contains(&other))
    };
    if region.subnets.values().any(|other| other.facts.vpc_id == vpc_id && overlaps(other)) {
        return Err(format!("The CIDR '{cidr}' conflicts with another subnet (InvalidSubnet.Conflict)").into());
    }
    let zone = match (text(properties, "AvailabilityZone"), text(properties, "AvailabilityZoneId")) {
        (Some(name), _) => region.zones.iter().find(|zone| zone.name == name),
        (None, Some(id)) => region.zones.iter().find(|zone| zone.id == id),
        (None, None) => region.zones.first(),
    };
    let zone = zone.cloned().ok_or_else(|| {
        let names: Vec<&str> = region.zones.iter().map(|zone| zone.name.as_str()).collect();
        format!(
            "Value ({}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following \
             availability zones: {}. (InvalidParameterValue)",
            text(properties, "AvailabilityZone").unwrap_or_default(),
            names.join(", ")
        )
    })?;
    let id = region.next_id("subnet");
    let facts = SubnetFacts {
        id: id.clone(),
        vpc_id,
        cidr,
        availability_zone: zone.name,
        zone_id: zone.id,
        available_addresses: 0,
        map_public_ip: flag(properties, "MapPublicIpOnLaunch").unwrap_or(false),
    };
    let ipv6_cidr = text(properties, "Ipv6CidrBlock");
    region.subnets.insert(id.clone(), Subnet { facts, ipv6_cidr, tags: tags(properties) });
    Ok(id)
}

fn update(place: &mut Place<'_>, id: &str, _old: &Value, new: &Value) -> Result<(), String> {
    let subnet = place.region.subnets.get_mut(id).ok_or_else(|| format!("The subnet ID '{id}' does not exist"))?;
    subnet.facts.map_public_ip = flag(new, "MapPublicIpOnLaunch").unwrap_or(false);
    subnet.ipv6_cidr = text(new, "Ipv6CidrBlock");
    subnet.tags = tags(new);
    Ok(())
}

fn delete(place: &mut Place<'_>, id: &str, _: &Value) -> Result<(), String> {
    let region = &mut *place.region;
    let used = region.groups.values().flat_map(|group| &group.instances).any(|i| i.counts() && i.subnet_id == id)
        || region.load_balancers.values().any(|balancer| balancer.subnet_ids.iter().any(|subnet| subnet == id))
        || region.things.values().any(|thing| {
            thing.resource_type == "AWS::EC2::NatGateway" && text(&thing.properties, "SubnetId").as_deref() == Some(id)
        })
        || region.databases.values().any(|database| is_of(region, database.facts.subnet_group.as_deref(), id));
    if used {
        return Err(format!("The subnet '{id}' has dependencies and cannot be deleted. (DependencyViolation)"));
    }
    region.subnets.remove(id);
    Ok(())
}

/// Whether a database's subnet group has that subnet. RDS has an interface in the subnet of the instance's zone; which zone
/// that is, the simulated cloud does not tell, so it takes every one of the group.
fn is_of(region: &RegionState, group: Option<&str>, subnet: &str) -> bool {
    let group = group.and_then(|name| region.db_subnet_groups.get(name));
    group.is_some_and(|group| group.subnet_ids.iter().any(|id| id == subnet))
}

fn attribute(region: &RegionState, id: &str, name: &str) -> Option<String> {
    let subnet = &region.subnets.get(id)?.facts;
    match name {
        "SubnetId" => Some(subnet.id.clone()),
        "VpcId" => Some(subnet.vpc_id.clone()),
        "AvailabilityZone" => Some(subnet.availability_zone.clone()),
        "AvailabilityZoneId" => Some(subnet.zone_id.clone()),
        "CidrBlock" => Some(subnet.cidr.clone()),
        _ => None,
    }
}

fn live(region: &RegionState, id: &str, _: &Value) -> Option<Value> {
    let subnet = region.subnets.get(id)?;
    Some(json!({
        "Ipv6CidrBlock": subnet.ipv6_cidr,
        "VpcId": subnet.facts.vpc_id,
        "CidrBlock": subnet.facts.cidr,
        "AvailabilityZone": subnet.facts.availability_zone,
        "AvailabilityZoneId": subnet.facts.zone_id,
        "MapPublicIpOnLaunch": subnet.facts.map_public_ip,
        "Tags": tag_list(&subnet.tags),
    }))
}
