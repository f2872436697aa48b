//! Owns the tests of copies of databases: what is sent, what is read, and that deletions are made once.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat::cloud::{Cloud as _, CloudErrorKind, DatabaseCopies, RemovableInstance, RemovableSnapshot};
use lifeboat::facts::{CopyLike, DatabaseFacts, RestoreCopy, SnapshotFacts, TakeSnapshot};
use lifeboat::model::{CopyMark, SideName};

use super::replay::{Answer, Replay, query_error, xml};
use super::{cloud, side, stand_in};

const TAGS: &str = "<TagList><Tag><Key>lifeboat:environment</Key><Value>shop</Value></Tag>\
    <Tag><Key>lifeboat:drill</Key><Value>r1</Value></Tag><Tag><Key>aws:x</Key><Value>y</Value></Tag></TagList>";

async fn copies(server: &Replay) -> Arc<dyn DatabaseCopies> {
    cloud().copies(SideName::Standby, &side(server.url())).await.expect("a port")
}

fn mark() -> CopyMark {
    CopyMark { environment: "shop".to_owned(), run: "r1".to_owned(), data: "orders".to_owned() }
}

fn snapshots(all: &[String], marker: &str) -> Answer {
    let all: String = all.iter().map(|fields| format!("<DBSnapshot>{fields}</DBSnapshot>")).collect();
    xml(format!(
        "<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult>{marker}<DBSnapshots>{all}</DBSnapshots>\
         </DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>"
    ))
}

fn snapshot(times: &str) -> String {
    format!(
        "<DBSnapshotIdentifier>shop-orders-drill-r1</DBSnapshotIdentifier>\
         <DBInstanceIdentifier>shop-orders</DBInstanceIdentifier><Status>creating</Status>\
         <PercentProgress>40</PercentProgress><Engine>postgres</Engine><EngineVersion>16.4</EngineVersion>\
         <AllocatedStorage>200</AllocatedStorage><Encrypted>true</Encrypted>\
         <KmsKeyId>arn:aws:kms:us-west-2:1:key/k</KmsKeyId>{times}{TAGS}"
    )
}

fn instances(all: &[&str], marker: &str) -> Answer {
    let all: String =
        all.iter().map(|fields| format!("<DBInstance><DBInstanceIdentifier>{fields}</DBInstance>")).collect();
    xml(format!(
        "<DescribeDBInstancesResponse><DescribeDBInstancesResult>{marker}<DBInstances>{all}</DBInstances>\
         </DescribeDBInstancesResult></DescribeDBInstancesResponse>"
    ))
}

/// The answer of a write, without what nobody reads.
fn done(action: &str) -> Answer {
    xml(format!("<{action}Response><{action}Result/></{action}Response>"))
}

fn removable() -> (RemovableInstance, RemovableSnapshot) {
    let (id, tags) = (mark().id(), mark().tags());
    let instance = DatabaseFacts { id: id.clone(), tags: tags.clone(), ..DatabaseFacts::default() };
    let snapshot = SnapshotFacts { id, tags, database: "shop-orders".to_owned(), ..SnapshotFacts::default() };
    let instance = RemovableInstance::judged(&mark(), &instance).expect("ours");
    (instance, RemovableSnapshot::judged(&mark(), &snapshot).expect("ours"))
}

#[tokio::test]
async fn a_snapshot_tells_how_old_its_data_is_and_a_missing_one_is_none() {
    let server = Replay::start();
    let times = "<SnapshotCreateTime>2026-11-20T12:05:00Z</SnapshotCreateTime>\
        <OriginalSnapshotCreateTime>2026-11-20T12:00:00Z</OriginalSnapshotCreateTime>\
        <SnapshotDatabaseTime>2026-11-20T11:59:57.5Z</SnapshotDatabaseTime>";
    let gone = query_error(404, "DBSnapshotNotFound", "DBSnapshot shop-orders-drill-r1 not found.");
    server.on("rds", "DescribeDBSnapshots", [snapshots(&[snapshot(times)], ""), snapshots(&[snapshot("")], ""), gone]);
    let copies = copies(&server).await;
    let found = copies.snapshot("shop-orders-drill-r1").await.expect("an answer").expect("there");
    assert_eq!(found.behind_s(), Some(3));
    assert_eq!((found.status.as_str(), found.progress_percent, found.storage_gb), ("creating", 40, 200));
    assert_eq!((found.database.as_str(), found.engine_version.as_str()), ("shop-orders", "16.4"));
    assert_eq!((found.encrypted, found.kms_key.as_deref()), (true, Some("arn:aws:kms:us-west-2:1:key/k")));
    assert_eq!(found.tags, mark().tags(), "AWS's own tags are no facts");
    assert_eq!(server.calls("rds", "DescribeDBSnapshots")[0].field("DBSnapshotIdentifier"), "shop-orders-drill-r1");
    let untold = copies.snapshot("shop-orders-drill-r1").await.expect("an answer").expect("there");
    assert_eq!(untold.behind_s(), None, "what RDS does not tell is not guessed");
    assert_eq!(copies.snapshot("shop-orders-drill-r1").await, Ok(None));
}

