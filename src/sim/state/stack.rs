//! Owns CloudFormation stacks: what is deployed, what is under way, change sets and history.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kept;
use crate::cloud::{ChangeSetKind, ResourceChange};
use crate::facts::{StackEvent, StackStatus, Tags};
use crate::sim::template::Body;

/// A stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    /// ARN.
    pub id: String,
    /// Name.
    pub name: String,
    /// Status.
    pub status: StackStatus,
    /// Why.
    pub status_reason: Option<String>,
    /// What is deployed; none before the first execution.
    pub deployed: Option<Kept<Deployment>>,
    /// Resources, by logical id.
    pub parts: BTreeMap<String, StackPart>,
    /// Outputs.
    pub outputs: BTreeMap<String, String>,
    /// When it was last created or updated.
    pub updated_at: Option<Timestamp>,
    /// Whether it may not be deleted.
    pub termination_protection: bool,
    /// Counts changes; a change set made before the last one is obsolete.
    pub generation: u64,
    /// What is under way.
    pub operation: Option<Operation>,
    /// The token of the last operation.
    pub last_token: Option<String>,
    /// Change sets, by name.
    pub change_sets: BTreeMap<String, SimChangeSet>,
    /// History, oldest first.
    pub events: Vec<StackEvent>,
}

/// A template with its parameters: one version of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// The template as it was given.
    pub body: Body,
    /// Parameters as given, defaults filled in.
    pub parameters: BTreeMap<String, String>,
    /// What SSM-typed parameters resolved to.
    pub resolved: BTreeMap<String, String>,
    /// Tags of the stack, which its resources inherit.
    pub tags: Tags,
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StackPart {
    /// Physical id; empty until it has one.
    pub physical_id: String,
    /// Type.
    pub resource_type: String,
    /// Status.
    pub status: String,
    /// Why.
    pub status_reason: Option<String>,
    /// Properties as last deployed, every reference resolved.
    pub properties: Value,
    /// Whether deleting the stack leaves it (DeletionPolicy).
    pub retain: bool,
    /// Whether an update that replaces it leaves the old one (UpdateReplacePolicy).
    #[serde(default)]
    pub retain_replaced: bool,
}

/// A change set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimChangeSet {
    /// ARN.
    pub id: String,
    /// Name.
    pub name: String,
    /// Create or update.
    pub kind: ChangeSetKind,
    /// What it would deploy.
    pub target: Kept<Deployment>,
    /// The token it was asked for with.
    pub token: String,
    /// When it is worked out.
    pub ready_at: Timestamp,
    /// Whether it would change nothing.
    pub empty: bool,
    /// Why it could not be made.
    pub failed: Option<String>,
    /// Changes.
    pub changes: Vec<ResourceChange>,
    /// The stack's generation it was made for.
    pub generation: u64,
}

/// The kinds of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// The first deployment.
    Create,
    /// A later one.
    Update,
    /// Removing what an update left behind.
    Cleanup,
    /// Undoing a create.
    Rollback,
    /// Undoing an update.
    UpdateRollback,
    /// Deleting the stack.
    Delete,
}

/// An operation under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Kind.
    pub kind: OperationKind,
    /// The token its events carry.
    pub token: Option<String>,
    /// What is being deployed, or was.
    pub target: Kept<Deployment>,
    /// Steps, in the order they were planned.
    pub steps: Vec<Step>,
    /// Logical ids that failed.
    pub failed: BTreeSet<String>,
    /// When it ends if there is nothing to do.
    pub idle_until: Timestamp,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Makes the resource.
    Create,
    /// Changes it in place.
    Update,
    /// Makes a new one in its place; the old one is removed in the clean-up.
    Replace,
    /// Removes it.
    Delete,
    /// Puts back what it was before the update.
    Restore,
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Ends then.
    Running(Timestamp),
    /// Done.
    Done,
    /// Failed, or cancelled because another failed.
    Failed,
}

/// One resource of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Logical id.
    pub logical_id: String,
    /// Type.
    pub resource_type: String,
    /// What is done.
    pub act: Act,
    /// Logical ids whose steps come first.
    pub after: BTreeSet<String>,
    /// How far it has come.
    pub state: StepState,
    /// The resource as it was before, where there was one.
    pub before: Option<StackPart>,
    /// The properties it gets, evaluated when the step begins.
    pub properties: Option<Value>,
}
