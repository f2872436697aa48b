//! Owns the judgement of the lever that leads users to the standby: health checkers have to see it.

use super::context::Parity;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::LeverAnswer;
use crate::model::Part;

/// What findings about traffic are grouped under.
const SUBJECT: &str = "traffic";

/// Judges the lever, once it has been made.
pub fn judge(parity: &Parity<'_>, found: &mut Found) {
    let made = parity.input.stacks.contains_key(&Part::Edge);
    let Some(lever) = parity.input.lever.filter(|_| made) else { return };
    let spot = parity.spot(SUBJECT, "lever");
    if let LeverAnswer::Unknown { .. } = lever.answer {
        return spot.unseen(found);
    }
    spot.checked(found);
    let (status, actual) = match &lever.answer {
        LeverAnswer::Refused { status } => (Status::Modified, Shown::text(status.to_string())),
        LeverAnswer::Absent => (Status::Deleted, Shown::Absent),
        LeverAnswer::Works | LeverAnswer::Unknown { .. } => return,
    };
    let finding = spot.finding("", status, Severity::BlocksFailover).values(Shown::text("200"), actual);
    found.push(finding.note(lever.words()));
}
