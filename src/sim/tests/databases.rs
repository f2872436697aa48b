//! Databases: replication and its lag, promotion and what it loses, changes, the way home.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bench::{Bench, ESTATE, estate, request};
use crate::cloud::{ChangeSetKind, CloudErrorKind};
use crate::facts::{CreateReplica, DatabaseChange, DatabaseFacts};
use crate::model::GroupSize;
use crate::sim::state::Database;

const PRODUCTION: &str = "arn:aws:rds:us-east-1:111122223333:db:shop-orders";
pub(super) const REPLICA: &str = "shop-standby-orders";
const NOBODY: GroupSize = GroupSize { min: 0, max: 12, desired: 0 };

/// The estate with a replica of production's database.
fn with_replica() -> Value {
    let mut template = estate();
    let resources = template["Resources"].as_object_mut().expect("resources");
    resources.insert("Subnets".to_owned(), json!({"Type": "AWS::RDS::DBSubnetGroup", "Properties": {
        "DBSubnetGroupName": "shop-standby", "DBSubnetGroupDescription": "standby", "SubnetIds": [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}],
    }}));
    resources.insert("Parameters".to_owned(), json!({"Type": "AWS::RDS::DBParameterGroup", "Properties": {
        "DBParameterGroupName": "shop-standby", "Description": "standby", "Family": "postgres16", "Parameters": {"max_connections": "800"},
    }}));
    resources.insert(
        "Orders".to_owned(),
        json!({
            "Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": {
                "DBInstanceIdentifier": REPLICA,
                "SourceDBInstanceIdentifier": PRODUCTION,
                "DBInstanceClass": "db.t4g.medium",
                "KmsKeyId": "alias/shop-dr",
                "DBSubnetGroupName": {"Ref": "Subnets"},
                "DBParameterGroupName": {"Ref": "Parameters"},
                "VPCSecurityGroups": [{"Fn::GetAtt": ["WebSg", "GroupId"]}],
            },
        }),
    );
    template["Outputs"]["Host"] = json!({"Value": {"Fn::GetAtt": ["Orders", "Endpoint.Address"]}});
    template
}

pub(super) async fn replicated() -> Bench {
    let bench = Bench::shop().await;
    bench.publish_image().await;
    let stack = bench.deploy(&request("shop-all", "first", ChangeSetKind::Create, &with_replica(), &ESTATE)).await;
    assert_eq!(stack.status.0, "CREATE_COMPLETE", "{:#?}", bench.events("shop-all").await);
    assert_eq!(stack.outputs["Host"], "shop-standby-orders.c1a2b3c4d5e6.us-west-2.rds.amazonaws.com");
    bench
}

impl Bench {
    pub(super) async fn standby_database(&self, id: &str) -> Option<DatabaseFacts> {
        self.standby.databases.database(id).await.expect("answers")
    }

    async fn production(&self, id: &str) -> Option<DatabaseFacts> {
        self.primary.databases.database(id).await.expect("answers")
    }

    async fn lag(&self, id: &str) -> Option<u64> {
        let now = self.clock.now();
        let lags = self.standby.metrics.replica_lags(&[id.to_owned()], now).await.expect("answers");
        lags.get(id).map(|lag| lag.seconds)
    }

    pub(super) fn held(&self, region: &str, id: &str) -> Database {
        self.state().regions[region].databases[id].clone()
    }

    pub(super) async fn until_available(&self, region: &str, id: &str) -> u64 {
        let start = self.clock.now();
        for _ in 0..500 {
            let ports = if region == "us-east-1" { &self.primary } else { &self.standby };
            if ports.databases.database(id).await.expect("answers").is_some_and(|found| found.status == "available") {
                return self.clock.now().duration_since(start).as_secs().unsigned_abs();
            }
            self.wait(5).await;
        }
        panic!("{id} is never available");
    }

    /// Nobody writes in a Region any more.
    async fn fence(&self, region: &str) {
        self.edit(|state| {
            for group in state.region_mut(region).groups.values_mut() {
                group.facts.size = NOBODY;
            }
        });
        self.wait(61).await;
    }
}

fn seconds_between(earlier: Timestamp, later: Timestamp) -> i64 {
    later.duration_since(earlier).as_secs()
}

#[tokio::test]
async fn a_template_makes_a_replica_of_the_other_region() {
    let bench = replicated().await;
    let replica = bench.standby.databases.databases(&[REPLICA.to_owned()]).await.expect("answers").remove(0);
    assert_eq!(
        (replica.status.as_str(), replica.source.as_deref(), replica.class.as_str(), replica.engine_version.as_str()),
        ("available", Some(PRODUCTION), "db.t4g.medium", "16.4")
    );
    assert!(replica.encrypted && replica.kms_key.expect("a key").starts_with("arn:aws:kms:us-west-2:"));
    assert_eq!((replica.backup_retention_days, replica.multi_az, replica.storage_gb), (0, false, 200));
    assert_eq!(replica.parameter_group.expect("its own").parameters["max_connections"], "800");
    let production = bench.production("shop-orders").await.expect("there");
    assert_eq!(production.replicas, [replica.arn]);
    assert!(production.parameter_group.expect("a group").parameters.is_empty(), "one call tells no parameters");
    assert_eq!(bench.lag(REPLICA).await, Some(2));
    assert_eq!(bench.lag("shop-orders").await, None, "it is no replica, and not here");
    let calls = |operation: &str| bench.state().calls("us-west-2", operation);
    assert_eq!((calls("DescribeDBInstances"), calls("DescribeDBParameters")), (1, 1));
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
    assert_eq!((promoted.status.as_str(), promoted.source, promoted.backup_retention_days), ("available", None, 7));
    let again = bench.write.databases.promote(REPLICA, 7).await.expect_err("there is no way back");
    assert!(again.message.contains("not a read replica"), "{again}");

    let production = bench.held("us-east-1", "shop-orders");
    let standby = bench.held("us-west-2", REPLICA);
    let theirs = standby.writes[&production.resource_id];
    assert_eq!(production.writes[&production.resource_id], dark_at, "nothing is written in the dark");
    assert_eq!(seconds_between(theirs, dark_at), 2, "lost for good");
    assert_eq!(standby.writes[&standby.resource_id], bench.clock.now(), "it takes writes of its own");
    bench.faults("us-east-1", |faults| faults.dark = false);
    bench.wait(60).await;
    assert_eq!(bench.held("us-west-2", REPLICA).writes[&production.resource_id], theirs, "nothing flows any more");
}

