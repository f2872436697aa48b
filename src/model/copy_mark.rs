//! Owns the mark of a copy of a database that a drill makes: its identifier and its tags, both from the run alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DRILL_TAG, Digest, ENVIRONMENT_TAG, Region, standby_database_name};

/// Longest identifier of an RDS instance (CreateDBInstance, DBInstanceIdentifier).
const LONGEST_ID: usize = 63;

/// Hex digits that keep names apart which were shortened.
const DIGITS: usize = 8;

/// Whose copy it is, and of which run. The copy and the snapshot it comes from have one identifier: RDS keeps the names of
/// instances and of snapshots apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CopyMark {
    /// The environment.
    pub environment: String,
    /// The run of the drill.
    pub run: String,
    /// The data's name.
    pub data: String,
}

impl CopyMark {
    /// The identifier of the copy and of its snapshot: `<standby's instance>-drill-<run>`, shortened where it would be too
    /// long. It follows from the run, so that a resumed drill finds what it made.
    pub fn id(&self) -> String {
        let (of, suffix) = (self.database(), format!("-drill-{}", self.run.to_ascii_lowercase()));
        if of.len() + suffix.len() <= LONGEST_ID {
            return format!("{of}{suffix}");
        }
        let digest = Digest::of_bytes(of.as_bytes());
        let digits: String = digest.0.trim_start_matches("sha256:").chars().take(DIGITS).collect();
        let room = LONGEST_ID.saturating_sub(suffix.len() + DIGITS + 1);
        let stem = of.get(..room).unwrap_or(&of).trim_end_matches('-');
        format!("{stem}-{digits}{suffix}")
    }

    /// The standby's instance that is copied.
    pub fn database(&self) -> String {
        standby_database_name(&self.environment, &self.data)
    }

    /// The tags that tell whose it is.
    pub fn tags(&self) -> BTreeMap<String, String> {
        let pair = |key: &str, value: &String| (key.to_owned(), value.clone());
        BTreeMap::from([pair(ENVIRONMENT_TAG, &self.environment), pair(DRILL_TAG, &self.run)])
    }

    /// Whether tags tell that it is this drill's.
    pub fn is_on(&self, tags: &BTreeMap<String, String>) -> bool {
        self.tags().iter().all(|(key, value)| tags.get(key) == Some(value))
    }
}

/// The command that removes an instance a drill left behind.
pub fn remove_instance_command(id: &str, region: &Region) -> String {
    format!(
        "aws rds delete-db-instance --db-instance-identifier {id} --skip-final-snapshot --delete-automated-backups \
         --region {region}"
    )
}

/// The command that removes a snapshot a drill left behind.
pub fn remove_snapshot_command(id: &str, region: &Region) -> String {
    format!("aws rds delete-db-snapshot --db-snapshot-identifier {id} --region {region}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(environment: &str, data: &str) -> CopyMark {
        let run = "20261107-031500-9C4E12".to_owned();
        CopyMark { environment: environment.to_owned(), run, data: data.to_owned() }
    }

    #[test]
    fn names_follow_from_the_run_fit_and_stay_apart() {
        assert_eq!(mark("shop", "orders").id(), "shop-orders-drill-20261107-031500-9c4e12");
        let long = "a".repeat(31);
        let (one, other) = (mark(&long, "orders-of-the-north").id(), mark(&long, "orders-of-the-south").id());
        for id in [&one, &other] {
            assert!(id.len() <= LONGEST_ID && !id.contains("--"), "{id}");
            assert!(id.ends_with("-drill-20261107-031500-9c4e12"), "{id}");
        }
        assert_ne!(one, other);
        // Where it would be cut at a dash.
        let cut = mark(&format!("{}-{}", "a".repeat(24), "b".repeat(7)), &"c".repeat(32)).id();
        assert!(cut.len() <= LONGEST_ID && !cut.contains("--"), "{cut}");
    }

    #[test]
    fn only_both_tags_together_tell_that_it_is_ours() {
        let ours = mark("shop", "orders");
        assert!(ours.is_on(&ours.tags()));
        for key in [ENVIRONMENT_TAG, DRILL_TAG] {
            let (mut other, mut without) = (ours.tags(), ours.tags());
            other.insert(key.to_owned(), "other".to_owned());
            without.remove(key);
            assert!(!ours.is_on(&other) && !ours.is_on(&without), "{key}");
        }
    }
}
