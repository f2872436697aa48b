//! Tests of parity of data: databases, tables, buckets and scheduled actions.

use super::{check, differs};
use crate::diff::fixture::*;
use crate::diff::*;
use crate::facts::*;
use crate::model::*;

#[test]
fn a_database_follows_production_and_is_as_production_is() {
    differs(
        |w| w.database().engine_version = "16.3".into(),
        &["parity Modified degrades: data/orders/engine-version | 16.4 | 16.3"],
    );
    differs(
        |w| {
            let group = w.database().parameter_group.as_mut().unwrap();
            group.parameters = [("work_mem".to_owned(), "8".to_owned())].into();
        },
        &[
            "parity Deleted degrades: data/orders/parameters/region | us-west-2 | -",
            "parity Added degrades: data/orders/parameters/work_mem | - | 8",
        ],
    );
    differs(
        |w| w.database().encrypted = false,
        &["parity Modified degrades: data/orders/encryption | encrypted | not encrypted"],
    );
    differs(
        |w| w.database().status = "incompatible-parameters".into(),
        &["parity Modified blocks failover: data/orders/status | available | incompatible-parameters"],
    );
    // Backups and changes pass, and the class is what the file says until it is production's.
    check(|w| w.database().status = "backing-up".into(), &[], ExitClass::InSync);
    check(|w| w.database().class = "db.r6g.large".into(), &[], ExitClass::InSync);
    differs(
        |w| w.database().class = "db.t3.micro".into(),
        &["parity Modified degrades: data/orders/class | db.t4g.medium | db.t3.micro"],
    );
}

#[test]
fn storage_is_as_production_s_as_far_as_it_can_be_ordered() {
    let gp3 = |facts: &mut DatabaseFacts, gib, iops, throughput| {
        (facts.storage_gb, facts.storage_type) = (gib, Some("gp3".into()));
        (facts.iops, facts.storage_throughput) = (Some(iops), Some(throughput));
    };
    let both = |w: &mut World, gib, here: (u32, u32), there: (u32, u32)| {
        gp3(w.baseline.facts.databases.get_mut("shop-orders").unwrap(), gib, here.0, here.1);
        gp3(w.production().databases.get_mut("shop-orders").unwrap(), gib, here.0, here.1);
        gp3(w.database(), gib, there.0, there.1);
    };
    check(|w| both(w, 500, (16_000, 1_000), (16_000, 1_000)), &[], ExitClass::InSync);
    check(|w| both(w, 100, (3_000, 125), (4_000, 250)), &[], ExitClass::InSync);
    differs(
        |w| both(w, 500, (16_000, 1_000), (12_000, 500)),
        &[
            "parity Modified degrades: data/orders/iops | 16000 IOPS | 12000 IOPS",
            "parity Modified degrades: data/orders/storage-throughput | 1000 MiB/s | 500 MiB/s",
        ],
    );
    differs(
        |w| {
            both(w, 500, (16_000, 1_000), (16_000, 1_000));
            w.database().storage_type = Some("gp2".into());
        },
        &[
            "parity Deleted degrades: data/orders/iops | 16000 IOPS | -",
            "parity Deleted degrades: data/orders/storage-throughput | 1000 MiB/s | -",
            "parity Modified degrades: data/orders/storage-type | gp3 | gp2",
        ],
    );
}

#[test]
fn how_a_database_is_run_is_compared_once_both_sides_tell() {
    let settings = || DatabaseSettings {
        iam_authentication: true,
        option_group: Some("shop-options".into()),
        monitoring_s: 60,
        performance_insights: true,
        log_exports: vec!["postgresql".into(), "upgrade".into()],
        ca_certificate: Some("rds-ca-rsa2048-g1".into()),
        backup_window: Some("03:10-03:40".into()),
        copy_tags: true,
        ..DatabaseSettings::default()
    };
    let both = |w: &mut World, there: DatabaseSettings| {
        w.baseline.facts.databases.get_mut("shop-orders").unwrap().settings = Some(settings());
        w.production().databases.get_mut("shop-orders").unwrap().settings = Some(settings());
        w.environment.map.insert("shop-options".into(), "shop-options-dr".into());
        w.database().settings = Some(there);
    };
    let same = || DatabaseSettings { option_group: Some("shop-options-dr".into()), ..settings() };
    check(|w| both(w, same()), &[], ExitClass::InSync);
    // A baseline of before tells nothing, and the standby of another lifeboat is no difference.
    check(|w| w.database().settings = Some(settings()), &[], ExitClass::InSync);
    check(
        |w| w.production().databases.get_mut("shop-orders").unwrap().settings = Some(settings()),
        &[],
        ExitClass::InSync,
    );
    differs(
        |w| both(w, DatabaseSettings { backup_window: Some("05:00-05:30".into()), ..DatabaseSettings::default() }),
        &[
            "parity Modified cosmetic: data/orders/backup-window | 03:10-03:40 | 05:00-05:30",
            "parity Deleted degrades: data/orders/ca-certificate | rds-ca-rsa2048-g1 | -",
            "parity Modified cosmetic: data/orders/copy-tags-to-snapshot | on | off",
            "parity Deleted cosmetic: data/orders/enhanced-monitoring | every 60 s | -",
            "parity Modified blocks failover: data/orders/iam-authentication | on | off",
            "parity Deleted degrades: data/orders/log-exports | postgresql, upgrade | -",
            "parity Deleted degrades: data/orders/option-group | shop-options-dr | -",
            "parity Modified degrades: data/orders/performance-insights | on | off",
        ],
    );
    differs(
        |w| {
            both(w, same());
            w.environment.map.remove("shop-options");
            w.database().settings.as_mut().unwrap().option_group = None;
        },
        &["parity Modified degrades: data/orders/option-group | shop-options | -"],
    );
}

