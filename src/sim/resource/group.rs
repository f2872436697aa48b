//! Owns AWS::AutoScaling::AutoScalingGroup.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::props::{flag, list, number, tags, text, texts};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::{GroupFacts, LaunchTemplateRef};
use crate::model::GroupSize;
use crate::sim::groups::{check_template, reconcile_groups, remove_group};
use crate::sim::state::{Group, RegionState};

pub(super) const GROUP: ResourceType = ResourceType {
    name: "AWS::AutoScaling::AutoScalingGroup",
    properties: &[
        "AutoScalingGroupName",
        "AvailabilityZoneDistribution",
        "AvailabilityZoneImpairmentPolicy",
        "AvailabilityZones",
        "CapacityRebalance",
        "CapacityReservationSpecification",
        "Context",
        "Cooldown",
        "DefaultInstanceWarmup",
        "DesiredCapacity",
        "DesiredCapacityType",
        "HealthCheckGracePeriod",
        "HealthCheckType",
        "InstanceId",
        "InstanceMaintenancePolicy",
        "LaunchConfigurationName",
        "LaunchTemplate",
        "LifecycleHookSpecificationList",
        "LoadBalancerNames",
        "MaxInstanceLifetime",
        "MaxSize",
        "MetricsCollection",
        "MinSize",
        "MixedInstancesPolicy",
        "NewInstancesProtectedFromScaleIn",
        "NotificationConfigurations",
        "PlacementGroup",
        "ServiceLinkedRoleARN",
        "SkipZonalShiftValidation",
        "Tags",
        "TargetGroupARNs",
        "TerminationPolicies",
        "TrafficSources",
        "VPCZoneIdentifier",
    ],
    required: &["MaxSize", "MinSize"],
    create_only: &["AutoScalingGroupName", "InstanceId"],
    write_only: &["SkipZonalShiftValidation"],
    name_property: Some("AutoScalingGroupName"),
    tags: TagStyle::Propagated,
    moving: &[],
    seconds: [30, 15, 60],
    create,
    update,
    delete: |place, name, _| {
        remove_group(place.region, name);
        Ok(())
    },
    attribute: |region, name, attribute| match attribute {
        "AutoScalingGroupARN" => region.groups.get(name).map(|group| group.facts.arn.clone()),
        _ => None,
    },
    live,
};

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let name = match text(properties, "AutoScalingGroupName") {
        Some(name) => name,
        None => place.generated_name(255),
    };
    if place.region.groups.contains_key(&name) {
        return Err(format!("AutoScalingGroup by this name already exists - {name} (AlreadyExists)").into());
    }
    let uuid = place.region.next_uuid("group");
    let arn = place.region.arn("autoscaling", &format!("autoScalingGroup:{uuid}:autoScalingGroupName/{name}"));
    let (min, max) = bounds(properties)?;
    // CreateAutoScalingGroup, DesiredCapacity: "If you do not specify a desired capacity, the default is the minimum size".
    let desired = number(properties, "DesiredCapacity")?.unwrap_or(min);
    let facts = facts_of(place, properties, name.clone(), arn, GroupSize { min, max, desired })?;
    let group = Group {
        facts,
        instances: Vec::new(),
        propagated: propagated(properties),
        activities: Vec::new(),
        refresh: None,
    };
    place.region.groups.insert(name.clone(), group);
    reconcile_groups(place.region, &place.account.instance_profiles, place.now);
    stabilised(place.region, &name, min).map_err(|reason| NotMade { reason, left_behind: Some(name.clone()) })?;
    Ok(name)
}

fn bounds(properties: &Value) -> Result<(u32, u32), String> {
    let min = number(properties, "MinSize")?.ok_or("Property MinSize cannot be empty.")?;
    let max = number(properties, "MaxSize")?.ok_or("Property MaxSize cannot be empty.")?;
    if max < min {
        return Err(format!("Max bound, {max}, must be greater than or equal to min bound, {min}"));
    }
    Ok((min, max))
}

/// CloudFormation waits until a new group has its instances: "Group did not stabilize".
fn stabilised(region: &RegionState, name: &str, min: u32) -> Result<(), String> {
    let Some(group) = region.groups.get(name) else { return Ok(()) };
    let (current, desired) = (group.units(), group.facts.size.desired);
    if current >= desired || group.suspends("Launch") {
        return Ok(());
    }
    let why = group.activities.last().map_or("", |activity| activity.message.as_str());
    Err(format!(
        "Group did not stabilize. {{current/minSize/desiredCapacity}} group size = {{{current}/{min}/{desired}}}. Failed \
         Scaling Activity: {why}"
    ))
}

