//! Owns the test of the data and traffic adapters against moto: what is written by the one is read back by the other.
//!
//! moto has no promotion that takes effect, no CloudWatch in the SDK's protocol and no refusals worth a test: those are
//! replayed.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region as AwsRegion, SdkConfig};
use aws_sdk_dynamodb::types as dynamo;
use lifeboat::aws::AwsCloud;
use lifeboat::cloud::{Cloud as _, CloudErrorKind, DatabaseCopies, ReadPorts, WritePorts};
use lifeboat::facts::{AliasFacts, CreateReplica, DatabaseChange, RecordFacts, ScheduleFacts};
use lifeboat::model::{Region, Side, SideName};

use super::moto::Moto;
use super::{names, python, side};

const PRIMARY: &str = "us-east-1";
pub(super) const STANDBY: &str = "us-west-2";

pub(super) struct Estate {
    _moto: Moto,
    /// What production is made with, besides the adapters.
    pub(super) config: SdkConfig,
    primary: ReadPorts,
    pub(super) standby: ReadPorts,
    writing: WritePorts,
    pub(super) copies: Arc<dyn DatabaseCopies>,
}

pub(super) async fn estate() -> Estate {
    let moto = Moto::start(&python::python_env());
    let credentials = aws_sdk_rds::config::Credentials::new("testing", "testing", None, None, "tests");
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(AwsRegion::new(PRIMARY))
        .endpoint_url(&moto.url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(credentials)
        .load()
        .await;
    let cloud = AwsCloud::new().with_credentials("testing", "testing");
    let of = |region: &str| Side { region: Region(region.to_owned()), ..side(moto.url.clone()) };
    let primary = cloud.read(SideName::Primary, &of(PRIMARY)).await.expect("primary");
    let standby = cloud.read(SideName::Standby, &of(STANDBY)).await.expect("standby");
    let writing = cloud.write(SideName::Standby, &of(STANDBY)).await.expect("writing");
    let copies = cloud.copies(SideName::Standby, &of(STANDBY)).await.expect("copies");
    Estate { _moto: moto, config, primary, standby, writing, copies }
}

#[tokio::test]
async fn a_replica_is_made_in_the_standby_renamed_and_described() {
    let estate = estate().await;
    let rds = aws_sdk_rds::Client::new(&estate.config);
    let group = "shop-pg16";
    let in_standby = estate.config.to_builder().region(AwsRegion::new(STANDBY)).build();
    for client in [&rds, &aws_sdk_rds::Client::new(&in_standby)] {
        let made = client.create_db_parameter_group().db_parameter_group_name(group).description("orders");
        made.db_parameter_group_family("postgres16").send().await.expect("a parameter group");
    }
    let set = aws_sdk_rds::types::Parameter::builder().parameter_name("max_connections").parameter_value("500").build();
    rds.modify_db_parameter_group().db_parameter_group_name(group).parameters(set).send().await.expect("a parameter");
    rds.create_db_instance()
        .db_instance_identifier("shop-orders")
        .db_instance_class("db.t4g.medium")
        .engine("postgres")
        .allocated_storage(20)
        .master_username("root")
        .master_user_password("correct-horse-battery")
        .db_parameter_group_name(group)
        .backup_retention_period(7)
        .send()
        .await
        .expect("production's database");
    let source = estate.primary.databases.databases(&names(&["gone", "shop-orders"])).await.expect("databases");
    let [source] = &source[..] else { panic!("one database: {source:?}") };
    assert_eq!((source.class.as_str(), source.storage_gb, source.backup_retention_days), ("db.t4g.medium", 20, 7));
    assert!(!source.is_replica() && source.is_available() && source.endpoint.is_some(), "{source:?}");
    let told = source.parameter_group.clone().expect("its group");
    assert_eq!((told.name.as_str(), told.family.as_str()), (group, "postgres16"));
    assert_eq!(told.parameters, BTreeMap::from([("max_connections".to_owned(), "500".to_owned())]));

    let replica = CreateReplica {
        id: "shop-orders-standby".to_owned(),
        source_arn: source.arn.clone(),
        class: "db.t4g.large".to_owned(),
        multi_az: false,
        kms_key: None,
        subnet_group: None,
        security_group_ids: Vec::new(),
        parameter_group: Some(group.to_owned()),
        deletion_protection: false,
        tags: BTreeMap::from([("lifeboat:env".to_owned(), "shop".to_owned())]),
        ..CreateReplica::default()
    };
    estate.writing.databases.create_replica(&replica).await.expect("a replica");
    let found =
        estate.standby.databases.database("shop-orders-standby").await.expect("an answer").expect("the replica");
    assert_eq!((found.class.as_str(), found.source.as_deref()), ("db.t4g.large", Some(source.arn.as_str())));
    assert_eq!(estate.primary.databases.database("shop-orders-standby").await, Ok(None), "in the standby alone");

    let change = DatabaseChange { new_id: Some("shop-orders-aside".to_owned()), ..DatabaseChange::default() };
    estate.writing.databases.modify("shop-orders-standby", &change).await.expect("renamed");
    assert_eq!(estate.standby.databases.database("shop-orders-standby").await, Ok(None));
    assert!(estate.standby.databases.database("shop-orders-aside").await.expect("an answer").is_some());
    let missing = estate.writing.databases.modify("gone", &change).await.expect_err("it is not there");
    assert_eq!(missing.kind, CloudErrorKind::NotFound, "{missing}");
}

#[tokio::test]
async fn records_are_set_and_read_back() {
    let estate = estate().await;
    let route53 = aws_sdk_route53::Client::new(&estate.config);
    let zone = route53.create_hosted_zone().name("example.com").caller_reference("one").send().await.expect("a zone");
    let zone = zone.hosted_zone.map(|zone| zone.id).expect("an id");
    let zone = zone.trim_start_matches("/hostedzone/");
    let config = aws_sdk_route53::types::HealthCheckConfig::builder()
        .r#type(aws_sdk_route53::types::HealthCheckType::Https)
        .fully_qualified_domain_name("shop-dr.s3.us-west-2.amazonaws.com")
        .resource_path("/shop.example.com/standby-takes-over")
        .request_interval(30)
        .failure_threshold(3)
        .inverted(true)
        .build()
        .expect("a configuration");
    let check = route53.create_health_check().caller_reference("two").health_check_config(config).send().await;
    let check = check.expect("a health check").health_check.map(|check| check.id).expect("an id");
    let record = |set: &str, failover: &str, check: Option<&str>| RecordFacts {
        name: "shop.example.com".to_owned(),
        kind: "A".to_owned(),
        set_identifier: Some(set.to_owned()),
        failover: Some(failover.to_owned()),
        weight: None,
        ttl_s: None,
        health_check_id: check.map(str::to_owned),
        alias: Some(AliasFacts {
            dns_name: format!("{set}.elb.amazonaws.com"),
            zone_id: "Z1H1FL5HABSF5".to_owned(),
            evaluate_target_health: true,
        }),
        values: Vec::new(),
    };
    let pair = [record("shop-primary", "PRIMARY", Some(&check)), record("shop-standby", "SECONDARY", None)];
    let beside = RecordFacts {
        name: "shoq.example.com".to_owned(),
        ttl_s: Some(60),
        values: names(&["192.0.2.1"]),
        set_identifier: None,
        failover: None,
        alias: None,
        ..pair[1].clone()
    };
    estate.writing.dns.upsert_records(zone, &pair).await.expect("the pair");
    estate.writing.dns.upsert_records(zone, std::slice::from_ref(&beside)).await.expect("another name");
    assert_eq!(estate.standby.dns.records(zone, "shop.example.com").await.as_deref(), Ok(&pair[..]));
    // One service for both sides.
    assert_eq!(estate.primary.dns.records(zone, "shoq.example.com").await, Ok(vec![beside]));
    assert_eq!(estate.standby.dns.records(zone, "none.example.com").await, Ok(vec![]));
    let missing = estate.standby.dns.records("ZNOTHERE", "shop.example.com").await.expect_err("no such zone");
    assert_eq!(missing.kind, CloudErrorKind::NotFound, "{missing}");
    let checks = estate.standby.dns.health_checks(&[check.clone(), "00000000-gone".to_owned()]).await.expect("checks");
    let [told] = &checks[..] else { panic!("one check: {checks:?}") };
    assert_eq!((told.id.as_str(), told.inverted, told.interval_s, told.failures), (check.as_str(), true, 30, 3));
    assert_eq!(told.path.as_deref(), Some("/shop.example.com/standby-takes-over"));
}

#[tokio::test]
async fn objects_and_tables_are_read_back() {
    let estate = estate().await;
    let s3 = aws_sdk_s3::config::Builder::from(&estate.config).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(s3);
    s3.create_bucket().bucket("shop-dr-traffic").send().await.expect("a bucket");
    let buckets = &estate.primary.buckets;
    // moto names the document of GetBucketVersioning otherwise than AWS: what it lacks is told as such.
    let told = buckets.bucket("shop-dr-traffic").await.expect_err("not AWS's answer");
    assert_eq!((told.kind, told.operation.as_str()), (CloudErrorKind::Unsupported, "GetBucketVersioning"), "{told}");
    assert_eq!(buckets.bucket("shop-not-there").await, Ok(None));
    let key = "shop.example.com/standby-takes-over";
    let objects = &estate.writing.objects;
    assert_eq!(buckets.object_exists("shop-dr-traffic", key).await, Ok(false));
    objects.put_object("shop-dr-traffic", key, b"run-1").await.expect("put");
    assert_eq!(buckets.object_exists("shop-dr-traffic", key).await, Ok(true));
    let url = buckets.object_url("shop-dr-traffic", key);
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with(&format!("/shop-dr-traffic/{key}")), "{url}");
    let stored = s3.get_object().bucket("shop-dr-traffic").key(key).send().await.expect("the object");
    assert_eq!(stored.body.collect().await.expect("its bytes").into_bytes().as_ref(), b"run-1");
    objects.delete_object("shop-dr-traffic", key).await.expect("deleted");
    objects.delete_object("shop-dr-traffic", key).await.expect("deleted already");
    assert_eq!(buckets.object_exists("shop-dr-traffic", key).await, Ok(false));

    let dynamodb = aws_sdk_dynamodb::Client::new(&estate.config);
    let id = dynamo::AttributeDefinition::builder().attribute_name("id");
    let key = dynamo::KeySchemaElement::builder().attribute_name("id").key_type(dynamo::KeyType::Hash);
    dynamodb
        .create_table()
        .table_name("shop-carts")
        .billing_mode(dynamo::BillingMode::PayPerRequest)
        .attribute_definitions(id.attribute_type(dynamo::ScalarAttributeType::S).build().expect("an attribute"))
        .key_schema(key.build().expect("a key"))
        .send()
        .await
        .expect("a table");
    let found = estate.primary.tables.table("shop-carts").await.expect("an answer").expect("the table");
    assert_eq!((found.status.as_str(), found.replicas.len()), ("ACTIVE", 0));
    assert_eq!(estate.standby.tables.table("shop-carts").await, Ok(None), "in the primary alone");
}

