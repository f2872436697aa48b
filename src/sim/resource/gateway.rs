//! Owns gateways and addresses: InternetGateway, VPCGatewayAttachment, NatGateway, EIP.

use std::collections::BTreeMap;

use serde_json::Value;

use super::props::{required, text};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::sim::state::{RegionState, Thing};

/// What these types have in common: no attributes, changed by taking the new properties, read back as they are.
pub(super) const PLAIN_THING: ResourceType = ResourceType {
    name: "",
    properties: &[],
    required: &[],
    create_only: &[],
    write_only: &[],
    name_property: None,
    tags: TagStyle::None,
    moving: &[],
    seconds: [5, 5, 5],
    create: |_, _| Err("this type cannot be made".into()),
    update: update_thing,
    delete: delete_thing,
    attribute: thing_attribute,
    live: thing_live,
};

pub(super) const INTERNET_GATEWAY: ResourceType = ResourceType {
    name: "AWS::EC2::InternetGateway",
    properties: &["Tags"],
    tags: TagStyle::List,
    seconds: [15, 5, 5],
    create: |place, properties| {
        let id = place.region.next_id("igw");
        Ok(put_thing(place, id, "AWS::EC2::InternetGateway", properties, &[]))
    },
    delete: |place, id, _| {
        if place.region.vpcs.values().any(|vpc| vpc.internet_gateway.as_deref() == Some(id)) {
            return Err(format!(
                "The internetGateway '{id}' has dependencies and cannot be deleted. (DependencyViolation)"
            ));
        }
        place.region.things.remove(id);
        Ok(())
    },
    ..PLAIN_THING
};

pub(super) const ATTACHMENT: ResourceType = ResourceType {
    name: "AWS::EC2::VPCGatewayAttachment",
    properties: &["InternetGatewayId", "VpcId", "VpnGatewayId"],
    required: &["VpcId"],
    create_only: &["VpcId"],
    seconds: [5, 5, 5],
    create: |place, properties| {
        let vpc_id = required(properties, "VpcId")?;
        let gateway = required(properties, "InternetGatewayId")?;
        if !place.region.things.contains_key(&gateway) {
            return Err(format!("The internetGateway ID '{gateway}' does not exist").into());
        }
        let vpc = place.region.vpcs.get_mut(&vpc_id).ok_or_else(|| format!("The vpc ID '{vpc_id}' does not exist"))?;
        if vpc.internet_gateway.is_some() {
            return Err(format!("Network {vpc_id} already has an internet gateway attached").into());
        }
        vpc.internet_gateway = Some(gateway);
        let id = format!("IGW|{vpc_id}");
        Ok(put_thing(place, id, "AWS::EC2::VPCGatewayAttachment", properties, &[]))
    },
    delete: |place, id, properties| {
        if let Some(vpc) = text(properties, "VpcId").and_then(|vpc| place.region.vpcs.get_mut(&vpc)) {
            vpc.internet_gateway = None;
        }
        place.region.things.remove(id);
        Ok(())
    },
    ..PLAIN_THING
};

pub(super) const NAT_GATEWAY: ResourceType = ResourceType {
    name: "AWS::EC2::NatGateway",
    properties: &[
        "AllocationId",
        "ConnectivityType",
        "MaxDrainDurationSeconds",
        "PrivateIpAddress",
        "SecondaryAllocationIds",
        "SecondaryPrivateIpAddressCount",
        "SecondaryPrivateIpAddresses",
        "SubnetId",
        "Tags",
    ],
    required: &["SubnetId"],
    create_only: &["AllocationId", "ConnectivityType", "PrivateIpAddress", "SubnetId"],
    tags: TagStyle::List,
    seconds: [105, 5, 50],
    create: |place, properties| {
        let subnet_id = required(properties, "SubnetId")?;
        let subnet = place
            .region
            .subnets
            .get(&subnet_id)
            .ok_or_else(|| format!("The subnet ID '{subnet_id}' does not exist"))?;
        let vpc_id = subnet.facts.vpc_id.clone();
        let public = text(properties, "ConnectivityType").as_deref() != Some("private");
        // "Create a NAT gateway": a public one needs an internet gateway in its VPC and an Elastic IP.
        if public && !has_internet(place.region, &vpc_id) {
            return Err(format!("Network {vpc_id} has no Internet gateway attached (Gateway.NotAttached)").into());
        }
        if public {
            let allocation = required(properties, "AllocationId")?;
            if !allocations(place.region).any(|known| *known == allocation) {
                return Err(format!("The allocation ID '{allocation}' does not exist").into());
            }
        }
        let id = place.region.next_id("nat");
        Ok(put_thing(place, id, "AWS::EC2::NatGateway", properties, &[]))
    },
    ..PLAIN_THING
};

