//! Replication: what it needs, its lag, what a promotion loses, the way home.

use jiff::Timestamp;

use super::{PRODUCTION, REPLICA, away, replicated};
use crate::cloud::CloudErrorKind;
use crate::facts::{CreateReplica, DatabaseChange};

fn seconds_between(earlier: Timestamp, later: Timestamp) -> i64 {
    later.duration_since(earlier).as_secs()
}

#[tokio::test]
async fn a_replica_needs_a_key_backups_and_a_free_name() {
    let bench = replicated().await;
    let ask = away("another");
    let cases = [
        (CreateReplica { kms_key: None, ..ask.clone() }, "InvalidParameterCombination"),
        (CreateReplica { kms_key: Some("alias/missing".to_owned()), ..ask.clone() }, "KMSKeyNotAccessibleFault"),
        (CreateReplica { id: REPLICA.to_owned(), ..ask.clone() }, "DBInstanceAlreadyExists"),
        (CreateReplica { id: "shop--orders".to_owned(), ..ask.clone() }, "InvalidParameterValue"),
        (CreateReplica { subnet_group: Some("none".to_owned()), ..ask.clone() }, "DBSubnetGroupNotFoundFault"),
        (
            CreateReplica { parameter_group: Some("shop-standby".to_owned()), ..ask.clone() },
            "InvalidParameterCombination",
        ),
        (
            CreateReplica { storage_type: Some("gp3".to_owned()), storage_throughput: Some(500), ..ask.clone() },
            "InvalidParameterCombination",
        ),
        (CreateReplica { source_arn: PRODUCTION.replace("shop", "no"), ..ask.clone() }, "DBInstanceNotFound"),
    ];
    for (ask, code) in cases {
        let refused = bench.write.databases.create_replica(&ask).await.expect_err(code);
        assert_eq!(refused.code.as_deref(), Some(code), "{refused}");
    }
    let without = DatabaseChange { backup_retention_days: Some(0), ..DatabaseChange::default() };
    let primary = bench.write_primary().await;
    primary.databases.modify("shop-orders", &without).await.expect("takes it");
    let refused = bench.write.databases.create_replica(&ask).await.expect_err("no backups");
    assert!(refused.message.contains("Automated backups are not enabled"), "{refused}");
    primary
        .databases
        .modify("shop-orders", &DatabaseChange { backup_retention_days: Some(7), ..without })
        .await
        .expect("takes it");

    bench.edit(|state| {
        let production = state.region_mut("us-east-1").databases.get_mut("shop-orders").expect("there");
        (production.facts.storage_type, production.facts.iops) = (Some("io2".to_owned()), Some(9_000));
    });
    bench.write.databases.create_replica(&ask).await.expect("makes it");
    let made = bench.standby_database("another").await.expect("there");
    assert_eq!(
        (made.storage_type.as_deref(), made.iops, made.max_storage_gb),
        (Some("gp3"), None, None),
        "not inherited"
    );
    assert_eq!((made.status.as_str(), made.endpoint, bench.lag("another").await), ("creating", None, None));
    assert!(bench.until_available("us-west-2", "another").await >= 470);
    assert_eq!(bench.lag("another").await, Some(2));
}

