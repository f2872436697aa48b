//! Owns which run the standby was declared in: what the posture says, or what the journals say of a run that never came to
//! save one, because its process was killed.

use jiff::Timestamp;

use super::engine::{RunRecord, StepRecord};
use super::journal::StepState;
use crate::plan::runbook::{Action, RunKind};
use crate::store::bundle::PostureRecord;

/// The run the standby was declared in; while there is one, nothing stands by for it. `past`: the last runs, in any order.
pub fn declared_in(posture: Option<&PostureRecord>, past: &[RunRecord]) -> Option<String> {
    let saved = posture.and_then(|posture| posture.declared_in.clone());
    saved.or_else(|| Some(unsaved(posture, past)?.run.clone()))
}

/// The last declaration that has begun to change the standby since the posture was saved.
pub fn unsaved<'a>(posture: Option<&PostureRecord>, past: &'a [RunRecord]) -> Option<&'a RunRecord> {
    // What was saved later knows more than a journal from before.
    let saved = posture.map_or(Timestamp::MIN, |posture| posture.at);
    let newest = past.iter().filter(|record| taken_up(record) > saved && has_spent(record));
    newest.max_by_key(|record| record.declared_at)
}

/// When it was declared, or last resumed: what it does from then on is in no posture that was saved before.
fn taken_up(record: &RunRecord) -> Timestamp {
    record.sittings.iter().map(|sitting| sitting.at).fold(record.declared_at, Timestamp::max)
}

/// Whether a declaration has begun to change the standby: capacity, data, or where the users are led.
fn has_spent(record: &RunRecord) -> bool {
    record.kind == RunKind::Declare && record.steps.iter().any(|step| changes(step) && may_have_acted(step))
}

fn changes(step: &StepRecord) -> bool {
    matches!(step.action, Action::Scale { .. } | Action::Promote { .. } | Action::SwitchTraffic { .. })
}

/// Whether it acted, or may have: what is only started was cut off at it.
fn may_have_acted(step: &StepRecord) -> bool {
    matches!(step.state, StepState::Succeeded | StepState::Started | StepState::Unknown)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Digest, GroupSize};
    use crate::plan::runbook::StepId;
    use crate::run::engine::tests::world::{runbook, step};
    use crate::run::journal::{Entry, Event};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    /// A declaration whose one step got as far as these events.
    fn record(run: &str, declared: i64, kind: RunKind, events: Vec<Event>) -> RunRecord {
        let mut scale = step("scale-web", &[]);
        let size = GroupSize { min: 6, max: 6, desired: 6 };
        scale.action = Action::Scale { tier: "web".into(), group: "shop-web".into(), size, instance_types: vec![] };
        let mut plan = runbook(run, vec![scale]);
        (plan.kind, plan.declared_at) = (kind, at(declared));
        let began = Event::Began {
            by: "ana".into(),
            host: "laptop".into(),
            tool_version: "1".into(),
            runbook: Digest(String::new()),
            fence: 1,
        };
        let lines = std::iter::once((None, began)).chain(events.into_iter().map(|one| match one {
            Event::Abandoned { .. } | Event::Resumed { .. } => (None, one),
            one => (Some(StepId("scale-web".into())), one),
        }));
        let entry = |(seq, (step, event))| Entry {
            schema_version: 1,
            seq,
            at: at(declared + i64::try_from(seq).expect("small")),
            step,
            event,
            prev: Digest(String::new()),
        };
        RunRecord::of(&plan, &(1..).zip(lines).map(entry).collect::<Vec<_>>())
    }

    fn posture(second: i64, declared_in: Option<&str>) -> PostureRecord {
        let (by, target) = ("ana".to_owned(), "standby".to_owned());
        let declared_in = declared_in.map(str::to_owned);
        PostureRecord { schema_version: 1, at: at(second), by, target, minimums: BTreeMap::new(), declared_in }
    }

    #[test]
    fn a_run_that_was_killed_has_spent_the_standby_all_the_same() {
        let started = || vec![Event::Started { token: "t".into() }];
        let resumed = Event::Resumed { by: "ana".into(), host: "laptop".into(), fence: 2 };
        let mut given_up = started();
        given_up.push(Event::Abandoned { because: "x".into(), by: "ana".into() });
        let declare = RunKind::Declare;
        for (posture, past, expected) in [
            (None, vec![], None),
            (Some(posture(9, Some("r0"))), vec![], Some("r0")),
            (None, vec![record("r1", 10, declare, started())], Some("r1")),
            (None, vec![record("r1", 10, declare, given_up)], Some("r1")),
            (None, vec![record("r1", 10, declare, vec![])], None),
            (None, vec![record("r1", 10, RunKind::Drill, started())], None),
            (Some(posture(9, None)), vec![record("r1", 10, declare, started())], Some("r1")),
            (Some(posture(20, None)), vec![record("r1", 10, declare, started())], None),
            // What was saved when it stopped does not know what it did once it was resumed.
            (Some(posture(7, None)), vec![record("r1", 5, declare, vec![started().remove(0), resumed])], Some("r1")),
        ] {
            assert_eq!(declared_in(posture.as_ref(), &past).as_deref(), expected, "{posture:?} {past:?}");
        }
    }
}
