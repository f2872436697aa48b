//! Owns the copies of databases in the Region of these tests: snapshots, what is restored of them, and their removal.

use std::time::Duration;

use async_trait::async_trait;

use super::{Region, error};
use crate::cloud::*;
use crate::facts::*;

/// Three minutes for a snapshot, eight for an instance of it, two and a half to delete that.
#[async_trait]
impl DatabaseCopies for Region {
    async fn snapshot(&self, id: &str) -> CloudResult<Option<SnapshotFacts>> {
        self.look(|state| state.snapshots.get(id).cloned())
    }
    async fn found(&self, _: &str) -> CloudResult<CopiesFound> {
        self.look(|state| {
            let of_drill = |tags: &Tags| tags.contains_key("lifeboat:drill");
            CopiesFound {
                instances: state.databases.values().filter(|one| of_drill(&one.tags)).cloned().collect(),
                snapshots: state.snapshots.values().filter(|one| of_drill(&one.tags)).cloned().collect(),
            }
        })
    }
    async fn take_snapshot(&self, order: &TakeSnapshot) -> CloudResult<()> {
        if self.look(|state| state.snapshots.contains_key(&order.id))? {
            return Err(error(CloudErrorKind::Conflict, "CreateDBSnapshot"));
        }
        self.write("CreateDBSnapshot", |state| {
            let of = state.databases[&order.database].clone();
            let made = SnapshotFacts {
                id: order.id.clone(),
                database: of.id,
                status: "available".into(),
                progress_percent: 100,
                engine: of.engine,
                engine_version: of.engine_version,
                storage_gb: of.storage_gb,
                encrypted: of.encrypted,
                kms_key: of.kms_key,
                taken_at: Some(state.now),
                database_time: state.now.checked_sub(Duration::from_secs(4)).ok(),
                tags: order.tags.clone(),
            };
            let creating = SnapshotFacts { status: "creating".into(), progress_percent: 10, ..made.clone() };
            state.snapshots.insert(order.id.clone(), creating);
            state.made.push((state.now.checked_add(Duration::from_secs(180)).expect("in range"), made));
        })
    }
    async fn restore(&self, order: &RestoreCopy) -> CloudResult<()> {
        if self.look(|state| state.databases.contains_key(&order.id))? {
            return Err(error(CloudErrorKind::Conflict, "RestoreDBInstanceFromDBSnapshot"));
        }
        self.write("RestoreDBInstanceFromDBSnapshot", |state| {
            let of = state.snapshots[&order.snapshot].clone();
            let made = DatabaseFacts {
                id: order.id.clone(),
                status: "available".into(),
                class: order.like.class.clone(),
                engine: of.engine,
                engine_version: of.engine_version,
                storage_gb: of.storage_gb,
                encrypted: of.encrypted,
                kms_key: of.kms_key,
                tags: order.like.tags.clone(),
                ..DatabaseFacts::default()
            };
            let creating = DatabaseFacts { status: "creating".into(), ..made.clone() };
            state.databases.insert(order.id.clone(), creating);
            state.coming.push((state.now.checked_add(Duration::from_secs(480)).expect("in range"), made));
        })
    }
    async fn delete_instance(&self, instance: &RemovableInstance) -> CloudResult<()> {
        let busy = |one: &DatabaseFacts| matches!(one.status.as_str(), "creating" | "deleting");
        if self.look(|state| state.databases.get(instance.id()).is_none_or(busy))? {
            return Err(error(CloudErrorKind::Conflict, "DeleteDBInstance"));
        }
        self.write("DeleteDBInstance", |state| {
            let one = state.databases.get_mut(instance.id()).expect("there");
            one.status = "deleting".into();
            state.going.push((state.now.checked_add(Duration::from_secs(150)).expect("in range"), one.id.clone()));
        })
    }
    async fn delete_snapshot(&self, snapshot: &RemovableSnapshot) -> CloudResult<()> {
        if self.look(|state| state.snapshots.get(snapshot.id()).is_none_or(|one| one.status == "creating"))? {
            return Err(error(CloudErrorKind::Conflict, "DeleteDBSnapshot"));
        }
        self.write("DeleteDBSnapshot", |state| {
            state.snapshots.remove(snapshot.id());
        })
    }
}
