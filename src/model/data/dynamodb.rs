//! Owns DynamoDB global tables as data: both sides take writes, so there is nothing to promote.

use serde::{Deserialize, Serialize};

use super::Kind;

/// A DynamoDB global table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableData {
    /// Its name, the same in every Region.
    pub table: String,
}

impl Kind for TableData {
    fn has_one_writer(&self) -> bool {
        false
    }
}
