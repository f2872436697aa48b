//! Owns runbooks: the immutable plans of a declaration, a failback and a drill, as steps that depend on each other.
//!
//! A runbook leaves no choice to those who carry it out. It is printed, saved, compared, and refused when stale.

pub mod action;
pub mod image_home;
pub mod step;
pub mod timeline;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, Objectives};

pub use action::{Action, Before, EventBefore, HomeRule, Lever, ReplicaLike, Untouched};
pub use image_home::{ImageHome, newest_copy};
pub use step::{Estimate, EstimateSource, Step, StepId};
pub use timeline::{Timeline, timeline};

/// The version of the runbook's file format; a reader refuses a newer one.
pub const RUNBOOK_SCHEMA: u32 = 1;

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// The standby takes over.
    Declare,
    /// Service goes home.
    Failback,
    /// A rehearsal that leaves the primary serving.
    Drill,
}

/// Whether both sides are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Both sides are well; no data is lost.
    Graceful,
    /// No step needs the primary.
    Ungraceful,
}

/// The plan of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbook {
    /// Version of this format.
    pub schema_version: u32,
    /// The run's id: sortable by time, unique by its shortest prefix.
    pub id: String,
    /// The environment's name.
    pub environment: String,
    /// What it is for.
    pub kind: RunKind,
    /// Whether both sides are needed.
    pub mode: Mode,
    /// The declaration: why, in a person's words.
    pub reason: String,
    /// Who declared: the caller's ARN in the standby.
    pub declared_by: String,
    /// On which host.
    pub host: String,
    /// When: the recovery time is counted from here unless the incident's own time is known.
    pub declared_at: Timestamp,
    /// When the incident began, where the declaration says so.
    pub incident_at: Option<Timestamp>,
    /// The lifeboat that made it.
    pub tool_version: String,
    /// Objectives it is held against.
    pub objectives: Objectives,
    /// What it was made from.
    pub based_on: BasedOn,
    /// Steps; every step comes after those it needs.
    pub steps: Vec<Step>,
    /// The digest of all of the above.
    pub digest: Digest,
}

/// The digests of what a runbook was made from; when they no longer hold, it is stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasedOn {
    /// The resolved environment.
    pub environment: Digest,
    /// The sealed baseline.
    pub baseline: Digest,
}

impl Runbook {
    /// The same runbook with its digest filled in.
    pub fn sealed(mut self) -> Self {
        self.digest = Digest(String::new());
        self.digest = Digest::of_value(&self);
        self
    }

    /// Whether the contents are those that were sealed.
    pub fn is_intact(&self) -> bool {
        self.clone().sealed().digest == self.digest
    }

    /// The step of that id.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }
}
