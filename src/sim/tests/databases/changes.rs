//! Changes to a database that is there: class, zones, name, parameter group.

use super::{REPLICA, away, replicated};
use crate::cloud::CloudErrorKind;
use crate::facts::{CreateReplica, DatabaseChange};

#[tokio::test]
async fn changes_take_their_time_and_a_new_name_is_a_new_host() {
    let bench = replicated().await;
    let primary = bench.write_primary().await;
    let class = DatabaseChange { class: Some("db.r6g.2xlarge".to_owned()), ..DatabaseChange::default() };
    primary.databases.modify("shop-orders", &class).await.expect("takes it");
    let look = || async { bench.production("shop-orders").await.expect("there") };
    let meanwhile = look().await;
    assert_eq!((meanwhile.status.as_str(), meanwhile.class.as_str()), ("modifying", "db.r6g.large"));
    assert!(bench.until_available("us-east-1", "shop-orders").await >= 400);
    assert_eq!(look().await.class, "db.r6g.2xlarge");
    // What is so already, or needs no work, takes no time.
    let quick = DatabaseChange { multi_az: Some(true), deletion_protection: Some(false), ..class };
    primary.databases.modify("shop-orders", &quick).await.expect("takes it");
    assert_eq!((look().await.status.as_str(), look().await.deletion_protection), ("available", false));
    let wide = DatabaseChange { multi_az: Some(true), ..DatabaseChange::default() };
    bench.write.databases.modify(REPLICA, &wide).await.expect("takes it");
    assert!(bench.until_available("us-west-2", REPLICA).await > 800, "another zone takes longer than a class");

    let rename = DatabaseChange { new_id: Some("shop-orders-old".to_owned()), ..DatabaseChange::default() };
    primary.databases.modify("shop-orders", &rename).await.expect("takes it");
    assert_eq!(look().await.status, "renaming");
    bench.wait(91).await;
    assert!(bench.production("shop-orders").await.is_none());
    bench.until_available("us-east-1", "shop-orders-old").await;
    let renamed = bench.production("shop-orders-old").await.expect("there");
    assert_eq!(renamed.endpoint.expect("one").host, "shop-orders-old.c1a2b3c4d5e6.us-east-1.rds.amazonaws.com");
    let replica = bench.standby_database(REPLICA).await.expect("there");
    assert_eq!(replica.source, Some(renamed.arn), "the replica stays with it");
    let unknown = primary.databases.modify("shop-orders", &rename).await.expect_err("gone");
    assert_eq!((unknown.kind, unknown.code.as_deref()), (CloudErrorKind::NotFound, Some("DBInstanceNotFound")));
}

#[tokio::test]
async fn a_parameter_group_is_set_on_what_is_there_and_fits_its_engine() {
    let bench = replicated().await;
    let set = |name: &str| DatabaseChange { parameter_group: Some(name.to_owned()), ..DatabaseChange::default() };
    let name = || async { bench.standby_database(REPLICA).await.expect("there").parameter_group.expect("one").name };
    assert_eq!(name().await, "shop-standby");
    for (group, code) in [("none", "DBParameterGroupNotFound"), ("other", "InvalidParameterCombination")] {
        bench.edit(|state| {
            let groups = &mut state.region_mut("us-west-2").db_parameter_groups;
            let mut other = groups["shop-standby"].clone();
            (other.name, other.family) = ("other".to_owned(), "postgres15".to_owned());
            groups.insert("other".to_owned(), other);
        });
        let refused = bench.write.databases.modify(REPLICA, &set(group)).await.expect_err(code);
        assert_eq!(refused.code.as_deref(), Some(code), "{refused}");
    }
    bench.write.databases.modify(REPLICA, &set("default.postgres16")).await.expect("AWS's own");
    assert_eq!(name().await, "default.postgres16");
    bench.write.databases.modify(REPLICA, &set("shop-standby")).await.expect("its own again");
    assert_eq!(name().await, "shop-standby");
    // Of MySQL a replica in another Region takes one with the order.
    bench.edit(|state| {
        let production = state.region_mut("us-east-1").databases.get_mut("shop-orders").expect("there");
        (production.facts.engine, production.facts.engine_version) = ("mysql".to_owned(), "8.0.36".to_owned());
        let groups = &mut state.region_mut("us-west-2").db_parameter_groups;
        groups.get_mut("other").expect("there").family = "mysql8".to_owned();
    });
    let ask = CreateReplica { parameter_group: Some("other".to_owned()), ..away("another") };
    bench.write.databases.create_replica(&ask).await.expect("takes it");
    let made = bench.standby_database("another").await.expect("there");
    assert_eq!(made.parameter_group.expect("one").name, "other");
}
