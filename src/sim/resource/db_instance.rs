//! Owns AWS::RDS::DBInstance: one that stands alone, or a replica of another.

use serde_json::Value;

use super::db_change::{live, update};
use super::props::{flag, number, required, tags, text, texts};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::{CreateReplica, DatabaseFacts, DatabaseSettings, ParameterGroupFacts};
use crate::sim::databases::{check_name, default_parameters, endpoint, make_replica, source_named};
use crate::sim::state::{Database, RegionState};

pub(super) const DB_INSTANCE: ResourceType = ResourceType {
    name: "AWS::RDS::DBInstance",
    properties: &[
        "AllocatedStorage",
        "AllowMajorVersionUpgrade",
        "ApplyImmediately",
        "AutoMinorVersionUpgrade",
        "AvailabilityZone",
        "BackupRetentionPeriod",
        "CACertificateIdentifier",
        "CopyTagsToSnapshot",
        "DBInstanceClass",
        "DBInstanceIdentifier",
        "DBName",
        "DBParameterGroupName",
        "DBSubnetGroupName",
        "DatabaseInsightsMode",
        "DedicatedLogVolume",
        "DeleteAutomatedBackups",
        "DeletionProtection",
        "EnableCloudwatchLogsExports",
        "EnableIAMDatabaseAuthentication",
        "EnablePerformanceInsights",
        "Engine",
        "EngineVersion",
        "Iops",
        "KmsKeyId",
        "ManageMasterUserPassword",
        "MasterUserPassword",
        "MasterUsername",
        "MaxAllocatedStorage",
        "MonitoringInterval",
        "MonitoringRoleArn",
        "MultiAZ",
        "NetworkType",
        "OptionGroupName",
        "PerformanceInsightsKMSKeyId",
        "PerformanceInsightsRetentionPeriod",
        "Port",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "PubliclyAccessible",
        "ReplicaMode",
        "SourceDBInstanceIdentifier",
        "SourceRegion",
        "StorageEncrypted",
        "StorageThroughput",
        "StorageType",
        "Tags",
        "VPCSecurityGroups",
    ],
    required: &[],
    create_only: &[
        "DBInstanceIdentifier",
        "DBName",
        "DBSubnetGroupName",
        "KmsKeyId",
        "MasterUsername",
        "Port",
        "SourceRegion",
        "StorageEncrypted",
    ],
    write_only: &[
        "AllowMajorVersionUpgrade",
        "ApplyImmediately",
        "DeleteAutomatedBackups",
        "MasterUserPassword",
        "Port",
        "SourceDBInstanceIdentifier",
        "SourceRegion",
    ],
    name_property: Some("DBInstanceIdentifier"),
    tags: TagStyle::List,
    moving: &["Endpoint.Address"],
    seconds: [900, 300, 240],
    create,
    update,
    delete: |place, id, _| {
        // DeleteDBInstance, InvalidParameterCombination.
        if place.region.databases.get(id).is_some_and(|database| database.facts.deletion_protection) {
            return Err(format!(
                "Cannot delete protected DB Instance {id}, please disable deletion protection and try again. \
                 (InvalidParameterCombination)"
            ));
        }
        place.region.databases.remove(id);
        Ok(())
    },
    attribute: |region, id, name| {
        let database = region.databases.get(id)?;
        let endpoint = database.facts.endpoint.as_ref();
        match name {
            "DBInstanceArn" => Some(database.facts.arn.clone()),
            "DbiResourceId" => Some(database.resource_id.clone()),
            "Endpoint.Address" => endpoint.map(|endpoint| endpoint.host.clone()),
            "Endpoint.Port" => endpoint.map(|endpoint| endpoint.port.to_string()),
            _ => None,
        }
    },
    live,
};

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let id = match text(properties, "DBInstanceIdentifier") {
        Some(id) => id.to_ascii_lowercase(),
        None => place.generated_name(63).to_ascii_lowercase(),
    };
    let database = match text(properties, "SourceDBInstanceIdentifier") {
        Some(source) => replica(place, &id, &source, properties)?,
        None => alone(place, &id, properties)?,
    };
    place.region.databases.insert(id.clone(), database);
    Ok(id)
}

