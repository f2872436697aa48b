//! Owns how `lifeboat status` tells of replicated buckets.

use super::{Kind, Row};
use crate::facts::Noun;
use crate::model::BucketData;
use crate::observe::DataSeen;

impl Kind for BucketData {
    fn status(&self, _: &str, _: &str, seen: &DataSeen) -> Row {
        let found = seen.buckets.get(&self.replica);
        let words = |versioned| if versioned { "versioned" } else { "not versioned" };
        Row {
            noun: Noun::Bucket,
            kind: "bucket",
            name: self.replica.clone(),
            follows: found.map(|_| true),
            status: found.map(|bucket| words(bucket.versioned).to_owned()),
            lag_s: None,
        }
    }
}
