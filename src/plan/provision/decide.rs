//! Owns the table from a stack's status to what may be done with it.

use crate::facts::StackFacts;
use crate::model::Region;

/// What may be done with a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Make it.
    Create {
        /// An unexecuted stack of that name is in the way and goes first.
        leftover: bool,
    },
    /// Change it.
    Update,
    /// It can only be deleted and made again.
    Recreate {
        /// The status that says so.
        status: String,
    },
    /// An operation is under way: wait for it or leave it, never fight it.
    Busy {
        /// The status that says so.
        status: String,
    },
    /// A person must act first.
    Blocked {
        /// Why.
        reason: String,
        /// What to do about it.
        next: String,
    },
}

/// What may be done with a stack in its present status; none stands for a stack that does not exist.
pub fn decide(facts: Option<&StackFacts>, region: &Region) -> Decision {
    let Some(facts) = facts else { return Decision::Create { leftover: false } };
    let status = &facts.status;
    let name = &facts.name;
    if status.0 == "DELETE_COMPLETE" {
        return Decision::Create { leftover: false };
    }
    if status.is_review() {
        return Decision::Create { leftover: true };
    }
    if status.in_progress() {
        return Decision::Busy { status: status.0.clone() };
    }
    if status.can_update() {
        return Decision::Update;
    }
    if status.must_be_recreated() && facts.termination_protection {
        return Decision::Blocked {
            reason: format!("it is in {status} and can only be deleted, against which it is protected"),
            next: format!(
                "when it may go: `aws cloudformation update-termination-protection --no-enable-termination-protection \
                 --stack-name {name} --region {region}`, then run this again"
            ),
        };
    }
    if status.must_be_recreated() {
        return Decision::Recreate { status: status.0.clone() };
    }
    let because = facts.status_reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let reason = format!("it is in {status}{because}");
    let next = match status.0.as_str() {
        "UPDATE_ROLLBACK_FAILED" => format!(
            "finish its rollback with `aws cloudformation continue-update-rollback --stack-name {name} --region {region}` \
             (add --resources-to-skip for what cannot be rolled back), then run this again"
        ),
        _ => format!(
            "bring it to a COMPLETE status by hand; `aws cloudformation describe-stack-events --stack-name {name} --region \
             {region}` tells what happened"
        ),
    };
    Decision::Blocked { reason, next }
}

/// What an operation is called in words: `UPDATE_IN_PROGRESS` is `an update`.
pub fn operation_name(status: &str) -> &'static str {
    match status {
        s if s.contains("ROLLBACK") => "a rollback",
        s if s.starts_with("CREATE") => "a creation",
        s if s.starts_with("DELETE") => "a deletion",
        s if s.starts_with("IMPORT") => "an import",
        s if s.starts_with("UPDATE") => "an update",
        _ => "an operation",
    }
}
