//! Owns the ports for CloudFormation stacks.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::CloudResult;
pub use crate::facts::{ChangeAction, PropertyChange, Replacement, ResourceChange};
use crate::facts::{StackDrift, StackEvent, StackFacts, StackResource, Tags};

/// Where CloudFormation finds a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateSource {
    /// In the call itself: at most 51,200 bytes.
    Body(String),
    /// In a bucket of the same Region: at most 1 MB.
    Url(String),
}

/// Whether a change set makes a stack or changes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeSetKind {
    /// The stack does not exist.
    Create,
    /// It does.
    Update,
}

/// A change set to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSetRequest {
    /// Stack name.
    pub stack: String,
    /// Change set name, at most 128 of `[a-zA-Z][-a-zA-Z0-9]*`.
    pub name: String,
    /// Create or update.
    pub kind: ChangeSetKind,
    /// The template.
    pub template: TemplateSource,
    /// Every parameter of the template.
    pub parameters: BTreeMap<String, String>,
    /// Tags of the stack.
    pub tags: Tags,
    /// Idempotency token.
    pub token: String,
}

/// Where a change set stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeSetState {
    /// Being worked out.
    Pending,
    /// Worked out, can be executed.
    Ready,
    /// It would change nothing: CloudFormation calls this FAILED.
    Empty,
    /// It could not be made.
    Failed(String),
    /// The stack has changed since; it cannot be executed.
    Obsolete,
}

/// A change set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    /// ARN.
    pub id: String,
    /// State.
    pub state: ChangeSetState,
    /// Changes, in CloudFormation's order; all pages.
    pub changes: Vec<ResourceChange>,
}

/// Looks at stacks.
#[async_trait]
pub trait ReadStacks: Send + Sync {
    /// The stacks of those names; absent when they do not exist.
    async fn stacks(&self, names: &[String]) -> CloudResult<BTreeMap<String, StackFacts>>;

    /// Every resource of a stack.
    async fn resources(&self, stack: &str) -> CloudResult<Vec<StackResource>>;

    /// A stack's events, newest first, back to and without the event of that id; by stack id once a stack is deleted.
    async fn events_since(&self, stack: &str, last_seen: Option<&str>) -> CloudResult<Vec<StackEvent>>;

    /// The deployed template as it was given.
    async fn template(&self, stack: &str) -> CloudResult<String>;

    /// Runs CloudFormation's drift detection and waits for it (it looks, and changes nothing).
    async fn detect_drift(&self, stack: &str) -> CloudResult<StackDrift>;

    /// A change set; none when it does not exist.
    async fn change_set(&self, stack: &str, id: &str) -> CloudResult<Option<ChangeSet>>;
}

/// Changes stacks.
#[async_trait]
pub trait WriteStacks: Send + Sync {
    /// Asks for a change set; its ARN.
    async fn create_change_set(&self, request: &ChangeSetRequest) -> CloudResult<String>;

    /// Executes a change set under an idempotency token that its events will carry.
    async fn execute_change_set(&self, stack: &str, id: &str, token: &str) -> CloudResult<()>;

    /// Deletes a change set; one that is not there is deleted already.
    async fn delete_change_set(&self, stack: &str, id: &str) -> CloudResult<()>;

    /// Starts deleting a stack; one that is not there is deleted already.
    async fn delete_stack(&self, stack: &str, token: &str) -> CloudResult<()>;

    /// Switches a stack's termination protection on or off (UpdateTerminationProtection): a protected stack refuses to be
    /// deleted. One that is so already is left as it is; one that is not there, or is nested in another, is an error.
    async fn set_termination_protection(&self, stack: &str, on: bool) -> CloudResult<()>;

    /// Puts a large template where CloudFormation of this Region can read it; its URL. Unsupported without a bucket.
    async fn upload_template(&self, name: &str, body: &str) -> CloudResult<String>;
}
