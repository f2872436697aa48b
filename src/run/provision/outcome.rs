//! Owns what a provisioning or teardown says when it has ended: what was done, what stopped it, how to go on.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::cloud::CloudError;
use crate::model::{Part, StackName};
use crate::plan::provision::InputProblem;

/// Why a preview, or a step of a provisioning, could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProvisionError {
    /// A call failed.
    Cloud {
        /// The stack it was for; none when it was for all of them.
        stack: Option<StackName>,
        /// The error.
        error: CloudError,
    },
    /// Inputs of a stack cannot be had; all of them.
    Inputs {
        /// The stack.
        stack: StackName,
        /// Each.
        problems: Vec<InputProblem>,
    },
    /// A template is too large to be sent in the call and there is no bucket.
    TemplateTooLarge {
        /// The stack.
        stack: StackName,
        /// Its size in bytes.
        bytes: usize,
    },
    /// Working something out took longer than allowed.
    TimedOut {
        /// The stack.
        stack: StackName,
        /// What was waited for.
        what: String,
        /// How long.
        after: Duration,
    },
    /// The user stopped it.
    Interrupted,
}

/// The most bytes a template may have inside a call (CloudFormation quotas).
pub const MAX_INLINE_TEMPLATE: usize = 51_200;

impl fmt::Display for ProvisionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProvisionError::Cloud { stack: Some(stack), error } => write!(f, "stack {stack}: {error}"),
            ProvisionError::Cloud { stack: None, error } => error.fmt(f),
            ProvisionError::Inputs { stack, problems } => {
                let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
                write!(f, "stack {stack}: {}", all.join("; "))
            }
            ProvisionError::TemplateTooLarge { stack, bytes } => write!(
                f,
                "the template of stack {stack} has {bytes} bytes; CloudFormation takes {MAX_INLINE_TEMPLATE} in a call, and \
                 more only from a bucket"
            ),
            ProvisionError::TimedOut { stack, what, after } => {
                write!(f, "stack {stack}: {what} had not ended after {} s", after.as_secs())
            }
            ProvisionError::Interrupted => f.write_str("stopped on request; nothing was changed"),
        }
    }
}

impl std::error::Error for ProvisionError {}

impl ProvisionError {
    /// What to do next, where that can be said.
    pub fn hint(&self) -> Option<String> {
        match self {
            ProvisionError::Cloud { error, .. } => error.hint(),
            ProvisionError::TemplateTooLarge { .. } => Some(
                "set `store: s3://BUCKET/PREFIX` to a bucket in the standby Region; templates are put there".to_owned(),
            ),
            ProvisionError::TimedOut { .. } => Some("run the command again".to_owned()),
            ProvisionError::Inputs { .. } | ProvisionError::Interrupted => None,
        }
    }
}

/// A preview that could not be made, with what it could not clean up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionFailure {
    /// Why.
    pub error: ProvisionError,
    /// What is left behind and how to remove it; empty when nothing is.
    pub left_behind: Vec<String>,
}

impl fmt::Display for ProvisionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)?;
        for left in &self.left_behind {
            write!(f, "; left behind: {left}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ProvisionFailure {}

/// What was done with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Made.
    Created,
    /// Changed.
    Updated,
    /// Deleted and made again.
    Recreated,
    /// It was as it should be, except that its termination protection was off; it was switched on.
    Protected,
    /// It was as it should be.
    Unchanged,
    /// Deleted.
    Deleted,
}

/// A stack that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackOutcome {
    /// Which part.
    pub part: Part,
    /// Stack name.
    pub name: StackName,
    /// What was done.
    pub deed: Deed,
    /// How many resources it concerned.
    pub resources: usize,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// Resources that were kept on purpose (`DeletionPolicy: Retain`), as `logical id (physical id)`.
    pub kept: Vec<String>,
}

/// What ended a provisioning or teardown early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopKind {
    /// The plan may not be carried out: flags are missing or it is stale. Nothing was done to this stack.
    Refused,
    /// A stack operation, or a call, failed.
    Failed,
    /// The operation goes on in CloudFormation, but it is not watched any more.
    Unwatched,
    /// The user stopped waiting; an operation that had begun goes on in CloudFormation.
    Interrupted,
}

/// Why it ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// Kind.
    pub kind: StopKind,
    /// The stack; none when it was before the first.
    pub stack: Option<StackName>,
    /// What happened, one sentence.
    pub what: String,
    /// Why: causes, outermost first.
    pub why: Vec<String>,
    /// The failed operation in detail, when one failed.
    pub failure: Option<StackFailure>,
    /// What to do next; the last one is the command that continues.
    pub next: Vec<String>,
}

/// A stack operation that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackFailure {
    /// Which part.
    pub part: Part,
    /// Stack name.
    pub name: StackName,
    /// Status in which it ended.
    pub status: String,
    /// The first resource that failed; none when only the stack itself says so.
    pub root: Option<RootCause>,
    /// How many other resources failed on their own.
    pub others: usize,
    /// What the stack is like now.
    pub state: String,
}

/// The first failure of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RootCause {
    /// Logical id.
    pub logical_id: String,
    /// Type.
    pub resource_type: String,
    /// Status, such as `CREATE_FAILED`.
    pub status: String,
    /// CloudFormation's reason.
    pub reason: String,
}

/// What came of a provisioning or teardown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProvisionReport {
    /// Version of this format.
    pub schema_version: u32,
    /// The environment's name.
    pub environment: String,
    /// Stacks that are done, in order.
    pub done: Vec<StackOutcome>,
    /// What ended it early; none when everything is done.
    pub stopped: Option<Stopped>,
    /// Stacks that were not started.
    pub not_started: Vec<StackName>,
    /// What could not be cleaned up, and how to do it.
    pub left_behind: Vec<String>,
}

impl ProvisionReport {
    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none()
    }

    /// Whether something was changed.
    pub fn changed(&self) -> bool {
        self.done.iter().any(|done| done.deed != Deed::Unchanged)
    }
}
