//! Owns runbooks: the immutable plans of a declaration, a failback and a drill, as steps that depend on each other.
//!
//! A runbook leaves no choice to those who carry it out. It is printed, saved, compared, and refused when stale.

pub mod action;
mod action_parts;
pub mod image_home;
pub mod rehearsed;
pub mod scope;
mod service;
mod skip;
pub mod step;
mod stood;
pub mod timeline;
mod warning;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, Objectives};

pub use action::Action;
pub use action_parts::{Before, EventBefore, HomeRule, Lever, ReplicaLike, Unfenced, Untouched, VolumesBefore};
pub use image_home::{ImageHome, newest_copy};
pub use rehearsed::{AsDeclared, Part, Rehearsed, as_declared};
pub use scope::Scope;
pub use service::Outage;
pub use step::{Estimate, EstimateSource, Step, StepId};
pub use stood::Stood;
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
    /// What part of the whole was asked for.
    #[serde(default, skip_serializing_if = "Scope::is_whole")]
    pub scope: Scope,
    /// What it was made from.
    pub based_on: BasedOn,
    /// Of a drill: the declaration that it rehearses a part of. Every step comes after those it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rehearses: Vec<Rehearsed>,
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

    /// The same runbook for a part of the whole, sealed.
    pub fn for_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self.sealed()
    }

    /// How long before the declaration the incident began, in seconds: this much of the recovery time objective had gone
    /// by when it was declared. 0 where the incident's time is not known.
    pub fn gone_s(&self) -> u64 {
        let gone = self.incident_at.map_or(0, |incident| self.declared_at.duration_since(incident).as_secs());
        u64::try_from(gone).unwrap_or(0)
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
