//! Owns looking whether a bucket answers on the standby, and saying what cannot be seen from there.

use crate::facts::BucketFacts;
use crate::model::BucketData;
use crate::run::actors::{Actors, trouble};
use crate::run::engine::ActError;

/// An object nobody writes: asking for it shows whether the bucket's objects can be asked for.
const ASKED: &str = "lifeboat-check";

impl Actors {
    pub(super) async fn check_bucket(&self, data: &BucketData) -> Result<String, ActError> {
        let buckets = &self.standby.read.buckets;
        let what = format!("bucket {} is not there", data.replica);
        let cannot = format!("cannot look at bucket {}", data.replica);
        let found = buckets.bucket(&data.replica).await.map_err(|error| trouble::cloud(&cannot, &error))?;
        let bucket = found.ok_or_else(|| {
            let why = format!("{} has no such bucket", self.standby.read.region);
            trouble::plain(&what, why, Some("make it, and replicate to it, when production is back".to_owned()))
        })?;
        buckets.object_exists(&data.replica, ASKED).await.map_err(|error| trouble::cloud(&cannot, &error))?;
        Ok(format!("{} answers for its objects{}", data.replica, unseen(&bucket, data)))
    }
}

fn unseen(bucket: &BucketFacts, data: &BucketData) -> String {
    let versioned = if bucket.versioned { "" } else { "; it is not versioned, so nothing is replicated to it" };
    format!("{versioned}. Whether everything of {} has arrived cannot be seen from here", data.bucket)
}
