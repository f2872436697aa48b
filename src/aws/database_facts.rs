//! Owns how RDS instances and parameter groups become facts.

use aws_sdk_rds::types::{DbInstance, Parameter};

use super::tags::own_tags;
use crate::facts::{DatabaseEndpoint, DatabaseFacts, DatabaseSettings, ParameterGroupFacts};

/// The prefix of parameter groups that are AWS's own: nobody can set anything in them.
const AWS_OWN: &str = "default.";

/// An instance in our words, its parameter group without parameters; none without an identifier, which AWS always gives.
pub(super) fn database(instance: &DbInstance) -> Option<DatabaseFacts> {
    let mut replicas = instance.read_replica_db_instance_identifiers().to_vec();
    replicas.sort();
    let groups = instance.vpc_security_groups().iter();
    let mut security_group_ids: Vec<String> =
        groups.filter_map(|group| group.vpc_security_group_id().map(str::to_owned)).collect();
    security_group_ids.sort();
    Some(DatabaseFacts {
        id: instance.db_instance_identifier()?.to_owned(),
        arn: owned(instance.db_instance_arn()),
        status: owned(instance.db_instance_status()),
        engine: owned(instance.engine()),
        engine_version: owned(instance.engine_version()),
        class: owned(instance.db_instance_class()),
        multi_az: instance.multi_az().unwrap_or(false),
        storage_gb: instance.allocated_storage().and_then(count).unwrap_or(0),
        storage_type: text(instance.storage_type()),
        iops: instance.iops().and_then(count),
        storage_throughput: instance.storage_throughput().and_then(count),
        max_storage_gb: instance.max_allocated_storage().and_then(count),
        encrypted: instance.storage_encrypted().unwrap_or(false),
        kms_key: text(instance.kms_key_id()),
        endpoint: endpoint(instance),
        source: text(instance.read_replica_source_db_instance_identifier()),
        replicas,
        subnet_group: text(instance.db_subnet_group().and_then(|group| group.db_subnet_group_name())),
        security_group_ids,
        parameter_group: instance
            .db_parameter_groups()
            .first()
            .and_then(|group| text(group.db_parameter_group_name()))
            .map(bare_group),
        backup_retention_days: instance.backup_retention_period().and_then(count).unwrap_or(0),
        deletion_protection: instance.deletion_protection().unwrap_or(false),
        auto_minor_version: instance.auto_minor_version_upgrade().unwrap_or(false),
        publicly_accessible: instance.publicly_accessible().unwrap_or(false),
        settings: Some(settings(instance)),
        tags: own_tags(instance.tag_list().iter().map(|tag| (tag.key(), tag.value()))),
    })
}

fn settings(instance: &DbInstance) -> DatabaseSettings {
    let mut log_exports = instance.enabled_cloudwatch_logs_exports().to_vec();
    log_exports.sort();
    let group = instance.option_group_memberships().first().and_then(|group| group.option_group_name());
    let performance_insights = instance.performance_insights_enabled().unwrap_or(false);
    // What is off may still be told of, and decides nothing.
    let insights = Some(instance).filter(|_| performance_insights);
    DatabaseSettings {
        iam_authentication: instance.iam_database_authentication_enabled().unwrap_or(false),
        option_group: text(group),
        monitoring_s: instance.monitoring_interval().and_then(count).unwrap_or(0),
        monitoring_role: text(instance.monitoring_role_arn()),
        performance_insights,
        performance_insights_days: insights.and_then(|one| one.performance_insights_retention_period()).and_then(count),
        performance_insights_key: insights.and_then(|one| text(one.performance_insights_kms_key_id())),
        log_exports,
        ca_certificate: text(instance.ca_certificate_identifier()),
        backup_window: text(instance.preferred_backup_window()),
        maintenance_window: text(instance.preferred_maintenance_window()),
        copy_tags: instance.copy_tags_to_snapshot().unwrap_or(false),
    }
}

/// The name of the group an instance has, where somebody else than AWS made it.
pub(super) fn made_group(facts: &DatabaseFacts) -> Option<&str> {
    let name = facts.parameter_group.as_ref()?.name.as_str();
    (!name.starts_with(AWS_OWN)).then_some(name)
}

/// A parameter with a value.
pub(super) fn parameter(parameter: &Parameter) -> Option<(String, String)> {
    Some((parameter.parameter_name()?.to_owned(), parameter.parameter_value()?.to_owned()))
}

/// A group as far as its name tells: `default.postgres16` is of the family `postgres16`.
fn bare_group(name: String) -> ParameterGroupFacts {
    let family = name.strip_prefix(AWS_OWN).unwrap_or_default().to_owned();
    ParameterGroupFacts { name, family, ..ParameterGroupFacts::default() }
}

/// Where it answers; none while it is being made.
fn endpoint(instance: &DbInstance) -> Option<DatabaseEndpoint> {
    let endpoint = instance.endpoint()?;
    let port = endpoint.port().or(instance.db_instance_port()).and_then(|port| u16::try_from(port).ok())?;
    Some(DatabaseEndpoint { host: text(endpoint.address())?, port })
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn count(number: i32) -> Option<u32> {
    u32::try_from(number).ok()
}
