//! Owns the actions of the stand-in for RDS, with what RDS refuses.

use super::State;
use super::instance::{Instance, change, key_arn, nothing};
use crate::replay::{Answer, Call, query_error, xml};

/// Carries a call out; none where moto may answer.
pub(super) fn act(state: &mut State, call: &Call) -> Option<Answer> {
    let done = match call.action.as_str() {
        "DescribeDBInstances" => describe(state, call),
        "CreateDBInstance" => create(state, call),
        "CreateDBInstanceReadReplica" => create_replica(state, &Wanted::of(call)).map(|at| whole(state, at)),
        "PromoteReadReplica" => promote(state, call),
        "ModifyDBInstance" => modify(state, call),
        "DeleteDBInstance" => delete(state, call),
        _ => return None,
    };
    let result = |body: String| {
        let action = &call.action;
        xml(format!("<{action}Response><{action}Result>{body}</{action}Result></{action}Response>"))
    };
    Some(done.map_or_else(|refusal| refusal, result))
}

type Told = Result<String, Answer>;

fn refuse<T>(code: &str, message: &str) -> Result<T, Answer> {
    let status = if code.ends_with("NotFound") { 404 } else { 400 };
    Err(query_error(status, code, message))
}

fn find(state: &State, region: &str, id: &str) -> Result<usize, Answer> {
    match state.instances.iter().position(|one| one.is(region, id)) {
        Some(at) => Ok(at),
        None => refuse("DBInstanceNotFound", &format!("DBInstance {id} not found.")),
    }
}

fn available(state: &State, at: usize) -> Result<(), Answer> {
    let one = &state.instances[at];
    if one.is_busy() {
        let message = format!("Instance {} is not in available state.", one.id);
        return refuse("InvalidDBInstanceState", &message);
    }
    Ok(())
}

/// Whether a name is free. One under way to another name still has the one, and the other is taken already.
fn free(state: &State, region: &str, id: &str) -> Result<(), Answer> {
    let taken = |one: &Instance| one.region == region && (one.id == id || one.next_id.as_deref() == Some(id));
    match state.instances.iter().any(taken) {
        true => refuse("DBInstanceAlreadyExists", "DB instance already exists"),
        false => Ok(()),
    }
}

fn whole(state: &State, at: usize) -> String {
    let one = &state.instances[at];
    let arn = one.arn();
    let replicas: Vec<String> = state
        .instances
        .iter()
        .filter(|other| other.source.as_ref() == Some(&arn))
        .map(|other| if other.region == one.region { other.id.clone() } else { other.arn() })
        .collect();
    format!("<DBInstance>{}</DBInstance>", one.told(&replicas))
}

fn describe(state: &State, call: &Call) -> Told {
    let id = call.field("DBInstanceIdentifier");
    let asked = call.list("Filters.Filter.1.Values.Value");
    let is_asked = |one: &Instance| match (id.as_str(), asked.is_empty()) {
        ("", true) => true,
        ("", false) => asked.contains(&one.id),
        (id, _) => one.id == id,
    };
    let found: String = (0..state.instances.len())
        .filter(|at| state.instances[*at].region == call.region && is_asked(&state.instances[*at]))
        .map(|at| whole(state, at))
        .collect();
    if !id.is_empty() && found.is_empty() {
        return refuse("DBInstanceNotFound", &format!("DBInstance {id} not found."));
    }
    Ok(format!("<DBInstances>{found}</DBInstances>"))
}

fn create(state: &mut State, call: &Call) -> Told {
    let field = |name: &str| call.field(name);
    let (region, id) = (call.region.clone(), field("DBInstanceIdentifier"));
    free(state, &region, &id)?;
    let (engine, version) = (field("Engine"), field("EngineVersion"));
    let group = match field("DBParameterGroupName").as_str() {
        "" => own_group(&engine, &version),
        named => named.to_owned(),
    };
    state.taken.push(format!("{region} create {id}"));
    state.instances.push(Instance {
        key: key_arn(&region, &field("KmsKeyId")),
        region,
        id,
        status: "available".to_owned(),
        engine,
        version,
        class: field("DBInstanceClass"),
        storage_gb: field("AllocatedStorage"),
        storage_type: field("StorageType"),
        iops: field("Iops"),
        max_storage_gb: field("MaxAllocatedStorage"),
        multi_az: field("MultiAZ") == "true",
        encrypted: field("StorageEncrypted") == "true",
        subnet_group: field("DBSubnetGroupName"),
        parameter_group: group,
        security_groups: call.list("VpcSecurityGroupIds.VpcSecurityGroupId"),
        retention_days: field("BackupRetentionPeriod").parse().unwrap_or(1),
        restarts: false,
        deletion_protection: field("DeletionProtection") == "true",
        iam: field("EnableIAMDatabaseAuthentication") == "true",
        ..Instance::default()
    });
    Ok(whole(state, state.instances.len() - 1))
}

