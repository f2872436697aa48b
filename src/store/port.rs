//! Owns the store port: named bytes with versions and conditional writes.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

/// What a write found or left: an ETag, or a digest of the contents. Opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(pub String);

/// Stored bytes with their version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their version.
    pub version: Version,
}

/// What must hold for a write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Nothing: overwrite.
    Always,
    /// There is nothing of that name (S3 `If-None-Match: *`).
    Absent,
    /// What is there has that version (S3 `If-Match`).
    Matches(Version),
}

/// The kinds of failure callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The condition did not hold.
    Conflict,
    /// No permission.
    Denied,
    /// No answer, or no room, or any other failure.
    Failed,
}

/// A failed store operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    /// Kind.
    pub kind: StoreErrorKind,
    /// Which object, where: a path or an `s3://` address.
    pub place: String,
    /// What could not be done and why.
    pub message: String,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for StoreError {}

impl StoreError {
    /// What to do next, where that can be said.
    pub fn hint(&self) -> Option<String> {
        (self.kind == StoreErrorKind::Denied).then(|| {
            format!("let this user read and write {}, or name a store that it may write under `store:`", self.place)
        })
    }
}

/// Bytes that several hold.
pub type Shared = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Named bytes. Keys are relative paths with `/`, such as `shop/baseline.json`.
#[async_trait]
pub trait Store: Send + Sync {
    /// Where this store is, for people.
    fn place(&self) -> String;

    /// What is stored under a key; none when nothing is.
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError>;

    /// Stores bytes, durable when this returns.
    async fn put(&self, key: &str, bytes: &[u8], condition: &Condition) -> Result<Version, StoreError>;

    /// The same for bytes that are shared: a store that writes on a thread of its own copies none of them. A report of a
    /// thousand tiers has megabytes.
    async fn put_shared(&self, key: &str, bytes: Shared, condition: &Condition) -> Result<Version, StoreError> {
        self.put(key, (*bytes).as_ref(), condition).await
    }

    /// The keys that begin with a prefix, sorted.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError>;

    /// Deletes a key; one that is not there is deleted already.
    async fn delete(&self, key: &str) -> Result<(), StoreError>;
}
