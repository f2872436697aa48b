//! Owns SSM parameters with their versions. Secret values lie here in the clear: the file is the account.

use serde::{Deserialize, Serialize};

use crate::facts::{ParameterTier, ParameterType};

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Type.
    pub kind: ParameterType,
    /// Tier.
    pub tier: ParameterTier,
    /// `text` or `aws:ec2:image`.
    pub data_type: String,
    /// Description.
    pub description: String,
    /// Allowed pattern.
    pub allowed_pattern: Option<String>,
    /// Key of a SecureString.
    pub key_id: Option<String>,
    /// Values, oldest first, at most 100 (Parameter Store keeps 100 versions).
    pub versions: Vec<ParameterVersion>,
}

/// One value a parameter had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterVersion {
    /// Number, from 1.
    pub version: i64,
    /// Value.
    pub value: String,
}

impl Parameter {
    /// The value now.
    pub fn value(&self) -> &str {
        self.versions.last().map_or("", |last| last.value.as_str())
    }

    /// The version now.
    pub fn version(&self) -> i64 {
        self.versions.last().map_or(0, |last| last.version)
    }

    /// Takes a new value; its version.
    pub fn push(&mut self, value: String) -> i64 {
        let version = self.version() + 1;
        self.versions.push(ParameterVersion { version, value });
        let excess = self.versions.len().saturating_sub(100);
        self.versions.drain(..excess);
        version
    }
}
