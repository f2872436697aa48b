//! Owns one instance of the stand-in for RDS: what it has, what becomes of it, how it is told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use super::TAKES;

/// The account of every instance.
const ACCOUNT: &str = "123456789012";

/// Something that happens to an instance.
pub type Change = Arc<dyn Fn(&mut Instance) + Send + Sync>;

/// An instance.
#[derive(Clone, Default)]
pub struct Instance {
    pub region: String,
    pub id: String,
    /// The name it is being given.
    pub next_id: Option<String>,
    pub status: String,
    pub engine: String,
    pub version: String,
    pub class: String,
    pub storage_gb: String,
    pub storage_type: String,
    pub iops: String,
    pub max_storage_gb: String,
    pub multi_az: bool,
    pub encrypted: bool,
    pub key: String,
    /// The ARN of what it replicates.
    pub source: Option<String>,
    pub subnet_group: String,
    pub parameter_group: String,
    pub security_groups: Vec<String>,
    pub retention_days: u32,
    /// Whether what is under way restarts it: a change of class does, another zone and protection do not.
    pub restarts: bool,
    pub deletion_protection: bool,
    pub publicly_accessible: bool,
    /// Whether IAM principals may log in.
    pub iam: bool,
    pub tags: BTreeMap<String, String>,
    /// What applications wrote.
    pub rows: BTreeSet<String>,
    /// Whether it was deleted.
    pub gone: bool,
    /// What comes next, and when.
    pub coming: VecDeque<(Instant, Change)>,
}

impl Instance {
    /// Whether it has that name there.
    pub fn is(&self, region: &str, id: &str) -> bool {
        self.region == region && self.id == id
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        arn(&self.region, &self.id)
    }

    /// Where it answers, once it is made.
    pub fn host(&self) -> String {
        format!("{}.c9akciq32rng.{}.rds.amazonaws.com", self.id, self.region)
    }

    /// Whether it replicates another.
    pub fn is_replica(&self) -> bool {
        self.source.is_some()
    }

    /// Whether applications can write to it.
    pub fn takes_writes(&self) -> bool {
        let is_up = matches!(self.status.as_str(), "available" | "backing-up")
            || (self.status == "modifying" && !self.restarts);
        !self.is_replica() && is_up
    }

    /// Lets pass what is due.
    pub fn settle(&mut self, now: Instant) {
        while let Some((at, _)) = self.coming.front()
            && *at <= now
        {
            let (_, change) = self.coming.pop_front().expect("there is one");
            change(self);
        }
    }

    /// Whether something is under way.
    pub fn is_busy(&self) -> bool {
        self.status != "available"
    }

    /// It is in a state from now on, and in each of these a while after the one before.
    pub fn pass_through(&mut self, now: &str, then: &[(&'static str, Change)]) {
        now.clone_into(&mut self.status);
        let mut at = Instant::now();
        for (status, change) in then {
            at += TAKES;
            let (status, change) = (*status, Arc::clone(change));
            let step: Change = Arc::new(move |one: &mut Instance| {
                status.clone_into(&mut one.status);
                change(one);
            });
            self.coming.push_back((at, step));
        }
    }

    /// As DescribeDBInstances tells it, with the ARNs or identifiers of its replicas.
    pub fn told(&self, replicas: &[String]) -> String {
        let mut xml = String::new();
        let mut tell = |name: &str, value: &str| {
            if !value.is_empty() {
                let _ = write!(xml, "<{name}>{value}</{name}>");
            }
        };
        let port = if self.engine == "postgres" { 5432 } else { 3306 };
        // A replica in its source's Region is told by identifier, one in another by ARN.
        let source = self.source.as_deref().unwrap_or_default();
        let near = source.strip_prefix(&arn(&self.region, "")).unwrap_or(source);
        let replicas: String = replicas
            .iter()
            .map(|id| format!("<ReadReplicaDBInstanceIdentifier>{id}</ReadReplicaDBInstanceIdentifier>"))
            .collect();
        let groups: String = self
            .security_groups
            .iter()
            .map(|id| {
                format!(
                    "<VpcSecurityGroupMembership><VpcSecurityGroupId>{id}</VpcSecurityGroupId><Status>active</Status>\
                     </VpcSecurityGroupMembership>"
                )
            })
            .collect();
        let tags: String =
            self.tags.iter().map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")).collect();
        for (name, value) in [
            ("DBInstanceIdentifier", self.id.as_str()),
            ("DBInstanceArn", &self.arn()),
            ("DBInstanceStatus", &self.status),
            ("Engine", &self.engine),
            ("EngineVersion", &self.version),
            ("DBInstanceClass", &self.class),
            ("AllocatedStorage", &self.storage_gb),
            ("StorageType", &self.storage_type),
            ("Iops", &self.iops),
            ("MaxAllocatedStorage", &self.max_storage_gb),
            ("MultiAZ", bool_word(self.multi_az)),
            ("StorageEncrypted", bool_word(self.encrypted)),
            ("KmsKeyId", &self.key),
            ("ReadReplicaSourceDBInstanceIdentifier", near),
            ("ReadReplicaDBInstanceIdentifiers", &replicas),
            ("VpcSecurityGroups", &groups),
            ("BackupRetentionPeriod", &self.retention_days.to_string()),
            ("DeletionProtection", bool_word(self.deletion_protection)),
            ("AutoMinorVersionUpgrade", "true"),
            ("IAMDatabaseAuthenticationEnabled", bool_word(self.iam)),
            ("PubliclyAccessible", bool_word(self.publicly_accessible)),
            ("TagList", &tags),
        ] {
            tell(name, value);
        }
        if self.status != "creating" {
            tell("Endpoint", &format!("<Address>{}</Address><Port>{port}</Port>", self.host()));
        }
        if !self.subnet_group.is_empty() {
            tell("DBSubnetGroup", &format!("<DBSubnetGroupName>{}</DBSubnetGroupName>", self.subnet_group));
        }
        let group = format!(
            "<DBParameterGroup><DBParameterGroupName>{}</DBParameterGroupName><ParameterApplyStatus>in-sync\
             </ParameterApplyStatus></DBParameterGroup>",
            self.parameter_group
        );
        tell("DBParameterGroups", &group);
        xml
    }
}

/// A change of nothing but the state.
pub fn nothing() -> Change {
    Arc::new(|_: &mut Instance| {})
}

/// A change.
pub fn change(change: impl Fn(&mut Instance) + Send + Sync + 'static) -> Change {
    Arc::new(change)
}

/// The ARN of that name there.
pub fn arn(region: &str, id: &str) -> String {
    format!("arn:aws:rds:{region}:{ACCOUNT}:db:{id}")
}

/// The ARN of a key that is named by its id, its alias or its ARN.
pub fn key_arn(region: &str, key: &str) -> String {
    if key.is_empty() || key.starts_with("arn:") {
        return key.to_owned();
    }
    format!("arn:aws:kms:{region}:{ACCOUNT}:key/of-{}", key.replace('/', "-"))
}

fn bool_word(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}
