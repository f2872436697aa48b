//! Owns how a DynamoDB table is told.

use crate::facts::TableFacts;

pub(super) fn line(table: &TableFacts) -> String {
    let regions: Vec<String> = table.replicas.keys().map(ToString::to_string).collect();
    let replicas =
        if regions.is_empty() { "no replicas".to_owned() } else { format!("replicas in {}", regions.join(", ")) };
    format!("table {}: {replicas}", table.name)
}
