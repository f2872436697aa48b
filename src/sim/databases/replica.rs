//! Owns making read replicas: what the source and the Region must have, and what the replica starts with.

use jiff::Timestamp;

use super::{check_name, default_parameters, endpoint};
use crate::cloud::CloudErrorKind;
use crate::facts::{CreateReplica, DatabaseFacts, DatabaseSettings, ParameterGroupFacts};
use crate::sim::call::Refusal;
use crate::sim::resource::own_option_group;
use crate::sim::state::{Database, RegionState, SimState};

/// CreateDBInstanceReadReplica in a Region: the replica is `creating` for minutes.
pub fn create_replica(account: &mut SimState, region: &str, ask: &CreateReplica) -> Result<(), Refusal> {
    let now = account.now;
    account.with_region(region, |region, account| {
        let source = source_named(account, region, &ask.source_arn)?.clone();
        let mut database = make_replica(region, &source, ask, now)?;
        database.stage("creating", region.timings.replica_s, now, None);
        region.databases.insert(ask.id.clone(), database);
        Ok(())
    })
}

/// The instance an ARN names, or an identifier of the Region itself. It must answer: its Region takes part.
pub fn source_named<'a>(
    account: &'a SimState,
    region: &'a RegionState,
    reference: &str,
) -> Result<&'a Database, Refusal> {
    let parts: Vec<&str> = reference.split(':').collect();
    let (place, id) = match parts.as_slice() {
        ["arn", _, "rds", place, _, "db", id] => (*place, *id),
        _ => (region.name.as_str(), reference),
    };
    let home = if place == region.name { Some(region) } else { account.regions.get(place) };
    if home.is_some_and(|home| home.faults.dark) {
        let message = format!("Unable to reach the source Region {place} for {reference}");
        return Err(Refusal::new(CloudErrorKind::Service, "InternalFailure", message));
    }
    home.and_then(|home| home.databases.get(id)).ok_or_else(|| {
        Refusal::new(CloudErrorKind::NotFound, "DBInstanceNotFound", format!("DBInstance {reference} not found."))
    })
}

/// A replica of a source, made and holding what the source holds; it is not yet in the Region.
pub fn make_replica(
    region: &mut RegionState,
    source: &Database,
    ask: &CreateReplica,
    now: Timestamp,
) -> Result<Database, Refusal> {
    check_name(region, &ask.id)?;
    let kms_key = check_source(region, source, ask)?;
    check_storage(source, ask)?;
    check_place(region, ask.subnet_group.as_deref(), &ask.security_group_ids)?;
    let parameter_group = parameter_group(region, source, ask)?;
    let port = source.facts.endpoint.as_ref().map_or(5432, |endpoint| endpoint.port);
    let resource_id = format!("db-{}", region.next_hex("database", 26).to_ascii_uppercase());
    Ok(Database {
        facts: DatabaseFacts {
            id: ask.id.clone(),
            arn: region.arn("rds", &format!("db:{}", ask.id)),
            status: "available".to_owned(),
            class: if ask.class.is_empty() { source.facts.class.clone() } else { ask.class.clone() },
            multi_az: ask.multi_az,
            // CreateDBInstanceReadReplica, StorageType: "`io1` if the `Iops` parameter is specified. Otherwise, `gp3`".
            storage_type: Some(ask.storage_type.clone().unwrap_or_else(|| {
                let kind = if ask.iops.is_some() { "io1" } else { "gp3" };
                kind.to_owned()
            })),
            iops: ask.iops,
            storage_throughput: ask.storage_throughput,
            max_storage_gb: ask.max_storage_gb,
            kms_key,
            endpoint: Some(endpoint(region, &ask.id, port)),
            source: Some(source.facts.arn.clone()),
            replicas: Vec::new(),
            subnet_group: ask.subnet_group.clone(),
            security_group_ids: sorted(&ask.security_group_ids),
            parameter_group: Some(parameter_group),
            // "Working with DB instance read replicas": automated backups of a replica are off until it is promoted.
            backup_retention_days: 0,
            deletion_protection: ask.deletion_protection,
            publicly_accessible: ask.publicly_accessible,
            auto_minor_version: ask.auto_minor_version.unwrap_or(source.facts.auto_minor_version),
            settings: Some(settings(source, ask)),
            tags: ask.tags.clone(),
            ..source.facts.clone()
        },
        resource_id,
        made_as: ask.id.clone(),
        follows: Some(source.resource_id.clone()),
        writes: source.writes.iter().map(|(writer, until)| (writer.clone(), (*until).min(now))).collect(),
        stages: Vec::new(),
    })
}

/// What a replica is not told it has by default, whatever its source has: its option group is of another Region, and nothing
/// watches it. Its windows cannot be asked for, and RDS chooses them; here it chooses those of its source.
fn settings(source: &Database, ask: &CreateReplica) -> DatabaseSettings {
    let of_source = source.facts.settings.clone().unwrap_or_default();
    let asked = ask.settings.clone().unwrap_or_default();
    DatabaseSettings {
        option_group: asked.made_option_group().cloned().or(Some(own_option_group(&source.facts))),
        ca_certificate: asked.ca_certificate.clone().or(Some("rds-ca-rsa2048-g1".to_owned())),
        backup_window: of_source.backup_window,
        maintenance_window: of_source.maintenance_window,
        ..asked
    }
}

