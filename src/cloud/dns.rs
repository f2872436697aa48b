//! Owns the ports for Route 53. Both are its control plane in us-east-1: no step of an ungraceful declaration uses them
//! unless the environment chose weighted records.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{CheckersSay, HealthCheckFacts, RecordFacts};

/// Looks at records and health checks.
#[async_trait]
pub trait ReadDns: Send + Sync {
    /// Every record set of a name in a zone. A zone that does not exist is an error, a name without records an empty list.
    async fn records(&self, zone: &str, name: &str) -> CloudResult<Vec<RecordFacts>>;

    /// Health checks of those ids; ids that do not exist are absent.
    async fn health_checks(&self, ids: &[String]) -> CloudResult<Vec<HealthCheckFacts>>;

    /// What the checkers of a health check say; none where it does not exist, or they have told nothing yet.
    async fn checkers_say(&self, id: &str) -> CloudResult<Option<CheckersSay>>;
}

/// Changes records.
#[async_trait]
pub trait WriteDns: Send + Sync {
    /// Sets records to what is given (one ChangeResourceRecordSets of UPSERTs): all or none.
    async fn upsert_records(&self, zone: &str, records: &[RecordFacts]) -> CloudResult<()>;
}
