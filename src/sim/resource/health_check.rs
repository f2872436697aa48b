//! Owns AWS::Route53::HealthCheck.

use serde_json::{Map, Value};

use super::props::{flag, number, required, tags_at, text};
use super::record_set::unread;
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::HealthCheckFacts;
use crate::sim::dns::{control_plane_answers, make_check};
use crate::sim::id;
use crate::sim::state::Check;

pub(super) const HEALTH_CHECK: ResourceType = ResourceType {
    name: "AWS::Route53::HealthCheck",
    properties: &["HealthCheckConfig", "HealthCheckTags"],
    required: &["HealthCheckConfig"],
    // Type and interval are create-only as well; they lie deeper, so changing them is refused below.
    create_only: &[],
    write_only: &[],
    name_property: None,
    tags: TagStyle::None,
    moving: &[],
    seconds: [10, 10, 10],
    create,
    update,
    delete: |place, id, _| {
        needs_control_plane(place)?;
        // DeleteHealthCheck, HealthCheckInUse is of ARC only: records that name a deleted check count as healthy.
        place.account.dns.checks.remove(id);
        Ok(())
    },
    attribute: |_, id, name| (name == "HealthCheckId").then(|| id.to_owned()),
    live: unread,
};

/// Route 53 is changed in us-east-1, wherever the stack is.
pub(super) fn needs_control_plane(place: &Place<'_>) -> Result<(), String> {
    match control_plane_answers(place.account, place.region) {
        true => Ok(()),
        false => Err("Route 53 does not answer: its control plane is in us-east-1 (InternalFailure)".to_owned()),
    }
}

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    needs_control_plane(place)?;
    place.account.dns.counter += 1;
    let id = id::uuid("route53", "health-check", place.account.dns.counter);
    let check = check_of(place, &id, properties)?;
    place.account.dns.checks.insert(id.clone(), check);
    Ok(id)
}

fn update(place: &mut Place<'_>, id: &str, _old: &Value, new: &Value) -> Result<(), String> {
    needs_control_plane(place)?;
    let mut check = check_of(place, id, new)?;
    let known = place.account.dns.checks.get(id).ok_or_else(|| format!("No health check exists with ID {id}"))?;
    if (&known.facts.kind, known.facts.interval_s) != (&check.facts.kind, check.facts.interval_s) {
        return Err("Type and RequestInterval of a health check cannot be changed (InvalidInput)".to_owned());
    }
    // A check that goes on keeps its verdict until its checks say otherwise.
    check.healthy = known.healthy;
    place.account.dns.checks.insert(id.to_owned(), check);
    Ok(())
}

fn check_of(place: &mut Place<'_>, id: &str, properties: &Value) -> Result<Check, String> {
    let config = properties.get("HealthCheckConfig").cloned().unwrap_or(Value::Object(Map::new()));
    const KNOWN: [&str; 17] = [
        "AlarmIdentifier",
        "ChildHealthChecks",
        "EnableSNI",
        "FailureThreshold",
        "FullyQualifiedDomainName",
        "HealthThreshold",
        "IPAddress",
        "InsufficientDataHealthStatus",
        "Inverted",
        "MeasureLatency",
        "Port",
        "Regions",
        "RequestInterval",
        "ResourcePath",
        "RoutingControlArn",
        "SearchString",
        "Type",
    ];
    if let Some(odd) = config.as_object().and_then(|map| map.keys().find(|key| !KNOWN.contains(&key.as_str()))) {
        return Err(format!("Encountered unsupported property {odd}"));
    }
    let facts = HealthCheckFacts {
        id: id.to_owned(),
        kind: required(&config, "Type")?,
        host: text(&config, "FullyQualifiedDomainName").or_else(|| text(&config, "IPAddress")),
        path: text(&config, "ResourcePath"),
        inverted: flag(&config, "Inverted").unwrap_or(false),
        interval_s: number(&config, "RequestInterval")?.unwrap_or(30),
        failures: number(&config, "FailureThreshold")?.unwrap_or(3),
    };
    let (now, port) = (place.now, number(&config, "Port")?);
    let tags = tags_at(properties, "HealthCheckTags");
    // What it asks may lie in the stack's own Region, which is being worked on.
    place.with_whole_account(|account| make_check(account, facts, port, tags, now))
}
