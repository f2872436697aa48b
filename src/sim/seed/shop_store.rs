//! Owns what the shop keeps: its database, table and bucket; its hosted zone; when it scales by the clock; and what starts
//! its code.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::SeedError;
use super::make::Maker;
use super::shop_tiers::Tiers;
use crate::facts::{ScheduleFacts, TableFacts};
use crate::model::{DEFAULT_BUS, Region};
use crate::sim::id;
use crate::sim::ports::events::rule_key;
use crate::sim::state::{EventMapping, EventRule, RegionState, SimState, Zone};

/// The shop's database.
const DATABASE: &str = "shop-orders";

/// Makes what production keeps; the database's host name.
pub(super) fn make(maker: &mut Maker<'_>, tiers: &Tiers) -> Result<String, SeedError> {
    let host = database(maker, tiers)?;
    let carts = table(maker.region.arn("dynamodb", "table/shop-carts"), "us-west-2");
    maker.region.tables.insert("shop-carts".to_owned(), carts);
    maker.make(
        "AWS::S3::Bucket",
        "uploads",
        json!({
            "BucketName": "shop-uploads",
            "VersioningConfiguration": {"Status": "Enabled"},
            "ReplicationConfiguration": {
                "Role": "arn:aws:iam::111122223333:role/shop-replication",
                "Rules": [{
                    "Status": "Enabled",
                    "Priority": 1,
                    "Filter": {"Prefix": ""},
                    "Destination": {"Bucket": "arn:aws:s3:::shop-uploads-dr"},
                }],
            },
        }),
    )?;
    let zone = Zone { name: "shop.example.com".to_owned(), records: Vec::new() };
    maker.account.dns.zones.insert("Z0SHOPEXAMPLE".to_owned(), zone);
    // The workers stand by for the night's imports.
    let night = ScheduleFacts {
        name: "nightly-import".to_owned(),
        recurrence: Some("30 1 * * *".to_owned()),
        time_zone: Some("America/New_York".to_owned()),
        start: None,
        end: None,
        min: Some(4),
        max: Some(8),
        desired: Some(4),
    };
    maker.region.schedules.insert("shop-worker".to_owned(), BTreeMap::from([(night.name.clone(), night)]));
    event_sources(maker.region, true);
    Ok(host)
}

/// The nightly invoices and the readers of the order queue: the pipeline of the functions deploys them on both sides, and
/// switches them off in the standby.
fn event_sources(region: &mut RegionState, enabled: bool) {
    let rule = EventRule {
        bus: DEFAULT_BUS.to_owned(),
        name: "shop-nightly".to_owned(),
        schedule: Some("cron(15 2 * * ? *)".to_owned()),
        pattern: None,
        enabled,
    };
    region.event_rules.insert(rule_key(&rule.bus, &rule.name), rule);
    let mapping = EventMapping {
        function: "shop-orders".to_owned(),
        source: region.arn("sqs", "shop-orders-queue"),
        batch_size: 10,
        enabled,
        switched_at: None,
    };
    region.event_mappings.insert(id::uuid(&region.name, "mapping", 0), mapping);
}

fn database(maker: &mut Maker<'_>, tiers: &Tiers) -> Result<String, SeedError> {
    let ingress: Vec<_> = tiers
        .users
        .iter()
        .map(|user| json!({"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "SourceSecurityGroupId": user, "Description": "PostgreSQL"}))
        .collect();
    let tags = json!([{"Key": "Name", "Value": DATABASE}, {"Key": "Environment", "Value": "prod"}]);
    let security_group = maker.make(
        "AWS::EC2::SecurityGroup",
        DATABASE,
        json!({
            "GroupName": DATABASE,
            "GroupDescription": "Database of orders",
            "VpcId": tiers.vpc,
            "SecurityGroupIngress": ingress,
            "Tags": tags,
        }),
    )?;
    let subnet_group = maker.make(
        "AWS::RDS::DBSubnetGroup",
        DATABASE,
        json!({"DBSubnetGroupName": "shop", "DBSubnetGroupDescription": "Private subnets", "SubnetIds": tiers.private}),
    )?;
    let parameter_group = maker.make(
        "AWS::RDS::DBParameterGroup",
        DATABASE,
        json!({
            "DBParameterGroupName": DATABASE,
            "Description": "Orders",
            "Family": "postgres16",
            "Parameters": {"log_min_duration_statement": "500", "max_connections": "800", "rds.force_ssl": "1"},
        }),
    )?;
    let id = maker.make(
        "AWS::RDS::DBInstance",
        DATABASE,
        json!({
            "DBInstanceIdentifier": DATABASE,
            "DBInstanceClass": "db.r6g.large",
            "Engine": "postgres",
            "EngineVersion": "16.4",
            "AllocatedStorage": "200",
            "MaxAllocatedStorage": 1000,
            "StorageType": "gp3",
            "StorageEncrypted": true,
            "KmsKeyId": "alias/shop-prod",
            "EnableIAMDatabaseAuthentication": true,
            "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
            "EnablePerformanceInsights": true,
            "PerformanceInsightsRetentionPeriod": 7,
            "CACertificateIdentifier": "rds-ca-rsa2048-g1",
            "PreferredBackupWindow": "03:10-03:40",
            "PreferredMaintenanceWindow": "sun:05:00-sun:05:30",
            "CopyTagsToSnapshot": true,
            "MultiAZ": true,
            "BackupRetentionPeriod": 7,
            "DeletionProtection": true,
            "DBSubnetGroupName": subnet_group,
            "DBParameterGroupName": parameter_group,
            "VPCSecurityGroups": [security_group],
            "MasterUsername": "shop",
            "ManageMasterUserPassword": true,
            "Tags": tags,
        }),
    )?;
    let host = maker.region.databases.get(&id).and_then(|database| database.facts.endpoint.as_ref());
    Ok(host.map(|endpoint| endpoint.host.clone()).unwrap_or_default())
}

fn table(arn: String, other: &str) -> TableFacts {
    TableFacts {
        name: "shop-carts".to_owned(),
        arn,
        status: "ACTIVE".to_owned(),
        replicas: BTreeMap::from([(Region(other.to_owned()), "ACTIVE".to_owned())]),
    }
}

/// Makes what is kept in the standby Region by itself: the table's and the bucket's replicas.
pub(super) fn standby(state: &mut SimState, since: Timestamp) -> Result<(), SeedError> {
    state.with_region("us-west-2", |region, account| {
        let carts = table(region.arn("dynamodb", "table/shop-carts"), "us-east-1");
        region.tables.insert("shop-carts".to_owned(), carts);
        event_sources(region, false);
        let mut maker = Maker { region, account, now: since };
        maker.make(
            "AWS::S3::Bucket",
            "uploads",
            json!({"BucketName": "shop-uploads-dr", "VersioningConfiguration": {"Status": "Enabled"}}),
        )?;
        Ok(())
    })
}
