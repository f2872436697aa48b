//! Owns facts about SSM parameters. A secret's value is never here: only its keyed digest.

use serde::{Deserialize, Serialize};

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ParameterType {
    /// Text.
    String,
    /// Comma-separated text.
    StringList,
    /// Encrypted text.
    SecureString,
}

/// The tier of a parameter (SSM PutParameter: 4 KB standard, 8 KB advanced).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ParameterTier {
    /// Up to 4 KB.
    Standard,
    /// Up to 8 KB, billed; no way back in place.
    Advanced,
}

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterValue {
    /// The value of a parameter that is not secret.
    Plain(String),
    /// The keyed digest of a secret value.
    Secret(String),
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterFacts {
    /// Full name.
    pub name: String,
    /// Type.
    pub kind: ParameterType,
    /// Tier; `Standard` where the service does not say.
    pub tier: ParameterTier,
    /// Value, or its keyed digest.
    pub value: ParameterValue,
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
