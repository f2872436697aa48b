//! Owns how data, buckets, scheduled actions, event sources and names of the simulated account are shown.

use jiff::Timestamp;

use super::list::time;
use crate::facts::{RecordFacts, source_name};
use crate::model::Trigger;
use crate::sim::SimState;
use crate::sim::databases::{lag_of, snapshot_told, told};
use crate::sim::dns::{addresses, leads_to};
use crate::sim::state::{Database, DbSnapshot, Family, RegionState};

/// A table: title, heads, rows.
pub(super) type Part = (&'static str, &'static [&'static str], Vec<Vec<String>>);

/// The tables of a Region.
pub(super) fn of_region(region: &RegionState, state: &SimState) -> Vec<Part> {
    vec![
        (
            "databases",
            &["DATABASE", "ROLE", "STATUS", "CLASS", "MULTI-AZ", "LAG", "HOLDS WRITES UNTIL"],
            region.databases.values().map(|database| database_row(region, state, database)).collect(),
        ),
        (
            "snapshots of databases",
            &["SNAPSHOT", "OF", "STATUS", "HOLDS WRITES UNTIL"],
            region.db_snapshots.values().map(|snapshot| snapshot_row(snapshot, state.now)).collect(),
        ),
        (
            "tables",
            &["TABLE", "STATUS", "REPLICAS"],
            region
                .tables
                .values()
                .map(|table| {
                    let replicas: Vec<&str> = table.replicas.keys().map(|region| region.as_str()).collect();
                    vec![table.name.clone(), table.status.clone(), replicas.join(", ")]
                })
                .collect(),
        ),
        (
            "buckets",
            &["BUCKET", "VERSIONED", "REPLICATES TO"],
            region
                .buckets
                .values()
                .map(|bucket| {
                    let facts = &bucket.facts;
                    let to: Vec<&str> = facts.replicates_to.keys().map(String::as_str).collect();
                    vec![facts.name.clone(), yes_or_no(facts.versioned), to.join(", ")]
                })
                .collect(),
        ),
        ("objects", &["BUCKET", "KEY", "BYTES", "PUBLIC", "WRITTEN"], objects(region, state)),
        ("scheduled actions", &["GROUP", "ACTION", "WHEN", "MIN", "DESIRED", "MAX"], schedules(region)),
        ("event sources", &["EVENT SOURCE", "STATE", "STARTED BY"], event_sources(region, state.now)),
    ]
}

fn event_sources(region: &RegionState, now: Timestamp) -> Vec<Vec<String>> {
    let rules = region.event_rules.values().map(|rule| {
        let trigger = Trigger::Rule { bus: rule.bus.clone(), name: rule.name.clone() };
        let by = rule.schedule.clone().or_else(|| rule.pattern.clone()).unwrap_or_default();
        vec![trigger.to_string(), rule.state().to_owned(), by]
    });
    let mappings = region.event_mappings.values().map(|mapping| {
        let trigger = Trigger::Mapping { function: mapping.function.clone(), source: None };
        let state = mapping.state(now, &region.timings);
        vec![trigger.to_string(), state.to_owned(), source_name(&mapping.source).to_owned()]
    });
    rules.chain(mappings).collect()
}

fn yes_or_no(truth: bool) -> String {
    if truth { "yes" } else { "no" }.to_owned()
}

fn database_row(region: &RegionState, state: &SimState, database: &Database) -> Vec<String> {
    let facts = told(state, region, database);
    let role = match (&facts.source, facts.replicas.len()) {
        (Some(source), _) => format!("replica of {}", source.rsplit(':').next().unwrap_or(source)),
        (None, 0) => "stands alone".to_owned(),
        (None, replicas) => format!("source of {replicas}"),
    };
    let lag = match lag_of(state, region, &facts.id) {
        Some(lag) => format!("{} s", lag.seconds),
        None if facts.source.is_some() => "not known".to_owned(),
        None => String::new(),
    };
    let until = database.data_as_of().map_or_else(String::new, time);
    vec![facts.id, role, facts.status, facts.class, yes_or_no(facts.multi_az), lag, until]
}

fn snapshot_row(snapshot: &DbSnapshot, now: Timestamp) -> Vec<String> {
    let facts = snapshot_told(snapshot, now);
    let until = facts.database_time.map_or_else(String::new, time);
    vec![facts.id, facts.database, facts.status, until]
}

fn objects(region: &RegionState, state: &SimState) -> Vec<Vec<String>> {
    let all = region
        .buckets
        .values()
        .flat_map(|bucket| bucket.objects.iter().map(move |(key, object)| (bucket, key, object)));
    all.map(|(bucket, key, object)| {
        vec![
            bucket.facts.name.clone(),
            key.clone(),
            object.size.to_string(),
            yes_or_no(bucket.is_public(key) && !state.blocks_public_access),
            time(object.written_at),
        ]
    })
    .collect()
}

fn schedules(region: &RegionState) -> Vec<Vec<String>> {
    let all = region.schedules.iter().flat_map(|(group, actions)| actions.values().map(move |action| (group, action)));
    let number = |size: Option<u32>| size.map_or_else(String::new, |size| size.to_string());
    all.map(|(group, action)| {
        let when = action.recurrence.clone().or_else(|| action.start.map(time)).unwrap_or_default();
        let zone = action.time_zone.as_deref().unwrap_or("UTC");
        vec![
            group.clone(),
            action.name.clone(),
            format!("{when} {zone}"),
            number(action.min),
            number(action.desired),
            number(action.max),
        ]
    })
    .collect()
}

/// The tables of what is in no Region: records, and health checks.
pub(super) fn names(state: &SimState) -> Vec<Part> {
    let dns = &state.dns;
    let records: Vec<Vec<String>> =
        dns.zones.values().flat_map(|zone| &zone.records).map(|record| record_row(record, state, state.now)).collect();
    let checks: Vec<Vec<String>> = dns
        .checks
        .values()
        .map(|check| {
            let facts = &check.facts;
            let asks = format!("{}{}", facts.host.as_deref().unwrap_or(""), facts.path.as_deref().unwrap_or(""));
            vec![
                facts.id.clone(),
                asks,
                yes_or_no(facts.inverted),
                if check.verdict() { "healthy" } else { "unhealthy" }.to_owned(),
            ]
        })
        .collect();
    let all: [Part; 2] = [
        ("records", &["RECORD", "TYPE", "SET", "ROLE", "TARGET", "ANSWERS", "USERS ARE LED"], records),
        ("health checks", &["CHECK", "ASKS", "INVERTED", "VERDICT"], checks),
    ];
    all.into_iter().filter(|(_, _, rows)| !rows.is_empty()).collect()
}

fn record_row(record: &RecordFacts, state: &SimState, now: Timestamp) -> Vec<String> {
    let target = record.alias.as_ref().map_or_else(|| record.values.join(", "), |alias| alias.dns_name.clone());
    let family = if record.kind == "AAAA" { Family::Ipv6 } else { Family::Ipv4 };
    let answered = state.dns.answer(&record.name, family).is_some_and(|answer| answer.record == record.set_identifier);
    let led = leads_to(state, &record.name, family, now).is_some_and(|host| host == target.to_ascii_lowercase());
    // An alias of a load balancer without IPv6 answers who asks for it, with nothing.
    let found = addresses(state, &record.name, now).unwrap_or_default();
    let led = led && found.iter().any(|address| address.contains(':') == (family == Family::Ipv6));
    let role = record.failover.clone().or_else(|| record.weight.map(|weight| format!("weight {weight}")));
    vec![
        record.name.clone(),
        record.kind.clone(),
        record.set_identifier.clone().unwrap_or_default(),
        role.unwrap_or_else(|| "simple".to_owned()),
        target,
        yes_or_no(answered),
        if led { "here" } else { "" }.to_owned(),
    ]
}
