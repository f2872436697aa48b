//! Owns AWS::EC2::SecurityGroup.

use serde_json::{Value, json};

use super::props::{list, required, tag_list, tags, text};
use super::security_rule::{Way, add_rule, rule_of, rule_properties, same};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::{RuleFacts, RulePeer, SecurityGroupFacts};
use crate::sim::state::{RegionState, SecurityGroup, SecurityRule};

pub(super) const SECURITY_GROUP: ResourceType = ResourceType {
    name: "AWS::EC2::SecurityGroup",
    properties: &["GroupDescription", "GroupName", "SecurityGroupEgress", "SecurityGroupIngress", "Tags", "VpcId"],
    required: &["GroupDescription"],
    create_only: &["GroupDescription", "GroupName", "VpcId"],
    write_only: &[],
    name_property: Some("GroupName"),
    tags: TagStyle::List,
    moving: &[],
    seconds: [12, 6, 5],
    create,
    update,
    delete,
    attribute,
    live,
};

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let vpc_id = required(properties, "VpcId")?;
    let name = match text(properties, "GroupName") {
        Some(name) => name,
        None => place.generated_name(255),
    };
    let region = &mut *place.region;
    if !region.vpcs.contains_key(&vpc_id) {
        return Err(format!("The vpc ID '{vpc_id}' does not exist (InvalidVpcID.NotFound)").into());
    }
    if region.security_groups.values().any(|group| group.facts.vpc_id == vpc_id && group.facts.name == name) {
        return Err(
            format!("The security group '{name}' already exists for VPC '{vpc_id}' (InvalidGroup.Duplicate)").into()
        );
    }
    // CreateSecurityGroup: names beginning `sg-` are refused.
    if name.starts_with("sg-") {
        return Err(format!("invalid value for parameter groupName: {name}").into());
    }
    let id = region.next_id("sg");
    let everywhere = RuleFacts {
        protocol: "-1".to_owned(),
        from_port: None,
        to_port: None,
        peer: RulePeer::Cidr4("0.0.0.0/0".to_owned()),
        description: String::new(),
    };
    let group = SecurityGroup {
        facts: SecurityGroupFacts {
            id: id.clone(),
            name,
            description: required(properties, "GroupDescription")?,
            vpc_id,
            ingress: Vec::new(),
            egress: Vec::new(),
            tags: tags(properties),
        },
        ingress: Vec::new(),
        // "When you specify a VPC, and no egress rules, the group is made with one that lets everything out."
        egress: match list(properties, "SecurityGroupEgress") {
            [] => vec![SecurityRule { id: region.next_id("sgr"), rule: everywhere }],
            _ => Vec::new(),
        },
    };
    region.security_groups.insert(id.clone(), group);
    let added = add_all(region, &id, properties);
    added.map_err(|reason| NotMade { reason, left_behind: Some(id.clone()) })?;
    Ok(id)
}

fn add_all(region: &mut RegionState, id: &str, properties: &Value) -> Result<(), String> {
    for (key, way) in [("SecurityGroupIngress", Way::In), ("SecurityGroupEgress", Way::Out)] {
        for rule in list(properties, key) {
            add_rule(region, id, way, rule_of(rule)?)?;
        }
    }
    Ok(())
}

fn update(place: &mut Place<'_>, id: &str, old: &Value, new: &Value) -> Result<(), String> {
    let region = &mut *place.region;
    for (key, way) in [("SecurityGroupIngress", Way::In), ("SecurityGroupEgress", Way::Out)] {
        let before: Vec<RuleFacts> = list(old, key).iter().filter_map(|rule| rule_of(rule).ok()).collect();
        let after = list(new, key).iter().map(rule_of).collect::<Result<Vec<_>, _>>()?;
        let group =
            region.security_groups.get_mut(id).ok_or_else(|| format!("The security group '{id}' does not exist"))?;
        group.facts.tags = tags(new);
        // Only rules this template stated are its own; others were added by other hands and stay.
        way.rules(group)
            .retain(|rule| !before.iter().any(|known| same(known, &rule.rule)) || after.contains(&rule.rule));
        for rule in after {
            let known = way.rules(region.security_groups.get_mut(id).ok_or("gone")?).iter().any(|k| k.rule == rule);
            if !known {
                add_rule(region, id, way, rule)?;
            }
        }
    }
    Ok(())
}

fn delete(place: &mut Place<'_>, id: &str, _: &Value) -> Result<(), String> {
    let region = &mut *place.region;
    let cited = |group: &SecurityGroup| {
        let cites = |rule: &SecurityRule| rule.rule.peer == RulePeer::Group(id.to_owned());
        group.facts.id != id && (group.ingress.iter().any(cites) || group.egress.iter().any(cites))
    };
    let has = |ids: &[String]| ids.iter().any(|known| known == id);
    let used = region.security_groups.values().any(cited)
        || region.load_balancers.values().any(|balancer| has(&balancer.security_group_ids))
        || region.groups.values().flat_map(|group| &group.instances).any(|i| has(&i.security_group_ids))
        || region.databases.values().any(|database| has(&database.facts.security_group_ids));
    if used {
        return Err(format!("resource {id} has a dependent object (DependencyViolation)"));
    }
    region.security_groups.remove(id);
    Ok(())
}

fn attribute(region: &RegionState, id: &str, name: &str) -> Option<String> {
    let group = region.security_groups.get(id)?;
    match name {
        "GroupId" | "Id" => Some(id.to_owned()),
        "VpcId" => Some(group.facts.vpc_id.clone()),
        _ => None,
    }
}

fn live(region: &RegionState, id: &str, _: &Value) -> Option<Value> {
    let group = region.security_groups.get(id)?;
    let rules =
        |rules: &[SecurityRule], way| -> Value { rules.iter().map(|rule| rule_properties(&rule.rule, way)).collect() };
    Some(json!({
        "GroupName": group.facts.name,
        "GroupDescription": group.facts.description,
        "VpcId": group.facts.vpc_id,
        "SecurityGroupIngress": rules(&group.ingress, Way::In),
        "SecurityGroupEgress": rules(&group.egress, Way::Out),
        "Tags": tag_list(&group.facts.tags),
    }))
}
