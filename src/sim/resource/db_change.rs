//! Owns what an update does to an AWS::RDS::DBInstance, and reading one back.

use serde_json::{Value, json};

use super::Place;
use super::db_instance::{parameter_group, security_groups, storage};
use super::props::{flag, number, tag_list, tags, text};
use crate::sim::databases::default_parameters;
use crate::sim::state::RegionState;

/// What the template changes is changed; what it leaves alone stays as it is, whoever changed it since.
pub(super) fn update(place: &mut Place<'_>, id: &str, old: &Value, new: &Value) -> Result<(), String> {
    let security_group_ids = security_groups(place.region, new)?;
    let known =
        place.region.databases.get(id).ok_or_else(|| format!("DBInstance {id} not found. (DBInstanceNotFound)"))?;
    let default = default_parameters(&known.facts.engine, &known.facts.engine_version);
    let group = parameter_group(place.region, new, default)?;
    let Some(database) = place.region.databases.get_mut(id) else { return Ok(()) };
    let changed = |key: &str| old.get(key) != new.get(key);
    let facts = &mut database.facts;
    if changed("SourceDBInstanceIdentifier") && text(new, "SourceDBInstanceIdentifier").is_none() {
        // "If you remove it, the replica is promoted."
        facts.source = None;
        database.follows = None;
    }
    if changed("DBInstanceClass") {
        facts.class = text(new, "DBInstanceClass").unwrap_or_else(|| facts.class.clone());
    }
    if changed("MultiAZ") {
        facts.multi_az = flag(new, "MultiAZ").unwrap_or(false);
    }
    if changed("DeletionProtection") {
        facts.deletion_protection = flag(new, "DeletionProtection").unwrap_or(false);
    }
    if changed("BackupRetentionPeriod") {
        facts.backup_retention_days = number(new, "BackupRetentionPeriod")?.unwrap_or(1);
    }
    if changed("VPCSecurityGroups") {
        facts.security_group_ids = security_group_ids;
    }
    if changed("DBParameterGroupName") {
        facts.parameter_group = Some(group);
    }
    if changed("EngineVersion") {
        facts.engine_version = text(new, "EngineVersion").unwrap_or_else(|| facts.engine_version.clone());
    }
    facts.tags = tags(new);
    storage(facts, new)
}

pub(super) fn live(region: &RegionState, id: &str, properties: &Value) -> Option<Value> {
    let facts = &region.databases.get(id)?.facts;
    let mut live = json!({
        "DBInstanceIdentifier": facts.id,
        "DBInstanceClass": facts.class,
        "MultiAZ": facts.multi_az,
        "Engine": facts.engine,
        "EngineVersion": facts.engine_version,
        "AllocatedStorage": facts.storage_gb.to_string(),
        "StorageEncrypted": facts.encrypted,
        "VPCSecurityGroups": facts.security_group_ids,
        "BackupRetentionPeriod": facts.backup_retention_days,
        "DeletionProtection": facts.deletion_protection,
        "PubliclyAccessible": facts.publicly_accessible,
        "AutoMinorVersionUpgrade": facts.auto_minor_version,
        "DBParameterGroupName": facts.parameter_group.as_ref().map(|group| &group.name),
        "DBSubnetGroupName": facts.subnet_group,
        "Tags": tag_list(&facts.tags),
    });
    let settings = facts.settings.clone().unwrap_or_default();
    live["EnableIAMDatabaseAuthentication"] = json!(settings.iam_authentication);
    live["EnablePerformanceInsights"] = json!(settings.performance_insights);
    live["CopyTagsToSnapshot"] = json!(settings.copy_tags);
    live["EnableCloudwatchLogsExports"] = json!(settings.log_exports);
    live["MonitoringInterval"] = json!(settings.monitoring_s);
    // A key may be given by an alias and is read back as an ARN; both are the same (propertyTransform of the type).
    let written = text(properties, "KmsKeyId").filter(|key| region.key_arn(key) == facts.kms_key);
    for (key, value) in [
        ("StorageType", facts.storage_type.as_ref().map(|kind| json!(kind))),
        ("Iops", facts.iops.map(|iops| json!(iops))),
        ("StorageThroughput", facts.storage_throughput.map(|throughput| json!(throughput))),
        ("MaxAllocatedStorage", facts.max_storage_gb.map(|most| json!(most))),
        ("OptionGroupName", settings.option_group.map(|name| json!(name))),
        ("MonitoringRoleArn", settings.monitoring_role.map(|role| json!(role))),
        ("PerformanceInsightsRetentionPeriod", settings.performance_insights_days.map(|days| json!(days))),
        ("PerformanceInsightsKMSKeyId", settings.performance_insights_key.map(|key| json!(key))),
        ("CACertificateIdentifier", settings.ca_certificate.map(|ca| json!(ca))),
        ("PreferredBackupWindow", settings.backup_window.map(|window| json!(window))),
        ("PreferredMaintenanceWindow", settings.maintenance_window.map(|window| json!(window))),
        ("KmsKeyId", written.or(facts.kms_key.clone()).map(|key| json!(key))),
    ] {
        if let Some(value) = value {
            live[key] = value;
        }
    }
    Some(live)
}
