//! Owns facts about RDS instances, their replication, and the changes that are made to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DatabaseSettings, Tags};

/// From this size on gp3 takes IOPS and throughput of one's own (RDS user guide, "gp3 storage"); below it RDS refuses both.
const GP3_STRIPED_GIB: u32 = 400;

/// The same for Oracle. SQL Server takes both at any size.
const GP3_STRIPED_ORACLE_GIB: u32 = 200;

/// An RDS instance as DescribeDBInstances tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DatabaseFacts {
    /// Identifier, unique in account and Region.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// `available`, `backing-up`, `modifying`, `rebooting`, ...
    pub status: String,
    /// Engine, such as `postgres`.
    pub engine: String,
    /// Its full version.
    pub engine_version: String,
    /// Instance class, such as `db.r6g.large`.
    pub class: String,
    /// Whether it has a standby in another zone.
    pub multi_az: bool,
    /// Allocated storage in GiB.
    pub storage_gb: u32,
    /// `gp3`, `io2`, ...
    pub storage_type: Option<String>,
    /// Provisioned IOPS.
    pub iops: Option<u32>,
    /// Storage throughput in MiB/s: gp3 alone has one. Absent in what was recorded before it was looked at.
    pub storage_throughput: Option<u32>,
    /// Up to where storage grows by itself, in GiB.
    pub max_storage_gb: Option<u32>,
    /// Whether its storage is encrypted.
    pub encrypted: bool,
    /// By which KMS key: an ARN of its Region.
    pub kms_key: Option<String>,
    /// Host name and port, once it has them.
    pub endpoint: Option<DatabaseEndpoint>,
    /// What it replicates: an identifier, or an ARN where that is in another Region. None: it is no replica.
    pub source: Option<String>,
    /// Its replicas: identifiers, or ARNs in other Regions; sorted.
    pub replicas: Vec<String>,
    /// Its subnet group.
    pub subnet_group: Option<String>,
    /// VPC security groups, sorted.
    pub security_group_ids: Vec<String>,
    /// Its parameter group.
    pub parameter_group: Option<ParameterGroupFacts>,
    /// How many days automated backups are kept; 0: there are none.
    pub backup_retention_days: u32,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Whether minor versions are installed by AWS.
    pub auto_minor_version: bool,
    /// Whether it has a public address.
    pub publicly_accessible: bool,
    /// How it is run; absent in what was recorded before it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<DatabaseSettings>,
    /// Tags.
    pub tags: Tags,
}

/// Where a database answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseEndpoint {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// A DB parameter group and what in it differs from the engine's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ParameterGroupFacts {
    /// Name; `default.*` is AWS's own.
    pub name: String,
    /// Family, such as `postgres16`.
    pub family: String,
    /// Parameters that somebody set (DescribeDBParameters, Source=user), by name.
    pub parameters: BTreeMap<String, String>,
}

/// What is changed about an instance; what is absent stays. Applied at once, not in the maintenance window.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DatabaseChange {
    /// Instance class.
    pub class: Option<String>,
    /// A standby in another zone.
    pub multi_az: Option<bool>,
    /// Days that automated backups are kept.
    pub backup_retention_days: Option<u32>,
    /// Whether it refuses to be deleted.
    pub deletion_protection: Option<bool>,
    /// A parameter group. Its name shows at once; what it sets applies with the next reboot (ModifyDBInstance).
    pub parameter_group: Option<String>,
    /// A new identifier; its endpoint changes with it.
    pub new_id: Option<String>,
}

/// A read replica to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CreateReplica {
    /// Its identifier.
    pub id: String,
    /// What it replicates: an ARN, because it may be in another Region.
    pub source_arn: String,
    /// Instance class.
    pub class: String,
    /// A standby in another zone.
    pub multi_az: bool,
    /// Storage type; RDS makes `gp3` of none, whatever the source has.
    pub storage_type: Option<String>,
    /// Provisioned IOPS.
    pub iops: Option<u32>,
    /// Storage throughput in MiB/s.
    pub storage_throughput: Option<u32>,
    /// Up to where storage grows by itself, in GiB; it does not without one.
    pub max_storage_gb: Option<u32>,
    /// Whether it has a public address. Said always: RDS gives one where the subnets lead to the internet.
    pub publicly_accessible: bool,
    /// KMS key of its own Region; needed where the source is encrypted.
    pub kms_key: Option<String>,
    /// Subnet group.
    pub subnet_group: Option<String>,
    /// VPC security groups.
    pub security_group_ids: Vec<String>,
    /// Parameter group; for engines that take one with the order ([`DatabaseFacts::hands_on_parameters`]).
    pub parameter_group: Option<String>,
    /// Whether AWS installs minor versions; absent: as its source has it.
    #[serde(default)]
    pub auto_minor_version: Option<bool>,
    /// How it is run: all but its windows, which cannot be ordered with a replica. Absent: as RDS does by default.
    #[serde(default)]
    pub settings: Option<DatabaseSettings>,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Tags.
    pub tags: Tags,
}

