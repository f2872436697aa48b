//! Owns ports that are not built yet.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use super::groups::AwsGroups;
use crate::cloud::*;
use crate::facts::*;

#[async_trait]
impl ReadDatabases for AwsGroups {
    async fn databases(&self, _: &[String]) -> CloudResult<Vec<DatabaseFacts>> {
        Err(later())
    }
    async fn database(&self, _: &str) -> CloudResult<Option<DatabaseFacts>> {
        Err(later())
    }
}

#[async_trait]
impl WriteDatabases for AwsGroups {
    async fn promote(&self, _: &str, _: u32) -> CloudResult<()> {
        Err(later())
    }
    async fn modify(&self, _: &str, _: &DatabaseChange) -> CloudResult<()> {
        Err(later())
    }
    async fn create_replica(&self, _: &CreateReplica) -> CloudResult<()> {
        Err(later())
    }
}

#[async_trait]
impl ReadTables for AwsGroups {
    async fn table(&self, _: &str) -> CloudResult<Option<TableFacts>> {
        Err(later())
    }
}

#[async_trait]
impl ReadBuckets for AwsGroups {
    async fn bucket(&self, _: &str) -> CloudResult<Option<BucketFacts>> {
        Err(later())
    }
    async fn object_exists(&self, _: &str, _: &str) -> CloudResult<bool> {
        Err(later())
    }
}

#[async_trait]
impl WriteObjects for AwsGroups {
    async fn put_object(&self, _: &str, _: &str, _: &[u8]) -> CloudResult<()> {
        Err(later())
    }
    async fn delete_object(&self, _: &str, _: &str) -> CloudResult<()> {
        Err(later())
    }
}

#[async_trait]
impl ReadDns for AwsGroups {
    async fn records(&self, _: &str, _: &str) -> CloudResult<Vec<RecordFacts>> {
        Err(later())
    }
    async fn health_checks(&self, _: &[String]) -> CloudResult<Vec<HealthCheckFacts>> {
        Err(later())
    }
}

#[async_trait]
impl WriteDns for AwsGroups {
    async fn upsert_records(&self, _: &str, _: &[RecordFacts]) -> CloudResult<()> {
        Err(later())
    }
}

#[async_trait]
impl ReadSchedules for AwsGroups {
    async fn schedules(&self, _: &[String]) -> CloudResult<BTreeMap<String, Vec<ScheduleFacts>>> {
        Err(later())
    }
}

#[async_trait]
impl WriteSchedules for AwsGroups {
    async fn put_schedules(&self, _: &str, _: &[ScheduleFacts]) -> CloudResult<()> {
        Err(later())
    }
    async fn delete_schedules(&self, _: &str, _: &[String]) -> CloudResult<()> {
        Err(later())
    }
}

fn later() -> CloudError {
    CloudError {
        kind: CloudErrorKind::Unsupported,
        operation: "later".into(),
        side: None,
        region: crate::model::Region("us-west-2".into()),
        code: None,
        message: "not built yet".into(),
        request_id: None,
    }
}

#[derive(Debug)]
pub struct NoOutside;

#[async_trait]
impl Outside for NoOutside {
    async fn resolve(&self, _: &str) -> Result<Vec<String>, String> {
        Err("not built yet".into())
    }
    async fn get(&self, _: &str, _: Duration) -> Result<u16, String> {
        Err("not built yet".into())
    }
}