#[tokio::test]
async fn a_promotion_takes_minutes_and_loses_what_was_behind() {
    let bench = replicated().await;
    bench.faults("us-east-1", |faults| faults.dark = true);
    let dark_at = bench.clock.now();
    bench.wait(28).await;
    assert_eq!(bench.lag(REPLICA).await, Some(31), "two seconds, half a minute and a round trip");
    bench.write.databases.promote(REPLICA, 7).await.expect("promotes");
    let status = || async { bench.standby_database(REPLICA).await.expect("there").status };
    assert_eq!((status().await.as_str(), bench.lag(REPLICA).await), ("modifying", None));
    let again = bench.write.databases.promote(REPLICA, 7).await.expect_err("under way");
    assert_eq!((again.kind, again.code.as_deref()), (CloudErrorKind::Conflict, Some("InvalidDBInstanceState")));
    bench.wait(181).await;
    assert_eq!(status().await, "rebooting");
    bench.wait(60).await;
    let promoted = bench.standby_database(REPLICA).await.expect("there");
    assert_eq!((promoted.status.as_str(), promoted.source, promoted.backup_retention_days), ("backing-up", None, 7));
    let again = bench.write.databases.promote(REPLICA, 7).await.expect_err("there is no way back");
    assert!(again.message.contains("not a read replica"), "{again}");
    let change = DatabaseChange { class: Some("db.r6g.large".to_owned()), ..DatabaseChange::default() };
    let refused = bench.write.databases.modify(REPLICA, &change).await.expect_err("its first backup");
    assert_eq!(refused.code.as_deref(), Some("InvalidDBInstanceState"));

    let production = bench.held("us-east-1", "shop-orders");
    let standby = bench.held("us-west-2", REPLICA);
    let theirs = standby.writes[&production.resource_id];
    assert_eq!(production.writes[&production.resource_id], dark_at, "nothing is written in the dark");
    assert_eq!(seconds_between(theirs, dark_at), 2, "lost for good");
    assert_eq!(standby.writes[&standby.resource_id], bench.clock.now(), "it takes writes of its own");
    bench.faults("us-east-1", |faults| faults.dark = false);
    bench.wait(60).await;
    assert_eq!(bench.held("us-west-2", REPLICA).writes[&production.resource_id], theirs, "nothing flows any more");
    // 200 GiB, all of which goes into the first backup.
    assert!(bench.until_available("us-west-2", REPLICA).await > 1_800);
    bench.write.databases.modify(REPLICA, &change).await.expect("the backup is over");
}

#[tokio::test]
async fn with_writers_gone_a_replica_catches_up_and_nothing_is_lost() {
    let bench = replicated().await;
    bench.fence("us-east-1").await;
    // PostgreSQL's lag is the age of the last transaction; an idle source makes one every five minutes.
    let idle = bench.lag(REPLICA).await.expect("a lag");
    assert!((1..70).contains(&idle), "{idle}");
    bench.wait(240).await;
    assert_eq!(bench.lag(REPLICA).await.map(|lag| lag > 240), Some(true));
    bench.wait(60).await;
    assert_eq!(bench.lag(REPLICA).await.map(|lag| lag < 70), Some(true));
    bench.write.databases.promote(REPLICA, 7).await.expect("promotes");
    bench.until_available("us-west-2", REPLICA).await;
    let production = bench.held("us-east-1", "shop-orders");
    let standby = bench.held("us-west-2", REPLICA);
    assert_eq!(standby.writes[&production.resource_id], production.writes[&production.resource_id]);
}

#[tokio::test]
async fn mysql_tells_no_lag_while_nobody_writes_and_none_at_all_once_its_source_is_gone() {
    let bench = replicated().await;
    bench.edit(|state| {
        for (region, id) in [("us-east-1", "shop-orders"), ("us-west-2", REPLICA)] {
            let database = state.region_mut(region).databases.get_mut(id).expect("there");
            database.facts.engine = "mysql".to_owned();
        }
    });
    assert_eq!(bench.lag(REPLICA).await, Some(2));
    let last = || async {
        let ids = [REPLICA.to_owned()];
        let told = bench.standby.metrics.last_replica_lags(&ids, bench.clock.now()).await.expect("answers");
        told.lags.get(REPLICA).map(|lag| (lag.seconds, lag.at))
    };
    bench.faults("us-east-1", |faults| faults.dark = true);
    let dark_at = bench.clock.now();
    bench.wait(600).await;
    assert_eq!(bench.lag(REPLICA).await, None);
    let (seconds, at) = last().await.expect("the last before the dark");
    assert_eq!((seconds, seconds_between(at, dark_at)), (2, 0));
    bench.wait(3 * 3_600).await;
    assert_eq!(last().await, None, "too long ago");
    bench.faults("us-east-1", |faults| faults.dark = false);
    bench.fence("us-east-1").await;
    assert_eq!(bench.lag(REPLICA).await, Some(0));
}

