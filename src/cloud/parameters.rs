//! Owns the ports for SSM parameters.

use std::fmt;

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{ParameterTier, ParameterType};

/// A value that may be secret: neither `Debug` nor `Display` shows it, and it cannot be serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a value.
    pub fn new(text: impl Into<String>) -> Self {
        SecretText(text.into())
    }

    /// The value itself: only for comparing, rewriting and sending.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// A parameter with its value: never saved, only turned into facts or sent on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Full name.
    pub name: String,
    /// Type.
    pub kind: ParameterType,
    /// Tier.
    pub tier: ParameterTier,
    /// Value, decrypted.
    pub value: SecretText,
    /// Version.
    pub version: i64,
    /// `text` or `aws:ec2:image`.
    pub data_type: String,
    /// Description; empty when there is none.
    pub description: String,
    /// Allowed pattern.
    pub allowed_pattern: Option<String>,
    /// KMS key of a SecureString.
    pub key_id: Option<String>,
}

/// A parameter to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutParameter {
    /// Full name.
    pub name: String,
    /// Type.
    pub kind: ParameterType,
    /// Tier.
    pub tier: ParameterTier,
    /// Value.
    pub value: SecretText,
    /// `text` or `aws:ec2:image`.
    pub data_type: String,
    /// Description; empty for none.
    pub description: String,
    /// Allowed pattern.
    pub allowed_pattern: Option<String>,
    /// KMS key of a SecureString; none for the account's default.
    pub key_id: Option<String>,
}

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
