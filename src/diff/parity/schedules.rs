//! Owns the judgement of scheduled actions: intent of production's, and none of a standby's.

use super::context::Parity;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::diff::structure::escape;
use crate::model::Tier;

/// Judges the scheduled actions of a tier's group: production's are intent, and a standby ships without them.
pub fn judge(parity: &Parity<'_>, tier: &Tier, found: &mut Found) {
    let spot = parity.spot(&tier.name, "group/schedules");
    if let Some(schedules) = parity.production.schedules.get(&tier.auto_scaling_group) {
        for schedule in schedules {
            let what = format!("scheduled action {}", schedule.name);
            spot.skipped(what, "a standby ships without them; a declaration puts them in", found);
        }
    }
    let name = parity.standby_name(tier);
    for schedule in parity.standby.schedules.get(&name).into_iter().flatten() {
        spot.checked(found);
        let there = spot
            .finding(&escape(&schedule.name), Status::Added, Severity::Degrades)
            .values(Shown::Absent, Shown::text(schedule.recurrence.as_deref().unwrap_or("once")))
            .note("it resizes the standby behind everybody's back: delete it until a declaration");
        found.push(match &parity.input.posture {
            Some(posture) => there.intended(format!("scaled to {}", posture.target)),
            None => there,
        });
    }
}
