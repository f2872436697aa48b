//! Owns the comparison of data: what production keeps against what follows it in the standby.

use super::context::{Parity, Spot};
use super::databases;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::{BucketFacts, Noun};
use crate::model::{BucketData, DataKind, SideName, TableData};

/// What findings about data are grouped under.
const SUBJECT: &str = "data";

/// Judges every data store.
pub fn judge(parity: &Parity<'_>, found: &mut Found) {
    for data in &parity.input.environment.data {
        let spot = parity.spot(SUBJECT, data.name.clone());
        match &data.kind {
            DataKind::Rds(rds) => databases::judge(parity, &spot, &data.name, rds, found),
            DataKind::Dynamodb(table) => judge_table(parity, &spot, table, found),
            DataKind::S3(buckets) => judge_buckets(parity, &spot, buckets, found),
        }
    }
}

fn judge_table(parity: &Parity<'_>, spot: &Spot<'_>, data: &TableData, found: &mut Found) {
    let name = &data.table;
    let pair = pair(
        parity,
        spot,
        Noun::Table,
        (name, parity.production.tables.get(name)),
        (name, parity.standby.tables.get(name)),
        found,
    );
    let Some((production, standby)) = pair else { return };
    let region = &parity.input.environment.standby.region;
    match production.replicas.get(region) {
        None => found.push(
            spot.finding("replica", Status::Deleted, Severity::BlocksFailover)
                .values(Shown::text(region.to_string()), Shown::Absent)
                .note("the standby's table is no replica of production's: its data does not follow"),
        ),
        Some(status) if !serves(status) => found.push(
            spot.finding("replica", Status::Modified, Severity::BlocksFailover)
                .values(Shown::text("ACTIVE"), Shown::text(status)),
        ),
        Some(_) => {}
    }
    if !serves(&standby.status) {
        found.push(
            spot.finding("status", Status::Modified, Severity::BlocksFailover)
                .values(Shown::text("ACTIVE"), Shown::text(&standby.status)),
        );
    }
}

/// A table that is being updated answers all the while (DynamoDB API reference, TableDescription).
fn serves(status: &str) -> bool {
    matches!(status, "ACTIVE" | "UPDATING")
}

fn judge_buckets(parity: &Parity<'_>, spot: &Spot<'_>, data: &BucketData, found: &mut Found) {
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

/// Both of a pair, counted; none where one is not there, which is told, or may only not have been seen.
pub fn pair<'a, T>(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    noun: Noun,
    (production_name, production): (&str, Option<&'a T>),
    (standby_name, standby): (&str, Option<&'a T>),
    found: &mut Found,
) -> Option<(&'a T, &'a T)> {
    match (production, standby) {
        (Some(production), Some(standby)) => {
            spot.checked(found);
            return Some((production, standby));
        }
        (None, _) if parity.may_be_unseen(SideName::Primary, noun, production_name) => spot.unseen(found),
        (_, None) if parity.may_be_unseen(SideName::Standby, noun, standby_name) => spot.unseen(found),
        (None, _) => {
            spot.checked(found);
            found.push(
                spot.finding("production", Status::Added, Severity::Degrades)
                    .values(Shown::Absent, Shown::text(production_name))
                    .note("missing in production: what the file names is not there"),
            );
        }
        (Some(_), None) => {
            spot.checked(found);
            spot.missing(standby_name, Severity::BlocksFailover, found);
        }
    }
    None
}
