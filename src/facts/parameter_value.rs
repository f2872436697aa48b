//! Owns parameters with their values: never saved, only turned into facts or sent on.

use super::{ParameterTier, ParameterType};
use crate::model::SecretText;

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
