//! Owns the comparison of global tables: that the standby has a replica which serves.

use super::pair;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::parity::context::{Parity, Spot};
use crate::diff::shown::Shown;
use crate::facts::Noun;
use crate::model::TableData;

/// Judges one global table.
pub(super) fn judge(parity: &Parity<'_>, spot: &Spot<'_>, data: &TableData, found: &mut Found) {
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
