//! Owns buckets as data: S3 replicates production's to the standby's, and there is nothing to promote.

use serde::{Deserialize, Serialize};

use super::Kind;

/// A bucket and its replica.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketData {
    /// The bucket in production.
    pub bucket: String,
    /// The bucket in the standby Region that it is replicated to.
    pub replica: String,
}

impl Kind for BucketData {
    fn has_one_writer(&self) -> bool {
        false
    }

    fn is_in_bucket(&self, bucket: &str) -> bool {
        self.bucket == bucket || self.replica == bucket
    }
}