#[tokio::test]
async fn with_writers_gone_a_replica_catches_up_and_nothing_is_lost() {
    let bench = replicated().await;
    bench.fence("us-east-1").await;
    assert_eq!(bench.lag(REPLICA).await, Some(0));
    bench.write.databases.promote(REPLICA, 7).await.expect("promotes");
    bench.until_available("us-west-2", REPLICA).await;
    let production = bench.held("us-east-1", "shop-orders");
    let standby = bench.held("us-west-2", REPLICA);
    assert_eq!(standby.writes[&production.resource_id], production.writes[&production.resource_id]);
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
    bench.write.databases.promote(REPLICA, 7).await.expect("the backup is over");
    bench.faults("us-west-2", |faults| faults.no_metrics = true);
    assert_eq!(bench.lag(REPLICA).await, None);
}

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

/// A replica of production in the standby.
fn away(id: &str) -> CreateReplica {
    CreateReplica {
        id: id.to_owned(),
        source_arn: PRODUCTION.to_owned(),
        class: "db.t4g.medium".to_owned(),
        multi_az: false,
        kms_key: Some("alias/shop-dr".to_owned()),
        subnet_group: Some("shop-standby".to_owned()),
        security_group_ids: Vec::new(),
        parameter_group: None,
        ..CreateReplica::default()
    }
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

#[tokio::test]
async fn a_retained_database_outlives_its_stack_and_its_replacement() {
    let bench = replicated().await;
    let mut renamed = with_replica();
    renamed["Resources"]["Orders"]["Properties"]["DBInstanceIdentifier"] = json!("shop-standby-orders-2");
    let stack = bench.deploy(&request("shop-all", "second", ChangeSetKind::Update, &renamed, &ESTATE)).await;
    assert_eq!(stack.status.0, "UPDATE_COMPLETE");
    assert!(bench.standby_database(REPLICA).await.is_some(), "UpdateReplacePolicy");
    let mut without = renamed.clone();
    without["Resources"].as_object_mut().expect("resources").remove("Orders");
    without["Outputs"].as_object_mut().expect("outputs").remove("Host");
    let stack = bench.deploy(&request("shop-all", "third", ChangeSetKind::Update, &without, &ESTATE)).await;
    assert_eq!(stack.status.0, "UPDATE_COMPLETE");
    assert!(bench.standby_database("shop-standby-orders-2").await.is_some(), "DeletionPolicy");
}

#[tokio::test]
async fn a_replica_without_a_key_fails_its_stack() {
    let bench = Bench::shop().await;
    bench.publish_image().await;
    let mut template = with_replica();
    template["Resources"]["Orders"]["Properties"].as_object_mut().expect("properties").remove("KmsKeyId");
    let stack = bench.deploy(&request("shop-all", "first", ChangeSetKind::Create, &template, &ESTATE)).await;
    assert_eq!(stack.status.0, "ROLLBACK_COMPLETE");
    let events = bench.events("shop-all").await;
    let root = events.iter().find(|event| event.is_root_failure()).expect("a root");
    assert!(root.reason.as_deref().is_some_and(|why| why.contains("KmsKeyId")), "{root:?}");
}

#[test]
fn accounts_saved_before_there_were_databases_still_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    let state = crate::sim::seed::shop(crate::sim::seed::START).expect("the seed fits");
    let mut saved = serde_json::to_value(&state).expect("serialises");
    saved.as_object_mut().expect("an object").shift_remove("dns");
    for region in saved["regions"].as_object_mut().expect("regions").values_mut() {
        let region = region.as_object_mut().expect("a Region");
        for field in ["databases", "db_subnet_groups", "db_parameter_groups", "tables", "buckets", "schedules"] {
            region.shift_remove(field).expect(field);
        }
        region["timings"].as_object_mut().expect("timings").retain(|key, _| key == "boot_s");
    }
    std::fs::write(&path, saved.to_string()).expect("writes");
    let opened = crate::sim::SimCloud::open(&path).and_then(|cloud| cloud.snapshot()).expect("opens");
    assert!(opened.regions["us-east-1"].databases.is_empty() && opened.dns.zones.is_empty());
    assert_eq!(opened.regions["us-east-1"].timings, state.regions["us-east-1"].timings);
}
