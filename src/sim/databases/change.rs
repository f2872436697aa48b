//! Owns changes of instances: what is refused, how long each takes, what has changed afterwards.

use jiff::Timestamp;

use super::replica::group_named;
use super::{default_parameters, endpoint, not_found, status_of, wrong_state};
use crate::cloud::CloudErrorKind;
use crate::facts::DatabaseChange;
use crate::sim::call::Refusal;
use crate::sim::state::{Database, Outcome, RegionState};

/// ModifyDBInstance with ApplyImmediately.
pub fn modify(region: &mut RegionState, now: Timestamp, id: &str, change: &DatabaseChange) -> Result<(), Refusal> {
    let database = region.databases.get(id).ok_or_else(|| not_found(id))?;
    let status = status_of(region, database, now);
    // ModifyDBInstance, InvalidDBInstanceState.
    if !matches!(status, "available" | "storage-optimization" | "storage-full") {
        return Err(wrong_state(format!("Database instance is not in available state: {id} is {status}.")));
    }
    if let Some(class) = change.class.as_deref().filter(|class| !class.starts_with("db.")) {
        return Err(Refusal::new(
            CloudErrorKind::Invalid,
            "InvalidParameterValue",
            format!("Invalid DB Instance class: {class}"),
        ));
    }
    if let Some(class) = change.class.as_deref().filter(|class| region.faults.capacity.get(*class) == Some(&0)) {
        return Err(Refusal::new(
            CloudErrorKind::Limit,
            "InsufficientDBInstanceCapacity",
            format!("The specified DB instance class {class} isn't available in the specified Availability Zone."),
        ));
    }
    if let Some(days) = change.backup_retention_days {
        check_retention(days)?;
    }
    if let Some(new_id) = &change.new_id {
        check_name(region, new_id)?;
    }
    let default = default_parameters(&database.facts.engine, &database.facts.engine_version);
    let group = change.parameter_group.as_deref().map(|name| group_named(region, name, default)).transpose()?;
    let timings = region.timings;
    let Some(database) = region.databases.get_mut(id) else { return Err(not_found(id)) };
    // These need no work on the instance.
    if let Some(days) = change.backup_retention_days {
        database.facts.backup_retention_days = days;
    }
    if let Some(protected) = change.deletion_protection {
        database.facts.deletion_protection = protected;
    }
    // "The parameter group name itself is changed immediately".
    if let Some(group) = group {
        database.facts.parameter_group = Some(group);
    }
    let class = change.class.clone().filter(|class| *class != database.facts.class);
    let multi_az = change.multi_az.filter(|multi_az| *multi_az != database.facts.multi_az);
    let mut seconds = 0;
    if class.is_some() {
        seconds += timings.class_s;
    }
    if multi_az == Some(true) {
        seconds += timings.multi_az_s;
    }
    // Giving up the standby of another zone is quick.
    if multi_az == Some(false) {
        seconds += timings.rename_s;
    }
    if seconds > 0 {
        let rest = DatabaseChange { class, multi_az, ..DatabaseChange::default() };
        database.stage("modifying", seconds, now, Some(Outcome::Changed(rest)));
    }
    if let Some(new_id) = &change.new_id {
        database.stage("renaming", timings.rename_s, now, Some(Outcome::Renamed(new_id.clone())));
        database.stage("rebooting", timings.reboot_s, now, None);
    }
    Ok(())
}

/// ModifyDBInstance, BackupRetentionPeriod: 0 to 35.
pub(super) fn check_retention(days: u32) -> Result<(), Refusal> {
    if days <= 35 {
        return Ok(());
    }
    let message = format!("Invalid backup retention period: {days}. Retention period must be between 0 and 35");
    Err(Refusal::new(CloudErrorKind::Invalid, "InvalidParameterValue", message))
}

/// CreateDBInstance, DBInstanceIdentifier: 1 to 63 letters, digits and hyphens, a letter first, no hyphen last, no two in
/// a row; free, and not about to be taken by one that is being renamed.
pub fn check_name(region: &RegionState, id: &str) -> Result<(), Refusal> {
    let fits = id.len() <= 63
        && id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !id.ends_with('-')
        && !id.contains("--");
    if !fits {
        let message = format!("The parameter DBInstanceIdentifier is not a valid identifier: {id}");
        return Err(Refusal::new(CloudErrorKind::Invalid, "InvalidParameterValue", message));
    }
    let promised = |database: &Database| {
        database.stages.iter().any(|stage| matches!(&stage.outcome, Some(Outcome::Renamed(name)) if name == id))
    };
    if region.databases.contains_key(id) || region.databases.values().any(promised) {
        return Err(Refusal::new(
            CloudErrorKind::Conflict,
            "DBInstanceAlreadyExists",
            format!("DB instance already exists: {id}"),
        ));
    }
    Ok(())
}

/// What has come of a stage. A renamed instance is put under its new name.
pub(super) fn come_about(region: &mut RegionState, id: &str, outcome: Outcome) {
    let Some(mut database) = region.databases.remove(id) else { return };
    match outcome {
        Outcome::StandAlone(days) => {
            database.facts.source = None;
            database.facts.backup_retention_days = days;
        }
        Outcome::Changed(change) => {
            database.facts.class = change.class.unwrap_or(database.facts.class);
            database.facts.multi_az = change.multi_az.unwrap_or(database.facts.multi_az);
        }
        Outcome::Deleted => return,
        Outcome::Renamed(new_id) => {
            let port = database.facts.endpoint.as_ref().map_or(5432, |endpoint| endpoint.port);
            database.facts.endpoint = Some(endpoint(region, &new_id, port));
            database.facts.arn = region.arn("rds", &format!("db:{new_id}"));
            database.facts.id = new_id;
        }
    }
    region.databases.insert(database.facts.id.clone(), database);
}
