//! Owns the comparison of buckets: that S3 replicates production's to the standby's.

use super::pair;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::parity::context::{Parity, Spot};
use crate::diff::shown::Shown;
use crate::facts::{BucketFacts, Noun};
use crate::model::BucketData;

/// Judges a bucket and its replica.
pub(super) fn judge(parity: &Parity<'_>, spot: &Spot<'_>, data: &BucketData, found: &mut Found) {
    let pair = pair(
        parity,
        spot,
        Noun::Bucket,
        (&data.bucket, parity.production.buckets.get(&data.bucket)),
        (&data.replica, parity.standby.buckets.get(&data.replica)),
        found,
    );
    let Some((production, standby)) = pair else { return };
    versioned(spot, "versioning", production, found);
    versioned(spot, "replica/versioning", standby, found);
    match production.replicates_to.get(&data.replica) {
        None => found.push(
            spot.finding("replication", Status::Deleted, Severity::BlocksFailover)
                .values(Shown::text(&data.replica), Shown::Absent)
                .note(format!("no rule of {} copies to it: its objects do not follow", data.bucket)),
        ),
        Some(prefixes) if !prefixes.iter().any(String::is_empty) => found.push(
            spot.finding("replication/prefixes", Status::Modified, Severity::Degrades)
                .values(Shown::text("everything"), Shown::set(prefixes.iter().map(String::as_str)))
                .note("objects outside these prefixes do not follow"),
        ),
        Some(_) => {}
    }
}

fn versioned(spot: &Spot<'_>, name: &str, bucket: &BucketFacts, found: &mut Found) {
    if !bucket.versioned {
        found.push(
            spot.finding(name, Status::Modified, Severity::Degrades)
                .values(Shown::text("on"), Shown::text("off"))
                .note(format!("S3 replicates only what is versioned on both sides: switch it on for {}", bucket.name)),
        );
    }
}
