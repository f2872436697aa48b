//! Owns the ports for RDS instances.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{CreateReplica, DatabaseChange, DatabaseFacts};

/// Looks at databases.
#[async_trait]
pub trait ReadDatabases: Send + Sync {
    /// The instances of those identifiers with the user-set parameters of their parameter groups (DescribeDBInstances by
    /// filter, DescribeDBParameters per distinct group that is not AWS's own). Identifiers that do not exist are absent.
    async fn databases(&self, ids: &[String]) -> CloudResult<Vec<DatabaseFacts>>;

    /// Every instance of the account in the Region, without the parameters of their groups (DescribeDBInstances, by the page).
    async fn all_databases(&self) -> CloudResult<Vec<DatabaseFacts>>;

    /// One instance without its parameters, in one call: for waiting. None where it does not exist.
    async fn database(&self, id: &str) -> CloudResult<Option<DatabaseFacts>>;
}

/// Changes databases. RDS takes no idempotency tokens, so look before repeating.
#[async_trait]
pub trait WriteDatabases: Send + Sync {
    /// Makes a replica stand alone (PromoteReadReplica): one-way, with a reboot; refused while it is backing up.
    async fn promote(&self, id: &str, backup_retention_days: u32) -> CloudResult<()>;

    /// Changes an instance at once (ModifyDBInstance, ApplyImmediately).
    async fn modify(&self, id: &str, change: &DatabaseChange) -> CloudResult<()>;

    /// Makes a read replica (CreateDBInstanceReadReplica); one of that name that is there already is a conflict.
    async fn create_replica(&self, replica: &CreateReplica) -> CloudResult<()>;
}
