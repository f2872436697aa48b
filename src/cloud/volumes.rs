//! Owns the port for volumes.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::VolumeFacts;

/// Looks at volumes.
#[async_trait]
pub trait ReadVolumes: Send + Sync {
    /// Every volume that carries a tag, by the page, sorted. One that is being deleted is absent.
    async fn volumes_tagged(&self, key: &str, value: &str) -> CloudResult<Vec<VolumeFacts>>;
}
