//! Owns the rules of replicated buckets: each is listed once, whichever side it is on.

use super::{Kind, Name};
use crate::environment::remark::Remark;
use crate::environment::resolve::side::Regions;
use crate::environment::written::WrittenBuckets;
use crate::model::{BucketData, DataKind};

impl Kind for WrittenBuckets {
    fn names(&self) -> Vec<Name<'_>> {
        let both = [("s3.bucket", &self.bucket), ("s3.replica", &self.replica)];
        let named = both.into_iter().filter_map(|(key, bucket)| Some((key, bucket.get()?)));
        named.map(|(key, (bucket, place))| ("bucket", key, bucket.0.as_str(), place)).collect()
    }

    fn resolve(&self, _: usize, _: Regions<'_>, _: &mut Vec<Remark>) -> Option<DataKind> {
        Some(DataKind::S3(BucketData {
            bucket: self.bucket.value.as_ref()?.0.clone(),
            replica: self.replica.value.as_ref()?.0.clone(),
        }))
    }
}
