//! Owns what a declaration does about data of every kind: which steps there are, how they are called, and which data keeps a
//! declaration from being planned.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::refusal::{Lacking, Stale};
use super::{DeclareInput, estimates};
use crate::model::{DataSet, SideName};
use crate::plan::data::declared;
use crate::plan::runbook::{Action, Step, StepId};

/// The id of the step that promotes a database.
pub fn promote_id(data: &str) -> StepId {
    StepId(format!("promote-{data}"))
}

/// The id of the step that publishes a database's host name.
pub fn publish_id(data: &str) -> StepId {
    StepId(format!("publish-{data}"))
}

/// The id of the step that gives a database production's class.
pub fn raise_id(data: &str) -> StepId {
    StepId(format!("raise-{data}"))
}

/// The id of the step that gives a database production's protection.
pub fn protect_id(data: &str) -> StepId {
    StepId(format!("protect-{data}"))
}

/// The id of the step that measures how far a replica is behind.
pub fn measure_id(data: &str) -> StepId {
    StepId(format!("measure-{data}"))
}

/// The id of the step that checks data that replicates by itself.
pub fn check_id(data: &str) -> StepId {
    StepId(format!("check-{data}"))
}

/// The id of the step that waits until a replica has everything.
pub(in crate::plan) fn await_replica_id(data: &str) -> StepId {
    StepId(format!("await-replica-{data}"))
}

/// The steps that need nothing else: endpoints are published, before anything that reads them comes up.
pub(super) fn publish(input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
    declared(input).iter().filter_map(|(_, data)| data.publish(input, needs)).collect()
}

/// The steps that look whether data that replicates by itself is there.
pub(super) fn checks(input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
    declared(input).iter().filter_map(|(_, data)| data.check(input, needs)).collect()
}

/// The steps that give data production's size while production still serves.
pub(super) fn raise_first(input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
    declared(input).iter().filter_map(|(_, data)| data.raise_first(input, needs)).collect()
}

/// The steps that make the standby's data take the writes. Also the last of these steps of each, which traffic waits for.
pub(super) fn promote(input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> (Vec<Step>, BTreeSet<StepId>) {
    let (mut steps, mut last) = (Vec::new(), BTreeSet::new());
    for (_, data) in declared(input) {
        let promotion = data.promote(input, needs);
        last.extend(promotion.last().map(|step| step.id.clone()));
        steps.extend(promotion);
    }
    (steps, last)
}

/// The steps that give data production's protection. Users are served by then.
pub(super) fn protect(input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
    declared(input).iter().filter_map(|(_, data)| data.protect(input, needs)).collect()
}

/// The step that looks whether data that replicates by itself is there. Best effort: nothing could be done about it now.
pub(in crate::plan) fn check(input: &DeclareInput<'_>, data: &DataSet, needs: &BTreeSet<StepId>) -> Step {
    let id = check_id(&data.name);
    Step {
        title: format!("check that {} is there in {}", data.name, input.environment.standby.region),
        action: Action::CheckData { data: data.clone() },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: estimates::or_past(input, &id, 2, "a look or two"),
        best_effort: true,
        skipped: None,
        id,
    }
}

/// Whether a person skips the promotion of data.
fn is_skipped(input: &DeclareInput<'_>, data: &DataSet) -> bool {
    input.options.skips.iter().any(|skip| skip.step == promote_id(&data.name).0)
}

/// Data that the standby does not have, although it was looked at, and whose promotion nobody skips.
pub(super) fn missing(input: &DeclareInput<'_>) -> Vec<Lacking> {
    if !input.options.tiers.is_empty() {
        return Vec::new();
    }
    let all = declared(input);
    all.iter().filter(|(data, _)| !is_skipped(input, data)).filter_map(|(_, data)| data.missing(input)).collect()
}

/// Data of the standby that lacks what was written since a run led the writes home.
pub(super) fn stale(input: &DeclareInput<'_>) -> Vec<Stale> {
    declared(input).iter().filter_map(|(_, data)| data.stale()).collect()
}

/// Data of the standby of which it is not known whether it has what production wrote: its name and why. One whose promotion
/// is skipped is a person's word.
pub(super) fn doubtful(input: &DeclareInput<'_>) -> Vec<(String, String)> {
    let all = declared(input);
    let trusted = all.iter().filter(|(data, _)| !is_skipped(input, data));
    trusted.filter_map(|(data, one)| Some((data.name.clone(), one.doubt()?))).collect()
}

/// A moment to the second, in UTC.
pub(in crate::plan) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
