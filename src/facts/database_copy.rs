//! Owns facts about snapshots of RDS instances, and the orders that make copies of a database from them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DatabaseFacts, Tags};

/// A manual snapshot as DescribeDBSnapshots tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SnapshotFacts {
    /// Identifier, unique in account and Region.
    pub id: String,
    /// The instance it is of.
    pub database: String,
    /// `creating`, `available`, `failed`, ...
    pub status: String,
    /// How far it is made, in percent.
    pub progress_percent: u32,
    /// Engine.
    pub engine: String,
    /// Its full version.
    pub engine_version: String,
    /// Allocated storage in GiB.
    pub storage_gb: u32,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// By which KMS key: an ARN of its Region.
    pub kms_key: Option<String>,
    /// When it was taken (OriginalSnapshotCreateTime).
    pub taken_at: Option<Timestamp>,
    /// The last transaction in it (SnapshotDatabaseTime).
    pub database_time: Option<Timestamp>,
    /// Tags.
    pub tags: Tags,
}

impl SnapshotFacts {
    /// How far the data in it is behind the moment it was taken, in seconds, rounded up: of a replica that is its lag
    /// (DBSnapshot, SnapshotDatabaseTime). None where RDS does not tell.
    pub fn behind_s(&self) -> Option<u64> {
        let behind = self.taken_at?.duration_since(self.database_time?);
        Some(u64::try_from(behind.as_millis().max(0)).unwrap_or(u64::MAX).div_ceil(1_000))
    }

    /// Whether an instance can be restored from it.
    pub fn is_available(&self) -> bool {
        self.status == "available"
    }
}

/// A snapshot to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TakeSnapshot {
    /// Its identifier.
    pub id: String,
    /// The instance.
    pub database: String,
    /// Tags.
    pub tags: Tags,
}

/// What a copy has of the instance it copies. Its key it has from the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CopyLike {
    /// Instance class.
    pub class: String,
    /// Storage type; RDS makes `gp3` of none.
    pub storage_type: Option<String>,
    /// Provisioned IOPS.
    pub iops: Option<u32>,
    /// Subnet group.
    pub subnet_group: Option<String>,
    /// VPC security groups.
    pub security_group_ids: Vec<String>,
    /// Parameter group.
    pub parameter_group: Option<String>,
    /// Tags, without those of the drill.
    pub tags: Tags,
}

impl From<&DatabaseFacts> for CopyLike {
    /// What an instance has.
    fn from(facts: &DatabaseFacts) -> Self {
        let iops = facts.iops_to_order();
        CopyLike {
            class: facts.class.clone(),
            // RestoreDBInstanceFromDBSnapshot wants IOPS with a `gp3` that is said, and makes `gp3` of what is not said.
            storage_type: facts.storage_type.clone().filter(|kind| kind != "gp3" || iops.is_some()),
            iops,
            subnet_group: facts.subnet_group.clone(),
            security_group_ids: facts.security_group_ids.clone(),
            parameter_group: facts.parameter_group.as_ref().map(|group| group.name.clone()),
            tags: facts.tags.clone(),
        }
    }
}

/// An instance to be restored. It is private, in one zone, without automated backups, and may be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestoreCopy {
    /// Its identifier.
    pub id: String,
    /// The snapshot.
    pub snapshot: String,
    /// What else it has; tags with those of the drill.
    pub like: CopyLike,
}

/// What drills of an environment have left in a Region, as their tags tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopiesFound {
    /// Instances, sorted.
    pub instances: Vec<DatabaseFacts>,
    /// Snapshots, sorted.
    pub snapshots: Vec<SnapshotFacts>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_snapshot_lacks_is_counted_up_and_never_guessed() {
        let at = |text: &str| Some(text.parse::<Timestamp>().expect("a time"));
        for (taken_at, database_time, expected) in [
            (at("2026-11-20T12:00:03Z"), at("2026-11-20T12:00:00.5Z"), Some(3)),
            (at("2026-11-20T12:00:00Z"), at("2026-11-20T12:00:00Z"), Some(0)),
            (at("2026-11-20T12:00:00Z"), at("2026-11-20T12:00:09Z"), Some(0)),
            (at("2026-11-20T12:00:00Z"), None, None),
            (None, at("2026-11-20T12:00:00Z"), None),
        ] {
            let facts = SnapshotFacts { taken_at, database_time, ..SnapshotFacts::default() };
            assert_eq!(facts.behind_s(), expected, "{taken_at:?} {database_time:?}");
        }
    }

    #[test]
    fn a_small_gp3_is_not_said() {
        for (kind, storage_gb, iops, expected) in [
            ("gp3", 100, Some(3_000), (None, None)),
            ("gp3", 400, Some(12_000), (Some("gp3"), Some(12_000))),
            ("io2", 100, Some(4_000), (Some("io2"), Some(4_000))),
            ("gp2", 100, None, (Some("gp2"), None)),
        ] {
            let storage_type = Some(kind.to_owned());
            let like = CopyLike::from(&DatabaseFacts { storage_type, storage_gb, iops, ..DatabaseFacts::default() });
            assert_eq!((like.storage_type.as_deref(), like.iops), expected, "{kind} {storage_gb}");
        }
    }
}
