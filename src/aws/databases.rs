//! Owns the database ports on RDS.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_rds::types::{Filter, Tag};

use super::api::Api;
use super::database_facts::{database, made_group, parameter};
use super::pacing::Rate;
use super::retry::RetryRules;
use super::session::{Session, side_by_side};
use crate::cloud::{CloudErrorKind, CloudResult, ReadDatabases, WriteDatabases};
use crate::facts::{CreateReplica, DatabaseChange, DatabaseFacts, DatabaseSettings, ParameterGroupFacts};

const DESCRIBE: Api = shared("DescribeDBInstances");
const DESCRIBE_GROUPS: Api = shared("DescribeDBParameterGroups");
const DESCRIBE_PARAMETERS: Api = shared("DescribeDBParameters");
const PROMOTE: Api = shared("PromoteReadReplica");
const MODIFY: Api = shared("ModifyDBInstance");
const CREATE_REPLICA: Api = shared("CreateDBInstanceReadReplica");

/// Records of one page (RDS Describe calls: 20 to 100).
const PAGE: i32 = 100;
/// Identifiers of one filter: as many as fit one page.
const IDS_PER_CALL: usize = 100;

const fn shared(operation: &'static str) -> Api {
    Api::shared("rds", operation, "all calls", Rate::RDS)
}

/// Databases on AWS.
#[derive(Debug)]
pub(super) struct AwsDatabases {
    session: Arc<Session>,
    client: aws_sdk_rds::Client,
}

impl AwsDatabases {
    pub fn new(session: Arc<Session>) -> Self {
        AwsDatabases { client: aws_sdk_rds::Client::new(&session.config), session }
    }

    async fn described(&self, ids: Vec<String>) -> CloudResult<Vec<DatabaseFacts>> {
        // By filter, because an identifier asked for by name refuses the whole call when it is not there.
        let filter = Filter::builder().name("db-instance-id").set_values(Some(ids)).build();
        let request = |marker| {
            let call = self.client.describe_db_instances().filters(filter.clone());
            call.max_records(PAGE).set_marker(marker).send()
        };
        let pages = self.session.pages(&DESCRIBE, |page| page.marker(), request).await?;
        Ok(pages.iter().flat_map(|page| page.db_instances()).filter_map(database).collect())
    }

    async fn parameter_group(&self, name: String) -> CloudResult<ParameterGroupFacts> {
        let told = futures_util::future::try_join(self.family(&name), self.parameters(&name));
        let (family, parameters) = told.await?;
        Ok(ParameterGroupFacts { name, family, parameters })
    }

    async fn family(&self, group: &str) -> CloudResult<String> {
        let request = || self.client.describe_db_parameter_groups().db_parameter_group_name(group).send();
        let answer = self.session.call(&DESCRIBE_GROUPS, request).await?;
        let family = answer.db_parameter_groups().first().and_then(|group| group.db_parameter_group_family());
        Ok(family.unwrap_or_default().to_owned())
    }

    async fn parameters(&self, group: &str) -> CloudResult<BTreeMap<String, String>> {
        let request = |marker| {
            let call = self.client.describe_db_parameters().db_parameter_group_name(group).source("user");
            call.max_records(PAGE).set_marker(marker).send()
        };
        let pages = self.session.pages(&DESCRIBE_PARAMETERS, |page| page.marker(), request).await?;
        Ok(pages.iter().flat_map(|page| page.parameters()).filter_map(parameter).collect())
    }

    fn days(&self, days: u32, api: &Api) -> CloudResult<i32> {
        i32::try_from(days).map_err(|_| {
            let message = format!("{days} days are longer than RDS keeps backups");
            self.session.place.error(CloudErrorKind::Invalid, api.operation, message)
        })
    }
}

