//! Owns the comparison of data: what production keeps against what follows it in the standby.

mod dynamodb;
mod rds;
mod s3;

use super::context::{Parity, Spot};
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::Noun;
use crate::model::{DataKind, SideName};

/// What findings about data are grouped under.
const SUBJECT: &str = "data";

/// Judges every data store, each kind by a file of its own.
pub fn judge(parity: &Parity<'_>, found: &mut Found) {
    for data in &parity.input.environment.data {
        let spot = parity.spot(SUBJECT, data.name.clone());
        match &data.kind {
            DataKind::Rds(rds) => rds::judge(parity, &spot, &data.name, rds, found),
            DataKind::Dynamodb(table) => dynamodb::judge(parity, &spot, table, found),
            DataKind::S3(buckets) => s3::judge(parity, &spot, buckets, found),
        }
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