impl DatabaseFacts {
    /// Whether RDS takes a parameter group with the order of a replica of this in another Region. For all other engines
    /// it refuses that order, and the group is set afterwards (CreateDBInstanceReadReplica, DBParameterGroupName).
    pub fn hands_on_parameters(&self) -> bool {
        self.engine == "mysql" || self.engine.starts_with("oracle-") || self.engine.starts_with("db2-")
    }

    /// The provisioned IOPS that one like it is ordered with: RDS tells of some, and refuses them, where gp3 is small.
    pub fn iops_to_order(&self) -> Option<u32> {
        self.iops.filter(|_| match self.storage_type.as_deref() {
            Some("io1" | "io2") => true,
            Some("gp3") => self.takes_gp3_settings(),
            _ => false,
        })
    }

    /// The storage throughput that one like it is ordered with, in MiB/s; as with IOPS.
    pub fn throughput_to_order(&self) -> Option<u32> {
        self.storage_throughput.filter(|_| self.storage_type.as_deref() == Some("gp3") && self.takes_gp3_settings())
    }

    /// Whether gp3 takes IOPS and throughput for its engine and size.
    pub fn takes_gp3_settings(&self) -> bool {
        let from = match self.engine.as_str() {
            engine if engine.starts_with("sqlserver-") => 0,
            engine if engine.starts_with("oracle-") => GP3_STRIPED_ORACLE_GIB,
            _ => GP3_STRIPED_GIB,
        };
        self.storage_gb >= from
    }

    /// Whether its lag as a replica grows while nobody writes: PostgreSQL's is the age of the last transaction replayed, up to
    /// the five minutes after which an idle source writes by itself (RDS user guide, "Monitoring read replication").
    pub fn lag_grows_idle(&self) -> bool {
        self.engine == "postgres"
    }

    /// Whether its lag as a replica is not told any more once its source does not answer: MySQL and MariaDB report -1 then
    /// (RDS user guide, "Monitoring replication lag for MySQL read replicas").
    pub fn lag_ends_with_source(&self) -> bool {
        self.engine == "mysql" || self.engine == "mariadb"
    }

    /// Whether it is another's replica.
    pub fn is_replica(&self) -> bool {
        self.source.is_some()
    }

    /// Whether it can be changed now.
    pub fn is_available(&self) -> bool {
        // `storage-optimization` may last a day and everything works meanwhile (RDS user guide, "DB instance status").
        matches!(self.status.as_str(), "available" | "storage-optimization" | "storage-full")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rds_tells_of_small_gp3_is_not_ordered() {
        let ordered = |engine: &str, kind: &str, gib| {
            let facts = DatabaseFacts {
                engine: engine.into(),
                storage_gb: gib,
                storage_type: Some(kind.into()),
                iops: Some(12_000),
                storage_throughput: Some(500),
                ..DatabaseFacts::default()
            };
            (facts.iops_to_order().is_some(), facts.throughput_to_order().is_some())
        };
        for (engine, kind, gib, expected) in [
            ("postgres", "gp3", 399, (false, false)),
            ("postgres", "gp3", 400, (true, true)),
            ("db2-se", "gp3", 399, (false, false)),
            ("oracle-ee", "gp3", 199, (false, false)),
            ("oracle-ee", "gp3", 200, (true, true)),
            ("sqlserver-se", "gp3", 20, (true, true)),
            ("mysql", "io2", 100, (true, false)),
            ("mysql", "gp2", 1_000, (false, false)),
        ] {
            assert_eq!(ordered(engine, kind, gib), expected, "{engine} {kind} {gib}");
        }
    }
}
