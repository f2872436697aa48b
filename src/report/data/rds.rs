//! Owns how an RDS instance is told.

use crate::facts::DatabaseFacts;

pub(super) fn line(database: &DatabaseFacts) -> String {
    let zones = if database.multi_az { ", Multi-AZ" } else { "" };
    let encrypted = if database.encrypted { ", encrypted" } else { "" };
    format!(
        "database {}: {} {}, {}{zones}, {} GiB{encrypted}",
        database.id, database.engine, database.engine_version, database.class, database.storage_gb
    )
}
