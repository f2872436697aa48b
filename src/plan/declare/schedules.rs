//! Owns the scheduled actions that a standby ships without and a declaration puts in force.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::steps::await_id;
use super::{DeclareInput, estimates};
use crate::facts::ScheduleFacts;
use crate::model::SideName;
use crate::plan::runbook::{Action, Step, StepId};
use crate::plan::scale::ScalePlan;

/// The steps, one for each tier whose group has scheduled actions in production.
pub(super) fn enable(input: &DeclareInput<'_>, scale: &ScalePlan) -> Vec<Step> {
    let known: &BTreeMap<String, Vec<ScheduleFacts>> = &input.baseline.facts.schedules;
    let steps = scale.steps.iter().filter_map(|one| {
        let tier = input.environment.tier(&one.tier)?;
        let schedules = still_due(known.get(&tier.auto_scaling_group)?, input.declaration.at);
        if schedules.is_empty() {
            return None;
        }
        let names: Vec<&str> = schedules.iter().map(|schedule| schedule.name.as_str()).collect();
        let id = StepId(format!("enable-schedules-{}", one.tier));
        Some(Step {
            title: format!("put production's scheduled actions of {} in force: {}", one.tier, names.join(", ")),
            action: Action::EnableSchedules { tier: one.tier.clone(), group: one.group.clone(), schedules },
            // Before that, one of them might shrink what is being waited for.
            needs: BTreeSet::from([await_id(&one.tier)]),
            sides: BTreeSet::from([SideName::Standby]),
            estimate: estimates::or_past(input, &id, 1, "one BatchPutScheduledUpdateGroupAction"),
            best_effort: false,
            skipped: None,
            id,
        })
    });
    steps.collect()
}

/// The scheduled actions that still have something to do after that time, in the form in which they can be made then.
/// Auto Scaling refuses a start in the past; what repeats was first due long ago, and starts at its next turn without one.
pub fn still_due(schedules: &[ScheduleFacts], now: Timestamp) -> Vec<ScheduleFacts> {
    let due = schedules.iter().filter_map(|schedule| {
        let over = schedule.end.is_some_and(|end| end <= now);
        let begun = schedule.start.is_some_and(|start| start <= now);
        match (&schedule.recurrence, over, begun) {
            (_, true, _) | (None, _, true) => None,
            (Some(_), false, true) => Some(ScheduleFacts { start: None, ..schedule.clone() }),
            (_, false, false) => Some(schedule.clone()),
        }
    });
    due.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_gone_by_is_left_out_and_what_repeats_goes_on() {
        let at = |second: i64| Timestamp::from_second(second).expect("in range");
        let schedule = |recurrence: Option<&str>, start: Option<i64>, end: Option<i64>| ScheduleFacts {
            name: "s".into(),
            recurrence: recurrence.map(str::to_owned),
            time_zone: None,
            start: start.map(at),
            end: end.map(at),
            min: Some(2),
            max: None,
            desired: None,
        };
        let night = Some("0 22 * * *");
        for (given, expected) in [
            (schedule(night, None, None), Some(None)),
            (schedule(night, Some(50), None), Some(None)),
            (schedule(night, Some(150), None), Some(Some(150))),
            (schedule(night, Some(50), Some(90)), None),
            (schedule(None, Some(150), None), Some(Some(150))),
            (schedule(None, Some(100), None), None),
        ] {
            let due = still_due(std::slice::from_ref(&given), at(100));
            assert_eq!(due.first().map(|one| one.start.map(|start| start.as_second())), expected, "{given:?}");
        }
    }
}
