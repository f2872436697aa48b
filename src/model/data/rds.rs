//! Owns RDS instances as data: a read replica in the standby Region follows production's until it is promoted.

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::model::{SideName, standby_database_name};

/// An RDS instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RdsData {
    /// The identifier of production's instance.
    pub source: String,
    /// The standby Region's KMS key for the replica's storage; needed where production's is encrypted.
    pub key: Option<String>,
    /// The replica's instance class until it is promoted; absent: production's.
    pub class: Option<String>,
    /// The standby's parameter that tells applications the database's host name.
    pub endpoint_parameter: Option<String>,
}

impl Kind for RdsData {
    fn has_one_writer(&self) -> bool {
        true
    }

    fn instance(&self, data: &str, environment: &str, side: SideName) -> Option<String> {
        Some(match side {
            SideName::Primary => self.source.clone(),
            SideName::Standby => standby_database_name(environment, data),
        })
    }

    fn endpoint_parameter(&self) -> Option<&str> {
        self.endpoint_parameter.as_deref()
    }
}
