//! Owns the tests of databases: instances by filter and page, parameters once per group, writes made once.

use std::collections::BTreeMap;

use lifeboat::cloud::CloudErrorKind;
use lifeboat::facts::{
    CreateReplica, DatabaseChange, DatabaseEndpoint, DatabaseFacts, DatabaseSettings, ParameterGroupFacts,
};

use super::replay::{Answer, Replay, query_error, xml};
use super::{names, reading, writing};

const REPLICA: &str = "<DBInstanceIdentifier>shop-orders</DBInstanceIdentifier>\
    <DBInstanceArn>arn:aws:rds:us-west-2:1:db:shop-orders</DBInstanceArn><DBInstanceStatus>available</DBInstanceStatus>\
    <Engine>postgres</Engine><EngineVersion>16.4</EngineVersion><DBInstanceClass>db.r6g.large</DBInstanceClass>\
    <MultiAZ>true</MultiAZ><AllocatedStorage>200</AllocatedStorage><StorageType>gp3</StorageType><Iops>3000</Iops><StorageThroughput>125</StorageThroughput>\
    <MaxAllocatedStorage>400</MaxAllocatedStorage><StorageEncrypted>true</StorageEncrypted>\
    <KmsKeyId>arn:aws:kms:us-west-2:1:key/k</KmsKeyId><Endpoint><Address>orders.example.com</Address><Port>5432</Port>\
    </Endpoint><ReadReplicaSourceDBInstanceIdentifier>arn:aws:rds:us-east-1:1:db:shop-orders\
    </ReadReplicaSourceDBInstanceIdentifier><ReadReplicaDBInstanceIdentifiers>\
    <ReadReplicaDBInstanceIdentifier>z</ReadReplicaDBInstanceIdentifier>\
    <ReadReplicaDBInstanceIdentifier>a</ReadReplicaDBInstanceIdentifier></ReadReplicaDBInstanceIdentifiers>\
    <DBSubnetGroup><DBSubnetGroupName>shop-data</DBSubnetGroupName></DBSubnetGroup><VpcSecurityGroups>\
    <VpcSecurityGroupMembership><VpcSecurityGroupId>sg-2</VpcSecurityGroupId></VpcSecurityGroupMembership>\
    <VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1</VpcSecurityGroupId></VpcSecurityGroupMembership>\
    </VpcSecurityGroups><DBParameterGroups><DBParameterGroup><DBParameterGroupName>shop-pg16</DBParameterGroupName>\
    <ParameterApplyStatus>in-sync</ParameterApplyStatus></DBParameterGroup></DBParameterGroups>\
    <BackupRetentionPeriod>7</BackupRetentionPeriod><DeletionProtection>true</DeletionProtection>\
    <AutoMinorVersionUpgrade>true</AutoMinorVersionUpgrade><PubliclyAccessible>false</PubliclyAccessible>\
    <IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled><OptionGroupMemberships>\
    <OptionGroupMembership><OptionGroupName>shop-options</OptionGroupName><Status>in-sync</Status>\
    </OptionGroupMembership></OptionGroupMemberships><MonitoringInterval>60</MonitoringInterval>\
    <MonitoringRoleArn>arn:aws:iam::1:role/rds-monitoring</MonitoringRoleArn>\
    <PerformanceInsightsEnabled>true</PerformanceInsightsEnabled>\
    <PerformanceInsightsRetentionPeriod>7</PerformanceInsightsRetentionPeriod>\
    <PerformanceInsightsKMSKeyId>arn:aws:kms:us-west-2:1:key/pi</PerformanceInsightsKMSKeyId>\
    <EnabledCloudwatchLogsExports><member>upgrade</member><member>postgresql</member></EnabledCloudwatchLogsExports>\
    <CACertificateIdentifier>rds-ca-rsa2048-g1</CACertificateIdentifier>\
    <PreferredBackupWindow>03:10-03:40</PreferredBackupWindow>\
    <PreferredMaintenanceWindow>sun:05:00-sun:05:30</PreferredMaintenanceWindow>\
    <CopyTagsToSnapshot>true</CopyTagsToSnapshot><TagList>\
    <Tag><Key>app</Key><Value>shop</Value></Tag><Tag><Key>aws:cloudformation:stack-name</Key><Value>x</Value></Tag>\
    </TagList>";

