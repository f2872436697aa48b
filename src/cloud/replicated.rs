//! Owns the ports for data that replicates by itself, and for the objects of buckets.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{BucketFacts, TableFacts};

/// Looks at DynamoDB tables.
#[async_trait]
pub trait ReadTables: Send + Sync {
    /// A table; none where it does not exist.
    async fn table(&self, name: &str) -> CloudResult<Option<TableFacts>>;
}

/// Looks at buckets and objects.
#[async_trait]
pub trait ReadBuckets: Send + Sync {
    /// A bucket with its versioning and replication; none where it does not exist.
    async fn bucket(&self, name: &str) -> CloudResult<Option<BucketFacts>>;

    /// Whether an object is there (HeadObject: data plane).
    async fn object_exists(&self, bucket: &str, key: &str) -> CloudResult<bool>;

    /// The address at which everybody, with or without credentials, asks for an object. Makes no call.
    fn object_url(&self, bucket: &str, key: &str) -> String;
}

/// Changes objects: the data plane only.
#[async_trait]
pub trait WriteObjects: Send + Sync {
    /// Writes an object, replacing what is there.
    async fn put_object(&self, bucket: &str, key: &str, body: &[u8]) -> CloudResult<()>;

    /// Deletes an object; one that is not there is deleted already.
    async fn delete_object(&self, bucket: &str, key: &str) -> CloudResult<()>;
}
