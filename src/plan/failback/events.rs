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
    let sources = input.environment.event_sources.iter().filter(runs);
    sources.map(|source| switch(source, SideName::Standby, false, needs)).collect()
}

/// One step for each that ran in production when that was recorded.
pub(super) fn enable_home(input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
    let sources = input.environment.event_sources.iter().filter(|source| ran(input, source));
    sources.map(|source| switch(source, SideName::Primary, true, needs)).collect()
}

fn switch(source: &EventSource, side: SideName, on: bool, needs: &BTreeSet<StepId>) -> Step {
    let (name, trigger) = (source.name.clone(), source.on(side));
    let (seconds, why) = takes(&trigger);
    let word = if on { "on" } else { "off" };
    let title = format!("switch {name} {word} in the {side}: {trigger}");
    let (id, action) = match on {
        true => {
            (enable_home_events_id(&name), Action::EnableEvents { name, side, trigger, timeout_s: EVENTS_TIMEOUT_S })
        }
        false => (disable_events_id(&name), Action::DisableEvents { name, side, trigger, timeout_s: EVENTS_TIMEOUT_S }),
    };
    Step {
        id,
        title,
        action,
        needs: needs.clone(),
        sides: BTreeSet::from([side]),
        estimate: default(seconds, why),
        best_effort: false,
        skipped: None,
    }
}

fn ran(input: &FailbackInput<'_>, source: &EventSource) -> bool {
    input.baseline.facts.event_sources.get(&source.name).is_some_and(|facts| facts.runs())
}
