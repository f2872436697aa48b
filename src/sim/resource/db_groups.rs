//! Owns AWS::RDS::DBSubnetGroup and AWS::RDS::DBParameterGroup.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::props::{required, text, texts};
use super::{Place, ResourceType, TagStyle, text_of_scalar};
use crate::facts::ParameterGroupFacts;
use crate::sim::state::{DbSubnetGroup, RegionState};

pub(super) const SUBNET_GROUP: ResourceType = ResourceType {
    name: "AWS::RDS::DBSubnetGroup",
    properties: &["DBSubnetGroupDescription", "DBSubnetGroupName", "SubnetIds", "Tags"],
    required: &["DBSubnetGroupDescription", "SubnetIds"],
    create_only: &["DBSubnetGroupName"],
    write_only: &["Tags"],
    name_property: Some("DBSubnetGroupName"),
    tags: TagStyle::List,
    moving: &[],
    seconds: [10, 10, 10],
    create: |place, properties| {
        let name = named(place, properties, "DBSubnetGroupName");
        if place.region.db_subnet_groups.contains_key(&name) {
            return Err(format!("The DB subnet group '{name}' already exists. (DBSubnetGroupAlreadyExists)").into());
        }
        put_subnets(place, &name, properties)?;
        Ok(name)
    },
    update: |place, name, _, new| put_subnets(place, name, new),
    delete: |place, name, _| {
        if let Some(user) = user_of(place.region, |facts| facts.subnet_group.as_deref() == Some(name)) {
            return Err(format!(
                "Cannot delete the subnet group '{name}' because at least one database instance: {user} is still using it. \
                 (InvalidDBSubnetGroupStateFault)"
            ));
        }
        place.region.db_subnet_groups.remove(name);
        Ok(())
    },
    attribute: |_, _, _| None,
    live: |region, name, _| {
        let group = region.db_subnet_groups.get(name)?;
        Some(json!({
            "DBSubnetGroupName": group.name,
            "DBSubnetGroupDescription": group.description,
            "SubnetIds": group.subnet_ids,
        }))
    },
};

pub(super) const PARAMETER_GROUP: ResourceType = ResourceType {
    name: "AWS::RDS::DBParameterGroup",
    properties: &["DBParameterGroupName", "Description", "Family", "Parameters", "Tags"],
    required: &["Description", "Family"],
    create_only: &["DBParameterGroupName", "Description", "Family"],
    write_only: &["Description", "Tags"],
    name_property: Some("DBParameterGroupName"),
    tags: TagStyle::List,
    moving: &[],
    seconds: [10, 10, 10],
    create: |place, properties| {
        let name = named(place, properties, "DBParameterGroupName");
        if place.region.db_parameter_groups.contains_key(&name) {
            return Err(format!("Parameter group {name} already exists (DBParameterGroupAlreadyExists)").into());
        }
        put_parameters(place, &name, properties)?;
        Ok(name)
    },
    update: |place, name, _, new| put_parameters(place, name, new),
    delete: |place, name, _| {
        let uses = |facts: &crate::facts::DatabaseFacts| facts.parameter_group.as_ref().is_some_and(|g| g.name == name);
        if let Some(user) = user_of(place.region, uses) {
            return Err(format!(
                "One or more database instances are still members of this parameter group {name}: {user} \
                 (InvalidDBParameterGroupState)"
            ));
        }
        place.region.db_parameter_groups.remove(name);
        Ok(())
    },
    attribute: |_, name, attribute| (attribute == "DBParameterGroupName").then(|| name.to_owned()),
    live: |region, name, _| {
        let group = region.db_parameter_groups.get(name)?;
        Some(json!({"DBParameterGroupName": group.name, "Family": group.family, "Parameters": group.parameters}))
    },
};

/// RDS keeps these names in small letters.
fn named(place: &mut Place<'_>, properties: &Value, key: &str) -> String {
    let given = text(properties, key);
    given.unwrap_or_else(|| place.generated_name(255)).to_ascii_lowercase()
}

fn user_of(region: &RegionState, uses: impl Fn(&crate::facts::DatabaseFacts) -> bool) -> Option<String> {
    region.databases.values().find(|database| uses(&database.facts)).map(|database| database.facts.id.clone())
}

/// CreateDBSubnetGroup: subnets of one VPC in at least two zones (DBSubnetGroupDoesNotCoverEnoughAZs).
fn put_subnets(place: &mut Place<'_>, name: &str, properties: &Value) -> Result<(), String> {
    let subnet_ids = texts(properties, "SubnetIds");
    let (mut zones, mut vpcs) = (BTreeSet::new(), BTreeSet::new());
    for id in &subnet_ids {
        let subnet =
            place.region.subnets.get(id).ok_or_else(|| format!("Subnet {id} does not exist (InvalidSubnet)"))?;
        zones.insert(subnet.facts.availability_zone.clone());
        vpcs.insert(subnet.facts.vpc_id.clone());
    }
    if zones.len() < 2 {
        return Err("The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement: at least 2 AZs. \
                    (DBSubnetGroupDoesNotCoverEnoughAZs)"
            .to_owned());
    }
    if vpcs.len() > 1 {
        return Err("The subnets of a DB subnet group are of one VPC (InvalidSubnet)".to_owned());
    }
    let group = DbSubnetGroup {
        name: name.to_owned(),
        description: required(properties, "DBSubnetGroupDescription")?,
        subnet_ids,
        vpc_id: vpcs.into_iter().next().unwrap_or_default(),
    };
    place.region.db_subnet_groups.insert(name.to_owned(), group);
    Ok(())
}

fn put_parameters(place: &mut Place<'_>, name: &str, properties: &Value) -> Result<(), String> {
    let parameters = properties.get("Parameters").and_then(Value::as_object);
    let group = ParameterGroupFacts {
        name: name.to_owned(),
        family: required(properties, "Family")?,
        parameters: parameters
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), text_of_scalar(value)?)))
            .collect(),
    };
    place.region.db_parameter_groups.insert(name.to_owned(), group);
    Ok(())
}
