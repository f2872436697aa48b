//! Owns the judgement of a plan: what it destroys, what it shrinks, and why it is refused without a flag.

use serde::Serialize;

use super::{ProvisionPlan, StackAction, StackPlan};
use crate::facts::{ChangeAction, Replacement};
use crate::model::Part;

/// How a resource is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DestructionKind {
    /// Removed.
    Remove,
    /// Replaced by a new one.
    Replace,
    /// Depends on a value not known yet.
    MayReplace,
}

/// A resource that would be lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Destruction {
    /// Stack.
    pub part: Part,
    /// Logical id.
    pub logical_id: String,
    /// Type.
    pub resource_type: String,
    /// How.
    pub kind: DestructionKind,
}

/// A group that would be made smaller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Shrink {
    /// Stack.
    pub part: Part,
    /// Tier.
    pub tier: String,
    /// What gets smaller, in words.
    pub what: String,
}

/// What a person allowed beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allow {
    /// Replacing and removing resources.
    pub replace: bool,
    /// Making groups smaller.
    pub shrink: bool,
    /// Deleting a stack that cannot be updated, to make it again.
    pub recreate: bool,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// A stack is blocked.
    Blocked,
    /// A stack must be deleted and made again.
    Recreate,
    /// Resources would be replaced or removed.
    Replace,
    /// Groups would be made smaller.
    Shrink,
}

/// Why a plan is not carried out as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Kind.
    pub kind: RefusalKind,
    /// Stack.
    pub part: Part,
    /// What and why, one sentence.
    pub text: String,
    /// What to do: a flag to add, or a repair.
    pub next: String,
}

impl StackPlan {
    /// The resources this stack would lose.
    pub fn destructive(&self) -> Vec<Destruction> {
        self.changes
            .iter()
            .filter_map(|change| {
                let kind = match (change.action, change.replacement) {
                    (ChangeAction::Remove, _) => DestructionKind::Remove,
                    (ChangeAction::Modify, Replacement::Always) => DestructionKind::Replace,
                    (ChangeAction::Modify, Replacement::Conditional) => DestructionKind::MayReplace,
                    _ => return None,
                };
                Some(Destruction {
                    part: self.part,
                    logical_id: change.logical_id.clone(),
                    resource_type: change.resource_type.clone(),
                    kind,
                })
            })
            .collect()
    }
}

impl ProvisionPlan {
    /// The resources that would be lost: removals, replacements and possible replacements.
    pub fn destructive(&self) -> Vec<Destruction> {
        self.stacks.iter().flat_map(StackPlan::destructive).collect()
    }

    /// The groups that would be made smaller. Only stacks that would be touched count.
    pub fn shrinks(&self) -> Vec<Shrink> {
        let touched = |part| {
            self.stack(part).is_some_and(|stack| {
                matches!(stack.action, StackAction::Create | StackAction::Update | StackAction::Recreate { .. })
            })
        };
        self.sizes
            .iter()
            .filter(|sizes| touched(sizes.part))
            .filter_map(|sizes| Some(Shrink { part: sizes.part, tier: sizes.tier.clone(), what: sizes.shrinks()? }))
            .collect()
    }
}

/// Why a plan is refused; empty when it may be carried out. All reasons at once.
pub fn refusals(plan: &ProvisionPlan, allow: &Allow) -> Vec<Refusal> {
    let mut found = Vec::new();
    for stack in &plan.stacks {
        match &stack.action {
            StackAction::Blocked { reason, next } => found.push(Refusal {
                kind: RefusalKind::Blocked,
                part: stack.part,
                text: format!("{} cannot be deployed: {reason}", stack.name),
                next: next.clone(),
            }),
            StackAction::Recreate { status } if !allow.recreate => found.push(Refusal {
                kind: RefusalKind::Recreate,
                part: stack.part,
                text: format!("{} is in {status} and can only be deleted and made again", stack.name),
                next: "add --recreate to do that".to_owned(),
            }),
            _ => {}
        }
        let lost = stack.destructive();
        if !allow.replace && !lost.is_empty() {
            found.push(Refusal {
                kind: RefusalKind::Replace,
                part: stack.part,
                text: format!("{} would lose {}", stack.name, list(&lost)),
                next: "add --allow-replace when that is meant".to_owned(),
            });
        }
    }
    if !allow.shrink {
        found.extend(plan.shrinks().into_iter().map(|shrink| Refusal {
            kind: RefusalKind::Shrink,
            part: shrink.part,
            text: format!("tier {} would be made smaller: {}", shrink.tier, shrink.what),
            next: "add --allow-shrink when that is meant; `lifeboat scale` is the usual way".to_owned(),
        }));
    }
    found.sort_by_key(|refusal| (refusal.part, refusal.kind));
    found
}

fn list(lost: &[Destruction]) -> String {
    // Long enough to recognise, short enough to read; the plan above it lists them all.
    const SHOWN: usize = 5;
    let mut words: Vec<String> = lost
        .iter()
        .take(SHOWN)
        .map(|d| {
            let how = match d.kind {
                DestructionKind::Remove => "removed",
                DestructionKind::Replace => "replaced",
                DestructionKind::MayReplace => "may be replaced",
            };
            format!("{} ({how})", d.logical_id)
        })
        .collect();
    if lost.len() > SHOWN {
        words.push(format!("and {} more", lost.len() - SHOWN));
    }
    words.join(", ")
}
