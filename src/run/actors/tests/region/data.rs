//! Owns the data of the Region of these tests: databases and what becomes of them, their lag, tables, buckets, objects.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Region, error};
use crate::cloud::*;
use crate::facts::*;

#[async_trait]
impl ReadDatabases for Region {
    async fn databases(&self, ids: &[String]) -> CloudResult<Vec<DatabaseFacts>> {
        self.look(|state| ids.iter().filter_map(|id| state.databases.get(id).cloned()).collect())
    }
    async fn all_databases(&self) -> CloudResult<Vec<DatabaseFacts>> {
        self.look(|state| state.databases.values().cloned().collect())
    }
    async fn database(&self, id: &str) -> CloudResult<Option<DatabaseFacts>> {
        self.time_passes("database");
        self.look(|state| state.databases.get(id).cloned())
    }
}

#[async_trait]
impl WriteDatabases for Region {
    /// Two minutes until it stands alone, one more of a backup.
    async fn promote(&self, id: &str, days: u32) -> CloudResult<()> {
        let busy =
            self.look(|state| state.databases.get(id).is_none_or(|one| !one.is_available() || !one.is_replica()))?;
        if busy {
            return Err(error(CloudErrorKind::Conflict, "PromoteReadReplica"));
        }
        self.write("PromoteReadReplica", |state| {
            let mut one = state.databases[id].clone();
            let then = |seconds| state.now.checked_add(Duration::from_secs(seconds)).expect("in range");
            let (alone, backed_up) = (then(120), then(180));
            one.status = "modifying".into();
            state.databases.insert(id.to_owned(), one.clone());
            let one = DatabaseFacts { source: None, backup_retention_days: days, status: "backing-up".into(), ..one };
            state.coming.push((alone, one.clone()));
            state.coming.push((backed_up, DatabaseFacts { status: "available".into(), ..one }));
        })
    }
    async fn modify(&self, id: &str, change: &DatabaseChange) -> CloudResult<()> {
        if self.look(|state| state.databases.get(id).is_none_or(|one| !one.is_available()))? {
            return Err(error(CloudErrorKind::Conflict, "ModifyDBInstance"));
        }
        self.write("ModifyDBInstance", |state| {
            let mut one = state.databases[id].clone();
            one.status = "modifying".into();
            state.databases.insert(id.to_owned(), one.clone());
            let class = change.class.clone().filter(|_| !state.no_capacity);
            one.class = class.unwrap_or(one.class);
            one.multi_az = change.multi_az.unwrap_or(one.multi_az);
            one.deletion_protection = change.deletion_protection.unwrap_or(one.deletion_protection);
            one.status = "available".into();
            state.coming.push((state.now.checked_add(Duration::from_secs(600)).expect("in range"), one));
        })
    }
    async fn create_replica(&self, _: &CreateReplica) -> CloudResult<()> {
        Err(error(CloudErrorKind::Unsupported, "CreateDBInstanceReadReplica"))
    }
}

#[async_trait]
impl ReadMetrics for Region {
    async fn group_peaks(&self, _: &[String], _: Timestamp, _: Timestamp) -> CloudResult<BTreeMap<String, GroupPeak>> {
        Ok(BTreeMap::new())
    }
    async fn replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<LagsSeen> {
        self.time_passes("lags");
        self.look(|state| {
            let known = state.lag.iter().rev().find(|(from, _)| *from <= state.now);
            let lag = known.and_then(|(at, seconds)| Some(ReplicaLag { seconds: (*seconds)?, at: *at }));
            // What is asked for reaches as far as a clock may be wrong.
            let lag = lag.filter(|lag| now.duration_since(lag.at).abs() <= LAG_WINDOW + CLOCK_ERROR);
            let lags = lag.map(|lag| ids.iter().map(|id| (id.clone(), lag)).collect()).unwrap_or_default();
            LagsSeen { at: (!state.untimed).then_some(state.now), lags }
        })
    }
    async fn last_replica_lags(&self, ids: &[String], _: Timestamp) -> CloudResult<LagsSeen> {
        self.look(|state| {
            let told = state.lag.iter().rev().filter(|(from, _)| *from <= state.now);
            let known = told.filter_map(|(from, lag)| Some((*from, (*lag)?))).next();
            let lag = known.map(|(at, seconds)| ReplicaLag { seconds, at });
            let lags = lag.map(|lag| ids.iter().map(|id| (id.clone(), lag)).collect()).unwrap_or_default();
            LagsSeen { at: (!state.untimed).then_some(state.now), lags }
        })
    }
    async fn connections(&self, ids: &[String], _: Timestamp) -> CloudResult<BTreeMap<String, Connections>> {
        self.look(|state| {
            let connected = state.connected.map(|(at, count)| Connections { count, at });
            ids.iter().filter_map(|id| Some((id.clone(), connected?))).collect()
        })
    }
}

#[async_trait]
impl ReadTables for Region {
    async fn table(&self, name: &str) -> CloudResult<Option<TableFacts>> {
        self.look(|state| state.tables.get(name).cloned())
    }
}

#[async_trait]
impl ReadBuckets for Region {
    async fn bucket(&self, name: &str) -> CloudResult<Option<BucketFacts>> {
        self.look(|state| state.buckets.get(name).cloned())
    }
    async fn object_exists(&self, bucket: &str, key: &str) -> CloudResult<bool> {
        self.look(|state| state.objects.contains_key(&(bucket.to_owned(), key.to_owned())))
    }
    fn object_url(&self, bucket: &str, key: &str) -> String {
        format!("https://objects/{bucket}/{key}")
    }
}

#[async_trait]
impl WriteObjects for Region {
    async fn put_object(&self, bucket: &str, key: &str, body: &[u8]) -> CloudResult<()> {
        self.write("PutObject", |state| {
            state.objects.insert((bucket.to_owned(), key.to_owned()), body.to_vec());
        })
    }
    async fn delete_object(&self, bucket: &str, key: &str) -> CloudResult<()> {
        self.write("DeleteObject", |state| {
            state.objects.remove(&(bucket.to_owned(), key.to_owned()));
        })
    }
}
