//! Owns route tables: RouteTable, Route, SubnetRouteTableAssociation.

use super::gateway::{Made, PLAIN_THING, has_internet, put_thing};
use super::props::{required, text};
use super::{ResourceType, TagStyle};

pub(super) const ROUTE_TABLE: ResourceType = ResourceType {
    name: "AWS::EC2::RouteTable",
    properties: &["Tags", "VpcId"],
    required: &["VpcId"],
    create_only: &["VpcId"],
    tags: TagStyle::List,
    seconds: [10, 5, 5],
    create: |place, properties| -> Made {
        let vpc_id = required(properties, "VpcId")?;
        if !place.region.vpcs.contains_key(&vpc_id) {
            return Err(format!("The vpc ID '{vpc_id}' does not exist").into());
        }
        let id = place.region.next_id("rtb");
        Ok(put_thing(place, id, "AWS::EC2::RouteTable", properties, &[]))
    },
    ..PLAIN_THING
};

pub(super) const ROUTE: ResourceType = ResourceType {
    name: "AWS::EC2::Route",
    properties: &[
        "CarrierGatewayId",
        "CoreNetworkArn",
        "DestinationCidrBlock",
        "DestinationIpv6CidrBlock",
        "DestinationPrefixListId",
        "EgressOnlyInternetGatewayId",
        "GatewayId",
        "InstanceId",
        "LocalGatewayId",
        "NatGatewayId",
        "NetworkInterfaceId",
        "RouteTableId",
        "TransitGatewayId",
        "VpcEndpointId",
        "VpcPeeringConnectionId",
    ],
    required: &["RouteTableId"],
    create_only: &["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId", "RouteTableId"],
    seconds: [5, 5, 5],
    create: |place, properties| -> Made {
        let table = required(properties, "RouteTableId")?;
        let destination = required(properties, "DestinationCidrBlock")?;
        let thing =
            place.region.things.get(&table).ok_or_else(|| format!("The routeTable ID '{table}' does not exist"))?;
        let vpc_id = text(&thing.properties, "VpcId").unwrap_or_default();
        // "DependsOn attribute": a route to an internet gateway needs the gateway attached first.
        if let Some(gateway) = text(properties, "GatewayId")
            && !has_internet(place.region, &vpc_id)
        {
            return Err(format!(
                "route table {table} and network gateway {gateway} belong to different networks (InvalidParameterValue)"
            )
            .into());
        }
        if let Some(nat) = text(properties, "NatGatewayId")
            && !place.region.things.contains_key(&nat)
        {
            return Err(format!("The natGateway ID '{nat}' does not exist (InvalidNatGatewayID.NotFound)").into());
        }
        let id = format!("{table}|{destination}");
        if place.region.things.contains_key(&id) {
            return Err(format!("The route identified by {destination} already exists. (RouteAlreadyExists)").into());
        }
        Ok(put_thing(place, id, "AWS::EC2::Route", properties, &[]))
    },
    ..PLAIN_THING
};

pub(super) const ASSOCIATION: ResourceType = ResourceType {
    name: "AWS::EC2::SubnetRouteTableAssociation",
    properties: &["RouteTableId", "SubnetId"],
    required: &["RouteTableId", "SubnetId"],
    create_only: &["SubnetId"],
    seconds: [5, 5, 5],
    create: |place, properties| -> Made {
        let table = required(properties, "RouteTableId")?;
        let subnet = required(properties, "SubnetId")?;
        if !place.region.things.contains_key(&table) {
            return Err(format!("The routeTable ID '{table}' does not exist").into());
        }
        if !place.region.subnets.contains_key(&subnet) {
            return Err(format!("The subnet ID '{subnet}' does not exist").into());
        }
        let id = place.region.next_id("rtbassoc");
        Ok(put_thing(place, id, "AWS::EC2::SubnetRouteTableAssociation", properties, &[]))
    },
    ..PLAIN_THING
};
