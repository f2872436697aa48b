//! Owns the port that copies databases on RDS, and removes the copies of a drill.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_rds::types::{DbSnapshot, Tag};

use super::api::Api;
use super::database_facts::database;
use super::pacing::Rate;
use super::retry::RetryRules;
use super::session::Session;
use super::tags::own_tags;
use super::time::timestamp;
use crate::cloud::{CloudErrorKind, CloudResult, DatabaseCopies, RemovableInstance, RemovableSnapshot};
use crate::facts::{CopiesFound, RestoreCopy, SnapshotFacts, Tags, TakeSnapshot};
use crate::model::{DRILL_TAG, ENVIRONMENT_TAG};

const DESCRIBE: Api = shared("DescribeDBInstances");
const DESCRIBE_SNAPSHOTS: Api = shared("DescribeDBSnapshots");
const CREATE_SNAPSHOT: Api = shared("CreateDBSnapshot");
const RESTORE: Api = shared("RestoreDBInstanceFromDBSnapshot");
const DELETE: Api = shared("DeleteDBInstance");
const DELETE_SNAPSHOT: Api = shared("DeleteDBSnapshot");

/// Records of one page (RDS Describe calls: 20 to 100).
const PAGE: i32 = 100;

const fn shared(operation: &'static str) -> Api {
    Api::shared("rds", operation, "all calls", Rate::RDS)
}

/// Copies of databases on AWS.
#[derive(Debug)]
pub(super) struct AwsDatabaseCopies {
    session: Arc<Session>,
    client: aws_sdk_rds::Client,
}

impl AwsDatabaseCopies {
    pub fn new(session: Arc<Session>) -> Self {
        AwsDatabaseCopies { client: aws_sdk_rds::Client::new(&session.config), session }
    }
}

/// Every write is made once: none has a token, and what a lost answer leaves open a look decides.
#[async_trait]
impl DatabaseCopies for AwsDatabaseCopies {
    async fn snapshot(&self, id: &str) -> CloudResult<Option<SnapshotFacts>> {
        let request = || self.client.describe_db_snapshots().db_snapshot_identifier(id).send();
        match self.session.call(&DESCRIBE_SNAPSHOTS, request).await {
            Ok(answer) => Ok(answer.db_snapshots().first().and_then(snapshot)),
            Err(error) if error.kind == CloudErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn found(&self, environment: &str) -> CloudResult<CopiesFound> {
        let request = |marker| self.client.describe_db_instances().max_records(PAGE).set_marker(marker).send();
        let instances = self.session.pages(&DESCRIBE, |page| page.marker(), request);
        let request = |marker| {
            let call = self.client.describe_db_snapshots().snapshot_type("manual");
            call.max_records(PAGE).set_marker(marker).send()
        };
        let snapshots = self.session.pages(&DESCRIBE_SNAPSHOTS, |page| page.marker(), request);
        let (instances, snapshots) = futures_util::future::try_join(instances, snapshots).await?;
        let of_drill =
            |tags: &Tags| tags.get(ENVIRONMENT_TAG).is_some_and(|of| of == environment) && tags.contains_key(DRILL_TAG);
        let instances = instances.iter().flat_map(|page| page.db_instances()).filter_map(database);
        let snapshots = snapshots.iter().flat_map(|page| page.db_snapshots()).filter_map(snapshot);
        let mut found = CopiesFound {
            instances: instances.filter(|one| of_drill(&one.tags)).collect(),
            snapshots: snapshots.filter(|one| of_drill(&one.tags)).collect(),
        };
        found.instances.sort_by(|a, b| a.id.cmp(&b.id));
        found.snapshots.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    async fn take_snapshot(&self, order: &TakeSnapshot) -> CloudResult<()> {
        let tags = to_rds(&order.tags);
        let request = || {
            let call = self.client.create_db_snapshot().db_snapshot_identifier(&order.id);
            call.db_instance_identifier(&order.database).set_tags(tags.clone()).send()
        };
        self.session.call_by(&CREATE_SNAPSHOT, RetryRules::ONCE, request).await.map(drop)
    }

    async fn restore(&self, order: &RestoreCopy) -> CloudResult<()> {
        let like = &order.like;
        let tags = to_rds(&like.tags);
        let groups = (!like.security_group_ids.is_empty()).then(|| like.security_group_ids.clone());
        let request = || {
            self.client
                .restore_db_instance_from_db_snapshot()
                .db_instance_identifier(&order.id)
                .db_snapshot_identifier(&order.snapshot)
                .db_instance_class(&like.class)
                .multi_az(false)
                .set_storage_type(like.storage_type.clone())
                .set_iops(like.iops.and_then(|iops| i32::try_from(iops).ok()))
                .set_db_subnet_group_name(like.subnet_group.clone())
                .set_vpc_security_group_ids(groups.clone())
                .set_db_parameter_group_name(like.parameter_group.clone())
                .publicly_accessible(false)
                .auto_minor_version_upgrade(false)
                .backup_retention_period(0)
                .deletion_protection(false)
                .set_tags(tags.clone())
                .send()
        };
        self.session.call_by(&RESTORE, RetryRules::ONCE, request).await.map(drop)
    }

    async fn delete_instance(&self, instance: &RemovableInstance) -> CloudResult<()> {
        let request = || {
            let call = self.client.delete_db_instance().db_instance_identifier(instance.id());
            call.skip_final_snapshot(true).delete_automated_backups(true).send()
        };
        self.session.call_by(&DELETE, RetryRules::ONCE, request).await.map(drop)
    }

    async fn delete_snapshot(&self, snapshot: &RemovableSnapshot) -> CloudResult<()> {
        let request = || self.client.delete_db_snapshot().db_snapshot_identifier(snapshot.id()).send();
        self.session.call_by(&DELETE_SNAPSHOT, RetryRules::ONCE, request).await.map(drop)
    }
}

fn to_rds(tags: &Tags) -> Option<Vec<Tag>> {
    let tags: Vec<Tag> = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    (!tags.is_empty()).then_some(tags)
}

/// A snapshot in our words; none without an identifier, which AWS always gives.
fn snapshot(snapshot: &DbSnapshot) -> Option<SnapshotFacts> {
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let count = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    Some(SnapshotFacts {
        id: snapshot.db_snapshot_identifier()?.to_owned(),
        database: owned(snapshot.db_instance_identifier()),
        status: owned(snapshot.status()),
        progress_percent: count(snapshot.percent_progress()),
        engine: owned(snapshot.engine()),
        engine_version: owned(snapshot.engine_version()),
        storage_gb: count(snapshot.allocated_storage()),
        encrypted: snapshot.encrypted().unwrap_or(false),
        kms_key: snapshot.kms_key_id().filter(|key| !key.is_empty()).map(str::to_owned),
        taken_at: snapshot.original_snapshot_create_time().or(snapshot.snapshot_create_time()).and_then(timestamp),
        database_time: snapshot.snapshot_database_time().and_then(timestamp),
        tags: own_tags(snapshot.tag_list().iter().map(|tag| (tag.key(), tag.value()))),
    })
}