#[tokio::test]
async fn scheduled_actions_are_put_read_back_and_deleted() {
    let estate = estate().await;
    let config = estate.config.to_builder().region(AwsRegion::new(STANDBY)).build();
    let autoscaling = aws_sdk_autoscaling::Client::new(&config);
    autoscaling
        .create_launch_configuration()
        .launch_configuration_name("web")
        .image_id("ami-12c6146b")
        .instance_type("t3.micro")
        .send()
        .await
        .expect("a launch configuration");
    for group in ["web", "api", "g3", "g4", "g5"] {
        autoscaling
            .create_auto_scaling_group()
            .auto_scaling_group_name(group)
            .launch_configuration_name("web")
            .min_size(0)
            .max_size(0)
            .availability_zones("us-west-2a")
            .send()
            .await
            .expect("a group");
    }
    let action = |name: &str, desired| ScheduleFacts {
        name: name.to_owned(),
        recurrence: Some("0 6 * * 1-5".to_owned()),
        time_zone: Some("Europe/Berlin".to_owned()),
        start: None,
        end: None,
        min: Some(1),
        max: Some(9),
        desired,
    };
    let wanted = [action("down", None), action("up", Some(4))];
    let schedules = &estate.writing.schedules;
    schedules.put_schedules("web", &wanted).await.expect("put");
    let found = estate.standby.schedules.schedules(&names(&["web", "api"])).await.expect("schedules");
    assert_eq!(found.keys().collect::<Vec<_>>(), ["web"]);
    let told: Vec<_> = found["web"].iter().map(|a| (a.name.as_str(), a.min, a.max, a.desired)).collect();
    assert_eq!(told, [("down", Some(1), Some(9), None), ("up", Some(1), Some(9), Some(4))]);
    let all = estate.standby.schedules.schedules(&names(&["web", "api", "g3", "g4", "g5"])).await.expect("schedules");
    assert_eq!(all, found, "the listing tells the same");
    schedules.delete_schedules("web", &names(&["up", "never-was"])).await.expect("deleted");
    let found = estate.standby.schedules.schedules(&names(&["web"])).await.expect("schedules");
    assert_eq!(found["web"].iter().map(|action| action.name.as_str()).collect::<Vec<_>>(), ["down"]);
    assert!(estate.primary.schedules.schedules(&names(&["web"])).await.expect("an answer").is_empty());
}
