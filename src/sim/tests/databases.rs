//! Databases: a template makes one of another's, and what is told of it in the saved account.

mod changes;
mod replication;

use serde_json::{Value, json};

use super::bench::{Bench, ESTATE, estate, request};
use crate::cloud::ChangeSetKind;
use crate::facts::{CreateReplica, DatabaseFacts};
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
        let lags = self.standby.metrics.replica_lags(&[id.to_owned()], now).await.expect("answers").lags;
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
