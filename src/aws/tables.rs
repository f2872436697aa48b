//! Owns the table port on DynamoDB.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{ReplicaDescription, TableDescription};

use super::api::Api;
use super::pacing::Rate;
use super::session::Session;
use crate::cloud::{CloudErrorKind, CloudResult, ReadTables};
use crate::facts::TableFacts;
use crate::model::Region;

const DESCRIBE: Api = Api::own("dynamodb", "DescribeTable", Rate::AMPLE);

/// Tables on AWS.
#[derive(Debug)]
pub(super) struct AwsTables {
    session: Arc<Session>,
    client: aws_sdk_dynamodb::Client,
}

impl AwsTables {
    pub fn new(session: Arc<Session>) -> Self {
        AwsTables { client: aws_sdk_dynamodb::Client::new(&session.config), session }
    }
}

#[async_trait]
impl ReadTables for AwsTables {
    async fn table(&self, name: &str) -> CloudResult<Option<TableFacts>> {
        let request = || self.client.describe_table().table_name(name).send();
        match self.session.call(&DESCRIBE, request).await {
            Ok(answer) => Ok(answer.table().map(|table| facts(name, table, &self.session.place.region))),
            Err(error) if error.kind == CloudErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn facts(name: &str, table: &TableDescription, here: &Region) -> TableFacts {
    TableFacts {
        name: table.table_name().unwrap_or(name).to_owned(),
        arn: table.table_arn().unwrap_or_default().to_owned(),
        status: table.table_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        replicas: table.replicas().iter().filter_map(replica).filter(|(region, _)| region != here).collect(),
    }
}

fn replica(replica: &ReplicaDescription) -> Option<(Region, String)> {
    let status = replica.replica_status().map(|status| status.as_str().to_owned()).unwrap_or_default();
    Some((Region(replica.region_name()?.to_owned()), status))
}
