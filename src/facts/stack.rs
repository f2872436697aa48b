//! Owns facts about CloudFormation stacks: status, resources, events and drift.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tags;
use crate::model::ENVIRONMENT_TAG;

/// A stack's status with the questions people ask of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StackStatus(pub String);

impl StackStatus {
    /// An operation is under way.
    pub fn in_progress(&self) -> bool {
        self.0.ends_with("_IN_PROGRESS") && self.0 != "REVIEW_IN_PROGRESS"
    }

    /// The stack exists only as an unexecuted CREATE change set.
    pub fn is_review(&self) -> bool {
        self.0 == "REVIEW_IN_PROGRESS"
    }

    /// The last create or update went through. A rolled back update is a failed deploy.
    pub fn is_success(&self) -> bool {
        matches!(self.0.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE")
    }

    /// It can take an UPDATE change set.
    pub fn can_update(&self) -> bool {
        matches!(
            self.0.as_str(),
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_COMPLETE" | "UPDATE_FAILED"
        )
    }

    /// It cannot be updated, only deleted and made again.
    pub fn must_be_recreated(&self) -> bool {
        matches!(self.0.as_str(), "ROLLBACK_COMPLETE" | "CREATE_FAILED" | "ROLLBACK_FAILED" | "DELETE_FAILED")
    }
}

impl std::fmt::Display for StackStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackFacts {
    /// Stack id (ARN).
    pub id: String,
    /// Name.
    pub name: String,
    /// Status.
    pub status: StackStatus,
    /// Why it is in that status.
    pub status_reason: Option<String>,
    /// Parameters as last given; NoEcho ones are `****`. For SSM types this is the parameter's name.
    pub parameters: BTreeMap<String, String>,
    /// What SSM-typed parameters resolved to.
    pub resolved_parameters: BTreeMap<String, String>,
    /// Outputs.
    pub outputs: BTreeMap<String, String>,
    /// Tags.
    pub tags: Tags,
    /// When it was last created or updated.
    pub updated_at: Option<Timestamp>,
    /// Whether termination protection is on.
    pub termination_protection: bool,
}

impl StackFacts {
    /// Whether lifeboat made it for that environment, which its tag says.
    pub fn is_of(&self, environment: &str) -> bool {
        self.tags.get(ENVIRONMENT_TAG).is_some_and(|tag| tag == environment)
    }
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StackResource {
    /// Logical id.
    pub logical_id: String,
    /// Physical id; empty until it has one.
    pub physical_id: String,
    /// Type, such as `AWS::EC2::Subnet`.
    pub resource_type: String,
    /// Status, such as `CREATE_COMPLETE`.
    pub status: String,
    /// Why.
    pub status_reason: Option<String>,
}

/// One line of a stack's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackEvent {
    /// Event id, unique.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Logical id; the stack's own name for events of the stack itself.
    pub logical_id: String,
    /// Physical id.
    pub physical_id: String,
    /// Type.
    pub resource_type: String,
    /// Status.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// The token of the operation it belongs to.
    pub token: Option<String>,
}

impl StackEvent {
    /// Whether it tells of a failure of its own, not of one cancelled because of another.
    pub fn is_root_failure(&self) -> bool {
        self.status.ends_with("_FAILED")
            && !self.reason.as_deref().is_some_and(|reason| reason.contains("Resource creation cancelled"))
            && !self.reason.as_deref().is_some_and(|reason| reason.contains("Resource update cancelled"))
    }
}

/// CloudFormation's verdict on one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftStatus {
    /// As the template says.
    InSync,
    /// Changed by other hands.
    Modified,
    /// Gone.
    Deleted,
    /// CloudFormation tried and could not tell.
    Unknown,
    /// CloudFormation does not look at this type.
    NotChecked,
}

/// The outcome of one drift detection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackDrift {
    /// Whether detection itself went through; partial results are returned even when it did not.
    pub complete: bool,
    /// Why it did not.
    pub reason: Option<String>,
    /// Per resource; resources of unsupported types are absent, so coverage needs the resource list.
    pub resources: Vec<ResourceDrift>,
}

/// Drift of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceDrift {
    /// Logical id.
    pub logical_id: String,
    /// Physical id.
    pub physical_id: String,
    /// Type.
    pub resource_type: String,
    /// Verdict.
    pub status: DriftStatus,
    /// Why it could not be told.
    pub reason: Option<String>,
    /// What differs.
    pub differences: Vec<PropertyDifference>,
}

/// One property that differs from the template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PropertyDifference {
    /// JSON pointer into the resource's properties.
    pub path: String,
    /// What the template says, as JSON text; empty for an added one.
    pub expected: String,
    /// What is there, as JSON text; empty for a removed one.
    pub actual: String,
}
