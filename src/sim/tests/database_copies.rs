//! Copies of databases: snapshots, instances restored from them, and how both go away.

use super::bench::Bench;
use super::databases::{REPLICA, replicated};
use crate::cloud::{CloudErrorKind, RemovableInstance, RemovableSnapshot};
use crate::facts::{CopyLike, DatabaseChange, RestoreCopy, TakeSnapshot};
use crate::model::CopyMark;

fn mark() -> CopyMark {
    CopyMark { environment: "shop-standby".into(), run: "r1".into(), data: "orders".into() }
}

fn order() -> TakeSnapshot {
    TakeSnapshot { id: mark().id(), database: REPLICA.to_owned(), tags: mark().tags() }
}

async fn restore_of(bench: &Bench) -> RestoreCopy {
    let replica = bench.standby_database(REPLICA).await.expect("there");
    let mut like = CopyLike::from(&replica);
    like.tags.extend(mark().tags());
    RestoreCopy { id: mark().id(), snapshot: mark().id(), like }
}

#[tokio::test]
async fn a_snapshot_needs_an_available_instance_and_keeps_it_from_being_promoted() {
    let bench = replicated().await;
    let copies = bench.copies().await;
    copies.take_snapshot(&order()).await.expect("takes it");
    let taken = bench.clock.now();
    let status = bench.standby_database(REPLICA).await.expect("there").status;
    assert_eq!(status, "backing-up");
    let refused = bench.write.databases.promote(REPLICA, 7).await.expect_err("backing up");
    assert_eq!(refused.code.as_deref(), Some("InvalidDBInstanceState"));
    let refused = copies.take_snapshot(&order()).await.expect_err("there already");
    assert_eq!((refused.kind, refused.code.as_deref()), (CloudErrorKind::Conflict, Some("DBSnapshotAlreadyExists")));
    let other = TakeSnapshot { id: "other".into(), ..order() };
    let refused = copies.take_snapshot(&other).await.expect_err("not available");
    assert_eq!(refused.code.as_deref(), Some("InvalidDBInstanceState"));
    let snapshot = copies.snapshot(&mark().id()).await.expect("answers").expect("there");
    assert_eq!((snapshot.status.as_str(), snapshot.database.as_str()), ("creating", REPLICA));
    let removable = RemovableSnapshot::judged(&mark(), &snapshot).expect("ours");
    let refused = copies.delete_snapshot(&removable).await.expect_err("not available");
    assert_eq!(refused.code.as_deref(), Some("InvalidDBSnapshotState"));
    let refused = copies.restore(&restore_of(&bench).await).await.expect_err("not available");
    assert_eq!(refused.code.as_deref(), Some("InvalidDBSnapshotState"));

    assert!((170..=185).contains(&bench.until_available("us-west-2", REPLICA).await));
    let snapshot = copies.snapshot(&mark().id()).await.expect("answers").expect("there");
    assert_eq!((snapshot.status.as_str(), snapshot.progress_percent), ("available", 100));
    assert_eq!(snapshot.behind_s(), Some(2), "the replica's lag");
    assert!(snapshot.taken_at.is_some_and(|at| at <= taken));
    copies.delete_snapshot(&removable).await.expect("deletes it");
    assert_eq!(copies.snapshot(&mark().id()).await, Ok(None));
    assert_eq!(copies.delete_snapshot(&removable).await.expect_err("gone").kind, CloudErrorKind::NotFound);
}

#[tokio::test]
async fn a_restored_instance_stands_alone_and_nobody_writes_to_it() {
    let bench = replicated().await;
    let copies = bench.copies().await;
    let ask = restore_of(&bench).await;
    assert_eq!(copies.restore(&ask).await.expect_err("no snapshot").code.as_deref(), Some("DBSnapshotNotFound"));
    copies.take_snapshot(&order()).await.expect("takes it");
    bench.until_available("us-west-2", REPLICA).await;
    let taken = RestoreCopy { id: REPLICA.to_owned(), ..ask.clone() };
    assert_eq!(copies.restore(&taken).await.expect_err("taken").code.as_deref(), Some("DBInstanceAlreadyExists"));
    let like = CopyLike { subnet_group: Some("none".into()), ..ask.like.clone() };
    let nowhere = RestoreCopy { like, ..ask.clone() };
    assert_eq!(
        copies.restore(&nowhere).await.expect_err("nowhere").code.as_deref(),
        Some("DBSubnetGroupNotFoundFault")
    );

    copies.restore(&ask).await.expect("restores it");
    let copy = bench.standby_database(&ask.id).await.expect("there");
    assert_eq!((copy.status.as_str(), copy.endpoint.is_none()), ("creating", true));
    let removable = RemovableInstance::judged(&mark(), &copy).expect("ours");
    let refused = copies.delete_instance(&removable).await.expect_err("creating");
    assert_eq!(refused.code.as_deref(), Some("InvalidDBInstanceState"));
    assert!((470..=490).contains(&bench.until_available("us-west-2", &ask.id).await));
    let (copy, replica) =
        (bench.standby_database(&ask.id).await.expect("there"), bench.standby_database(REPLICA).await.expect("there"));
    assert_eq!((copy.source, copy.backup_retention_days, copy.deletion_protection), (None, 0, false));
    assert_eq!((copy.kms_key, copy.subnet_group), (replica.kms_key, replica.subnet_group));
    assert_eq!((copy.engine_version, copy.storage_gb), (replica.engine_version, replica.storage_gb));
    assert_eq!(copy.parameter_group.map(|group| group.name), replica.parameter_group.map(|group| group.name));
    let held = bench.held("us-west-2", &ask.id);
    bench.wait(600).await;
    assert_eq!(bench.held("us-west-2", &ask.id).writes, held.writes, "no application knows its name");
    assert_eq!(bench.standby_database(REPLICA).await.expect("there").source, replica.source, "left alone");

    let found = copies.found("shop-standby").await.expect("answers");
    assert_eq!((found.instances.len(), found.snapshots.len()), (1, 1));
    assert_eq!(copies.found("bank").await, Ok(Default::default()));
    copies.delete_instance(&removable).await.expect("deletes it");
    assert_eq!(bench.standby_database(&ask.id).await.expect("there").status, "deleting");
    let refused = copies.delete_instance(&removable).await.expect_err("under way");
    assert!(refused.message.contains("already being deleted"), "{refused}");
    bench.wait(151).await;
    assert_eq!(bench.standby_database(&ask.id).await, None);
    assert!(copies.snapshot(&mark().id()).await.expect("answers").is_some(), "a snapshot outlives it");
}

#[tokio::test]
async fn a_protected_instance_is_not_deleted() {
    let bench = replicated().await;
    let copies = bench.copies().await;
    copies.take_snapshot(&order()).await.expect("takes it");
    bench.until_available("us-west-2", REPLICA).await;
    copies.restore(&restore_of(&bench).await).await.expect("restores it");
    bench.until_available("us-west-2", &mark().id()).await;
    let copy = bench.standby_database(&mark().id()).await.expect("there");
    let removable = RemovableInstance::judged(&mark(), &copy).expect("ours");
    let protect = DatabaseChange { deletion_protection: Some(true), ..DatabaseChange::default() };
    bench.write.databases.modify(&mark().id(), &protect).await.expect("takes it");
    let refused = copies.delete_instance(&removable).await.expect_err("protected");
    assert_eq!(refused.code.as_deref(), Some("InvalidParameterCombination"));
}