/// AWS's own parameter group of an engine: PostgreSQL's carries the major version.
fn own_group(engine: &str, version: &str) -> String {
    format!("default.{engine}{}", version.split('.').next().unwrap_or_default())
}

/// A replica that is asked for, by whoever.
#[derive(Default)]
pub(super) struct Wanted {
    pub region: String,
    pub id: String,
    pub source: String,
    pub class: String,
    pub multi_az: bool,
    pub storage_type: String,
    pub iops: String,
    pub max_storage_gb: String,
    pub key: String,
    pub subnet_group: String,
    pub parameter_group: String,
    pub security_groups: Vec<String>,
    pub deletion_protection: bool,
    pub iam: bool,
    pub tags: Vec<(String, String)>,
    /// CloudFormation gives it its parameter group afterwards where RDS takes none with the order.
    pub by_stack: bool,
}

impl Wanted {
    fn of(call: &Call) -> Self {
        let field = |name: &str| call.field(name);
        let tags = (1..)
            .map(|n| (field(&format!("Tags.Tag.{n}.Key")), field(&format!("Tags.Tag.{n}.Value"))))
            .take_while(|(key, _)| !key.is_empty());
        Wanted {
            region: call.region.clone(),
            id: field("DBInstanceIdentifier"),
            source: field("SourceDBInstanceIdentifier"),
            class: field("DBInstanceClass"),
            multi_az: field("MultiAZ") == "true",
            storage_type: field("StorageType"),
            iops: field("Iops"),
            max_storage_gb: field("MaxAllocatedStorage"),
            key: field("KmsKeyId"),
            subnet_group: field("DBSubnetGroupName"),
            parameter_group: field("DBParameterGroupName"),
            security_groups: call.list("VpcSecurityGroupIds.VpcSecurityGroupId"),
            deletion_protection: field("DeletionProtection") == "true",
            iam: field("EnableIAMDatabaseAuthentication") == "true",
            tags: tags.collect(),
            by_stack: false,
        }
    }
}

/// Makes a replica; where it is.
pub(super) fn create_replica(state: &mut State, wanted: &Wanted) -> Result<usize, Answer> {
    free(state, &wanted.region, &wanted.id)?;
    let invalid = |message: &str| refuse("InvalidParameterCombination", message);
    let of = |one: &&Instance| one.arn() == wanted.source || one.is(&wanted.region, &wanted.source);
    let Some(source) = state.instances.iter().find(of) else {
        return refuse("DBInstanceNotFound", &format!("DBInstance {} not found.", wanted.source));
    };
    if source.is_busy() {
        let message = format!("Source database {} is not in available state.", source.id);
        return refuse("InvalidDBInstanceState", &message);
    }
    if source.retention_days == 0 && !source.is_replica() {
        return refuse("InvalidDBInstanceState", "Automated backups are not enabled for this database instance.");
    }
    let elsewhere = source.region != wanted.region;
    if elsewhere && source.encrypted && wanted.key.is_empty() {
        return invalid("You must specify a KMS key for an encrypted replica in another Region.");
    }
    let takes_group = source.engine == "mysql" || source.engine.starts_with("oracle-");
    if elsewhere && !wanted.by_stack && !takes_group && !wanted.parameter_group.is_empty() {
        return invalid("A parameter group can't be specified during Read Replica creation for this engine.");
    }
    let gb: u32 = source.storage_gb.parse().unwrap_or(0);
    if wanted.storage_type == "gp3" && gb < 400 && !wanted.iops.is_empty() {
        return invalid("You can't specify IOPS or storage throughput for this engine and storage size.");
    }
    let group = match wanted.parameter_group.as_str() {
        "" => own_group(&source.engine, &source.version),
        named => named.to_owned(),
    };
    let mut replica = Instance {
        region: wanted.region.clone(),
        id: wanted.id.clone(),
        class: wanted.class.clone(),
        multi_az: wanted.multi_az,
        storage_type: match wanted.storage_type.as_str() {
            "" => "gp3".to_owned(),
            named => named.to_owned(),
        },
        iops: wanted.iops.clone(),
        max_storage_gb: wanted.max_storage_gb.clone(),
        key: if source.encrypted { key_arn(&wanted.region, &wanted.key) } else { String::new() },
        source: Some(source.arn()),
        subnet_group: wanted.subnet_group.clone(),
        parameter_group: group,
        security_groups: wanted.security_groups.clone(),
        retention_days: 0,
        restarts: false,
        deletion_protection: wanted.deletion_protection,
        iam: wanted.iam,
        tags: wanted.tags.iter().cloned().collect(),
        engine: source.engine.clone(),
        version: source.version.clone(),
        storage_gb: source.storage_gb.clone(),
        encrypted: source.encrypted,
        rows: source.rows.clone(),
        ..Instance::default()
    };
    replica.pass_through("creating", &[("modifying", nothing()), ("available", nothing())]);
    state.taken.push(format!("{} replicate {}", wanted.region, wanted.id));
    state.instances.push(replica);
    Ok(state.instances.len() - 1)
}