pub(super) const EIP: ResourceType = ResourceType {
    name: "AWS::EC2::EIP",
    properties: &[
        "Address",
        "Domain",
        "InstanceId",
        "IpamPoolId",
        "NetworkBorderGroup",
        "PublicIpv4Pool",
        "Tags",
        "TransferAddress",
    ],
    create_only: &["Domain", "NetworkBorderGroup", "PublicIpv4Pool", "TransferAddress"],
    tags: TagStyle::List,
    seconds: [15, 5, 5],
    create: |place, properties| {
        let allocation = place.region.next_id("eipalloc");
        place.region.counter += 1;
        let number = place.region.counter;
        // TEST-NET-3 (RFC 5737): an address that is nobody's.
        let address = format!("203.0.{}.{}", 113 + number / 250 % 100, number % 250 + 1);
        Ok(put_thing(
            place,
            address.clone(),
            "AWS::EC2::EIP",
            properties,
            &[("AllocationId", allocation), ("PublicIp", address)],
        ))
    },
    delete: |place, id, _| {
        let allocation = thing_attribute(place.region, id, "AllocationId");
        let used = place.region.things.values().any(|thing| {
            thing.resource_type == "AWS::EC2::NatGateway" && text(&thing.properties, "AllocationId") == allocation
        });
        if used && allocation.is_some() {
            return Err(format!("Address {id} is in use. (InvalidIPAddress.InUse)"));
        }
        place.region.things.remove(id);
        Ok(())
    },
    ..PLAIN_THING
};

fn allocations(region: &RegionState) -> impl Iterator<Item = &String> {
    region.things.values().filter_map(|thing| thing.attributes.get("AllocationId"))
}

/// Whether an internet gateway is attached to a VPC.
pub(super) fn has_internet(region: &RegionState, vpc_id: &str) -> bool {
    region.vpcs.get(vpc_id).is_some_and(|vpc| vpc.internet_gateway.is_some())
}

pub(super) fn put_thing(
    place: &mut Place<'_>,
    id: String,
    resource_type: &str,
    properties: &Value,
    attributes: &[(&str, String)],
) -> String {
    let thing = Thing {
        resource_type: resource_type.to_owned(),
        properties: properties.clone(),
        attributes: attributes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect::<BTreeMap<_, _>>(),
    };
    place.region.things.insert(id.clone(), thing);
    id
}

pub(super) fn update_thing(place: &mut Place<'_>, id: &str, _old: &Value, new: &Value) -> Result<(), String> {
    let thing = place.region.things.get_mut(id).ok_or_else(|| format!("'{id}' does not exist"))?;
    thing.properties = new.clone();
    Ok(())
}

pub(super) fn delete_thing(place: &mut Place<'_>, id: &str, _: &Value) -> Result<(), String> {
    place.region.things.remove(id);
    Ok(())
}

pub(super) fn thing_attribute(region: &RegionState, id: &str, name: &str) -> Option<String> {
    let thing = region.things.get(id)?;
    match name {
        "InternetGatewayId" | "RouteTableId" | "NatGatewayId" | "Id" => Some(id.to_owned()),
        other => thing.attributes.get(other).cloned(),
    }
}

pub(super) fn thing_live(region: &RegionState, id: &str, _: &Value) -> Option<Value> {
    region.things.get(id).map(|thing| thing.properties.clone())
}

pub(super) type Made = Result<String, NotMade>;