fn replica(place: &mut Place<'_>, id: &str, source: &str, properties: &Value) -> Result<Database, NotMade> {
    let source = source_named(place.account, place.region, source).map_err(|refusal| refusal.reason())?.clone();
    // CloudFormation reference, SourceDBInstanceIdentifier: what a replica takes over from its source cannot be given.
    for taken in
        ["AllocatedStorage", "DBName", "Engine", "MasterUserPassword", "MasterUsername", "BackupRetentionPeriod"]
    {
        let given = text(properties, taken).filter(|value| taken != "BackupRetentionPeriod" || value != "0");
        if given.is_some() && !matches!(taken, "Engine" | "AllocatedStorage") {
            return Err(format!("{taken} cannot be specified for a read replica (InvalidParameterCombination)").into());
        }
    }
    let ask = CreateReplica {
        id: id.to_owned(),
        source_arn: source.facts.arn.clone(),
        class: text(properties, "DBInstanceClass").unwrap_or_default(),
        multi_az: flag(properties, "MultiAZ").unwrap_or(false),
        storage_type: text(properties, "StorageType"),
        iops: number(properties, "Iops")?,
        storage_throughput: number(properties, "StorageThroughput")?,
        max_storage_gb: number(properties, "MaxAllocatedStorage")?,
        publicly_accessible: flag(properties, "PubliclyAccessible").unwrap_or(false),
        kms_key: text(properties, "KmsKeyId"),
        subnet_group: text(properties, "DBSubnetGroupName").map(|name| name.to_ascii_lowercase()),
        security_group_ids: texts(properties, "VPCSecurityGroups"),
        // CloudFormation makes the replica first and then gives it its group, and reboots it: not every engine takes one
        // with the order.
        parameter_group: None,
        deletion_protection: flag(properties, "DeletionProtection").unwrap_or(false),
        auto_minor_version: flag(properties, "AutoMinorVersionUpgrade"),
        settings: None,
        tags: tags(properties),
    };
    let mut database = make_replica(place.region, &source, &ask, place.now).map_err(|refusal| refusal.reason())?;
    let default = default_parameters(&database.facts.engine, &database.facts.engine_version);
    database.facts.parameter_group = Some(parameter_group(place.region, properties, default)?);
    storage(&mut database.facts, properties)?;
    Ok(database)
}

fn alone(place: &mut Place<'_>, id: &str, properties: &Value) -> Result<Database, NotMade> {
    check_name(place.region, id).map_err(|refusal| refusal.reason())?;
    let engine = required(properties, "Engine")?;
    let engine_version = text(properties, "EngineVersion").unwrap_or_else(|| "16.4".to_owned());
    let parameter_group = parameter_group(place.region, properties, default_parameters(&engine, &engine_version))?;
    let encrypted = flag(properties, "StorageEncrypted").unwrap_or(false);
    let key = text(properties, "KmsKeyId").unwrap_or_else(|| "alias/aws/rds".to_owned());
    let kms_key = match encrypted {
        true => Some(place.region.key_arn(&key).ok_or_else(|| format!("The KMS key {key} is not accessible"))?),
        false => None,
    };
    let resource_id = format!("db-{}", place.region.next_hex("database", 26).to_ascii_uppercase());
    let mut facts = DatabaseFacts {
        id: id.to_owned(),
        arn: place.region.arn("rds", &format!("db:{id}")),
        status: "available".to_owned(),
        engine,
        engine_version,
        class: required(properties, "DBInstanceClass")?,
        multi_az: flag(properties, "MultiAZ").unwrap_or(false),
        storage_gb: number(properties, "AllocatedStorage")?.ok_or("Property AllocatedStorage cannot be empty.")?,
        encrypted,
        kms_key,
        endpoint: Some(endpoint(place.region, id, number(properties, "Port")?.unwrap_or(5432))),
        subnet_group: subnet_group(place.region, properties)?,
        security_group_ids: security_groups(place.region, properties)?,
        parameter_group: Some(parameter_group),
        // CreateDBInstance, BackupRetentionPeriod: 1 by default.
        backup_retention_days: number(properties, "BackupRetentionPeriod")?.unwrap_or(1),
        deletion_protection: flag(properties, "DeletionProtection").unwrap_or(false),
        publicly_accessible: flag(properties, "PubliclyAccessible").unwrap_or(false),
        tags: tags(properties),
        ..DatabaseFacts::default()
    };
    storage(&mut facts, properties)?;
    Ok(Database {
        facts,
        writes: [(resource_id.clone(), place.now)].into(),
        resource_id,
        made_as: id.to_owned(),
        follows: None,
        stages: Vec::new(),
    })
}

