//! Owns the event sources on the way home: the standby's are switched off before data goes home, because what they start
//! writes; production's are switched on again once the users are home.

use std::collections::BTreeSet;

use super::FailbackInput;
use crate::model::{EventSource, SideName};
use crate::plan::declare::estimates::default;
use crate::plan::declare::events::{EVENTS_TIMEOUT_S, takes};
use crate::plan::runbook::{Action, Step, StepId};

/// The id of the step that switches an event source off in the standby.
pub fn disable_events_id(name: &str) -> StepId {
    StepId(format!("disable-events-{name}"))
}

/// The id of the step that switches an event source on in the primary.
pub fn enable_home_events_id(name: &str) -> StepId {
    StepId(format!("enable-home-events-{name}"))
}

/// Whether nothing runs in the standby, and everything in production that ran there when that was recorded.
pub(super) fn are_home(input: &FailbackInput<'_>) -> bool {
    let runs_at_home = |source: &EventSource| {
        let seen = input.seen.events.get(&source.name).and_then(|seen| seen.primary.as_ref());
        seen.is_some_and(|facts| facts.runs())
    };
    let sources = &input.environment.event_sources;
    !input.seen.events.values().any(|seen| seen.runs_in_standby())
        && sources.iter().filter(|source| ran(input, source)).all(runs_at_home)
}

/// One step for each that runs in the standby.
pub(super) fn disable(input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
    let runs = |source: &&EventSource| input.seen.events.get(&source.name).is_some_and(|seen| seen.runs_in_standby());
    let steps = input.environment.event_sources.iter().filter(runs).map(|source| {
        let trigger = source.on(SideName::Standby);
        let (seconds, why) = takes(&trigger);
        Step {
            id: disable_events_id(&source.name),
            title: format!("switch {} off in the standby: {trigger}", source.name),
            action: Action::DisableEvents {
                name: source.name.clone(),
                side: SideName::Standby,
                trigger,
                timeout_s: EVENTS_TIMEOUT_S,
            },
            needs: needs.clone(),
            sides: BTreeSet::from([SideName::Standby]),
            estimate: default(seconds, why),
            best_effort: false,
            skipped: None,
        }
    });
    steps.collect()
}

/// One step for each that ran in production when that was recorded.
pub(super) fn enable_home(input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
    let steps = input.environment.event_sources.iter().filter(|source| ran(input, source)).map(|source| {
        let trigger = source.on(SideName::Primary);
        let (seconds, why) = takes(&trigger);
        Step {
            id: enable_home_events_id(&source.name),
            title: format!("switch {} on in the primary: {trigger}", source.name),
            action: Action::EnableEvents {
                name: source.name.clone(),
                side: SideName::Primary,
                trigger,
                timeout_s: EVENTS_TIMEOUT_S,
            },
            needs: needs.clone(),
            sides: BTreeSet::from([SideName::Primary]),
            estimate: default(seconds, why),
            best_effort: false,
            skipped: None,
        }
    });
    steps.collect()
}

fn ran(input: &FailbackInput<'_>, source: &EventSource) -> bool {
    input.baseline.facts.event_sources.get(&source.name).is_some_and(|facts| facts.runs())
}
