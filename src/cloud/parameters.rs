//! Owns the ports for SSM parameters.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{Parameter, PutParameter};

/// Looks at parameters.
#[async_trait]
pub trait ReadParameters: Send + Sync {
    /// Every parameter below a path, decrypted, with tier, description and pattern (GetParametersByPath and
    /// DescribeParameters, by the page). An empty path answers with an empty list.
    async fn parameters_by_path(&self, path: &str) -> CloudResult<Vec<Parameter>>;

    /// The parameters of those names, decrypted, ten a call (GetParameters). Names that do not exist are absent.
    /// Description, tier and pattern are defaults where the call does not tell them.
    async fn parameters(&self, names: &[String]) -> CloudResult<Vec<Parameter>>;
}

/// Changes parameters.
#[async_trait]
pub trait WriteParameters: Send + Sync {
    /// Creates or overwrites a parameter; its new version.
    async fn put_parameter(&self, put: &PutParameter) -> CloudResult<i64>;

    /// Deletes a parameter; one that is not there is deleted already.
    async fn delete_parameter(&self, name: &str) -> CloudResult<()>;
}