/// The properties are written whole by every update of the group. A group without DesiredCapacity keeps its own, raised
/// to the minimum or lowered to the maximum (UpdateAutoScalingGroup, MinSize and MaxSize).
fn update(place: &mut Place<'_>, name: &str, old: &Value, new: &Value) -> Result<(), String> {
    let group = place.region.groups.get(name).ok_or_else(|| format!("AutoScalingGroup {name} not found"))?;
    let (arn, live, suspended) = (group.facts.arn.clone(), group.facts.size, group.facts.suspended_processes.clone());
    let (min, max) = bounds(new)?;
    // AutoScalingScheduledAction, IgnoreUnmodifiedGroupSizeProperties: the stack marks sizes it must not write.
    let keep = new.get(KEEP_SIZES).is_some()
        && ["MinSize", "MaxSize", "DesiredCapacity"].iter().all(|key| text(old, key) == text(new, key));
    let size = if keep {
        live
    } else {
        let desired = number(new, "DesiredCapacity")?.unwrap_or(live.desired);
        GroupSize { min, max, desired: desired.clamp(min, max) }
    };
    let mut facts = facts_of(place, new, name.to_owned(), arn, size)?;
    facts.suspended_processes = suspended;
    if let Some(group) = place.region.groups.get_mut(name) {
        group.facts = facts;
        group.propagated = propagated(new);
    }
    reconcile_groups(place.region, &place.account.instance_profiles, place.now);
    Ok(())
}

/// Marks properties of a group whose UpdatePolicy leaves unmodified sizes alone; never part of a template.
pub const KEEP_SIZES: &str = "lifeboat:KeepSizes";

fn facts_of(
    place: &Place<'_>,
    properties: &Value,
    name: String,
    arn: String,
    size: GroupSize,
) -> Result<GroupFacts, String> {
    let region = &*place.region;
    if size.desired < size.min || size.desired > size.max {
        return Err(format!(
            "Desired capacity:{} must be between the specified min size:{} and max size:{}",
            size.desired, size.min, size.max
        ));
    }
    let subnet_ids = texts(properties, "VPCZoneIdentifier");
    if let Some(missing) = subnet_ids.iter().find(|id| !region.subnets.contains_key(*id)) {
        return Err(format!("The subnet ID '{missing}' does not exist"));
    }
    let zones: BTreeSet<String> = subnet_ids
        .iter()
        .filter_map(|id| region.subnets.get(id))
        .map(|subnet| subnet.facts.availability_zone.clone())
        .chain(texts(properties, "AvailabilityZones"))
        .collect();
    if zones.is_empty() {
        return Err("At least one Availability Zone or VPC Subnet is required.".to_owned());
    }
    let policy = properties.pointer("/MixedInstancesPolicy/LaunchTemplate");
    let written = properties
        .get("LaunchTemplate")
        .or_else(|| policy.and_then(|policy| policy.get("LaunchTemplateSpecification")))
        .ok_or("Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")?;
    let launch_template = reference_of(region, written)?;
    check_template(region, &place.account.instance_profiles, &launch_template, &subnet_ids)
        .map_err(|why| format!("You must use a valid fully-formed launch template. {why}"))?;
    let target_group_arns = texts(properties, "TargetGroupARNs");
    if let Some(missing) = target_group_arns.iter().find(|arn| !region.target_groups.contains_key(*arn)) {
        return Err(format!("Provided Target Groups may not be valid: {missing}"));
    }
    let mut termination_policies = texts(properties, "TerminationPolicies");
    if termination_policies.is_empty() {
        termination_policies.push("Default".to_owned());
    }
    Ok(GroupFacts {
        name,
        arn,
        size,
        launch_template: Some(launch_template),
        overrides: policy
            .map(|policy| list(policy, "Overrides").iter().filter_map(|one| text(one, "InstanceType")).collect())
            .unwrap_or_default(),
        weights: policy.map(weights).transpose()?.unwrap_or_default(),
        capacity_type: text(properties, "DesiredCapacityType").filter(|kind| kind != "units"),
        availability_zones: zones.into_iter().collect(),
        subnet_ids,
        target_group_arns,
        health_check_type: text(properties, "HealthCheckType").unwrap_or_else(|| "EC2".to_owned()),
        // CloudFormation's and the API's defaults: no grace, cooldown of 300 s.
        health_check_grace_s: number(properties, "HealthCheckGracePeriod")?.unwrap_or(0),
        default_cooldown_s: number(properties, "Cooldown")?.unwrap_or(300),
        termination_policies,
        suspended_processes: Vec::new(),
        metrics_enabled: !list(properties, "MetricsCollection").is_empty(),
        tags: tags(properties),
        instances: Vec::new(),
    })
}