#[async_trait]
impl ReadDatabases for AwsDatabases {
    async fn databases(&self, ids: &[String]) -> CloudResult<Vec<DatabaseFacts>> {
        let wanted: Vec<String> = ids.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let calls = wanted.chunks(IDS_PER_CALL).map(|chunk| self.described(chunk.to_vec())).collect();
        let mut found = side_by_side(calls).await?.concat();
        let groups: BTreeSet<String> = found.iter().filter_map(made_group).map(str::to_owned).collect();
        let groups = side_by_side(groups.into_iter().map(|name| self.parameter_group(name)).collect()).await?;
        for group in found.iter_mut().filter_map(|facts| facts.parameter_group.as_mut()) {
            if let Some(told) = groups.iter().find(|told| told.name == group.name) {
                *group = told.clone();
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    async fn all_databases(&self) -> CloudResult<Vec<DatabaseFacts>> {
        let request = |marker| self.client.describe_db_instances().max_records(PAGE).set_marker(marker).send();
        let pages = self.session.pages(&DESCRIBE, |page| page.marker(), request).await?;
        Ok(pages.iter().flat_map(|page| page.db_instances()).filter_map(database).collect())
    }

    async fn database(&self, id: &str) -> CloudResult<Option<DatabaseFacts>> {
        let request = || self.client.describe_db_instances().db_instance_identifier(id).send();
        match self.session.call(&DESCRIBE, request).await {
            Ok(answer) => Ok(answer.db_instances().first().and_then(database)),
            Err(error) if error.kind == CloudErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Every write is made once: none has a token, and a second one after a lost answer would be refused, or meet an instance
/// that by then has another name.
#[async_trait]
impl WriteDatabases for AwsDatabases {
    async fn promote(&self, id: &str, backup_retention_days: u32) -> CloudResult<()> {
        let days = self.days(backup_retention_days, &PROMOTE)?;
        let request = || {
            let call = self.client.promote_read_replica().db_instance_identifier(id);
            call.backup_retention_period(days).send()
        };
        self.session.call_by(&PROMOTE, RetryRules::ONCE, request).await.map(drop)
    }

    async fn modify(&self, id: &str, change: &DatabaseChange) -> CloudResult<()> {
        if *change == DatabaseChange::default() {
            return Ok(());
        }
        let days = change.backup_retention_days.map(|days| self.days(days, &MODIFY)).transpose()?;
        let request = || {
            let call = self.client.modify_db_instance().db_instance_identifier(id).apply_immediately(true);
            call.set_db_instance_class(change.class.clone())
                .set_multi_az(change.multi_az)
                .set_backup_retention_period(days)
                .set_deletion_protection(change.deletion_protection)
                .set_db_parameter_group_name(change.parameter_group.clone())
                .set_new_db_instance_identifier(change.new_id.clone())
                .send()
        };
        self.session.call_by(&MODIFY, RetryRules::ONCE, request).await.map(drop)
    }

    // China and GovCloud alone want a presigned URL for encrypted replicas of another Region (CreateDBInstanceReadReplica,
    // PreSignedUrl); RDS ignores one everywhere else.
    async fn create_replica(&self, replica: &CreateReplica) -> CloudResult<()> {
        let tags = replica.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let tags: Vec<Tag> = tags.collect();
        let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
        let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        let settings = replica.settings.as_ref();
        let insights = settings.filter(|settings| settings.performance_insights);
        let role = settings.and_then(|settings| settings.monitoring_role.clone());
        let request = || {
            self.client
                .create_db_instance_read_replica()
                .db_instance_identifier(&replica.id)
                .source_db_instance_identifier(&replica.source_arn)
                .db_instance_class(&replica.class)
                .multi_az(replica.multi_az)
                .set_storage_type(replica.storage_type.clone())
                .set_iops(number(replica.iops))
                .set_storage_throughput(number(replica.storage_throughput))
                .set_max_allocated_storage(number(replica.max_storage_gb))
                .publicly_accessible(replica.publicly_accessible)
                .set_kms_key_id(replica.kms_key.clone())
                .set_db_subnet_group_name(replica.subnet_group.clone())
                .set_vpc_security_group_ids(some(&replica.security_group_ids))
                .set_db_parameter_group_name(replica.parameter_group.clone())
                .deletion_protection(replica.deletion_protection)
                .set_auto_minor_version_upgrade(replica.auto_minor_version)
                .set_enable_iam_database_authentication(settings.map(|settings| settings.iam_authentication))
                .set_copy_tags_to_snapshot(settings.map(|settings| settings.copy_tags))
                .set_enable_cloudwatch_logs_exports(settings.and_then(|settings| some(&settings.log_exports)))
                .set_ca_certificate_identifier(settings.and_then(|settings| settings.ca_certificate.clone()))
                .set_option_group_name(settings.and_then(DatabaseSettings::made_option_group).cloned())
                .set_enable_performance_insights(settings.map(|settings| settings.performance_insights))
                .set_performance_insights_retention_period(number(
                    insights.and_then(|insights| insights.performance_insights_days),
                ))
                .set_performance_insights_kms_key_id(
                    insights.and_then(|insights| insights.performance_insights_key.clone()),
                )
                // RDS refuses an interval without the role that it is written with.
                .set_monitoring_interval(number(
                    settings.filter(|_| role.is_some()).map(|settings| settings.monitoring_s),
                ))
                .set_monitoring_role_arn(role.clone())
                .set_tags((!tags.is_empty()).then(|| tags.clone()))
                .send()
        };
        self.session.call_by(&CREATE_REPLICA, RetryRules::ONCE, request).await.map(drop)
    }
}
