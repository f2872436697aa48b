//! Owns looking at the data an environment names: databases together, tables and buckets one call each.

use std::collections::BTreeMap;

use futures_util::future::{join_all, join3};
use jiff::Timestamp;

use crate::cloud::{CloudResult, ReadPorts};
use crate::facts::{BucketFacts, DatabaseFacts, Gap, Noun, ReplicaLag, TableFacts};
use crate::model::{DataKind, DataSet, Environment, SideName, standby_database_name};

/// What was seen of the data.
#[derive(Debug, Default)]
pub struct DataSeen {
    /// RDS instances, by identifier.
    pub databases: BTreeMap<String, DatabaseFacts>,
    /// How far replicas among them are behind, by identifier.
    pub replica_lags: BTreeMap<String, ReplicaLag>,
    /// DynamoDB tables, by name.
    pub tables: BTreeMap<String, TableFacts>,
    /// Buckets, by name.
    pub buckets: BTreeMap<String, BucketFacts>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
}

/// The data of a side: production's instances, tables and buckets, or what stands for them in the standby. What does not
/// exist is absent; what could not be read is a gap. Without data there is no call. The lag of the standby's replicas is
/// the newest before `now`.
pub async fn observe_data(ports: &ReadPorts, environment: &Environment, now: Timestamp) -> DataSeen {
    let side = ports.side;
    let names = |of: fn(&DataSet, &str, SideName) -> Option<String>| -> Vec<String> {
        environment.data.iter().filter_map(|data| of(data, &environment.name, side)).collect()
    };
    let (ids, tables, buckets) = (names(database_of), names(table_of), names(bucket_of));
    let (databases, tables, buckets) = join3(
        databases(ports, &ids),
        join_all(tables.iter().map(|name| async move { (name.clone(), ports.tables.table(name).await) })),
        join_all(buckets.iter().map(|name| async move { (name.clone(), ports.buckets.bucket(name).await) })),
    )
    .await;
    let mut seen = DataSeen::default();
    match databases {
        Ok(found) => seen.databases = found.into_iter().map(|database| (database.id.clone(), database)).collect(),
        Err(error) => {
            seen.gaps.push(Gap { noun: Noun::Database, subject: "*".to_owned(), reason: error.to_string() });
        }
    }
    lags(ports, now, &mut seen).await;
    seen.tables = keep(tables, Noun::Table, &mut seen.gaps);
    seen.buckets = keep(buckets, Noun::Bucket, &mut seen.gaps);
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

async fn databases(ports: &ReadPorts, ids: &[String]) -> CloudResult<Vec<DatabaseFacts>> {
    if ids.is_empty() { Ok(Vec::new()) } else { ports.databases.databases(ids).await }
}

fn keep<T>(answers: Vec<(String, CloudResult<Option<T>>)>, noun: Noun, gaps: &mut Vec<Gap>) -> BTreeMap<String, T> {
    let mut found = BTreeMap::new();
    for (name, answer) in answers {
        match answer {
            Ok(Some(facts)) => {
                found.insert(name, facts);
            }
            Ok(None) => {}
            Err(error) => gaps.push(Gap { noun, subject: name, reason: error.to_string() }),
        }
    }
    found
}

fn database_of(data: &DataSet, environment: &str, side: SideName) -> Option<String> {
    let rds = data.rds()?;
    Some(match side {
        SideName::Primary => rds.source.clone(),
        SideName::Standby => standby_database_name(environment, &data.name),
    })
}

fn table_of(data: &DataSet, _: &str, _: SideName) -> Option<String> {
    match &data.kind {
        DataKind::Dynamodb(table) => Some(table.table.clone()),
        DataKind::Rds(_) | DataKind::S3(_) => None,
    }
}

fn bucket_of(data: &DataSet, _: &str, side: SideName) -> Option<String> {
    match (&data.kind, side) {
        (DataKind::S3(buckets), SideName::Primary) => Some(buckets.bucket.clone()),
        (DataKind::S3(buckets), SideName::Standby) => Some(buckets.replica.clone()),
        (DataKind::Rds(_) | DataKind::Dynamodb(_), _) => None,
    }
}
