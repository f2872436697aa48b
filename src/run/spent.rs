//! Owns which run the standby was declared in, and whether users came of it: what the posture says, or what the journals say
//! of a run that never came to save one, because its process was killed.

use jiff::Timestamp;

use super::engine::{RunRecord, StepRecord};
use super::journal::{RunState, StepState};
use crate::model::SideName;
use crate::plan::runbook::{Action, Mode, RunKind};
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

/// What a declaration that no failback has ended has made of the standby.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spent {
    /// The users are there, or may be.
    Users {
        /// The run that led them over.
        run: String,
        /// Whether it did. If not, Route 53 or a person may have: in haste nobody waits to tell.
        led: bool,
    },
    /// A declaration changed more than capacity, and led nobody over.
    Declared {
        /// Which run.
        run: String,
    },
    /// Only the capacity of some tiers was raised.
    Capacity {
        /// The run that did.
        run: String,
        /// Whether it put scheduled actions in force, too.
        schedules: bool,
    },
    /// A failback led the users home, and did not make all of it a standby again.
    Home {
        /// The run that declared.
        run: String,
        /// The failback.
        failback: String,
    },
}

impl Spent {
    /// The run that declared.
    pub fn run(&self) -> &str {
        match self {
            Spent::Users { run, .. }
            | Spent::Declared { run }
            | Spent::Capacity { run, .. }
            | Spent::Home { run, .. } => run,
        }
    }

    /// The run that led the users over, while they are there or may be.
    pub fn serves(&self) -> Option<&str> {
        match self {
            Spent::Users { run, .. } => Some(run),
            _ => None,
        }
    }
}

/// What the standby is spent on; none while it stands by. `past`: the last runs, in any order; where they do not reach back
/// to the one that declared, the users are taken to be there.
pub fn spent(posture: Option<&PostureRecord>, past: &[RunRecord]) -> Option<Spent> {
    let run = declared_in(posture, past)?;
    let mut runs: Vec<&RunRecord> =
        past.iter().filter(|record| record.kind != RunKind::Drill && record.state != RunState::New).collect();
    runs.sort_by(|a, b| (b.declared_at, &b.run).cmp(&(a.declared_at, &a.run)));
    if !runs.iter().any(|record| record.run == run) {
        return Some(Spent::Users { run, led: false });
    }
    let schedules = runs.iter().any(|record| record.run == run && enabled_schedules(record));
    let (mut declared, mut passed) = (None, false);
    for record in runs {
        passed |= record.run == run;
        match record.kind {
            RunKind::Failback => match leading(record, SideName::Primary) {
                // What came before a way home that was complete is over.
                Led::Yes if passed && record.state == (RunState::Ended { degraded: false }) => break,
                Led::Yes => return Some(declared.unwrap_or(Spent::Home { run, failback: record.run.clone() })),
                // Some of them are where they were.
                Led::Maybe => return Some(Spent::Users { run, led: true }),
                Led::No => {}
            },
            RunKind::Declare | RunKind::Drill => {
                let led = leading(record, SideName::Standby) != Led::No;
                // Where it must be quick, who leads the users may be Route 53, or a person who does not tell.
                let in_haste = record.mode == Mode::Ungraceful && record.scope.tiers.is_empty() && has_spent(record);
                if led || in_haste {
                    return Some(Spent::Users { run: record.run.clone(), led });
                }
                if has_spent(record) && !is_capacity_alone(record) {
                    declared = Some(Spent::Declared { run: record.run.clone() });
                }
            }
        }
    }
    Some(declared.unwrap_or(Spent::Capacity { run, schedules }))
}

/// Whether a run put scheduled actions in force in the standby, or may have.
fn enabled_schedules(record: &RunRecord) -> bool {
    let enables = |step: &&StepRecord| matches!(step.action, Action::EnableSchedules { .. });
    record.steps.iter().filter(enables).any(may_have_acted)
}

/// Whether a run has led the users to a side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Led {
    No,
    Maybe,
    Yes,
}

fn leading(record: &RunRecord, side: SideName) -> Led {
    let leads = |step: &&StepRecord| step.leads_to(record.kind) == Some(side);
    let state = |wanted: &[StepState]| record.steps.iter().filter(leads).any(|step| wanted.contains(&step.state));
    let begun = state(&[StepState::Succeeded, StepState::AlreadySo, StepState::Started, StepState::Unknown]);
    let open = state(&[StepState::Pending, StepState::Started, StepState::Unknown, StepState::Failed]);
    match (begun, open) {
        (false, _) => Led::No,
        (true, true) => Led::Maybe,
        (true, false) => Led::Yes,
    }
}

/// Whether a declaration was for the capacity of some tiers, and left the primary as it was.
fn is_capacity_alone(record: &RunRecord) -> bool {
    let fences =
        |step: &StepRecord| matches!(step.action, Action::FencePrimary { .. }) && step.state != StepState::Skipped;
    !record.scope.tiers.is_empty() && !record.steps.iter().any(fences)
}

