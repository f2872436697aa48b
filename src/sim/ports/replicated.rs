//! Owns the ports for tables, buckets and objects over the simulated account.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudErrorKind, CloudResult, ReadBuckets, ReadTables, WriteObjects};
use crate::facts::{BucketFacts, TableFacts};
use crate::model::bucket_host;
use crate::sim::call::Refusal;
use crate::sim::state::{Bucket, Object, RegionState};

#[async_trait]
impl ReadTables for SideDesk {
    async fn table(&self, name: &str) -> CloudResult<Option<TableFacts>> {
        self.call("DescribeTable", |region, _| Ok(region.tables.get(name).cloned())).await
    }
}

#[async_trait]
impl ReadBuckets for SideDesk {
    async fn bucket(&self, name: &str) -> CloudResult<Option<BucketFacts>> {
        let found =
            self.call("GetBucketVersioning", |region, _| Ok(region.buckets.get(name).map(|b| b.facts.clone()))).await?;
        if found.is_some() {
            self.call("GetBucketReplication", |_, _| Ok(())).await?;
        }
        Ok(found)
    }

    async fn object_exists(&self, bucket: &str, key: &str) -> CloudResult<bool> {
        // HeadObject answers 404 without a body: a bucket that is not there looks like an object that is not.
        self.call("HeadObject", |region, _| {
            Ok(region.buckets.get(bucket).is_some_and(|bucket| bucket.objects.contains_key(key)))
        })
        .await
    }

    fn object_url(&self, bucket: &str, key: &str) -> String {
        format!("https://{}/{key}", bucket_host(bucket, &self.region))
    }
}

#[async_trait]
impl WriteObjects for SideDesk {
    async fn put_object(&self, bucket: &str, key: &str, body: &[u8]) -> CloudResult<()> {
        self.call("PutObject", |region, now| {
            let object = Object { size: body.len(), written_at: now };
            bucket_of(region, bucket)?.objects.insert(key.to_owned(), object);
            Ok(())
        })
        .await
    }

    async fn delete_object(&self, bucket: &str, key: &str) -> CloudResult<()> {
        self.call("DeleteObject", |region, _| {
            bucket_of(region, bucket)?.objects.remove(key);
            Ok(())
        })
        .await
    }
}

fn bucket_of<'a>(region: &'a mut RegionState, name: &str) -> Result<&'a mut Bucket, Refusal> {
    region.buckets.get_mut(name).ok_or_else(|| {
        let message = format!("The specified bucket does not exist: {name}");
        Refusal::new(CloudErrorKind::NotFound, "NoSuchBucket", message)
    })
}
