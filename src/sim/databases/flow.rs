//! Owns the flow of time through databases: stages end, production writes, replicas follow.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::change::come_about;
use super::find;
use crate::facts::ReplicaLag;
use crate::sim::state::{Database, RegionState, SimState};

/// Lets everything happen to every database of the account that has happened by now, in the order of time.
pub fn settle_databases(state: &mut SimState) {
    if state.regions.values().all(|region| region.databases.is_empty()) {
        return;
    }
    while let Some((until, region, id)) = next_due(state) {
        flow(state, until);
        let Some(place) = state.regions.get_mut(&region) else { return };
        let Some(database) = place.databases.get_mut(&id) else { return };
        let ended = database.stages.remove(0);
        if let Some(outcome) = ended.outcome {
            come_about(place, &id, outcome);
        }
    }
    flow(state, state.now);
}

/// When the next stage ends by now, and whose.
fn next_due(state: &SimState) -> Option<(Timestamp, String, String)> {
    let databases = state.regions.values().flat_map(|region| region.databases.values().map(move |d| (region, d)));
    databases
        .filter_map(|(region, database)| Some((database.stages.first()?.until, region, database)))
        .filter(|(until, ..)| *until <= state.now)
        .map(|(until, region, database)| (until, region.name.clone(), database.facts.id.clone()))
        .min()
}

/// Writes reach the instances that take them, then replicas as far as their lag lets them.
fn flow(state: &mut SimState, now: Timestamp) {
    let dark = |region: &RegionState| region.faults.dark;
    for region in state.regions.values_mut().filter(|region| !dark(region) && !region.databases.is_empty()) {
        if !region.has_servers(now) {
            continue;
        }
        // Applications know a host name: one that was renamed since is found by none of them.
        for database in region.databases.values_mut().filter(|d| d.takes_writes() && d.facts.id == d.made_as) {
            let until = database.writes.entry(database.resource_id.clone()).or_insert(now);
            *until = (*until).max(now);
        }
    }
    let received: Vec<(String, String, BTreeMap<String, Timestamp>)> = state
        .regions
        .values()
        .flat_map(|region| region.databases.values().map(move |database| (region, database)))
        .filter_map(|(region, database)| {
            let writes = received(state, region, database, now)?;
            Some((region.name.clone(), database.facts.id.clone(), writes))
        })
        .collect();
    for (region, id, writes) in received {
        if let Some(database) = state.regions.get_mut(&region).and_then(|region| region.databases.get_mut(&id)) {
            database.writes = writes;
        }
    }
}

/// What a replica holds by then; none where nothing flows.
fn received(
    state: &SimState,
    region: &RegionState,
    replica: &Database,
    now: Timestamp,
) -> Option<BTreeMap<String, Timestamp>> {
    let (home, source) = source_of(state, region, replica)?;
    if home.faults.dark || region.faults.dark || !replica.is_made() {
        return None;
    }
    let told = region.faults.replica_lag.get(&replica.facts.id).copied();
    let lag = told.unwrap_or(region.timings.replica_lag_s);
    let reached = now.checked_sub(SignedDuration::from_secs(i64::from(lag))).unwrap_or(now);
    let writes = source.writes.iter().map(|(writer, until)| {
        let held = replica.writes.get(writer).copied();
        let arrived = (*until).min(reached);
        // A lag that somebody asked for counts from the start; otherwise what has arrived stays.
        let holds = match (told, held) {
            (None, Some(held)) => arrived.max(held),
            _ => arrived,
        };
        (writer.clone(), holds)
    });
    Some(writes.collect())
}

/// What a replica follows while replication runs.
fn source_of<'a>(
    state: &'a SimState,
    region: &'a RegionState,
    replica: &Database,
) -> Option<(&'a RegionState, &'a Database)> {
    if region.faults.replication_stopped.contains(&replica.facts.id) {
        return None;
    }
    find(state, region, replica.follows.as_deref()?)
}

/// The lag CloudWatch has of a replica: none while it is being made or promoted, once replication has stopped, and where
/// it is no replica. It grows while the source does not answer.
pub fn lag_of(state: &SimState, region: &RegionState, id: &str) -> Option<ReplicaLag> {
    let replica = region.databases.get(id)?;
    let (home, source) = source_of(state, region, replica)?;
    if !replica.is_made() {
        return None;
    }
    let behind = source.writes.iter().filter(|(writer, until)| replica.writes.get(*writer) < Some(*until));
    let since = match behind.map(|(writer, _)| replica.writes.get(writer).copied()).min() {
        Some(held) => held,
        None if home.faults.dark => replica.data_as_of(),
        None => return Some(ReplicaLag { seconds: 0, at: state.now }),
    };
    let seconds = match since {
        Some(since) => u64::try_from(state.now.duration_since(since).as_millis()).unwrap_or(0).div_ceil(1000),
        None => u64::from(region.timings.replica_lag_s),
    };
    Some(ReplicaLag { seconds, at: state.now })
}
