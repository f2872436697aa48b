//! Owns the gates behind which people bring home what nothing replicates, and the freeze they rely on.

use std::collections::BTreeSet;

use super::{FailbackInput, UNLISTED};
use crate::model::{Environment, SideName, Strategy, Switch};
use crate::plan::data::HomewardData;
use crate::plan::declare::estimates::emptied;
use crate::plan::declare::steps::gate;
use crate::plan::runbook::{Action, Step, StepId};
use crate::plan::scale::ScalePlan;

/// The id of the gate behind which people bring home what only they can.
pub const HAND_GATE: &str = "gate-by-hand";
/// The id of the gate behind which people bring data home that is not configured.
pub const DATA_GATE: &str = "gate-data";
/// The id of the gate behind which people have stopped writing in the standby.
pub const FREEZE_GATE: &str = "gate-freeze";
/// The id of the step that stops what writes in the standby.
pub const FREEZE: &str = "freeze-standby";
/// The id of the gate behind which people have copied what nothing replicates home, once nothing writes any more.
pub const COPY_GATE: &str = "gate-copy";

pub(super) fn by_hand(input: &FailbackInput<'_>) -> Option<Step> {
    let told = &input.seen.by_hand;
    if told.is_empty() {
        return None;
    }
    let title = format!("a person brings home or decides: {}", told.join("; "));
    let question =
        format!("This changed in the standby, and only a person can bring it home:\n- {}\nGo on?", told.join("\n- "));
    Some(gate(HAND_GATE, &title, &question, &BTreeSet::new()))
}

pub(super) fn data_gate(
    input: &FailbackInput<'_>,
    brought: &[HomewardData<'_>],
    needs: &BTreeSet<StepId>,
) -> Option<Step> {
    if brought.is_empty() {
        let title = "data written in the standby has been brought home (data is not configured in this environment)";
        let question = "The primary serves. Bring home what was written in the standby (data is not configured in this \
                        environment): stop writing there, copy it back, then go on.";
        return Some(gate(DATA_GATE, title, question, needs));
    }
    let frozen = freezes(input, brought);
    let ways = brought.iter().filter_map(|(data, way)| Some((data.name.as_str(), way.when_writing_stops(frozen)?)));
    let (names, told): (Vec<&str>, Vec<String>) = ways.unzip();
    if names.is_empty() {
        return None;
    }
    let then = match frozen {
        // Everything is there to have the users home in minutes, and nothing has been stopped yet.
        true => "Next the standby is stopped, and there is no service until the users are home.",
        false => "Both sides serve by intent, so the standby is not stopped. Then go on.",
    };
    let title = format!("writing to {} in the standby has stopped", names.join(", "));
    let question = format!(
        "Stop writing to {} in the standby: what is written there from now on is lost ({}). {then}",
        names.join(", "),
        told.join("; ")
    );
    Some(gate(FREEZE_GATE, &title, &question, needs))
}

/// Asks for the copies of what nothing replicates home, of a standby that is frozen.
pub(super) fn copy_gate(brought: &[HomewardData<'_>], needs: &BTreeSet<StepId>) -> Option<Step> {
    let copied = brought.iter().filter_map(|(data, way)| Some((data.name.as_str(), way.copied_by_hand()?)));
    let (names, told): (Vec<&str>, Vec<String>) = copied.unzip();
    if names.is_empty() {
        return None;
    }
    let title = format!("what was written to {} in the standby has been copied home", names.join(", "));
    let question = format!("The standby is frozen and writes nothing any more: {}. Then go on.", told.join("; "));
    Some(gate(COPY_GATE, &title, &question, needs))
}

/// Whether the standby is stopped before its data goes home.
pub(super) fn freezes(input: &FailbackInput<'_>, brought: &[HomewardData<'_>]) -> bool {
    let both_serve = both_serve(input.environment);
    brought.iter().any(|(_, way)| way.freezes(both_serve))
}

/// Whether users come to both sides in ordinary times.
fn both_serve(environment: &Environment) -> bool {
    let switch = environment.traffic.as_ref().map(|traffic| &traffic.switch);
    let by_weight = matches!(switch, Some(Switch::Weighted { primary, standby }) if *primary > 0 && *standby > 0);
    environment.strategy == Strategy::MultiSite || by_weight
}

/// Stops what writes in the standby before data goes home: an application that was asked to stop and did not would lose
/// what it writes. Service is away from here until the users are home.
pub(super) fn freeze_for_data(input: &FailbackInput<'_>, down: &ScalePlan, needs: &BTreeSet<StepId>) -> Step {
    freeze("so that nothing written there is lost", input, down, needs)
}

/// Stops what runs in the standby once the users are home, until its databases are replicas again: it would find an old
/// database that takes writes, and then none.
pub(super) fn freeze_for_replicas(input: &FailbackInput<'_>, down: &ScalePlan, needs: &BTreeSet<StepId>) -> Step {
    freeze("so that nothing writes to its old database until that is a replica again", input, down, needs)
}

fn freeze(why: &str, input: &FailbackInput<'_>, down: &ScalePlan, needs: &BTreeSet<StepId>) -> Step {
    let unlisted = &input.seen.unlisted;
    let there = |group: &String| input.groups.contains_key(group) || unlisted.contains_key(group);
    let groups: BTreeSet<String> = down.steps.iter().map(|tier| tier.group.clone()).filter(there).collect();
    let also = match unlisted.is_empty() {
        true => String::new(),
        false => {
            let names: Vec<&str> = unlisted.keys().map(String::as_str).collect();
            format!(" (also {}, {UNLISTED})", names.join(", "))
        }
    };
    Step {
        id: StepId(FREEZE.to_owned()),
        title: format!("freeze the standby: its groups go to zero{also}, {why}"),
        action: Action::FreezeStandby { groups: groups.into_iter().collect() },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: emptied(input.baseline),
        best_effort: false,
        skipped: None,
    }
}
