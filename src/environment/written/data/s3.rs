//! Owns replicated buckets, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::DataGrammar;
use crate::environment::values::BucketName;
use crate::environment::written::Must;

pub(super) const GRAMMAR: DataGrammar = DataGrammar {
    key: "s3",
    example: "s3: { bucket: shop-uploads, replica: shop-uploads-dr }",
    own_keys: &["replica"],
    required: &[("bucket", "bucket: shop-uploads"), ("replica", "replica: shop-uploads-dr")],
};

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
