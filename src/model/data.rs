//! Owns what an environment says about the data production keeps.

use serde::{Deserialize, Serialize};

/// One data store of production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSet {
    /// Its name: lower-case letters, digits and dashes, at most 32; it makes logical ids and step ids.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: DataKind,
}

/// The kinds of data store lifeboat knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DataKind {
    /// An RDS instance with a read replica in the standby Region, which is promoted.
    Rds(RdsData),
    /// A DynamoDB global table: both sides take writes, so there is nothing to promote.
    Dynamodb(TableData),
    /// A bucket that S3 replicates to one in the standby Region: nothing to promote either.
    S3(BucketData),
}

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

/// A DynamoDB global table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableData {
    /// Its name, the same in every Region.
    pub table: String,
}

/// A bucket and its replica.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketData {
    /// The bucket in production.
    pub bucket: String,
    /// The bucket in the standby Region that it is replicated to.
    pub replica: String,
}

impl DataSet {
    /// The RDS instance it is, if it is one.
    pub fn rds(&self) -> Option<&RdsData> {
        match &self.kind {
            DataKind::Rds(rds) => Some(rds),
            DataKind::Dynamodb(_) | DataKind::S3(_) => None,
        }
    }
}
