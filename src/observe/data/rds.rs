//! Owns looking at RDS instances: all of a side together, and how far the standby's replicas are behind.

use jiff::Timestamp;

use super::{DataSeen, InProduction, Kind};
use crate::cloud::ReadPorts;
use crate::facts::{Gap, Noun, SideFacts};
use crate::model::{Environment, RdsData, SideName};

impl Kind for RdsData {
    fn in_production<'a>(&'a self, facts: &SideFacts) -> InProduction<'a> {
        let is_there = facts.databases.contains_key(&self.source);
        InProduction { noun: Noun::Database, name: &self.source, is_there }
    }
}

pub(super) async fn look(ports: &ReadPorts, environment: &Environment, now: Timestamp) -> DataSeen {
    let mut seen = DataSeen::default();
    let ids = environment.instances(ports.side);
    if ids.is_empty() {
        return seen;
    }
    match ports.databases.databases(&ids).await {
        Ok(found) => seen.databases = found.into_iter().map(|database| (database.id.clone(), database)).collect(),
        Err(error) => {
            seen.gaps.push(Gap { noun: Noun::Database, subject: "*".to_owned(), reason: error.to_string() });
        }
    }
    lags(ports, now, &mut seen).await;
    seen
}

/// What has no lag in the answer has none that is known, which is told where it is judged.
async fn lags(ports: &ReadPorts, now: Timestamp, seen: &mut DataSeen) {
    let replicas: Vec<String> =
        seen.databases.values().filter(|one| one.is_replica()).map(|one| one.id.clone()).collect();
    if ports.side == SideName::Primary || replicas.is_empty() {
        return;
    }
    match ports.metrics.replica_lags(&replicas, now).await {
        Ok(told) => seen.replica_lags = told.lags,
        Err(error) => {
            seen.gaps.push(Gap { noun: Noun::Metric, subject: "replica lag".to_owned(), reason: error.to_string() });
        }
    }
}

pub(super) fn security_groups(facts: &SideFacts) -> impl Iterator<Item = &String> {
    facts.databases.values().flat_map(|database| database.security_group_ids.iter())
}
