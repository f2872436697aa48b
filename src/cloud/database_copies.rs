//! Owns the port that copies databases for a drill and removes the copies again.

use async_trait::async_trait;

use super::{CloudResult, RemovableInstance, RemovableSnapshot};
use crate::facts::{CopiesFound, RestoreCopy, SnapshotFacts, TakeSnapshot};

/// Copies databases. RDS takes no idempotency tokens, so look before repeating. It deletes nothing but what was judged to
/// be a drill's own: nobody else can make a [`RemovableInstance`].
#[async_trait]
pub trait DatabaseCopies: Send + Sync {
    /// One manual snapshot (DescribeDBSnapshots). None where it does not exist.
    async fn snapshot(&self, id: &str) -> CloudResult<Option<SnapshotFacts>>;

    /// Everything in the Region that carries the tags of a drill of an environment, whatever run made it
    /// (DescribeDBInstances and DescribeDBSnapshots, all pages: neither filters by tag).
    async fn found(&self, environment: &str) -> CloudResult<CopiesFound>;

    /// Takes a snapshot (CreateDBSnapshot); the instance is `backing-up` meanwhile. One of that name that is there already is
    /// a conflict, and so is an instance that is not `available`.
    async fn take_snapshot(&self, order: &TakeSnapshot) -> CloudResult<()>;

    /// Makes an instance from a snapshot (RestoreDBInstanceFromDBSnapshot); one of that name that is there already is a
    /// conflict.
    async fn restore(&self, order: &RestoreCopy) -> CloudResult<()>;

    /// Deletes an instance (DeleteDBInstance) with its automated backups, without a last snapshot. It is gone minutes later.
    async fn delete_instance(&self, instance: &RemovableInstance) -> CloudResult<()>;

    /// Deletes a snapshot (DeleteDBSnapshot); refused unless it is `available`.
    async fn delete_snapshot(&self, snapshot: &RemovableSnapshot) -> CloudResult<()>;
}
