//! Owns what RDS does: making replicas, promoting and changing instances, and letting replication flow.

mod change;
mod copies;
mod flow;
mod promote;
mod replica;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::call::Refusal;
use super::state::{Database, RegionState, SimState};
use crate::cloud::CloudErrorKind;
use crate::facts::{DatabaseEndpoint, DatabaseFacts, ParameterGroupFacts};

pub use change::{check_name, modify};
pub use copies::{delete_instance, delete_snapshot, restore, snapshot_told, take_snapshot};
pub use flow::{lag_of, last_lag_of, settle_databases};
pub use promote::promote;
pub use replica::{create_replica, make_replica, source_named};

/// What is told of an instance, with the parameters of its group.
pub fn told(account: &SimState, region: &RegionState, database: &Database) -> DatabaseFacts {
    let mut facts = database.facts.clone();
    facts.status = status_of(region, database, account.now).to_owned();
    if let Some(source) = database.follows.as_deref().and_then(|id| find(account, region, id)) {
        facts.source = Some(named_from(region, &source.0.name, source.1));
    }
    let followers = everywhere(account, region)
        .filter(|(_, other)| other.follows.as_deref() == Some(database.resource_id.as_str()));
    facts.replicas = followers.map(|(place, other)| named_from(region, &place.name, other)).collect();
    facts.replicas.sort();
    if !database.is_made() {
        facts.endpoint = None;
    }
    facts.parameter_group =
        facts.parameter_group.map(|group| region.db_parameter_groups.get(&group.name).cloned().unwrap_or(group));
    facts
}

/// The status that is told: an instance that rests may be backing up.
pub fn status_of<'a>(region: &RegionState, database: &'a Database, now: Timestamp) -> &'a str {
    match database.status() {
        "available" if region.faults.backs_up(&database.facts.id, now) => "backing-up",
        status => status,
    }
}

/// DescribeDBInstances, ReadReplicaSourceDBInstanceIdentifier and ReadReplicaDBInstanceIdentifiers: an identifier within
/// the Region, an ARN across Regions.
fn named_from(region: &RegionState, place: &str, database: &Database) -> String {
    if region.name == place { database.facts.id.clone() } else { database.facts.arn.clone() }
}

/// Every instance of the account, with its Region; `own` may or may not be among the account's Regions now.
fn everywhere<'a>(
    account: &'a SimState,
    own: &'a RegionState,
) -> impl Iterator<Item = (&'a RegionState, &'a Database)> {
    let others = account.regions.values().filter(|region| region.name != own.name);
    std::iter::once(own)
        .chain(others)
        .flat_map(|region| region.databases.values().map(move |database| (region, database)))
}

/// The instance of a resource id.
fn find<'a>(account: &'a SimState, own: &'a RegionState, resource_id: &str) -> Option<(&'a RegionState, &'a Database)> {
    everywhere(account, own).find(|(_, database)| database.resource_id == resource_id)
}

/// An instance's host name; it follows from its identifier.
pub fn endpoint(region: &RegionState, id: &str, port: u16) -> DatabaseEndpoint {
    DatabaseEndpoint { host: format!("{id}.c1a2b3c4d5e6.{}.rds.amazonaws.com", region.name), port }
}

/// The group of AWS's own for an engine and version, such as `default.postgres16`.
pub fn default_parameters(engine: &str, version: &str) -> ParameterGroupFacts {
    let major = version.split('.').next().unwrap_or(version);
    let family = format!("{engine}{major}");
    ParameterGroupFacts { name: format!("default.{family}"), family, parameters: BTreeMap::new() }
}

fn not_found(id: &str) -> Refusal {
    Refusal::new(CloudErrorKind::NotFound, "DBInstanceNotFound", format!("DBInstance {id} not found."))
}

/// InvalidDBInstanceState: what is asked does not fit what the instance is or does now.
fn wrong_state(message: String) -> Refusal {
    Refusal::new(CloudErrorKind::Conflict, "InvalidDBInstanceState", message)
}
