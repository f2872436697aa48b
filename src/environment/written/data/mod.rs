//! Owns the data production keeps, as written: a store is of exactly one kind, and each kind has a key and a file here.

mod dynamodb;
mod rds;
mod s3;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{May, Must};
use crate::environment::values::DataName;
pub use dynamodb::WrittenTable;
pub use rds::WrittenRds;
pub use s3::WrittenBuckets;

/// A data store of production: exactly one of `rds`, `dynamodb` and `s3`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `name` and one of `rds`, `dynamodb` and `s3`")]
#[schemars(rename = "Data")]
pub struct WrittenData {
    /// Its name: lower-case letters, digits and dashes, at most 32.
    pub name: Must<DataName>,
    /// An RDS instance with a read replica in the standby Region, which is promoted. By default it is none.
    pub rds: May<WrittenRds>,
    /// A DynamoDB global table: there is nothing to promote. By default it is none.
    pub dynamodb: May<WrittenTable>,
    /// A bucket that S3 replicates to one in the standby Region: there is nothing to promote. By default it is none.
    pub s3: May<WrittenBuckets>,
}

/// How a kind is written, for people who have not done so yet.
pub struct DataGrammar {
    /// Its key.
    pub key: &'static str,
    /// What it looks like.
    pub example: &'static str,
    /// Keys that belong below it and are easily written beside it.
    pub own_keys: &'static [&'static str],
    /// Keys that it must have, each with what it looks like.
    pub required: &'static [(&'static str, &'static str)],
}

/// How each kind is written.
pub const DATA_GRAMMARS: [DataGrammar; 3] = [rds::GRAMMAR, dynamodb::GRAMMAR, s3::GRAMMAR];
