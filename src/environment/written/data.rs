//! Owns the data production keeps, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{May, Must};
use crate::environment::values::{BucketName, DataName, DatabaseClass, DatabaseId, KmsKey, ParameterName, TableName};

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

/// An RDS instance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `source` and `standby`")]
#[schemars(inline)]
pub struct WrittenRds {
    /// The identifier of production's instance.
    pub source: Must<DatabaseId>,
    /// What stands ready of it.
    pub standby: Must<WrittenReplica>,
    /// The standby Region's KMS key for the replica's storage; needed where production's is encrypted. By default none.
    pub key: May<KmsKey>,
    /// The replica's instance class until it is promoted. By default production's.
    pub class: May<DatabaseClass>,
    /// The standby's parameter that tells applications the database's host name. By default none is written.
    pub endpoint_parameter: May<ParameterName>,
}

/// What stands ready of a database.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum WrittenReplica {
    /// A read replica in the standby Region.
    ReadReplica,
}

/// A DynamoDB global table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `table`")]
#[schemars(inline)]
pub struct WrittenTable {
    /// Its name, the same in every Region.
    pub table: Must<TableName>,
}

/// A bucket and its replica.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `bucket` and `replica`")]
#[schemars(inline)]
pub struct WrittenBuckets {
    /// The bucket in production.
    pub bucket: Must<BucketName>,
    /// The bucket in the standby Region that it is replicated to.
    pub replica: Must<BucketName>,
}
