//! Owns the event sources that a standby ships switched off and a declaration switches on.

use std::collections::{BTreeMap, BTreeSet};

use super::{DeclareInput, estimates};
use crate::model::{Environment, EventSource, SideName, Trigger};
use crate::plan::runbook::{Action, Step, StepId};

/// Give up on an event source that does not follow after this: Lambda takes up to some minutes to switch a mapping.
pub const EVENTS_TIMEOUT_S: u64 = 600;

/// How long Lambda is assumed to take to switch a mapping; it is not published.
const MAPPING_S: u64 = 30;

/// The id of the step that switches an event source on in the standby.
pub fn enable_events_id(name: &str) -> StepId {
    StepId(format!("enable-events-{name}"))
}

/// The steps, one for each event source that ran in production when that was recorded.
pub(super) fn enable(input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
    let known = &input.baseline.facts.event_sources;
    let ran = |source: &&EventSource| known.get(&source.name).is_some_and(|facts| facts.runs());
    let steps = input.environment.event_sources.iter().filter(ran).map(|source| {
        let id = enable_events_id(&source.name);
        let trigger = source.on(SideName::Standby);
        let (seconds, why) = takes(&trigger);
        Step {
            title: format!("switch {} on in the standby: {trigger}", source.name),
            needs: needs.clone(),
            sides: BTreeSet::from([SideName::Standby]),
            estimate: estimates::or_past(input, &id, seconds, why),
            action: Action::EnableEvents {
                name: source.name.clone(),
                side: SideName::Standby,
                trigger,
                timeout_s: EVENTS_TIMEOUT_S,
            },
            best_effort: false,
            skipped: None,
            id,
        }
    });
    steps.collect()
}

/// Those of which the baseline does not say whether they ran in production.
pub(super) fn unknown<'a>(input: &DeclareInput<'a>) -> Vec<&'a EventSource> {
    let known = &input.baseline.facts.event_sources;
    input.environment.event_sources.iter().filter(|source| !known.contains_key(&source.name)).collect()
}

/// Production's event sources, by name.
pub(super) fn of_primary(environment: &Environment) -> BTreeMap<String, Trigger> {
    let sources = environment.event_sources.iter();
    sources.map(|source| (source.name.clone(), source.on(SideName::Primary))).collect()
}

/// How long switching it should take, and why.
pub(in crate::plan) fn takes(trigger: &Trigger) -> (u64, &'static str) {
    match trigger {
        Trigger::Rule { .. } => (1, "one call to EventBridge"),
        Trigger::Mapping { .. } => (MAPPING_S, "one UpdateEventSourceMapping + 30 s until Lambda has followed"),
    }
}