/// One page of instances.
fn page(instances: &[String], marker: &str) -> Answer {
    let instances: String = instances.iter().map(|fields| format!("<DBInstance>{fields}</DBInstance>")).collect();
    let marker = if marker.is_empty() { String::new() } else { format!("<Marker>{marker}</Marker>") };
    xml(format!(
        "<DescribeDBInstancesResponse><DescribeDBInstancesResult>{marker}<DBInstances>{instances}</DBInstances>\
         </DescribeDBInstancesResult></DescribeDBInstancesResponse>"
    ))
}

fn bare(id: &str, group: &str) -> String {
    format!(
        "<DBInstanceIdentifier>{id}</DBInstanceIdentifier><DBInstanceStatus>creating</DBInstanceStatus>\
         <DBParameterGroups><DBParameterGroup><DBParameterGroupName>{group}</DBParameterGroupName></DBParameterGroup>\
         </DBParameterGroups>"
    )
}

/// The answer of a write, without the instance that nobody reads.
fn done(action: &str) -> Answer {
    xml(format!("<{action}Response><{action}Result/></{action}Response>"))
}

fn families(server: &Replay) {
    server.on_call("rds", "DescribeDBParameterGroups", |call| {
        xml(format!(
            "<DescribeDBParameterGroupsResponse><DescribeDBParameterGroupsResult><DBParameterGroups><DBParameterGroup>\
             <DBParameterGroupName>{}</DBParameterGroupName><DBParameterGroupFamily>postgres16</DBParameterGroupFamily>\
             </DBParameterGroup></DBParameterGroups></DescribeDBParameterGroupsResult>\
             </DescribeDBParameterGroupsResponse>",
            call.field("DBParameterGroupName")
        ))
    });
}

fn parameters(pairs: &str, marker: &str) -> Answer {
    xml(format!(
        "<DescribeDBParametersResponse><DescribeDBParametersResult><Parameters>{pairs}</Parameters>{marker}\
         </DescribeDBParametersResult></DescribeDBParametersResponse>"
    ))
}

fn set(name: &str, value: &str) -> String {
    format!("<Parameter><ParameterName>{name}</ParameterName><ParameterValue>{value}</ParameterValue></Parameter>")
}

