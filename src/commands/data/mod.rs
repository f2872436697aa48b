//! Owns what commands look at of an environment's data, each kind by a file of its own.

mod dynamodb;
mod rds;
mod s3;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::context::Session;
use crate::cloud::{CloudResult, ReadPorts};
use crate::facts::{Baseline, DatabaseFacts, Gap, Noun};
use crate::model::{BalancerNames, DataKind, DataSet, Environment};
use crate::observe::{DataSeen, observe_data};
use crate::plan::declare::StandbySeen;
use crate::plan::failback;
use crate::report::status_data::{DataRole, DataStatus};
use crate::ui::Failure;

/// A kind of data store, as `lifeboat status` tells of it.
trait Kind {
    /// How it stands in the standby.
    fn status(&self, data: &str, environment: &str, seen: &DataSeen) -> Row;
}

fn of(kind: &DataKind) -> &dyn Kind {
    match kind {
        DataKind::Rds(rds) => rds,
        DataKind::Dynamodb(table) => table,
        DataKind::S3(buckets) => buckets,
    }
}

/// How a data store stands in the standby.
struct Row {
    noun: Noun,
    /// The noun, as it is told.
    kind: &'static str,
    /// What it is called there.
    name: String,
    /// Whether it follows production's; none: nothing of that name was found.
    follows: Option<bool>,
    status: Option<String>,
    lag_s: Option<u64>,
}

/// Every data store as it stands in the standby.
pub async fn status(
    environment: &Environment,
    ports: &ReadPorts,
    now: Timestamp,
    gaps: &mut Vec<Gap>,
) -> Vec<DataStatus> {
    let seen = observe_data(ports, environment, now).await;
    gaps.extend(seen.gaps.iter().cloned());
    let row = |data: &DataSet| {
        let row = of(&data.kind).status(&data.name, &environment.name, &seen);
        DataStatus {
            data: data.name.clone(),
            kind: row.kind,
            role: role(&seen, &row),
            name: row.name,
            status: row.status,
            lag_s: row.lag_s,
            one_writer: data.has_one_writer(),
        }
    };
    environment.data.iter().map(row).collect()
}

fn role(seen: &DataSeen, row: &Row) -> DataRole {
    let is_it = |gap: &Gap| gap.noun == row.noun && (gap.subject == "*" || gap.subject == row.name);
    match row.follows {
        Some(true) => DataRole::Replica,
        Some(false) => DataRole::StandsAlone,
        None if seen.gaps.iter().any(is_it) => DataRole::Unknown,
        None => DataRole::Absent,
    }
}

/// The standby's data before a declaration. What cannot be seen is no failure: it is told.
pub async fn in_standby(session: &Session, ports: &ReadPorts) -> StandbySeen {
    rds::in_standby(session, ports).await
}

/// Whether some of it follows production no more: then what runs tell of it counts.
pub fn stands_alone(seen: &StandbySeen) -> bool {
    rds::stands_alone(seen)
}

/// Data of both sides before a failback, by its name. What cannot be seen is a failure: it would be left behind.
pub async fn on_both_sides(
    session: &Session,
    primary: &ReadPorts,
    standby: &ReadPorts,
) -> Result<BTreeMap<String, failback::DataSeen>, Failure> {
    rds::on_both_sides(session, primary, standby).await
}

/// The standby's instances that a drill may copy, by identifier.
pub async fn to_copy(environment: &Environment, standby: &ReadPorts) -> CloudResult<BTreeMap<String, DatabaseFacts>> {
    rds::to_copy(environment, standby).await
}

/// What the standby's instances replicate, by identifier: a drill leaves that as it is.
pub async fn sources(environment: &Environment, standby: &ReadPorts) -> CloudResult<BTreeMap<String, Option<String>>> {
    rds::sources(environment, standby).await
}

/// The host names of production's data, each with that of the standby's.
pub async fn host_names(environment: &Environment, baseline: &Baseline, standby: &ReadPorts) -> BalancerNames {
    rds::host_names(environment, baseline, standby).await
}