/// LaunchTemplateOverrides, WeightedCapacity: a whole number from 1 to 999, of all types or of none.
fn weights(policy: &Value) -> Result<BTreeMap<String, u32>, String> {
    let overrides = list(policy, "Overrides");
    let mut weights = BTreeMap::new();
    for one in overrides {
        if let (Some(name), Some(weight)) = (text(one, "InstanceType"), number(one, "WeightedCapacity")?) {
            if !(1..=999).contains(&weight) {
                return Err(format!("The weighted capacity {weight} of {name} must be between 1 and 999"));
            }
            weights.insert(name, weight);
        }
    }
    if !weights.is_empty() && weights.len() != overrides.len() {
        return Err("You must specify a weight for all instance types, or for none of them".to_owned());
    }
    Ok(weights)
}

fn reference_of(region: &RegionState, written: &Value) -> Result<LaunchTemplateRef, String> {
    let id = text(written, "LaunchTemplateId").unwrap_or_default();
    let name = text(written, "LaunchTemplateName").unwrap_or_default();
    let version = text(written, "Version").unwrap_or_else(|| "$Default".to_owned());
    let template = region
        .launch_template(&id, &name)
        .ok_or_else(|| format!("The specified launch template, with template ID {id}{name}, does not exist."))?;
    if template.version(&version).is_none() {
        return Err(format!("Could not find launch template version {version} of {}", template.id));
    }
    Ok(LaunchTemplateRef { id: template.id.clone(), name: template.name.clone(), version })
}

fn propagated(properties: &Value) -> BTreeSet<String> {
    list(properties, "Tags")
        .iter()
        .filter(|tag| flag(tag, "PropagateAtLaunch") == Some(true))
        .filter_map(|tag| text(tag, "Key"))
        .collect()
}

fn live(region: &RegionState, name: &str, declared: &Value) -> Option<Value> {
    let group = region.groups.get(name)?;
    let facts = &group.facts;
    let mut live = Map::new();
    let mut put = |key: &str, value: Value| {
        live.insert(key.to_owned(), value);
    };
    put("AutoScalingGroupName", json!(facts.name));
    put("MinSize", json!(facts.size.min.to_string()));
    put("MaxSize", json!(facts.size.max.to_string()));
    put("DesiredCapacity", json!(facts.size.desired.to_string()));
    put("VPCZoneIdentifier", json!(facts.subnet_ids));
    put("AvailabilityZones", json!(facts.availability_zones));
    put("TargetGroupARNs", json!(facts.target_group_arns));
    put("HealthCheckType", json!(facts.health_check_type));
    put("HealthCheckGracePeriod", json!(facts.health_check_grace_s));
    put("Cooldown", json!(facts.default_cooldown_s.to_string()));
    put("TerminationPolicies", json!(facts.termination_policies));
    if !facts.metrics_enabled {
        put("MetricsCollection", json!([]));
    }
    let tags: Vec<Value> = facts
        .tags
        .iter()
        .map(|(key, value)| json!({"Key": key, "Value": value, "PropagateAtLaunch": group.propagated.contains(key)}))
        .collect();
    put("Tags", Value::Array(tags));
    if let (Some(reference), Some(written)) = (&facts.launch_template, declared.get("LaunchTemplate")) {
        let version = json!({"Version": reference.version});
        let named = match written.get("LaunchTemplateId") {
            Some(_) => json!({"LaunchTemplateId": reference.id, "Version": reference.version}),
            None => json!({"LaunchTemplateName": reference.name, "Version": reference.version}),
        };
        put("LaunchTemplate", if written.get("Version").is_some() { named } else { version });
    }
    Some(Value::Object(live))
}
