//! Owns the flow of time through databases: stages end, production writes, replicas follow.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::change::come_about;
use super::find;
use crate::facts::ReplicaLag;
use crate::sim::state::{Database, RegionState, SimState};

/// How often a PostgreSQL source that nobody writes to writes by itself (RDS sets `archive_timeout` to five minutes).
const IDLE_SOURCE_WRITES_S: i64 = 300;

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
    let lag = lag_s(region, &replica.facts.id);
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
/// it is no replica.
///
/// Engines differ (RDS user guide, "Monitoring read replication"). PostgreSQL's is the age of the last transaction replayed:
/// it grows while the source does not answer, and while nobody writes until the source, which is asked to switch its log
/// every five minutes, writes by itself. MySQL's and MariaDB's is `Seconds_Behind_Master`: 0 while nobody writes, and -1,
/// which is no lag, while the source does not answer.
pub fn lag_of(state: &SimState, region: &RegionState, id: &str) -> Option<ReplicaLag> {
    let replica = region.databases.get(id)?;
    let (home, source) = source_of(state, region, replica)?;
    if !replica.is_made() {
        return None;
    }
    let usual = lag_s(region, id);
    let last = match home.faults.dark {
        true if replica.facts.lag_ends_with_source() => return None,
        true => replica.data_as_of(),
        false if replica.facts.lag_grows_idle() => Some(last_replayed(replica, source, state.now, usual)),
        false => {
            let behind = source.writes.iter().filter(|(writer, until)| replica.writes.get(*writer) < Some(*until));
            match behind.map(|(writer, _)| replica.writes.get(writer).copied()).min() {
                Some(held) => held,
                None => return Some(ReplicaLag { seconds: 0, at: state.now }),
            }
        }
    };
    let seconds = match last {
        Some(last) => u64::try_from(state.now.duration_since(last).as_millis()).unwrap_or(0).div_ceil(1000),
        None => u64::from(usual),
    };
    Some(ReplicaLag { seconds, at: state.now })
}

/// The last lag that CloudWatch can have had of a replica since a moment, whatever has become of replication: nothing is
/// kept of the past, so it is the one that was told when the newest of what the replica holds was written.
pub fn last_lag_of(state: &SimState, region: &RegionState, id: &str, since: Timestamp) -> Option<ReplicaLag> {
    if let Some(lag) = lag_of(state, region, id) {
        return Some(lag);
    }
    let replica = region.databases.get(id).filter(|replica| replica.follows.is_some() && replica.is_made())?;
    let seconds = lag_s(region, id);
    let at = replica.data_as_of()?.checked_add(SignedDuration::from_secs(i64::from(seconds))).ok()?;
    (at >= since).then(|| ReplicaLag { seconds: u64::from(seconds), at: at.min(state.now) })
}

/// How far a replica is behind while its source is written.
fn lag_s(region: &RegionState, id: &str) -> u32 {
    region.faults.replica_lag.get(id).copied().unwrap_or(region.timings.replica_lag_s)
}

/// When the last transaction was written that a replica of a live source has replayed.
fn last_replayed(replica: &Database, source: &Database, now: Timestamp, lag_s: u32) -> Timestamp {
    let reached = now.checked_sub(SignedDuration::from_secs(i64::from(lag_s))).unwrap_or(now);
    match source.data_as_of().or(replica.data_as_of()) {
        Some(written) if written < reached => {
            let idle = reached.duration_since(written).as_secs();
            let own = SignedDuration::from_secs(idle - idle % IDLE_SOURCE_WRITES_S);
            written.checked_add(own).unwrap_or(written)
        }
        _ => reached,
    }
}
