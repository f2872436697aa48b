//! Owns the port that copies databases over the simulated account.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudResult, DatabaseCopies, RemovableInstance, RemovableSnapshot};
use crate::facts::{CopiesFound, RestoreCopy, SnapshotFacts, Tags, TakeSnapshot};
use crate::model::{DRILL_TAG, ENVIRONMENT_TAG};
use crate::sim::databases;

/// DescribeDBInstances and DescribeDBSnapshots answer with at most 100 a page.
const PAGE: usize = 100;

#[async_trait]
impl DatabaseCopies for SideDesk {
    async fn snapshot(&self, id: &str) -> CloudResult<Option<SnapshotFacts>> {
        self.call("DescribeDBSnapshots", |region, now| {
            Ok(region.db_snapshots.get(id).map(|snapshot| databases::snapshot_told(snapshot, now)))
        })
        .await
    }

    async fn found(&self, environment: &str) -> CloudResult<CopiesFound> {
        let of_drill =
            |tags: &Tags| tags.get(ENVIRONMENT_TAG).is_some_and(|of| of == environment) && tags.contains_key(DRILL_TAG);
        let mut instances = self
            .cloud
            .call_account(self.side, &self.region, "DescribeDBInstances", |state, region| {
                let Some(place) = state.regions.get(region) else { return Ok(Vec::new()) };
                Ok(place.databases.values().map(|database| databases::told(state, place, database)).collect())
            })
            .await?;
        for _ in 1..instances.len().div_ceil(PAGE) {
            self.call("DescribeDBInstances", |_, _| Ok(())).await?;
        }
        let mut snapshots = self
            .list("DescribeDBSnapshots", PAGE, |region, now| {
                Ok(region.db_snapshots.values().map(|snapshot| databases::snapshot_told(snapshot, now)).collect())
            })
            .await?;
        instances.retain(|one| of_drill(&one.tags));
        snapshots.retain(|one: &SnapshotFacts| of_drill(&one.tags));
        Ok(CopiesFound { instances, snapshots })
    }

    async fn take_snapshot(&self, order: &TakeSnapshot) -> CloudResult<()> {
        self.call("CreateDBSnapshot", |region, now| databases::take_snapshot(region, now, order)).await
    }

    async fn restore(&self, order: &RestoreCopy) -> CloudResult<()> {
        self.call("RestoreDBInstanceFromDBSnapshot", |region, now| databases::restore(region, now, order)).await
    }

    async fn delete_instance(&self, instance: &RemovableInstance) -> CloudResult<()> {
        self.call("DeleteDBInstance", |region, now| databases::delete_instance(region, now, instance.id())).await
    }

    async fn delete_snapshot(&self, snapshot: &RemovableSnapshot) -> CloudResult<()> {
        self.call("DeleteDBSnapshot", |region, now| databases::delete_snapshot(region, now, snapshot.id())).await
    }
}