fn promote(state: &mut State, call: &Call) -> Told {
    let id = call.field("DBInstanceIdentifier");
    let at = find(state, &call.region, &id)?;
    if !state.instances[at].is_replica() {
        return refuse("InvalidDBInstanceState", &format!("DB Instance {id} is not a read replica."));
    }
    available(state, at)?;
    let days = call.field("BackupRetentionPeriod").parse().unwrap_or(1);
    let alone = change(move |one: &mut Instance| {
        one.source = None;
        one.retention_days = days;
    });
    // What was written at the source from here on does not come any more.
    let mut then = vec![("rebooting", nothing())];
    if days > 0 && state.instances[at].retention_days == 0 {
        // The first backup follows at once; writes are taken meanwhile, changes are not.
        then.extend([("backing-up", alone), ("backing-up", nothing()), ("available", nothing())]);
    } else {
        then.push(("available", alone));
    }
    state.instances[at].pass_through("modifying", &then);
    state.taken.push(format!("{} promote {id}", call.region));
    Ok(whole(state, at))
}

fn modify(state: &mut State, call: &Call) -> Told {
    let (region, id) = (call.region.clone(), call.field("DBInstanceIdentifier"));
    let at = find(state, &region, &id)?;
    available(state, at)?;
    if call.field("ApplyImmediately") != "true" {
        return refuse("InvalidParameterCombination", "This stand-in has no maintenance window.");
    }
    let given = |name: &str| Some(call.field(name)).filter(|value| !value.is_empty());
    let new = given("NewDBInstanceIdentifier");
    if let Some(new) = &new {
        free(state, &region, new)?;
    }
    let mut words = Vec::new();
    let one = &mut state.instances[at];
    if let Some(protection) = given("DeletionProtection") {
        one.deletion_protection = protection == "true";
        words.push(format!("protection={protection}"));
    }
    if let Some(days) = given("BackupRetentionPeriod") {
        one.retention_days = days.parse().unwrap_or(0);
        words.push(format!("retention={days}"));
    }
    if let Some(group) = given("DBParameterGroupName") {
        words.push(format!("parameters={group}"));
        one.parameter_group = group;
    }
    let (class, multi_az) = (given("DBInstanceClass"), given("MultiAZ"));
    words.extend(class.as_ref().map(|class| format!("class={class}")));
    words.extend(multi_az.as_ref().map(|multi_az| format!("multi-az={multi_az}")));
    words.extend(new.as_ref().map(|new| format!("name={new}")));
    match new {
        Some(new) => {
            one.next_id = Some(new);
            let renamed = change(|one: &mut Instance| {
                if let Some(id) = one.next_id.take() {
                    one.id = id;
                }
            });
            one.pass_through("renaming", &[("rebooting", renamed), ("available", nothing())]);
        }
        None if class.is_some() || multi_az.is_some() => {
            let restarts = class.is_some();
            let changed = change(move |one: &mut Instance| {
                if let Some(class) = &class {
                    one.class.clone_from(class);
                }
                if let Some(multi_az) = &multi_az {
                    one.multi_az = multi_az == "true";
                }
            });
            one.restarts = restarts;
            one.pass_through("modifying", &[("available", changed)]);
        }
        None => {}
    }
    state.taken.push(format!("{region} modify {id} {}", words.join(" ")));
    Ok(whole(state, at))
}

fn delete(state: &mut State, call: &Call) -> Told {
    let id = call.field("DBInstanceIdentifier");
    let at = find(state, &call.region, &id)?;
    if state.instances[at].deletion_protection {
        return refuse("InvalidParameterCombination", "Cannot delete protected DB Instance");
    }
    state.taken.push(format!("{} delete {id}", call.region));
    let gone = change(|one: &mut Instance| one.gone = true);
    state.instances[at].pass_through("deleting", &[("deleting", gone)]);
    Ok(whole(state, at))
}
