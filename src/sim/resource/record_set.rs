//! Owns AWS::Route53::RecordSet.

use serde_json::Value;

use super::health_check::needs_control_plane;
use super::props::{flag, number, required, text, texts};
use super::{ResourceType, TagStyle};
use crate::facts::{AliasFacts, RecordFacts};
use crate::sim::dns::{bare, change};
use crate::sim::state::RegionState;

pub(super) const RECORD_SET: ResourceType = ResourceType {
    name: "AWS::Route53::RecordSet",
    properties: &[
        "AliasTarget",
        "CidrRoutingConfig",
        "Comment",
        "Failover",
        "GeoLocation",
        "GeoProximityLocation",
        "HealthCheckId",
        "HostedZoneId",
        "HostedZoneName",
        "MultiValueAnswer",
        "Name",
        "Region",
        "ResourceRecords",
        "SetIdentifier",
        "TTL",
        "Type",
        "Weight",
    ],
    required: &["Name", "Type"],
    create_only: &["HostedZoneId", "HostedZoneName", "Name"],
    write_only: &[],
    name_property: None,
    tags: TagStyle::None,
    moving: &[],
    // CloudFormation waits until the change is INSYNC: usually within 60 s.
    seconds: [45, 45, 45],
    create: |place, properties| {
        needs_control_plane(place)?;
        let record = record_of(properties)?;
        let zone = zone_of(properties)?;
        change(&mut place.account.dns, &zone, &[], std::slice::from_ref(&record), true).map_err(|r| r.reason())?;
        Ok(record.name)
    },
    update: |place, _, old, new| {
        needs_control_plane(place)?;
        let (gone, record) = (record_of(old)?, record_of(new)?);
        change(&mut place.account.dns, &zone_of(new)?, &[gone], &[record], false).map_err(|refusal| refusal.reason())
    },
    delete: |place, _, properties| {
        needs_control_plane(place)?;
        let zone = zone_of(properties)?;
        // Gone with its zone.
        if !place.account.dns.zones.contains_key(&zone) {
            return Ok(());
        }
        change(&mut place.account.dns, &zone, &[record_of(properties)?], &[], false).map_err(|refusal| refusal.reason())
    },
    attribute: |_, _, _| None,
    // Records lie outside the Region: what is there is told of by the port for DNS.
    live: unread,
};

/// What CloudFormation cannot read back counts as it was written.
pub(super) fn unread(_: &RegionState, _: &str, properties: &Value) -> Option<Value> {
    Some(properties.clone())
}

fn zone_of(properties: &Value) -> Result<String, String> {
    required(properties, "HostedZoneId")
}

fn record_of(properties: &Value) -> Result<RecordFacts, String> {
    let alias = properties.get("AliasTarget").map(alias_of).transpose()?;
    Ok(RecordFacts {
        name: bare(&required(properties, "Name")?),
        kind: required(properties, "Type")?,
        set_identifier: text(properties, "SetIdentifier"),
        failover: text(properties, "Failover"),
        weight: number(properties, "Weight")?,
        ttl_s: number(properties, "TTL")?,
        health_check_id: text(properties, "HealthCheckId"),
        alias,
        values: texts(properties, "ResourceRecords"),
    })
}

fn alias_of(target: &Value) -> Result<AliasFacts, String> {
    Ok(AliasFacts {
        dns_name: bare(&required(target, "DNSName")?),
        zone_id: required(target, "HostedZoneId")?,
        evaluate_target_health: flag(target, "EvaluateTargetHealth").unwrap_or(false),
    })
}