#[tokio::test]
async fn what_drills_left_is_found_on_every_page_by_its_tags() {
    let server = Replay::start();
    let ours = format!("shop-orders-drill-r0</DBInstanceIdentifier>{TAGS}");
    let other = format!("bank-orders-drill-r0</DBInstanceIdentifier>{}", TAGS.replace(">shop<", ">bank<"));
    let marker = "<Marker>more</Marker>";
    server.on("rds", "DescribeDBInstances", [instances(&[&other], marker), instances(&[&ours], "")]);
    let untagged = snapshot("").replace(TAGS, "");
    server.on("rds", "DescribeDBSnapshots", [snapshots(&[untagged], marker), snapshots(&[snapshot("")], "")]);
    let found = copies(&server).await.found("shop").await.expect("an answer");
    let ids: Vec<&str> = found.instances.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["shop-orders-drill-r0"]);
    let ids: Vec<&str> = found.snapshots.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["shop-orders-drill-r1"]);
    let asked = server.calls("rds", "DescribeDBSnapshots");
    assert_eq!(asked.iter().map(|call| call.field("SnapshotType")).collect::<Vec<_>>(), ["manual", "manual"]);
    assert_eq!(server.calls("rds", "DescribeDBInstances")[1].field("Marker"), "more");
}

#[tokio::test]
async fn a_copy_is_private_without_backups_and_may_be_deleted() {
    let server = Replay::start();
    server.on("rds", "CreateDBSnapshot", [done("CreateDBSnapshot")]);
    server.on("rds", "RestoreDBInstanceFromDBSnapshot", [done("RestoreDBInstanceFromDBSnapshot")]);
    let copies = copies(&server).await;
    let id = mark().id();
    let order = TakeSnapshot { id: id.clone(), database: "shop-orders".to_owned(), tags: mark().tags() };
    copies.take_snapshot(&order).await.expect("taken");
    let like = CopyLike {
        class: "db.t4g.medium".to_owned(),
        storage_type: None,
        iops: None,
        subnet_group: Some("shop-data".to_owned()),
        security_group_ids: vec!["sg-1".to_owned(), "sg-2".to_owned()],
        parameter_group: Some("shop-pg16".to_owned()),
        tags: BTreeMap::from([("app".to_owned(), "shop".to_owned())]),
    };
    copies.restore(&RestoreCopy { id: id.clone(), snapshot: id, like }).await.expect("restored");
    let sent = [
        ("CreateDBSnapshot", "DBSnapshotIdentifier", "shop-orders-drill-r1"),
        ("CreateDBSnapshot", "DBInstanceIdentifier", "shop-orders"),
        ("CreateDBSnapshot", "Tags.Tag.1.Key", "lifeboat:drill"),
        ("CreateDBSnapshot", "Tags.Tag.2.Value", "shop"),
        ("RestoreDBInstanceFromDBSnapshot", "DBInstanceIdentifier", "shop-orders-drill-r1"),
        ("RestoreDBInstanceFromDBSnapshot", "DBSnapshotIdentifier", "shop-orders-drill-r1"),
        ("RestoreDBInstanceFromDBSnapshot", "DBInstanceClass", "db.t4g.medium"),
        ("RestoreDBInstanceFromDBSnapshot", "DBSubnetGroupName", "shop-data"),
        ("RestoreDBInstanceFromDBSnapshot", "DBParameterGroupName", "shop-pg16"),
        ("RestoreDBInstanceFromDBSnapshot", "VpcSecurityGroupIds.VpcSecurityGroupId.2", "sg-2"),
        ("RestoreDBInstanceFromDBSnapshot", "PubliclyAccessible", "false"),
        ("RestoreDBInstanceFromDBSnapshot", "DeletionProtection", "false"),
        ("RestoreDBInstanceFromDBSnapshot", "BackupRetentionPeriod", "0"),
        ("RestoreDBInstanceFromDBSnapshot", "MultiAZ", "false"),
        ("RestoreDBInstanceFromDBSnapshot", "StorageType", ""),
        ("RestoreDBInstanceFromDBSnapshot", "Tags.Tag.1.Key", "app"),
    ];
    for (action, field, expected) in sent {
        assert_eq!(server.calls("rds", action)[0].field(field), expected, "{action} {field}");
    }
}

