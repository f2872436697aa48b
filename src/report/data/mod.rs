//! Owns how the data of a side is told, each kind by a file of its own.

mod dynamodb;
mod rds;
mod s3;

use crate::facts::SideFacts;

/// How much of it there is, with the noun.
pub(super) fn counts(facts: &SideFacts) -> [(usize, &'static str); 3] {
    [(facts.databases.len(), "database"), (facts.tables.len(), "table"), (facts.buckets.len(), "bucket")]
}

/// What each is, in a line.
pub(super) fn lines(facts: &SideFacts) -> Vec<String> {
    let (databases, tables, buckets) = (facts.databases.values(), facts.tables.values(), facts.buckets.values());
    databases.map(rds::line).chain(tables.map(dynamodb::line)).chain(buckets.map(s3::line)).collect()
}
