//! Owns the identity port.

use async_trait::async_trait;

use super::CloudResult;
use crate::model::Caller;

/// Who we are.
#[async_trait]
pub trait ReadIdentity: Send + Sync {
    /// The caller, by the Region's own STS endpoint (GetCallerIdentity).
    async fn caller(&self) -> CloudResult<Caller>;
}