pub(super) fn storage(facts: &mut DatabaseFacts, properties: &Value) -> Result<(), String> {
    facts.storage_gb = number(properties, "AllocatedStorage")?.unwrap_or(facts.storage_gb);
    facts.storage_type = text(properties, "StorageType").or(facts.storage_type.take());
    facts.iops = number(properties, "Iops")?.or(facts.iops);
    facts.storage_throughput = number(properties, "StorageThroughput")?.or(facts.storage_throughput);
    facts.max_storage_gb = number(properties, "MaxAllocatedStorage")?.or(facts.max_storage_gb);
    facts.auto_minor_version = flag(properties, "AutoMinorVersionUpgrade").unwrap_or(true);
    facts.publicly_accessible = flag(properties, "PubliclyAccessible").unwrap_or(facts.publicly_accessible);
    settings(facts.settings.get_or_insert_default(), properties)?;
    let own = own_option_group(facts);
    facts.settings.get_or_insert_default().option_group.get_or_insert(own);
    Ok(())
}

/// The option group of AWS's own that a database has where nobody names another: of its engine and major version, which
/// PostgreSQL tells with one number and the others with two (RDS user guide, "Working with option groups").
pub fn own_option_group(facts: &DatabaseFacts) -> String {
    let numbers = if facts.engine.contains("postgres") { 1 } else { 2 };
    let major: Vec<&str> = facts.engine_version.split('.').take(numbers).collect();
    format!("default:{}-{}", facts.engine, major.join("-"))
}

/// What a template states of how it is run; what it does not state stays.
fn settings(settings: &mut DatabaseSettings, properties: &Value) -> Result<(), String> {
    let set = |kept: &mut bool, name: &str| *kept = flag(properties, name).unwrap_or(*kept);
    set(&mut settings.iam_authentication, "EnableIAMDatabaseAuthentication");
    set(&mut settings.performance_insights, "EnablePerformanceInsights");
    set(&mut settings.copy_tags, "CopyTagsToSnapshot");
    let put = |kept: &mut Option<String>, name: &str| *kept = text(properties, name).or(kept.take());
    put(&mut settings.option_group, "OptionGroupName");
    put(&mut settings.monitoring_role, "MonitoringRoleArn");
    put(&mut settings.performance_insights_key, "PerformanceInsightsKMSKeyId");
    put(&mut settings.ca_certificate, "CACertificateIdentifier");
    put(&mut settings.backup_window, "PreferredBackupWindow");
    put(&mut settings.maintenance_window, "PreferredMaintenanceWindow");
    settings.monitoring_s = number(properties, "MonitoringInterval")?.unwrap_or(settings.monitoring_s);
    let days = number(properties, "PerformanceInsightsRetentionPeriod")?;
    settings.performance_insights_days = days.or(settings.performance_insights_days);
    if properties.get("EnableCloudwatchLogsExports").is_some() {
        settings.log_exports = texts(properties, "EnableCloudwatchLogsExports");
        settings.log_exports.sort();
    }
    Ok(())
}

pub(super) fn parameter_group(
    region: &RegionState,
    properties: &Value,
    default: ParameterGroupFacts,
) -> Result<ParameterGroupFacts, String> {
    match text(properties, "DBParameterGroupName").map(|name| name.to_ascii_lowercase()) {
        None => Ok(default),
        Some(name) if name.starts_with("default.") => Ok(ParameterGroupFacts { name, ..default }),
        Some(name) => region
            .db_parameter_groups
            .get(&name)
            .cloned()
            .ok_or_else(|| format!("DBParameterGroup not found: {name} (DBParameterGroupNotFound)")),
    }
}

fn subnet_group(region: &RegionState, properties: &Value) -> Result<Option<String>, String> {
    let name = text(properties, "DBSubnetGroupName").map(|name| name.to_ascii_lowercase());
    match name.filter(|name| !region.db_subnet_groups.contains_key(name)) {
        Some(missing) => Err(format!("DB subnet group '{missing}' does not exist. (DBSubnetGroupNotFoundFault)")),
        None => Ok(text(properties, "DBSubnetGroupName").map(|name| name.to_ascii_lowercase())),
    }
}

pub(super) fn security_groups(region: &RegionState, properties: &Value) -> Result<Vec<String>, String> {
    let mut ids = texts(properties, "VPCSecurityGroups");
    ids.sort();
    match ids.iter().find(|id| !region.security_groups.contains_key(*id)) {
        Some(missing) => Err(format!("Invalid security group , groupId= {missing}. (InvalidParameterValue)")),
        None => Ok(ids),
    }
}
