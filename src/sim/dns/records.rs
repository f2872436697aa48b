//! Owns records: what CloudFormation says of one, and what a change of records must satisfy.

use super::{bad_batch, bare};
use crate::cloud::CloudErrorKind;
use crate::facts::{AliasFacts, RecordFacts};
use crate::sim::call::Refusal;
use crate::sim::resource::balancer_zone;
use crate::sim::state::Dns;

/// ChangeResourceRecordSets in a zone: some records go, others come or are replaced; all or none.
pub fn change(
    dns: &mut Dns,
    zone: &str,
    gone: &[RecordFacts],
    set: &[RecordFacts],
    fresh: bool,
) -> Result<(), Refusal> {
    let Some(place) = dns.zones.get(zone) else {
        let message = format!("No hosted zone found with ID: {zone}");
        return Err(Refusal::new(CloudErrorKind::NotFound, "NoSuchHostedZone", message));
    };
    let mut records = place.records.clone();
    for record in gone {
        // One that is gone already is none to refuse about; one that other hands changed is.
        if set.is_empty() && records.iter().any(|known| same_set(known, record) && known != record) {
            return Err(bad_batch(format!(
                "Tried to delete resource record set {} but the values provided do not match the current values",
                words(record)
            )));
        }
        records.retain(|known| !same_set(known, record));
    }
    for record in set {
        let record = RecordFacts { name: bare(&record.name), ..record.clone() };
        let inside = record.name == place.name || record.name.ends_with(&format!(".{}", place.name));
        if !inside {
            return Err(bad_batch(format!(
                "RRSet with DNS name {}. is not permitted in zone {}.",
                record.name, place.name
            )));
        }
        if fresh && records.iter().any(|known| same_set(known, &record)) {
            return Err(bad_batch(format!(
                "Tried to create resource record set {} but it already exists",
                words(&record)
            )));
        }
        check_record(dns, &record)?;
        records.retain(|known| !same_set(known, &record));
        records.push(record);
    }
    for record in set {
        check_beside(&records, &bare(&record.name), &record.kind)?;
    }
    records.sort();
    if let Some(place) = dns.zones.get_mut(zone) {
        place.records = records;
    }
    Ok(())
}

/// "Values for weighted records, Set ID": name, type and set identifier tell records apart.
fn same_set(one: &RecordFacts, other: &RecordFacts) -> bool {
    bare(&one.name) == bare(&other.name) && one.kind == other.kind && one.set_identifier == other.set_identifier
}

fn check_record(dns: &Dns, record: &RecordFacts) -> Result<(), Refusal> {
    let named = words(record);
    if record.set_identifier.is_some() != (record.failover.is_some() || record.weight.is_some()) {
        return Err(bad_batch(format!(
            "{named}: a SetIdentifier goes with a failover role or a weight, and with nothing else"
        )));
    }
    if let Some(role) = record.failover.as_deref().filter(|role| !matches!(*role, "PRIMARY" | "SECONDARY")) {
        return Err(bad_batch(format!("{named}: Failover is PRIMARY or SECONDARY, not {role}")));
    }
    if let Some(missing) = record.health_check_id.as_ref().filter(|id| !dns.checks.contains_key(*id)) {
        let message = format!("A health check with id {missing} does not exist ({named})");
        return Err(Refusal::new(CloudErrorKind::Invalid, "NoSuchHealthCheck", message));
    }
    match &record.alias {
        None if record.values.is_empty() => Err(bad_batch(format!("{named}: no ResourceRecords and no AliasTarget"))),
        Some(_) if record.ttl_s.is_some() || !record.values.is_empty() => {
            Err(bad_batch(format!("{named}: an alias has neither TTL nor ResourceRecords")))
        }
        Some(alias) => check_alias(alias, &record.kind, &named),
        None => Ok(()),
    }
}

/// An alias names the zone of its target's service: "the alias target name does not lie within the target zone".
fn check_alias(alias: &AliasFacts, kind: &str, named: &str) -> Result<(), Refusal> {
    let Some(region) = balancer_region(&alias.dns_name) else { return Ok(()) };
    let fits = ["application", "network"].iter().any(|kind| balancer_zone(region, kind) == alias.zone_id);
    match fits {
        true => Ok(()),
        false => Err(bad_batch(format!(
            "Tried to create an alias that targets {}., type {kind} in zone {}, but the alias target name does not lie within \
             the target zone ({named})",
            alias.dns_name, alias.zone_id
        ))),
    }
}

/// The Region of a load balancer's DNS name.
fn balancer_region(dns_name: &str) -> Option<&str> {
    dns_name.strip_suffix(".elb.amazonaws.com")?.rsplit('.').next()
}

/// Records of one name and type are simple, failover or weighted, not mixed; a failover pair has one of each role.
fn check_beside(records: &[RecordFacts], name: &str, kind: &str) -> Result<(), Refusal> {
    let beside: Vec<&RecordFacts> =
        records.iter().filter(|record| record.name == name && record.kind == kind).collect();
    let count = |wanted: &dyn Fn(&RecordFacts) -> bool| beside.iter().filter(|record| wanted(record)).count();
    let simple = count(&|record| record.set_identifier.is_none());
    let failover = count(&|record| record.failover.is_some());
    let weighted = count(&|record| record.weight.is_some());
    let kinds = [simple, failover, weighted].iter().filter(|count| **count > 0).count();
    if kinds > 1 {
        return Err(bad_batch(format!(
            "RRSet with DNS name {name}., type {kind} cannot be created as a non-simple or other kind of RRSet exists with \
             the same name and type"
        )));
    }
    for role in ["PRIMARY", "SECONDARY"] {
        if count(&|record| record.failover.as_deref() == Some(role)) > 1 {
            return Err(bad_batch(format!(
                "Failover record set {name}., type {kind} cannot be created as another {role} record set of it exists"
            )));
        }
    }
    Ok(())
}

fn words(record: &RecordFacts) -> String {
    let set = record.set_identifier.as_ref().map_or_else(String::new, |id| format!(", set identifier='{id}'"));
    format!("[name='{}.', type='{}'{set}]", record.name, record.kind)
}
