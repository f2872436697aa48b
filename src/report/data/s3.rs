//! Owns how a bucket is told.

use crate::facts::BucketFacts;

pub(super) fn line(bucket: &BucketFacts) -> String {
    let copies: Vec<&str> = bucket.replicates_to.keys().map(String::as_str).collect();
    let copies = if copies.is_empty() { "nowhere".to_owned() } else { format!("to {}", copies.join(", ")) };
    format!("bucket {}: replicated {copies}", bucket.name)
}
