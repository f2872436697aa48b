//! Owns how `lifeboat status` tells of DynamoDB global tables.

use super::{Kind, Row};
use crate::facts::Noun;
use crate::model::TableData;
use crate::observe::DataSeen;

impl Kind for TableData {
    fn status(&self, _: &str, _: &str, seen: &DataSeen) -> Row {
        let found = seen.tables.get(&self.table);
        Row {
            noun: Noun::Table,
            kind: "table",
            name: self.table.clone(),
            follows: found.map(|table| !table.replicas.is_empty()),
            status: found.map(|table| table.status.clone()),
            lag_s: None,
        }
    }
}