#[tokio::test]
async fn every_instance_of_the_region_is_read_by_the_page_without_a_filter() {
    let server = Replay::start();
    let all = [page(&[bare("a", "g")], "next"), page(&[bare("b", "g")], "")];
    server.on("rds", "DescribeDBInstances", all);
    let found = reading(&server).await.databases.all_databases().await.expect("databases");
    assert_eq!(found.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let calls = server.calls("rds", "DescribeDBInstances");
    assert_eq!(calls.iter().map(|call| call.field("Marker")).collect::<Vec<_>>(), ["", "next"]);
    assert!(calls.iter().all(|call| call.field("Filters.Filter.1.Name").is_empty()));
    assert!(server.calls("rds", "DescribeDBParameters").is_empty(), "no parameters are asked for");
}

#[tokio::test]
async fn an_instance_comes_with_the_parameters_somebody_set() {
    let server = Replay::start();
    server.on("rds", "DescribeDBInstances", [page(&[REPLICA.to_owned()], "")]);
    families(&server);
    let unset = "<Parameter><ParameterName>work_mem</ParameterName></Parameter>";
    server.on(
        "rds",
        "DescribeDBParameters",
        [
            parameters(&set("max_connections", "500"), "<Marker>m</Marker>"),
            parameters(&format!("{}{unset}", set("log_statement", "ddl")), ""),
        ],
    );
    let found = reading(&server).await.databases.databases(&names(&["shop-orders", "gone"])).await.expect("databases");
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let expected = DatabaseFacts {
        id: "shop-orders".to_owned(),
        arn: "arn:aws:rds:us-west-2:1:db:shop-orders".to_owned(),
        status: "available".to_owned(),
        engine: "postgres".to_owned(),
        engine_version: "16.4".to_owned(),
        class: "db.r6g.large".to_owned(),
        multi_az: true,
        storage_gb: 200,
        storage_type: Some("gp3".to_owned()),
        iops: Some(3000),
        storage_throughput: Some(125),
        max_storage_gb: Some(400),
        encrypted: true,
        kms_key: Some("arn:aws:kms:us-west-2:1:key/k".to_owned()),
        endpoint: Some(DatabaseEndpoint { host: "orders.example.com".to_owned(), port: 5432 }),
        source: Some("arn:aws:rds:us-east-1:1:db:shop-orders".to_owned()),
        replicas: names(&["a", "z"]),
        subnet_group: Some("shop-data".to_owned()),
        security_group_ids: names(&["sg-1", "sg-2"]),
        parameter_group: Some(ParameterGroupFacts {
            name: "shop-pg16".to_owned(),
            family: "postgres16".to_owned(),
            parameters: BTreeMap::from([pair("max_connections", "500"), pair("log_statement", "ddl")]),
        }),
        backup_retention_days: 7,
        deletion_protection: true,
        auto_minor_version: true,
        publicly_accessible: false,
        settings: Some(DatabaseSettings {
            iam_authentication: true,
            option_group: Some("shop-options".to_owned()),
            monitoring_s: 60,
            monitoring_role: Some("arn:aws:iam::1:role/rds-monitoring".to_owned()),
            performance_insights: true,
            performance_insights_days: Some(7),
            performance_insights_key: Some("arn:aws:kms:us-west-2:1:key/pi".to_owned()),
            log_exports: names(&["postgresql", "upgrade"]),
            ca_certificate: Some("rds-ca-rsa2048-g1".to_owned()),
            backup_window: Some("03:10-03:40".to_owned()),
            maintenance_window: Some("sun:05:00-sun:05:30".to_owned()),
            copy_tags: true,
        }),
        tags: BTreeMap::from([pair("app", "shop")]),
    };
    assert_eq!(found, [expected]);
    let asked = &server.calls("rds", "DescribeDBInstances")[0];
    assert_eq!(asked.field("Filters.Filter.1.Name"), "db-instance-id");
    assert_eq!(asked.list("Filters.Filter.1.Values.Value"), ["gone", "shop-orders"]);
    let asked = server.calls("rds", "DescribeDBParameters");
    assert_eq!(asked.iter().map(|call| call.field("Source")).collect::<Vec<_>>(), ["user", "user"]);
    assert_eq!(asked[1].field("Marker"), "m");
}

#[tokio::test]
async fn instances_come_by_the_page_and_a_group_is_asked_for_once() {
    let server = Replay::start();
    server.on_call("rds", "DescribeDBInstances", |call| {
        let asked = call.list("Filters.Filter.1.Values.Value");
        let instances: Vec<String> =
            asked.iter().map(|id| bare(id, if id.ends_with('7') { "default.postgres16" } else { "shared" })).collect();
        let (first, second) = instances.split_at(instances.len() / 2);
        if call.field("Marker").is_empty() { page(first, "more") } else { page(second, "") }
    });
    families(&server);
    server.on("rds", "DescribeDBParameters", [parameters(&set("max_connections", "500"), "")]);
    let asked: Vec<String> = (0..150).map(|n| format!("db-{n}")).collect();
    let found = reading(&server).await.databases.databases(&asked).await.expect("databases");
    assert_eq!(found.len(), 150);
    assert!(found.is_sorted_by(|a, b| a.id < b.id));
    assert_eq!(server.calls("rds", "DescribeDBInstances").len(), 4, "two filters of two pages each");
    assert_eq!(server.calls("rds", "DescribeDBParameters").len(), 1, "nobody can set what is AWS's own");
    let group =
        |id: &str| found.iter().find(|db| db.id == id).and_then(|db| db.parameter_group.clone()).expect("a group");
    assert_eq!((group("db-1").parameters.len(), group("db-7").parameters.len()), (1, 0));
    assert_eq!(group("db-7").family, "postgres16", "the name of AWS's own group tells");
    assert_eq!(found[0].endpoint, None, "it has none while it is being made");
}

#[tokio::test]
async fn nothing_asked_is_nothing_called() {
    let server = Replay::start();
    assert_eq!(reading(&server).await.databases.databases(&[]).await, Ok(vec![]));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn one_instance_is_one_call_and_a_missing_one_is_none() {
    let server = Replay::start();
    let gone = query_error(404, "DBInstanceNotFound", "DBInstance shop-orders not found.");
    server.on("rds", "DescribeDBInstances", [page(&[REPLICA.to_owned()], ""), gone]);
    let databases = reading(&server).await.databases;
    let found = databases.database("shop-orders").await.expect("an answer").expect("there");
    assert_eq!(
        found.parameter_group.map(|group| (group.name, group.parameters.len())),
        Some(("shop-pg16".to_owned(), 0))
    );
    assert_eq!(databases.database("shop-orders").await, Ok(None));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_denied_look_names_the_permission() {
    let server = Replay::start();
    let message = "User: arn:aws:iam::1:user/op is not authorized to perform: rds:DescribeDBInstances";
    server.on("rds", "DescribeDBInstances", [query_error(403, "AccessDenied", message)]);
    let error = reading(&server).await.databases.databases(&names(&["x"])).await.expect_err("denied");
    assert_eq!(error.kind, CloudErrorKind::Denied);
    insta::assert_snapshot!(error, @"DescribeDBInstances (standby side, us-west-2) was denied: User: arn:aws:iam::1:user/op is not authorized to perform: rds:DescribeDBInstances [AccessDenied] (request req-1)");
}

#[tokio::test]
async fn promotion_tells_how_long_backups_are_kept() {
    let server = Replay::start();
    server.on("rds", "PromoteReadReplica", [done("PromoteReadReplica")]);
    writing(&server).await.databases.promote("shop-orders", 7).await.expect("promoted");
    let call = &server.calls("rds", "PromoteReadReplica")[0];
    assert_eq!(["DBInstanceIdentifier", "BackupRetentionPeriod"].map(|field| call.field(field)), ["shop-orders", "7"]);
}

#[tokio::test]
async fn a_replica_that_is_backing_up_is_a_conflict() {
    let server = Replay::start();
    let message = "DB Instance shop-orders is not in the available state.";
    server.on("rds", "PromoteReadReplica", [query_error(400, "InvalidDBInstanceState", message)]);
    let error = writing(&server).await.databases.promote("shop-orders", 7).await.expect_err("refused");
    assert_eq!(error.kind, CloudErrorKind::Conflict);
    insta::assert_snapshot!(error, @"PromoteReadReplica (standby side, us-west-2) conflicts with what is there: DB Instance shop-orders is not in the available state. [InvalidDBInstanceState] (request req-1)");
}

#[tokio::test]
async fn writes_are_made_once_unless_throttled() {
    let server = Replay::start();
    server.on("rds", "PromoteReadReplica", [Answer::Hangup]);
    server.on("rds", "ModifyDBInstance", [query_error(500, "InternalFailure", "")]);
    let throttled = query_error(400, "Throttling", "Rate exceeded");
    server.on("rds", "CreateDBInstanceReadReplica", [throttled, done("CreateDBInstanceReadReplica")]);
    let databases = writing(&server).await.databases;
    let lost = databases.promote("shop-orders", 7).await.expect_err("no answer");
    assert!(!lost.kind.no_effect(), "it may have happened: {lost}");
    let change = DatabaseChange { multi_az: Some(true), ..DatabaseChange::default() };
    assert_eq!(databases.modify("shop-orders", &change).await.expect_err("failed").kind, CloudErrorKind::Service);
    databases.create_replica(&replica()).await.expect("the second time");
    let calls = ["PromoteReadReplica", "ModifyDBInstance", "CreateDBInstanceReadReplica"];
    assert_eq!(calls.map(|action| server.calls("rds", action).len()), [1, 1, 2]);
}

#[tokio::test]
async fn only_what_is_to_change_is_sent_and_at_once() {
    let server = Replay::start();
    server.on("rds", "ModifyDBInstance", [done("ModifyDBInstance")]);
    let databases = writing(&server).await.databases;
    let change = DatabaseChange {
        class: Some("db.r6g.xlarge".to_owned()),
        deletion_protection: Some(false),
        parameter_group: Some("shop-pg16".to_owned()),
        new_id: Some("shop-orders-before".to_owned()),
        ..DatabaseChange::default()
    };
    databases.modify("shop-orders", &change).await.expect("modified");
    databases.modify("shop-orders", &DatabaseChange::default()).await.expect("nothing to change");
    let calls = server.calls("rds", "ModifyDBInstance");
    assert_eq!(calls.len(), 1);
    let sent = [
        ("DBInstanceClass", "db.r6g.xlarge"),
        ("DeletionProtection", "false"),
        ("DBParameterGroupName", "shop-pg16"),
        ("NewDBInstanceIdentifier", "shop-orders-before"),
        ("ApplyImmediately", "true"),
        ("MultiAZ", ""),
    ];
    for (field, expected) in sent {
        assert_eq!(calls[0].field(field), expected, "{field}");
    }
}

fn replica() -> CreateReplica {
    CreateReplica {
        id: "shop-orders".to_owned(),
        source_arn: "arn:aws:rds:us-east-1:1:db:shop-orders".to_owned(),
        class: "db.r6g.large".to_owned(),
        multi_az: true,
        storage_type: Some("gp3".to_owned()),
        iops: Some(12_000),
        storage_throughput: Some(500),
        max_storage_gb: Some(1_000),
        publicly_accessible: false,
        kms_key: Some("alias/shop-dr".to_owned()),
        subnet_group: Some("shop-data".to_owned()),
        security_group_ids: names(&["sg-1", "sg-2"]),
        parameter_group: Some("shop-pg16".to_owned()),
        deletion_protection: true,
        auto_minor_version: Some(false),
        settings: Some(DatabaseSettings {
            iam_authentication: true,
            option_group: Some("shop-options".to_owned()),
            monitoring_s: 60,
            monitoring_role: Some("arn:aws:iam::1:role/rds-monitoring".to_owned()),
            performance_insights: true,
            performance_insights_days: Some(7),
            performance_insights_key: None,
            log_exports: names(&["postgresql"]),
            ca_certificate: Some("rds-ca-rsa2048-g1".to_owned()),
            backup_window: Some("03:10-03:40".to_owned()),
            maintenance_window: None,
            copy_tags: true,
        }),
        tags: BTreeMap::from([("lifeboat:env".to_owned(), "shop".to_owned())]),
    }
}

#[tokio::test]
async fn a_replica_is_made_as_told_and_one_that_is_there_is_a_conflict() {
    let server = Replay::start();
    let exists = query_error(400, "DBInstanceAlreadyExists", "DB instance already exists");
    let full = query_error(400, "StorageQuotaExceeded", "You have exceeded the maximum available storage");
    server.on("rds", "CreateDBInstanceReadReplica", [done("CreateDBInstanceReadReplica"), exists, full]);
    let databases = writing(&server).await.databases;
    databases.create_replica(&replica()).await.expect("made");
    assert_eq!(databases.create_replica(&replica()).await.expect_err("there").kind, CloudErrorKind::Conflict);
    assert_eq!(databases.create_replica(&replica()).await.expect_err("full").kind, CloudErrorKind::Limit);
    let call = &server.calls("rds", "CreateDBInstanceReadReplica")[0];
    let fields = [
        "DBInstanceIdentifier",
        "SourceDBInstanceIdentifier",
        "DBInstanceClass",
        "MultiAZ",
        "StorageType",
        "Iops",
        "StorageThroughput",
        "MaxAllocatedStorage",
        "PubliclyAccessible",
        "KmsKeyId",
        "DBSubnetGroupName",
        "DBParameterGroupName",
        "DeletionProtection",
        "Tags.Tag.1.Key",
        "VpcSecurityGroupIds.VpcSecurityGroupId.2",
        "AutoMinorVersionUpgrade",
        "EnableIAMDatabaseAuthentication",
        "OptionGroupName",
        "MonitoringInterval",
        "MonitoringRoleArn",
        "EnablePerformanceInsights",
        "PerformanceInsightsRetentionPeriod",
        "PerformanceInsightsKMSKeyId",
        "EnableCloudwatchLogsExports.member.1",
        "CACertificateIdentifier",
        "CopyTagsToSnapshot",
    ];
    assert_eq!(
        fields.map(|field| call.field(field)),
        [
            "shop-orders",
            "arn:aws:rds:us-east-1:1:db:shop-orders",
            "db.r6g.large",
            "true",
            "gp3",
            "12000",
            "500",
            "1000",
            "false",
            "alias/shop-dr",
            "shop-data",
            "shop-pg16",
            "true",
            "lifeboat:env",
            "sg-2",
            "false",
            "true",
            "shop-options",
            "60",
            "arn:aws:iam::1:role/rds-monitoring",
            "true",
            "7",
            "",
            "postgresql",
            "rds-ca-rsa2048-g1",
            "true"
        ]
    );
}
