//! Owns the comparison of a plan that was confirmed with what would happen now.

use super::{PreviewBasis, StackAction, StackPlan};

/// Why a stack's plan may no longer be carried out as it was confirmed; none when it may.
///
/// What CloudFormation worked out in full must still be the same. Where inputs were known only later the changes may
/// have grown, but must not have become destructive beyond what was shown.
pub fn stale(shown: &StackPlan, now: &StackPlan) -> Option<String> {
    let unshown: Vec<String> = now
        .destructive()
        .into_iter()
        .filter(|lost| {
            let known = shown.destructive();
            // What may be replaced was shown as such when it turns out to be replaced.
            !known.iter().any(|k| k.logical_id == lost.logical_id)
        })
        .map(|lost| lost.logical_id)
        .collect();
    if !unshown.is_empty() {
        return Some(format!("it would now replace or remove {}, which was not shown", unshown.join(", ")));
    }
    if now.action == StackAction::NoChange {
        return None;
    }
    if kind(&shown.action) != kind(&now.action) && shown.later.is_empty() {
        return Some(format!("it was shown as {} and would now be {}", kind(&shown.action), kind(&now.action)));
    }
    let complete = shown.basis == PreviewBasis::ChangeSet && shown.later.is_empty();
    if complete && (shown.changes != now.changes || shown.parameters != now.parameters) {
        return Some("its changes are no longer those that were shown".to_owned());
    }
    None
}

/// An action as one word.
pub fn kind(action: &StackAction) -> &'static str {
    match action {
        StackAction::Create => "create",
        StackAction::Update => "update",
        StackAction::NoChange => "no change",
        StackAction::Recreate { .. } => "recreate",
        StackAction::Blocked { .. } => "blocked",
    }
}