#[test]
fn a_lag_that_is_not_known_is_not_zero() {
    check(
        |w| w.standby.replica_lags.clear(),
        &["parity Unknown degrades: data/orders/lag | - | -"],
        ExitClass::Unknown,
    );
    differs(
        |w| w.standby.replica_lags.get_mut("shop-orders").unwrap().seconds = 900,
        &["parity Modified degrades: data/orders/lag | at most 5m | 15m"],
    );
}

#[test]
fn a_database_that_stands_alone_blocks() {
    let arn = "arn:aws:rds:us-east-1:111122223333:db:shop-orders";
    differs(
        |w| w.database().source = None,
        &[&format!("parity Deleted blocks failover: data/orders/replication | {arn} | -")],
    );
    differs(
        |w| w.database().source = Some("other".into()),
        &[&format!("parity Modified blocks failover: data/orders/replication | {arn} | other")],
    );
    differs(|w| w.standby.databases.clear(), &["parity Deleted blocks failover: data/orders | shop-orders | -"]);
    let unseen = check(
        |w| {
            w.standby.databases.clear();
            w.standby.gaps.push(Gap { noun: Noun::Database, subject: "*".into(), reason: "denied".into() });
        },
        &[],
        ExitClass::Unknown,
    );
    assert_eq!(unseen.gaps.len(), 1);
}

#[test]
fn a_database_that_changed_since_it_was_recorded_asks_for_a_baseline() {
    differs(
        |w| w.production().databases.get_mut("shop-orders").unwrap().multi_az = false,
        &["parity Modified degrades: data/orders/baseline | production now | production as recorded"],
    );
    check(
        |w| w.production().databases.get_mut("shop-orders").unwrap().status = "backing-up".into(),
        &[],
        ExitClass::InSync,
    );
    differs(
        |w| w.baseline.facts.databases.clear(),
        &["parity Deleted blocks failover: data/orders/baseline | shop-orders | -"],
    );
}

#[test]
fn tables_have_a_replica_that_serves() {
    let replica = |w: &mut World, status: Option<&str>| {
        let region = Region("us-west-2".into());
        let replicas = &mut w.production().tables.get_mut("shop-carts").unwrap().replicas;
        match status {
            Some(status) => replicas.insert(region, status.into()),
            None => replicas.remove(&region),
        };
    };
    differs(|w| replica(w, None), &["parity Deleted blocks failover: data/carts/replica | us-west-2 | -"]);
    differs(
        |w| replica(w, Some("CREATING")),
        &["parity Modified blocks failover: data/carts/replica | ACTIVE | CREATING"],
    );
    check(|w| replica(w, Some("UPDATING")), &[], ExitClass::InSync);
    differs(|w| w.standby.tables.clear(), &["parity Deleted blocks failover: data/carts | shop-carts | -"]);
}

#[test]
fn buckets_are_versioned_and_replicated() {
    differs(
        |w| w.production().buckets.get_mut("shop-uploads").unwrap().replicates_to.clear(),
        &["parity Deleted blocks failover: data/uploads/replication | shop-uploads-dr | -"],
    );
    differs(
        |w| {
            let bucket = w.production().buckets.get_mut("shop-uploads").unwrap();
            bucket.replicates_to = [("shop-uploads-dr".to_owned(), vec!["img/".to_owned()])].into();
        },
        &["parity Modified degrades: data/uploads/replication/prefixes | everything | img/"],
    );
    differs(
        |w| w.standby.buckets.get_mut("shop-uploads-dr").unwrap().versioned = false,
        &["parity Modified degrades: data/uploads/replica/versioning | on | off"],
    );
}

#[test]
fn scheduled_actions_are_intent_and_a_standby_has_none() {
    let nightly = || ScheduleFacts {
        name: "nightly".into(),
        recurrence: Some("0 3 * * *".into()),
        time_zone: None,
        start: None,
        end: None,
        min: Some(1),
        max: None,
        desired: None,
    };
    let report = check(
        |w| {
            w.production().schedules.insert("shop-web".into(), vec![nightly()]);
        },
        &[],
        ExitClass::InSync,
    );
    let coverage = report.coverage.iter().find(|one| one.kind == Kind::Parity && one.subject == "web").expect("web");
    assert!(coverage.skipped.iter().any(|skipped| format!("{skipped:?}").contains("nightly")), "{coverage:?}");
    differs(
        |w| {
            w.standby.schedules.insert("shop-web".into(), vec![nightly()]);
        },
        &["parity Added degrades: web/group/schedules/nightly | - | 0 3 * * *"],
    );
}