/// CreateDBInstanceReadReplica: the source needs automated backups and must be available, and an encrypted source in
/// another Region a key of this Region. The key the replica has.
fn check_source(region: &RegionState, source: &Database, ask: &CreateReplica) -> Result<Option<String>, Refusal> {
    let invalid = |code: &str, message: String| Refusal::new(CloudErrorKind::Invalid, code, message);
    let id = &source.facts.id;
    if source.facts.backup_retention_days == 0 && source.follows.is_none() {
        let message = format!("Automated backups are not enabled for this database instance: {id}");
        return Err(invalid("InvalidDBInstanceState", message));
    }
    if source.status() != "available" {
        let message = format!("DB instance {id} is not available, it is {}", source.status());
        return Err(Refusal::new(CloudErrorKind::Conflict, "InvalidDBInstanceState", message));
    }
    if !source.facts.encrypted {
        return Ok(None);
    }
    match &ask.kms_key {
        Some(key) => match region.key_arn(key) {
            Some(arn) => Ok(Some(arn)),
            None => Err(invalid("KMSKeyNotAccessibleFault", format!("The KMS key {key} is not accessible"))),
        },
        None if source.facts.arn.contains(&format!(":rds:{}:", region.name)) => Ok(source.facts.kms_key.clone()),
        None => Err(invalid(
            "InvalidParameterCombination",
            format!("You must specify a KmsKeyId of {} for a replica of the encrypted {id}", region.name),
        )),
    }
}

fn check_storage(source: &Database, ask: &CreateReplica) -> Result<(), Refusal> {
    let (engine, gib) = (&source.facts.engine, source.facts.storage_gb);
    let is_set = ask.iops.is_some() || ask.storage_throughput.is_some();
    let gp3 = ask.storage_type.as_deref() == Some("gp3");
    if gp3 && is_set && !source.facts.takes_gp3_settings() {
        let message = format!(
            "You can't specify IOPS or storage throughput for engine {engine} and a storage size less than the \
             threshold; it has {gib} GiB."
        );
        return Err(Refusal::new(CloudErrorKind::Invalid, "InvalidParameterCombination", message));
    }
    Ok(())
}

/// The subnet group and the security groups an instance is to have are of its Region.
pub(super) fn check_place(
    region: &RegionState,
    subnet_group: Option<&str>,
    security_group_ids: &[String],
) -> Result<(), Refusal> {
    if let Some(missing) = subnet_group.filter(|name| !region.db_subnet_groups.contains_key(*name)) {
        return Err(Refusal::new(
            CloudErrorKind::NotFound,
            "DBSubnetGroupNotFoundFault",
            format!("DB subnet group '{missing}' does not exist."),
        ));
    }
    let missing = security_group_ids.iter().find(|id| !region.security_groups.contains_key(*id));
    if let Some(missing) = missing {
        let message = format!("Invalid security group , groupId= {missing}.");
        return Err(Refusal::new(CloudErrorKind::Invalid, "InvalidParameterValue", message));
    }
    Ok(())
}

/// Its own parameter group, or AWS's for the engine: the source's is of another Region.
fn parameter_group(
    region: &RegionState,
    source: &Database,
    ask: &CreateReplica,
) -> Result<ParameterGroupFacts, Refusal> {
    let default = default_parameters(&source.facts.engine, &source.facts.engine_version);
    let Some(name) = ask.parameter_group.as_deref() else { return Ok(default) };
    let engine = &source.facts.engine;
    // DBParameterGroupName is "only supported for MySQL DB instances for cross-Region read replicas, [...] for Db2 DB
    // instances, and for Oracle DB instances".
    let other_region = !source.facts.arn.contains(&format!(":rds:{}:", region.name));
    if !(engine == "mysql" && other_region || engine.starts_with("db2-") || engine.starts_with("oracle-")) {
        let message = format!(
            "A parameter group can't be specified during Read Replica creation for the following DB engine: {engine}"
        );
        return Err(Refusal::new(CloudErrorKind::Invalid, "InvalidParameterCombination", message));
    }
    group_named(region, name, default)
}

/// The group of a name, which is there and of the engine's family.
pub(super) fn group_named(
    region: &RegionState,
    name: &str,
    default: ParameterGroupFacts,
) -> Result<ParameterGroupFacts, Refusal> {
    if name == default.name {
        return Ok(default);
    }
    let group = region.db_parameter_groups.get(name).cloned().ok_or_else(|| {
        let message = format!("DBParameterGroup not found: {name}");
        Refusal::new(CloudErrorKind::NotFound, "DBParameterGroupNotFound", message)
    })?;
    if group.family == default.family {
        return Ok(group);
    }
    let message = format!(
        "The Parameter Group {name} with DBParameterGroupFamily {} can't be used for this instance. Please use a \
         Parameter Group with DBParameterGroupFamily {}",
        group.family, default.family
    );
    Err(Refusal::new(CloudErrorKind::Invalid, "InvalidParameterCombination", message))
}

fn sorted(ids: &[String]) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}
