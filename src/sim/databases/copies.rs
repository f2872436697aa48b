//! Owns snapshots of instances, instances restored from them, and deleting both.

use jiff::Timestamp;

use super::change::check_name;
use super::replica::{check_place, group_named};
use super::{default_parameters, endpoint, not_found, status_of, wrong_state};
use crate::cloud::CloudErrorKind;
use crate::facts::{DatabaseFacts, RestoreCopy, SnapshotFacts, TakeSnapshot};
use crate::sim::call::Refusal;
use crate::sim::state::{Database, DbSnapshot, Outcome, RegionState, after};

/// A snapshot as it is told.
pub fn snapshot_told(snapshot: &DbSnapshot, now: Timestamp) -> SnapshotFacts {
    let (passed, whole) =
        (now.duration_since(snapshot.began).as_secs(), snapshot.ready.duration_since(snapshot.began).as_secs());
    let percent = if whole <= 0 { 100 } else { (passed * 100 / whole).clamp(0, 100) };
    SnapshotFacts {
        status: if now < snapshot.ready { "creating" } else { "available" }.to_owned(),
        progress_percent: u32::try_from(percent).unwrap_or(100),
        ..snapshot.facts.clone()
    }
}

/// CreateDBSnapshot: of an instance that is `available`, which is `backing-up` until the snapshot is made.
pub fn take_snapshot(region: &mut RegionState, now: Timestamp, order: &TakeSnapshot) -> Result<(), Refusal> {
    if region.db_snapshots.contains_key(&order.id) {
        let message =
            format!("Cannot create the snapshot because one with the identifier {} already exists.", order.id);
        return Err(Refusal::new(CloudErrorKind::Conflict, "DBSnapshotAlreadyExists", message));
    }
    let database = region.databases.get(&order.database).ok_or_else(|| not_found(&order.database))?;
    let status = status_of(region, database, now);
    if status != "available" {
        let message = format!("Cannot create a snapshot because the database instance {} is {status}.", order.database);
        return Err(wrong_state(message));
    }
    // "Differences between read replicas for DB engines": SQL Server replicas have neither backups nor snapshots.
    if database.facts.source.is_some() && database.facts.engine.starts_with("sqlserver-") {
        return Err(wrong_state(format!("Snapshots of the read replica {} are not supported.", order.database)));
    }
    let facts = &database.facts;
    let told = SnapshotFacts {
        id: order.id.clone(),
        database: facts.id.clone(),
        engine: facts.engine.clone(),
        engine_version: facts.engine_version.clone(),
        storage_gb: facts.storage_gb,
        encrypted: facts.encrypted,
        kms_key: facts.kms_key.clone(),
        taken_at: Some(now),
        database_time: database.data_as_of(),
        tags: order.tags.clone(),
        ..SnapshotFacts::default()
    };
    let seconds = region.timings.snapshot_s;
    let snapshot = DbSnapshot { facts: told, began: now, ready: after(now, seconds), of: Box::new(database.clone()) };
    region.db_snapshots.insert(order.id.clone(), snapshot);
    if let Some(database) = region.databases.get_mut(&order.database) {
        database.stage("backing-up", seconds, now, None);
    }
    Ok(())
}

/// RestoreDBInstanceFromDBSnapshot: from a snapshot that is `available`, under a name that is free. The instance stands
/// alone and holds what the snapshot holds; its storage has the snapshot's key.
pub fn restore(region: &mut RegionState, now: Timestamp, order: &RestoreCopy) -> Result<(), Refusal> {
    let snapshot = region.db_snapshots.get(&order.snapshot).ok_or_else(|| missing(&order.snapshot))?;
    if now < snapshot.ready {
        return Err(busy(&order.snapshot));
    }
    let of = snapshot.of.as_ref().clone();
    check_name(region, &order.id)?;
    let like = &order.like;
    check_place(region, like.subnet_group.as_deref(), &like.security_group_ids)?;
    let default = default_parameters(&of.facts.engine, &of.facts.engine_version);
    let group = match like.parameter_group.as_deref() {
        Some(name) => group_named(region, name, default)?,
        None => default,
    };
    let port = of.facts.endpoint.as_ref().map_or(5432, |endpoint| endpoint.port);
    let mut security_group_ids = like.security_group_ids.clone();
    security_group_ids.sort();
    let facts = DatabaseFacts {
        id: order.id.clone(),
        arn: region.arn("rds", &format!("db:{}", order.id)),
        status: "available".to_owned(),
        class: if like.class.is_empty() { of.facts.class.clone() } else { like.class.clone() },
        multi_az: false,
        storage_type: Some(like.storage_type.clone().unwrap_or_else(|| {
            let kind = if like.iops.is_some() { "io1" } else { "gp3" };
            kind.to_owned()
        })),
        iops: like.iops,
        max_storage_gb: None,
        endpoint: Some(endpoint(region, &order.id, port)),
        source: None,
        replicas: Vec::new(),
        subnet_group: like.subnet_group.clone(),
        security_group_ids,
        parameter_group: Some(group),
        backup_retention_days: 0,
        deletion_protection: false,
        auto_minor_version: false,
        publicly_accessible: false,
        tags: like.tags.clone(),
        ..of.facts
    };
    let mut database = Database {
        facts,
        resource_id: format!("db-{}", region.next_hex("database", 26).to_ascii_uppercase()),
        // Applications know the host name of what it was made from, so none of them finds it.
        made_as: of.made_as,
        follows: None,
        writes: of.writes,
        stages: Vec::new(),
    };
    database.stage("creating", region.timings.restore_s, now, None);
    region.databases.insert(order.id.clone(), database);
    Ok(())
}

/// DeleteDBInstance without a last snapshot. It is refused while the instance is made, or is deleted already.
pub fn delete_instance(region: &mut RegionState, now: Timestamp, id: &str) -> Result<(), Refusal> {
    let seconds = region.timings.delete_s;
    let database = region.databases.get_mut(id).ok_or_else(|| not_found(id))?;
    if database.facts.deletion_protection {
        let message =
            format!("Cannot delete protected DB Instance {id}, please disable deletion protection and try again.");
        return Err(Refusal::new(CloudErrorKind::Invalid, "InvalidParameterCombination", message));
    }
    match database.status() {
        "deleting" => return Err(wrong_state(format!("Instance {id} is already being deleted."))),
        "creating" => return Err(wrong_state(format!("Instance {id} is currently creating."))),
        _ => {}
    }
    // Whatever else was under way does not happen any more.
    database.stages.clear();
    database.stage("deleting", seconds, now, Some(Outcome::Deleted));
    Ok(())
}

/// DeleteDBSnapshot: "The DB snapshot must be in the available state to be deleted."
pub fn delete_snapshot(region: &mut RegionState, now: Timestamp, id: &str) -> Result<(), Refusal> {
    let snapshot = region.db_snapshots.get(id).ok_or_else(|| missing(id))?;
    if now < snapshot.ready {
        return Err(busy(id));
    }
    region.db_snapshots.remove(id);
    Ok(())
}

fn missing(id: &str) -> Refusal {
    Refusal::new(CloudErrorKind::NotFound, "DBSnapshotNotFound", format!("DBSnapshot {id} not found."))
}

fn busy(id: &str) -> Refusal {
    let message = format!("DBSnapshot {id} is not available: it is creating.");
    Refusal::new(CloudErrorKind::Conflict, "InvalidDBSnapshotState", message)
}
