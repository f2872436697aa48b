//! Owns facts about data that replicates by itself: DynamoDB global tables and replicated buckets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Region;

/// A DynamoDB table as DescribeTable tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TableFacts {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `ACTIVE`, `UPDATING`, ...
    pub status: String,
    /// Its other replicas of a global table with their status, by Region.
    pub replicas: BTreeMap<Region, String>,
}

/// A bucket and what S3 copies from it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BucketFacts {
    /// Name.
    pub name: String,
    /// Whether versioning is on: replication needs it on both sides.
    pub versioned: bool,
    /// Rules that are switched on, by destination bucket: the prefixes they copy; empty text for everything.
    pub replicates_to: BTreeMap<String, Vec<String>>,
}
