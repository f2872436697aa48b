//! Owns AWS::ElasticLoadBalancingV2::TargetGroup.

use serde_json::{Value, json};

use super::balancing::check_name;
use super::listener::forwards_to;
use super::props::{number, text};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::{TargetGroupFacts, TargetHealthCheck};
use crate::sim::state::RegionState;

pub(super) const TARGET_GROUP: ResourceType = ResourceType {
    name: "AWS::ElasticLoadBalancingV2::TargetGroup",
    properties: &[
        "HealthCheckEnabled",
        "HealthCheckIntervalSeconds",
        "HealthCheckPath",
        "HealthCheckPort",
        "HealthCheckProtocol",
        "HealthCheckTimeoutSeconds",
        "HealthyThresholdCount",
        "IpAddressType",
        "Matcher",
        "Name",
        "Port",
        "Protocol",
        "ProtocolVersion",
        "Tags",
        "TargetGroupAttributes",
        "TargetType",
        "Targets",
        "UnhealthyThresholdCount",
        "VpcId",
    ],
    required: &[],
    create_only: &["IpAddressType", "Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId"],
    write_only: &[],
    name_property: Some("Name"),
    // A target group has tags, but no port tells of them.
    tags: TagStyle::None,
    moving: &[],
    seconds: [15, 5, 5],
    create,
    update,
    delete,
    attribute: |region, arn, name| {
        let group = region.target_groups.get(arn)?;
        match name {
            "TargetGroupArn" => Some(arn.to_owned()),
            "TargetGroupName" => Some(group.name.clone()),
            "TargetGroupFullName" => arn.rsplit(':').next().map(str::to_owned),
            _ => None,
        }
    },
    live,
};

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let name = match text(properties, "Name") {
        Some(name) => name,
        None => place.generated_name(32),
    };
    check_name(&name, "target group")?;
    if place.region.target_groups.values().any(|group| group.name == name) {
        return Err(format!("A target group with the same name '{name}' exists (DuplicateTargetGroupName)").into());
    }
    let vpc_id = text(properties, "VpcId").unwrap_or_default();
    if !place.region.vpcs.contains_key(&vpc_id) {
        return Err(format!("The VPC ID '{vpc_id}' is not found (ValidationError)").into());
    }
    let hex = place.region.next_hex("target-group", 16);
    let arn = place.region.arn("elasticloadbalancing", &format!("targetgroup/{name}/{hex}"));
    let protocol = text(properties, "Protocol").unwrap_or_else(|| "HTTP".to_owned());
    let group = TargetGroupFacts {
        arn: arn.clone(),
        name,
        health_check: check_of(properties, &protocol)?,
        protocol,
        port: number(properties, "Port")?,
        vpc_id,
        target_type: text(properties, "TargetType").unwrap_or_else(|| "instance".to_owned()),
        load_balancer_arns: Vec::new(),
    };
    place.region.target_groups.insert(arn.clone(), group);
    Ok(arn)
}

/// CreateTargetGroup's defaults, which differ between HTTP and the others.
fn check_of(properties: &Value, protocol: &str) -> Result<TargetHealthCheck, String> {
    let layer_7 = matches!(protocol, "HTTP" | "HTTPS");
    let own = text(properties, "HealthCheckProtocol");
    let checked = own.unwrap_or_else(|| if layer_7 { "HTTP" } else { "TCP" }.to_owned());
    let http = checked.starts_with("HTTP");
    let interval_s = number(properties, "HealthCheckIntervalSeconds")?.unwrap_or(30);
    let timeout_s = number(properties, "HealthCheckTimeoutSeconds")?.unwrap_or(if http { 5 } else { 10 });
    if !(5..=300).contains(&interval_s) {
        return Err(format!(
            "Health check interval must be between 5 and 300 seconds, not {interval_s} (ValidationError)"
        ));
    }
    if timeout_s >= interval_s && layer_7 {
        return Err(format!(
            "Health check timeout '{timeout_s}' must be smaller than the interval '{interval_s}' (ValidationError)"
        ));
    }
    Ok(TargetHealthCheck {
        port: text(properties, "HealthCheckPort").unwrap_or_else(|| "traffic-port".to_owned()),
        path: http.then(|| text(properties, "HealthCheckPath").unwrap_or_else(|| "/".to_owned())),
        matcher: http.then(|| {
            let matcher = properties.get("Matcher").and_then(|matcher| text(matcher, "HttpCode"));
            matcher.unwrap_or_else(|| "200".to_owned())
        }),
        interval_s,
        timeout_s,
        healthy_threshold: number(properties, "HealthyThresholdCount")?.unwrap_or(5),
        unhealthy_threshold: number(properties, "UnhealthyThresholdCount")?.unwrap_or(2),
        protocol: checked,
    })
}

fn update(place: &mut Place<'_>, arn: &str, _old: &Value, new: &Value) -> Result<(), String> {
    let group = place
        .region
        .target_groups
        .get_mut(arn)
        .ok_or_else(|| format!("Target groups '{arn}' not found (TargetGroupNotFound)"))?;
    group.health_check = check_of(new, &group.protocol)?;
    Ok(())
}

/// DeleteTargetGroup: "You can delete a target group if it is not referenced by any actions."
fn delete(place: &mut Place<'_>, arn: &str, _: &Value) -> Result<(), String> {
    let used = |balancer: &crate::facts::LoadBalancerFacts| balancer.listeners.iter().any(|l| forwards_to(l, arn));
    if place.region.load_balancers.values().any(used) {
        return Err(format!("Target group '{arn}' is currently in use by a listener or a rule (ResourceInUse)"));
    }
    place.region.target_groups.remove(arn);
    Ok(())
}

fn live(region: &RegionState, arn: &str, _: &Value) -> Option<Value> {
    let group = region.target_groups.get(arn)?;
    let check = &group.health_check;
    let mut live = json!({
        "Name": group.name,
        "Protocol": group.protocol,
        "VpcId": group.vpc_id,
        "TargetType": group.target_type,
        "HealthCheckProtocol": check.protocol,
        "HealthCheckPort": check.port,
        "HealthCheckIntervalSeconds": check.interval_s,
        "HealthCheckTimeoutSeconds": check.timeout_s,
        "HealthyThresholdCount": check.healthy_threshold,
        "UnhealthyThresholdCount": check.unhealthy_threshold,
    });
    if let Some(port) = group.port {
        live["Port"] = json!(port);
    }
    if let Some(path) = &check.path {
        live["HealthCheckPath"] = json!(path);
    }
    if let Some(matcher) = &check.matcher {
        live["Matcher"] = json!({"HttpCode": matcher});
    }
    Some(live)
}