#[tokio::test]
async fn faults_stop_replication_set_a_lag_and_keep_a_database_busy() {
    let bench = replicated().await;
    bench.faults("us-west-2", |faults| {
        faults.replica_lag.insert(REPLICA.to_owned(), 600);
    });
    assert_eq!(bench.lag(REPLICA).await, Some(600));
    bench.faults("us-west-2", |faults| {
        faults.replica_lag.clear();
        faults.replication_stopped.insert(REPLICA.to_owned());
    });
    assert_eq!(bench.lag(REPLICA).await, None, "a lag that is not known is absent");
    let until = bench.clock.now().checked_add(jiff::SignedDuration::from_secs(300)).expect("a time");
    bench.faults("us-west-2", |faults| {
        faults.replication_stopped.clear();
        faults.backing_up.insert(REPLICA.to_owned(), Some(until));
    });
    assert_eq!(bench.standby_database(REPLICA).await.expect("there").status, "backing-up");
    let refused = bench.write.databases.promote(REPLICA, 7).await.expect_err("backing up");
    assert_eq!((refused.kind, refused.code.as_deref()), (CloudErrorKind::Conflict, Some("InvalidDBInstanceState")));
    let change = DatabaseChange { class: Some("db.r6g.large".to_owned()), ..DatabaseChange::default() };
    assert_eq!(
        bench.write.databases.modify(REPLICA, &change).await.expect_err("backing up").code.as_deref(),
        Some("InvalidDBInstanceState")
    );
    bench.wait(300).await;
    bench.faults("us-west-2", |faults| {
        faults.capacity.insert("db.r6g.large".to_owned(), 0);
    });
    let full = bench.write.databases.modify(REPLICA, &change).await.expect_err("no capacity");
    assert_eq!((full.kind, full.code.as_deref()), (CloudErrorKind::Limit, Some("InsufficientDBInstanceCapacity")));
    bench.write.databases.promote(REPLICA, 7).await.expect("the backup is over");
    bench.faults("us-west-2", |faults| faults.no_metrics = true);
    assert_eq!(bench.lag(REPLICA).await, None);
}

#[tokio::test]
async fn the_way_home_brings_back_what_was_written_meanwhile() {
    let bench = replicated().await;
    let old = bench.held("us-east-1", "shop-orders");
    bench.faults("us-east-1", |faults| faults.dark = true);
    bench.write.databases.promote(REPLICA, 7).await.expect("promotes");
    bench.until_available("us-west-2", REPLICA).await;
    let standby = bench.held("us-west-2", REPLICA);
    bench.faults("us-east-1", |faults| faults.dark = false);

    let primary = bench.write_primary().await;
    let aside = DatabaseChange { new_id: Some("shop-orders-old".to_owned()), ..DatabaseChange::default() };
    primary.databases.modify("shop-orders", &aside).await.expect("renames");
    let taken = home(&standby.facts.arn);
    let refused = primary.databases.create_replica(&taken).await.expect_err("the name is not free yet");
    assert_eq!((refused.kind, refused.code.as_deref()), (CloudErrorKind::Conflict, Some("DBInstanceAlreadyExists")));
    bench.until_available("us-east-1", "shop-orders-old").await;
    primary.databases.create_replica(&taken).await.expect("makes it");
    bench.until_available("us-east-1", "shop-orders").await;
    bench.fence("us-west-2").await;
    primary.databases.promote("shop-orders", 7).await.expect("promotes");
    bench.until_available("us-east-1", "shop-orders").await;

    let (home, standby) = (bench.held("us-east-1", "shop-orders"), bench.held("us-west-2", REPLICA));
    assert_ne!(home.resource_id, old.resource_id, "another instance under the old name");
    assert_eq!(home.writes[&standby.resource_id], standby.writes[&standby.resource_id], "all the standby wrote");
    assert_eq!(home.writes[&old.resource_id], standby.writes[&old.resource_id], "and what it had from before");
    assert_eq!(home.writes[&home.resource_id], bench.clock.now(), "production writes again");
    let aside = bench.held("us-east-1", "shop-orders-old");
    assert!(aside.writes[&old.resource_id] < home.writes[&home.resource_id], "nobody writes to what was put aside");
}

fn home(source: &str) -> CreateReplica {
    CreateReplica {
        id: "shop-orders".to_owned(),
        source_arn: source.to_owned(),
        class: "db.r6g.large".to_owned(),
        multi_az: true,
        kms_key: Some("alias/shop-prod".to_owned()),
        subnet_group: Some("shop".to_owned()),
        security_group_ids: Vec::new(),
        parameter_group: None,
        deletion_protection: true,
        ..CreateReplica::default()
    }
}
