//! Owns RDS instances: what is told of one, what is under way, and whose writes it holds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::after;
use crate::facts::{DatabaseChange, DatabaseFacts, SnapshotFacts};

/// An RDS instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// What is told of it. Its status here is what it rests in; its replicas are found when asked for.
    pub facts: DatabaseFacts,
    /// DbiResourceId: never changes, whatever the instance is called.
    pub resource_id: String,
    /// The identifier it was made under: by that host name applications find it.
    pub made_as: String,
    /// The resource id of what it replicates.
    pub follows: Option<String>,
    /// Whose writes it holds and until when, by the resource id of the instance that took them. It tells what a
    /// promotion lost and what came home.
    pub writes: BTreeMap<String, Timestamp>,
    /// What is under way, the next first.
    pub stages: Vec<Stage>,
}

/// A stretch of time in which an instance is not available.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The status meanwhile.
    pub status: String,
    /// When it ends.
    pub until: Timestamp,
    /// What has happened by then.
    pub outcome: Option<Outcome>,
}

/// What a stage brings about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is no replica any more and keeps backups for so many days.
    StandAlone(u32),
    /// It has what was asked for.
    Changed(DatabaseChange),
    /// It is called that.
    Renamed(String),
    /// It is gone.
    Deleted,
}

/// A manual DB snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbSnapshot {
    /// What is told of it once it is made; its status and progress are worked out when asked for.
    pub facts: SnapshotFacts,
    /// When it was ordered.
    pub began: Timestamp,
    /// When it can be restored from.
    pub ready: Timestamp,
    /// The instance as it was.
    pub of: Box<Database>,
}

/// A DB subnet group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbSubnetGroup {
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Subnets.
    pub subnet_ids: Vec<String>,
    /// Their VPC.
    pub vpc_id: String,
}

impl Database {
    /// Its status now.
    pub fn status(&self) -> &str {
        self.stages.first().map_or(self.facts.status.as_str(), |stage| stage.status.as_str())
    }

    /// Whether it takes part in replication as a source or a replica: it has been made.
    pub fn is_made(&self) -> bool {
        self.status() != "creating"
    }

    /// Whether it takes writes: one that stands alone and is not being made or rebooted.
    pub fn takes_writes(&self) -> bool {
        self.facts.source.is_none() && !matches!(self.status(), "creating" | "rebooting" | "renaming")
    }

    /// The newest write it holds.
    pub fn data_as_of(&self) -> Option<Timestamp> {
        self.writes.values().max().copied()
    }

    /// Adds a stage after what is under way.
    pub fn stage(&mut self, status: &str, seconds: u32, now: Timestamp, outcome: Option<Outcome>) {
        let begins = self.stages.last().map_or(now, |last| last.until);
        self.stages.push(Stage { status: status.to_owned(), until: after(begins, seconds), outcome });
    }
}
