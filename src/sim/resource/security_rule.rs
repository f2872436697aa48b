//! Owns AWS::EC2::SecurityGroupIngress and SecurityGroupEgress, and reading a rule.

use serde_json::{Map, Value, json};

use super::props::{number, required, text};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::{RuleFacts, RulePeer};
use crate::sim::state::{RegionState, SecurityGroup, SecurityRule};

const FIXED: &[&str] = &[
    "CidrIp",
    "CidrIpv6",
    "DestinationPrefixListId",
    "DestinationSecurityGroupId",
    "FromPort",
    "GroupId",
    "GroupName",
    "IpProtocol",
    "SourcePrefixListId",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourceSecurityGroupOwnerId",
    "ToPort",
];

pub(super) const INGRESS: ResourceType = ResourceType {
    name: "AWS::EC2::SecurityGroupIngress",
    properties: &[
        "CidrIp",
        "CidrIpv6",
        "Description",
        "FromPort",
        "GroupId",
        "GroupName",
        "IpProtocol",
        "SourcePrefixListId",
        "SourceSecurityGroupId",
        "SourceSecurityGroupName",
        "SourceSecurityGroupOwnerId",
        "ToPort",
    ],
    required: &["IpProtocol"],
    create_only: FIXED,
    write_only: &[],
    name_property: None,
    tags: TagStyle::None,
    moving: &[],
    seconds: [5, 5, 5],
    create: |place, properties| add(place, properties, Way::In),
    update: |place, id, _, new| describe(place, id, new),
    delete: |place, id, properties| remove(place, id, properties),
    attribute: |_, id, name| (name == "Id").then(|| id.to_owned()),
    live: |region, id, properties| read(region, id, properties, Way::In),
};

pub(super) const EGRESS: ResourceType = ResourceType {
    name: "AWS::EC2::SecurityGroupEgress",
    properties: &[
        "CidrIp",
        "CidrIpv6",
        "Description",
        "DestinationPrefixListId",
        "DestinationSecurityGroupId",
        "FromPort",
        "GroupId",
        "IpProtocol",
        "ToPort",
    ],
    required: &["GroupId", "IpProtocol"],
    create: |place, properties| add(place, properties, Way::Out),
    live: |region, id, properties| read(region, id, properties, Way::Out),
    ..INGRESS
};

/// Which way a rule lets traffic through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

impl Way {
    pub(super) fn rules(self, group: &mut SecurityGroup) -> &mut Vec<SecurityRule> {
        match self {
            Way::In => &mut group.ingress,
            Way::Out => &mut group.egress,
        }
    }

    fn peer_key(self) -> &'static str {
        match self {
            Way::In => "SourceSecurityGroupId",
            Way::Out => "DestinationSecurityGroupId",
        }
    }

    fn prefix_key(self) -> &'static str {
        match self {
            Way::In => "SourcePrefixListId",
            Way::Out => "DestinationPrefixListId",
        }
    }
}

/// A rule from its properties.
pub fn rule_of(properties: &Value) -> Result<RuleFacts, String> {
    let protocol = match required(properties, "IpProtocol")?.as_str() {
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "all" => "-1".to_owned(),
        other => other.to_ascii_lowercase(),
    };
    // SecurityGroupRule: with protocol -1 traffic on all ports is allowed, whatever range is given.
    let (from_port, to_port) = match protocol.as_str() {
        "-1" => (None, None),
        _ => (number(properties, "FromPort")?, number(properties, "ToPort")?),
    };
    if matches!(protocol.as_str(), "tcp" | "udp") && (from_port.is_none() || to_port.is_none()) {
        return Err("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.".to_owned());
    }
    let either = |first: &str, second: &str| text(properties, first).or_else(|| text(properties, second));
    let group = either("SourceSecurityGroupId", "DestinationSecurityGroupId").map(RulePeer::Group);
    let prefix = either("SourcePrefixListId", "DestinationPrefixListId").map(RulePeer::PrefixList);
    let peer = text(properties, "CidrIp")
        .map(RulePeer::Cidr4)
        .or_else(|| text(properties, "CidrIpv6").map(RulePeer::Cidr6))
        .or(group)
        .or(prefix)
        .ok_or("Exactly one of CidrIp, CidrIpv6, a prefix list or a security group must be specified")?;
    Ok(RuleFacts {
        protocol,
        from_port,
        to_port,
        peer,
        description: text(properties, "Description").unwrap_or_default(),
    })
}

