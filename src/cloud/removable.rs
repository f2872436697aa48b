//! Owns the decision whether something may be deleted: only what a drill made for itself, as name and tags both tell.

use std::fmt;

use crate::facts::{DatabaseFacts, SnapshotFacts};
use crate::model::CopyMark;

/// An instance that was looked at and may be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovableInstance(String);

/// A snapshot that was looked at and may be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovableSnapshot(String);

/// Why something is not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spared {
    /// It is not called what this drill calls its copy.
    OtherName {
        /// What the copy is called.
        expected: String,
    },
    /// It is the standby's own.
    Standbys,
    /// Its tags do not tell that this drill made it.
    OtherTags {
        /// The run that made the copy.
        run: String,
    },
    /// It is a replica.
    Replica {
        /// Of what.
        of: String,
    },
    /// It has replicas.
    HasReplicas(Vec<String>),
    /// It refuses to be deleted; a copy does not.
    Protected,
    /// The snapshot is of another instance.
    OtherDatabase {
        /// Of which.
        of: String,
    },
}

impl fmt::Display for Spared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spared::OtherName { expected } => write!(f, "the copy of this drill is called {expected}"),
            Spared::Standbys => f.write_str("it is the standby's own"),
            Spared::OtherTags { run } => write!(f, "its tags do not tell that run {run} made it"),
            Spared::Replica { of } => write!(f, "it is a replica of {of}"),
            Spared::HasReplicas(replicas) => write!(f, "it has replicas: {}", replicas.join(", ")),
            Spared::Protected => f.write_str("somebody has protected it against deletion"),
            Spared::OtherDatabase { of } => write!(f, "it is a snapshot of {of}"),
        }
    }
}

impl std::error::Error for Spared {}

impl RemovableInstance {
    /// Judges an instance as it was just seen.
    pub fn judged(mark: &CopyMark, facts: &DatabaseFacts) -> Result<Self, Spared> {
        if facts.id == mark.database() {
            return Err(Spared::Standbys);
        }
        if facts.id != mark.id() {
            return Err(Spared::OtherName { expected: mark.id() });
        }
        if !mark.is_on(&facts.tags) {
            return Err(Spared::OtherTags { run: mark.run.clone() });
        }
        if let Some(of) = &facts.source {
            return Err(Spared::Replica { of: of.clone() });
        }
        if !facts.replicas.is_empty() {
            return Err(Spared::HasReplicas(facts.replicas.clone()));
        }
        if facts.deletion_protection {
            return Err(Spared::Protected);
        }
        Ok(RemovableInstance(facts.id.clone()))
    }

    /// Its identifier.
    pub fn id(&self) -> &str {
        &self.0
    }
}

impl RemovableSnapshot {
    /// Judges a snapshot as it was just seen.
    pub fn judged(mark: &CopyMark, facts: &SnapshotFacts) -> Result<Self, Spared> {
        if facts.id != mark.id() {
            return Err(Spared::OtherName { expected: mark.id() });
        }
        if !mark.is_on(&facts.tags) {
            return Err(Spared::OtherTags { run: mark.run.clone() });
        }
        if facts.database != mark.database() {
            return Err(Spared::OtherDatabase { of: facts.database.clone() });
        }
        Ok(RemovableSnapshot(facts.id.clone()))
    }

    /// Its identifier.
    pub fn id(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DRILL_TAG, ENVIRONMENT_TAG};

    fn mark() -> CopyMark {
        CopyMark { environment: "shop".into(), run: "20261107-031500-9c4e12".into(), data: "orders".into() }
    }

    fn copy() -> DatabaseFacts {
        DatabaseFacts { id: mark().id(), tags: mark().tags(), status: "available".into(), ..DatabaseFacts::default() }
    }

    fn snapshot() -> SnapshotFacts {
        SnapshotFacts { id: mark().id(), tags: mark().tags(), database: "shop-orders".into(), ..Default::default() }
    }

    #[test]
    fn only_this_drills_copy_may_be_deleted() {
        let told = |change: &dyn Fn(&mut DatabaseFacts)| {
            let mut facts = copy();
            change(&mut facts);
            match RemovableInstance::judged(&mark(), &facts) {
                Ok(removable) => format!("delete {}", removable.id()),
                Err(spared) => spared.to_string(),
            }
        };
        let rows = [
            told(&|_| {}),
            told(&|one| one.status = "incompatible-restore".into()),
            told(&|one| one.id = "shop-orders".into()),
            told(&|one| one.id = "shop-orders-drill-20261106-031500-9c4e12".into()),
            told(&|one| one.tags.clear()),
            told(&|one| drop(one.tags.insert(DRILL_TAG.into(), "20261106-031500-9c4e12".into()))),
            told(&|one| drop(one.tags.insert(ENVIRONMENT_TAG.into(), "bank".into()))),
            told(&|one| one.source = Some("arn:aws:rds:us-east-1:1:db:shop-orders".into())),
            told(&|one| one.replicas = vec!["reports".into()]),
            told(&|one| one.deletion_protection = true),
        ];
        insta::assert_snapshot!(rows.join("\n"), @r"
        delete shop-orders-drill-20261107-031500-9c4e12
        delete shop-orders-drill-20261107-031500-9c4e12
        it is the standby's own
        the copy of this drill is called shop-orders-drill-20261107-031500-9c4e12
        its tags do not tell that run 20261107-031500-9c4e12 made it
        its tags do not tell that run 20261107-031500-9c4e12 made it
        its tags do not tell that run 20261107-031500-9c4e12 made it
        it is a replica of arn:aws:rds:us-east-1:1:db:shop-orders
        it has replicas: reports
        somebody has protected it against deletion
        ");
    }

    #[test]
    fn only_this_drills_snapshot_may_be_deleted() {
        let told = |change: &dyn Fn(&mut SnapshotFacts)| {
            let mut facts = snapshot();
            change(&mut facts);
            match RemovableSnapshot::judged(&mark(), &facts) {
                Ok(removable) => format!("delete {}", removable.id()),
                Err(spared) => spared.to_string(),
            }
        };
        let rows = [
            told(&|_| {}),
            told(&|one| one.id = "before-the-upgrade".into()),
            told(&|one| one.tags.clear()),
            told(&|one| one.database = "bank-orders".into()),
        ];
        insta::assert_snapshot!(rows.join("\n"), @r"
        delete shop-orders-drill-20261107-031500-9c4e12
        the copy of this drill is called shop-orders-drill-20261107-031500-9c4e12
        its tags do not tell that run 20261107-031500-9c4e12 made it
        it is a snapshot of bank-orders
        ");
    }
}
