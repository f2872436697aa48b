//! Owns the plan of a provisioning: an immutable value that says, per stack, what would be made, changed, replaced and
//! removed, on what grounds, and what is known only later.

pub mod decide;
pub mod health;
pub mod hint;
pub mod inputs;
pub mod intent;
pub mod judge;
pub mod misplaced;
pub mod protect;
pub mod redact;
pub mod sizes;
pub mod stale;
pub mod template;

use serde::Serialize;

use crate::facts::ResourceChange;
use crate::model::{Digest, Part, Region, StackName};

pub use decide::{Decision, decide};
pub use health::{asked_by_checks, is_healthy};
pub use inputs::{InputProblem, LaterInput, LaterReason, ResolvedInputs, Upstream, resolve};
pub use intent::{Intent, Posture, StackIntent, intend};
pub use judge::{Allow, Destruction, DestructionKind, Refusal, RefusalKind, Shrink, refusals};
pub use misplaced::{Misplaced, misplaced, possible_compute_stacks};
pub use protect::{Protection, lacks_protection, protection};
pub use sizes::{LiveSize, Raised, TierSizes};

/// The version of the plan's JSON.
pub const PROVISION_PLAN_SCHEMA: u32 = 1;

/// What a provisioning would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProvisionPlan {
    /// Version of this format.
    pub schema_version: u32,
    /// The environment's name.
    pub environment: String,
    /// The Region of the standby.
    pub region: Region,
    /// The stacks in the order they would be carried out.
    pub stacks: Vec<StackPlan>,
    /// Group sizes before and after, by tier; what shrinking is judged by.
    pub sizes: Vec<TierSizes>,
    /// Minimums that a posture keeps higher than the file says.
    pub raised: Vec<Raised>,
    /// What a person should know before confirming.
    pub warnings: Vec<String>,
    /// The digest of what would be done: equal digests mean the same deeds.
    pub digest: Digest,
}

/// What would be done to one stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackPlan {
    /// Which part.
    pub part: Part,
    /// Stack name.
    pub name: StackName,
    /// What would be done.
    #[serde(flatten)]
    pub action: StackAction,
    /// What the changes were read from.
    pub basis: PreviewBasis,
    /// Changes by resource, sorted by logical id.
    pub changes: Vec<ResourceChange>,
    /// Parameters whose value changes, sorted by name.
    pub parameters: Vec<ParameterChange>,
    /// Parameters that get their value, or may get another one, only when an earlier stack has been carried out.
    pub later: Vec<LaterInput>,
    /// What becomes of its termination protection; none where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// The digest of the template.
    pub template: Digest,
}

/// What would be done to a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum StackAction {
    /// It does not exist and would be made.
    Create,
    /// It exists and would be changed.
    Update,
    /// It is as rendered.
    NoChange,
    /// It can only be deleted and made again.
    Recreate {
        /// The status that says so.
        status: String,
    },
    /// Nothing can be done to it now.
    Blocked {
        /// Why.
        reason: String,
        /// What to do about it.
        next: String,
    },
}

/// What a stack's changes were read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PreviewBasis {
    /// CloudFormation worked them out.
    ChangeSet,
    /// The templates alone, because inputs are known only later; CloudFormation was not asked.
    TemplateOnly,
    /// Nothing was looked at, because the stack is blocked.
    Nothing,
}

/// A parameter before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParameterChange {
    /// Parameter name.
    pub name: String,
    /// The deployed value; none when it is new.
    pub before: Option<String>,
    /// The value it would get; none when it goes away.
    pub after: Option<String>,
}

impl StackPlan {
    /// Whether the stack is as rendered, and protected where it should be.
    pub fn is_no_change(&self) -> bool {
        self.action == StackAction::NoChange && !self.gets_protection()
    }

    /// Whether its termination protection would be switched on.
    pub fn gets_protection(&self) -> bool {
        self.protection.is_some_and(Protection::is_change)
    }
}

impl ProvisionPlan {
    /// A plan of these stacks, with its digest worked out.
    pub fn of(
        intent: &Intent,
        region: Region,
        stacks: Vec<StackPlan>,
        sizes: Vec<TierSizes>,
        mut warnings: Vec<String>,
    ) -> Self {
        warnings.splice(0..0, intent.warnings.iter().cloned());
        let digest = Digest::of_value(&(&intent.environment, &region, &stacks));
        ProvisionPlan {
            schema_version: PROVISION_PLAN_SCHEMA,
            environment: intent.environment.clone(),
            region,
            stacks,
            sizes,
            raised: intent.raised.clone(),
            warnings,
            digest,
        }
    }

    /// Whether every stack is as rendered, and protected where it should be.
    pub fn is_no_change(&self) -> bool {
        self.stacks.iter().all(StackPlan::is_no_change)
    }

    /// The plan of one part.
    pub fn stack(&self, part: Part) -> Option<&StackPlan> {
        self.stacks.iter().find(|stack| stack.part == part)
    }
}

#[cfg(test)]
mod tests;
