//! Owns AWS::EC2::VPC.

use serde_json::{Value, json};

use super::props::{flag, required, tag_list, tags};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::{RuleFacts, RulePeer, SecurityGroupFacts, Tags};
use crate::sim::state::{RegionState, SecurityGroup, SecurityRule, Vpc};

pub(super) const VPC: ResourceType = ResourceType {
    name: "AWS::EC2::VPC",
    properties: &[
        "CidrBlock",
        "EnableDnsHostnames",
        "EnableDnsSupport",
        "InstanceTenancy",
        "Ipv4IpamPoolId",
        "Ipv4NetmaskLength",
        "Tags",
    ],
    required: &["CidrBlock"],
    create_only: &["CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength"],
    write_only: &["Ipv4IpamPoolId", "Ipv4NetmaskLength"],
    name_property: None,
    tags: TagStyle::List,
    moving: &[],
    seconds: [12, 5, 5],
    create,
    update,
    delete,
    attribute,
    live,
};

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let cidr = required(properties, "CidrBlock")?;
    let parsed: ipnet::Ipv4Net = cidr
        .parse()
        .map_err(|_| format!("Value ({cidr}) for parameter cidrBlock is invalid (InvalidParameterValue)"))?;
    // "VPC CIDR blocks": between /16 and /28.
    if !(16..=28).contains(&parsed.prefix_len()) {
        return Err(format!("The CIDR '{cidr}' is invalid. (InvalidVpc.Range)").into());
    }
    let id = place.region.next_id("vpc");
    let security_group = default_security_group(place.region, &id);
    let vpc = Vpc {
        id: id.clone(),
        cidr,
        // "DNS attributes for your VPC": support is on, host names are off for a VPC made by API.
        dns_support: flag(properties, "EnableDnsSupport").unwrap_or(true),
        dns_hostnames: flag(properties, "EnableDnsHostnames").unwrap_or(false),
        default_security_group: security_group,
        internet_gateway: None,
        tags: tags(properties),
    };
    place.region.vpcs.insert(id.clone(), vpc);
    Ok(id)
}

/// "Default security groups for your VPCs": it lets its own members in, and everybody out.
fn default_security_group(region: &mut RegionState, vpc_id: &str) -> String {
    let id = region.next_id("sg");
    let rule = |peer| RuleFacts {
        protocol: "-1".to_owned(),
        from_port: None,
        to_port: None,
        peer,
        description: String::new(),
    };
    let group = SecurityGroup {
        facts: SecurityGroupFacts {
            id: id.clone(),
            name: "default".to_owned(),
            description: "default VPC security group".to_owned(),
            vpc_id: vpc_id.to_owned(),
            ingress: Vec::new(),
            egress: Vec::new(),
            tags: Tags::new(),
        },
        ingress: vec![SecurityRule { id: region.next_id("sgr"), rule: rule(RulePeer::Group(id.clone())) }],
        egress: vec![SecurityRule { id: region.next_id("sgr"), rule: rule(RulePeer::Cidr4("0.0.0.0/0".to_owned())) }],
    };
    region.security_groups.insert(id.clone(), group);
    id
}

fn update(place: &mut Place<'_>, id: &str, _old: &Value, new: &Value) -> Result<(), String> {
    let vpc = place.region.vpcs.get_mut(id).ok_or_else(|| format!("The vpc ID '{id}' does not exist"))?;
    vpc.dns_support = flag(new, "EnableDnsSupport").unwrap_or(true);
    vpc.dns_hostnames = flag(new, "EnableDnsHostnames").unwrap_or(false);
    vpc.tags = tags(new);
    Ok(())
}

fn delete(place: &mut Place<'_>, id: &str, _: &Value) -> Result<(), String> {
    let Some(vpc) = place.region.vpcs.get(id) else { return Ok(()) };
    let own = vpc.default_security_group.clone();
    let dependent = vpc.internet_gateway.is_some()
        || place.region.subnets.values().any(|subnet| subnet.facts.vpc_id == id)
        || place.region.security_groups.values().any(|group| group.facts.vpc_id == id && group.facts.id != own);
    if dependent {
        return Err(format!("The vpc '{id}' has dependencies and cannot be deleted. (DependencyViolation)"));
    }
    place.region.vpcs.remove(id);
    place.region.security_groups.remove(&own);
    Ok(())
}

fn attribute(region: &RegionState, id: &str, name: &str) -> Option<String> {
    let vpc = region.vpcs.get(id)?;
    match name {
        "VpcId" => Some(vpc.id.clone()),
        "CidrBlock" => Some(vpc.cidr.clone()),
        "DefaultSecurityGroup" => Some(vpc.default_security_group.clone()),
        _ => None,
    }
}

fn live(region: &RegionState, id: &str, _: &Value) -> Option<Value> {
    let vpc = region.vpcs.get(id)?;
    Some(json!({
        "CidrBlock": vpc.cidr,
        "EnableDnsSupport": vpc.dns_support,
        "EnableDnsHostnames": vpc.dns_hostnames,
        "Tags": tag_list(&vpc.tags),
    }))
}