/// Whether a declaration has begun to change the standby: capacity, data, or where the users are led. A whole one that finds
/// it so already leads the users over all the same.
fn has_spent(record: &RunRecord) -> bool {
    let was_so = |step: &StepRecord| record.scope.tiers.is_empty() && step.state == StepState::AlreadySo;
    record.kind == RunKind::Declare
        && record.steps.iter().any(|step| changes(step) && (may_have_acted(step) || was_so(step)))
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

    /// A run of that kind whose users are where that state says.
    fn led(run: &str, declared: i64, kind: RunKind, state: StepState, tiers: &[&str]) -> RunRecord {
        let to = if kind == RunKind::Failback { SideName::Primary } else { SideName::Standby };
        let record = "shop.example.com".to_owned();
        let wait = Action::AwaitTraffic { to, record, target: None, settle_s: 1, timeout_s: 1 };
        let size = GroupSize { min: 6, max: 6, desired: 6 };
        let scale = Action::Scale { tier: "web".into(), group: "shop-web".into(), size, instance_types: vec![] };
        let of = |id: &str, action| crate::plan::runbook::Step { action, ..step(id, &[]) };
        let mut steps = vec![of("scale-web", scale)];
        if tiers.is_empty() {
            steps.push(of("await-traffic", wait));
        }
        let mut plan = runbook(run, steps);
        (plan.kind, plan.declared_at, plan.mode) = (kind, at(declared), Mode::Graceful);
        plan.scope.tiers = tiers.iter().map(|tier| (*tier).to_owned()).collect();
        let mut record = RunRecord::of(&plan, &[]);
        record.state = RunState::Ended { degraded: false };
        record.steps[0].state = StepState::Succeeded;
        if let Some(step) = record.steps.get_mut(1) {
            step.state = state;
        }
        record
    }

    #[test]
    fn a_standby_serves_only_where_the_users_were_led_and_not_led_home_again() {
        use RunKind::{Declare, Failback};
        let whole = |state| led("r1", 1, Declare, state, &[]);
        let home = |state| led("r2", 2, Failback, state, &[]);
        let some = |run: &str, at| led(run, at, Declare, StepState::Pending, &["web"]);
        let of = |run: &str, past: &[RunRecord]| spent(Some(&posture(9, Some(run))), past);
        let (users, may) = (
            |run: &str| Some(Spent::Users { run: run.to_owned(), led: true }),
            |run: &str| Some(Spent::Users { run: run.to_owned(), led: false }),
        );
        let capacity = |run: &str| Some(Spent::Capacity { run: run.to_owned(), schedules: false });
        let (done, pending) = (StepState::Succeeded, StepState::Pending);
        assert_eq!(spent(None, &[whole(done)]), users("r1"), "as the journals alone tell");
        assert_eq!(of("r1", &[whole(done)]), users("r1"));
        assert_eq!(of("r0", &[whole(pending)]), may("r0"), "the run that declared is not known");
        assert_eq!(of("r1", &[whole(StepState::Unknown)]), users("r1"));
        assert_eq!(of("r1", &[whole(pending)]), Some(Spent::Declared { run: "r1".into() }));
        assert_eq!(of("r1", &[some("r1", 1)]), capacity("r1"));
        // More capacity later moves nobody back.
        assert_eq!(of("r3", &[whole(done), some("r3", 3)]), users("r1"));
        assert_eq!(of("r1", &[home(pending), whole(done)]), users("r1"));
        assert_eq!(of("r1", &[whole(done), home(StepState::Started)]), users("r1"));
        let back = Some(Spent::Home { run: "r1".into(), failback: "r2".into() });
        assert_eq!(of("r1", &[whole(done), home(done)]), back);
        assert_eq!(of("r3", &[whole(done), home(done), some("r3", 3)]), capacity("r3"));
        let mut hasty = whole(pending);
        hasty.mode = Mode::Ungraceful;
        assert_eq!(of("r1", &[hasty.clone()]), may("r1"), "Route 53 may have led them");
        // A standby that was full before is no less declared; a part that had its size already is.
        hasty.steps[0].state = StepState::AlreadySo;
        assert_eq!(of("r1", &[hasty]), may("r1"));
        let mut part = some("r1", 1);
        part.steps[0].state = StepState::AlreadySo;
        assert_eq!(spent(None, &[part]), None);
        let mut more = some("r1", 1);
        let mut put = more.steps[0].clone();
        let (tier, group) = ("web".to_owned(), "shop-web".to_owned());
        put.action = Action::EnableSchedules { tier, group, schedules: vec![] };
        more.steps.push(put);
        assert_eq!(of("r1", &[more]), Some(Spent::Capacity { run: "r1".into(), schedules: true }));
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