/// The properties of a rule.
pub(super) fn rule_properties(rule: &RuleFacts, way: Way) -> Value {
    let mut map = Map::new();
    map.insert("IpProtocol".to_owned(), json!(rule.protocol));
    if let Some(port) = rule.from_port {
        map.insert("FromPort".to_owned(), json!(port));
    }
    if let Some(port) = rule.to_port {
        map.insert("ToPort".to_owned(), json!(port));
    }
    let (key, value) = match &rule.peer {
        RulePeer::Cidr4(cidr) => ("CidrIp", cidr),
        RulePeer::Cidr6(cidr) => ("CidrIpv6", cidr),
        RulePeer::Group(id) => (way.peer_key(), id),
        RulePeer::PrefixList(id) => (way.prefix_key(), id),
    };
    map.insert(key.to_owned(), json!(value));
    if !rule.description.is_empty() {
        map.insert("Description".to_owned(), json!(rule.description));
    }
    Value::Object(map)
}

/// AuthorizeSecurityGroupIngress and -Egress: the same rule twice is refused, descriptions apart.
pub(super) fn add_rule(region: &mut RegionState, group_id: &str, way: Way, rule: RuleFacts) -> Result<String, String> {
    if let RulePeer::Group(peer) = &rule.peer
        && !region.security_groups.contains_key(peer)
    {
        return Err(format!("The security group '{peer}' does not exist (InvalidGroup.NotFound)"));
    }
    let id = region.next_id("sgr");
    let group = region
        .security_groups
        .get_mut(group_id)
        .ok_or_else(|| format!("The security group '{group_id}' does not exist (InvalidGroup.NotFound)"))?;
    let rules = way.rules(group);
    if rules.iter().any(|known| same(&known.rule, &rule)) {
        return Err("the specified rule already exists (InvalidPermission.Duplicate)".to_owned());
    }
    rules.push(SecurityRule { id: id.clone(), rule });
    Ok(id)
}

/// Whether two rules let the same traffic through.
pub(super) fn same(a: &RuleFacts, b: &RuleFacts) -> bool {
    (&a.protocol, a.from_port, a.to_port, &a.peer) == (&b.protocol, b.from_port, b.to_port, &b.peer)
}

fn add(place: &mut Place<'_>, properties: &Value, way: Way) -> Result<String, NotMade> {
    let group_id = required(properties, "GroupId")?;
    Ok(add_rule(place.region, &group_id, way, rule_of(properties)?)?)
}

fn describe(place: &mut Place<'_>, id: &str, new: &Value) -> Result<(), String> {
    let rule = place
        .region
        .security_groups
        .values_mut()
        .flat_map(|group| group.ingress.iter_mut().chain(group.egress.iter_mut()))
        .find(|rule| rule.id == id)
        .ok_or_else(|| format!("The security group rule ID '{id}' does not exist"))?;
    rule.rule.description = text(new, "Description").unwrap_or_default();
    Ok(())
}

fn remove(place: &mut Place<'_>, id: &str, properties: &Value) -> Result<(), String> {
    if let Some(group) = text(properties, "GroupId").and_then(|id| place.region.security_groups.get_mut(&id)) {
        group.ingress.retain(|rule| rule.id != id);
        group.egress.retain(|rule| rule.id != id);
    }
    Ok(())
}

fn read(region: &RegionState, id: &str, properties: &Value, way: Way) -> Option<Value> {
    let group = region.security_groups.get(&text(properties, "GroupId")?)?;
    let rule = group.ingress.iter().chain(&group.egress).find(|rule| rule.id == id)?;
    let mut live = rule_properties(&rule.rule, way);
    live["GroupId"] = json!(group.facts.id);
    Some(live)
}
