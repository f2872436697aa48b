//! Owns what a stack's status says (a deploy that failed or is under way), and its termination protection.

use super::of_deployed;
use crate::diff::finding::{Kind, Severity, Status};
use crate::diff::found::Found;
use crate::diff::input::DeployedStack;
use crate::diff::shown::Shown;
use crate::model::Part;

/// Judges whether a stack that holds data is protected against termination.
pub fn judge_protection(part: Part, deployed: &DeployedStack, found: &mut Found) {
    if !part.is_protected() {
        return;
    }
    found.coverage(Kind::Pending, part.as_str()).checked();
    if !deployed.facts.termination_protection {
        found.push(
            of_deployed(part, deployed, "termination-protection", Status::Modified, Severity::Degrades)
                .values(Shown::text("on"), Shown::text("off"))
                .note("`lifeboat provision` switches it on again"),
        );
    }
}

/// Judges the status. A rolled back update is a failed deploy: what was wanted is not there.
pub fn judge(part: Part, deployed: &DeployedStack, found: &mut Found) {
    let status = &deployed.facts.status;
    let because = deployed.facts.status_reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    if status.is_success() {
        found.coverage(Kind::Pending, part.as_str()).checked();
    } else if status.in_progress() {
        found.coverage(Kind::Pending, part.as_str()).unknown();
        found.push(
            of_deployed(part, deployed, "status", Status::Unknown, Severity::Degrades)
                .values(Shown::Absent, Shown::text(status.to_string()))
                .note(format!("an operation is under way; look again when it has ended{because}")),
        );
    } else {
        found.coverage(Kind::Pending, part.as_str()).checked();
        let (severity, advice) = if status.must_be_recreated() {
            (Severity::BlocksFailover, "it cannot be updated: delete it and provision again")
        } else {
            (Severity::Degrades, "the last deploy failed")
        };
        found.push(
            of_deployed(part, deployed, "status", Status::Modified, severity)
                .values(Shown::text("a finished create or update"), Shown::text(status.to_string()))
                .note(format!("{advice}{because}")),
        );
    }
}