#[tokio::test]
async fn deletions_leave_nothing_behind_and_are_made_once() {
    let server = Replay::start();
    server.on("rds", "DeleteDBInstance", [done("DeleteDBInstance"), Answer::Hangup]);
    let busy = query_error(400, "InvalidDBSnapshotState", "Cannot delete the snapshot because it is creating.");
    server.on("rds", "DeleteDBSnapshot", [busy, done("DeleteDBSnapshot")]);
    let (copies, (instance, snapshot)) = (copies(&server).await, removable());
    copies.delete_instance(&instance).await.expect("deleted");
    let sent = ["DBInstanceIdentifier", "SkipFinalSnapshot", "DeleteAutomatedBackups", "FinalDBSnapshotIdentifier"];
    let call = &server.calls("rds", "DeleteDBInstance")[0];
    assert_eq!(sent.map(|field| call.field(field)), ["shop-orders-drill-r1", "true", "true", ""]);
    let lost = copies.delete_instance(&instance).await.expect_err("no answer");
    assert!(!lost.kind.no_effect(), "it may have happened: {lost}");
    assert_eq!(copies.delete_snapshot(&snapshot).await.expect_err("creating").kind, CloudErrorKind::Conflict);
    copies.delete_snapshot(&snapshot).await.expect("deleted");
    assert_eq!(["DeleteDBInstance", "DeleteDBSnapshot"].map(|action| server.calls("rds", action).len()), [2, 2]);
}

#[tokio::test]
async fn what_is_there_already_is_a_conflict_and_a_quota_is_a_limit() {
    let server = Replay::start();
    let exists = query_error(400, "DBSnapshotAlreadyExists", "it exists");
    let full = query_error(400, "SnapshotQuotaExceeded", "You can't create more than 100 snapshots");
    server.on("rds", "CreateDBSnapshot", [exists, full]);
    server.on("rds", "RestoreDBInstanceFromDBSnapshot", [query_error(400, "DBInstanceAlreadyExists", "it exists")]);
    let copies = copies(&server).await;
    let order = TakeSnapshot { id: mark().id(), database: "shop-orders".to_owned(), tags: mark().tags() };
    assert_eq!(copies.take_snapshot(&order).await.expect_err("there").kind, CloudErrorKind::Conflict);
    assert_eq!(copies.take_snapshot(&order).await.expect_err("full").kind, CloudErrorKind::Limit);
    assert_eq!(copies.restore(&RestoreCopy::default()).await.expect_err("there").kind, CloudErrorKind::Conflict);
}

/// Against moto: what is ordered is there, is found by its tags, and is gone when it was deleted.
#[tokio::test]
async fn a_copy_comes_and_goes_on_a_stand_in() {
    let estate = stand_in::estate().await;
    let in_standby = estate.config.to_builder().region(aws_config::Region::new(stand_in::STANDBY)).build();
    let made = aws_sdk_rds::Client::new(&in_standby).create_db_instance().db_instance_identifier("shop-orders");
    let made = made.db_instance_class("db.t4g.medium").engine("postgres").allocated_storage(20);
    made.master_username("root").master_user_password("correct-horse-battery").send().await.expect("a database");
    let (copies, id) = (&estate.copies, mark().id());
    assert_eq!(copies.snapshot(&id).await, Ok(None));
    let order = TakeSnapshot { id: id.clone(), database: "shop-orders".to_owned(), tags: mark().tags() };
    copies.take_snapshot(&order).await.expect("taken");
    assert_eq!(copies.take_snapshot(&order).await.expect_err("there").kind, CloudErrorKind::Conflict);
    let snapshot = copies.snapshot(&id).await.expect("an answer").expect("there");
    let removable_snapshot = RemovableSnapshot::judged(&mark(), &snapshot).expect("ours");
    let original = estate.standby.databases.database("shop-orders").await.expect("an answer").expect("there");
    let mut like = CopyLike::from(&original);
    like.tags.extend(mark().tags());
    copies.restore(&RestoreCopy { id: id.clone(), snapshot: id.clone(), like }).await.expect("restored");
    let copy = estate.standby.databases.database(&id).await.expect("an answer").expect("there");
    let removable = RemovableInstance::judged(&mark(), &copy).expect("ours");
    let found = copies.found("shop").await.expect("an answer");
    assert_eq!((found.instances.len(), found.snapshots.len()), (1, 1), "{found:?}");
    copies.delete_instance(&removable).await.expect("deleted");
    copies.delete_snapshot(&removable_snapshot).await.expect("deleted");
    assert_eq!(copies.found("shop").await, Ok(Default::default()));
    assert!(estate.standby.databases.database("shop-orders").await.expect("an answer").is_some(), "left alone");
}
