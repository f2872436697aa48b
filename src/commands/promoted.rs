//! Owns reading from the records of runs what they did to databases and to their users.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use super::context::Session;
use super::earlier::record;
use super::run_id::named_at;
use crate::model::SideName;
use crate::plan::past::{Deed, Past, What};
use crate::plan::runbook::{Action, Stood, Unfenced};
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::StepState;
use crate::store::Runs;
use crate::ui::Failure;

/// How many earlier runs are looked through.
const LOOK_BACK: usize = 50;

/// How many of them are read at a time.
const AT_A_TIME: usize = 8;

/// What runs did to each database and to its users, by the data's name.
pub(super) async fn pasts(session: &Session) -> Result<BTreeMap<String, Past>, Failure> {
    let runs = Runs::of(&session.environment.name);
    let ids = runs.ids(session.store.as_ref()).await?;
    let runs = &runs;
    let records = stream::iter(ids.iter().take(LOOK_BACK))
        .map(|run| async move { (run, record(session, runs, run).await) })
        .buffered(AT_A_TIME)
        .collect::<Vec<_>>()
        .await;
    let mut deeds: Vec<(Option<String>, Deed)> = Vec::new();
    for (run, record) in records {
        match record {
            Ok(record) => deeds.extend(deeds_of(&record)),
            Err(failure) => {
                session.printer().warn(&format!("run {run} cannot be read and is passed over: {}", failure.what));
                // What it did was done after it was named; how long after, nobody knows.
                let at = named_at(run).unwrap_or(Timestamp::MAX);
                deeds.push((None, Deed { run: run.clone(), at, what: What::Unread }));
            }
        }
    }
    let databases = session.environment.data.iter().filter(|data| data.has_one_writer());
    let past = |data: &str| {
        let of = |whose: &Option<String>| whose.as_ref().is_none_or(|whose| whose == data);
        Past::of(deeds.iter().filter(|(whose, _)| of(whose)).map(|(_, deed)| deed.clone()).collect())
    };
    Ok(databases.map(|data| (data.name.clone(), past(&data.name))).collect())
}

/// What a run did, and to which data; none: to all, because users were led.
fn deeds_of(record: &RunRecord) -> Vec<(Option<String>, Deed)> {
    let deed = |step: &StepRecord, what| {
        let at = step.ended_at.or(step.started_at).unwrap_or(record.declared_at);
        Deed { run: record.run.clone(), at, what }
    };
    let of = |step: &StepRecord| match &step.action {
        Action::Promote { data, side, stood, .. } => {
            let seen = promoted(step, stood)?;
            Some((Some(data.clone()), deed(step, What::Promoted { side: *side, seen })))
        }
        Action::Reseed { data, side: SideName::Standby, .. } if ended_well(step) => {
            Some((Some(data.clone()), deed(step, What::Protected)))
        }
        // It was there under its own name, and nobody had fenced it.
        Action::Reseed { data, unfenced: Some(Unfenced { kept_in: None, .. }), .. } if step.attempts > 0 => {
            Some((Some(data.clone()), deed(step, What::PutAside)))
        }
        Action::FencePrimary { .. } => ended_well(step).then(|| (None, deed(step, What::Fenced))),
        _ => Some((None, deed(step, What::Led { to: step.leads_to(record.kind)?, sure: led(step)? }))),
    };
    record.steps.iter().filter_map(of).collect()
}

fn ended_well(step: &StepRecord) -> bool {
    matches!(step.state, StepState::Succeeded | StepState::AlreadySo)
}

/// Whether a promotion was seen to have made something of the database that it was not before. None: it did nothing.
fn promoted(step: &StepRecord, stood: &Stood) -> Option<bool> {
    match (step.state, stood) {
        (StepState::Succeeded, _) | (StepState::AlreadySo, Stood::Replica) => Some(true),
        // The attempt before may have ordered it.
        (StepState::AlreadySo, Stood::Unseen) if step.attempts > 1 => Some(true),
        (StepState::AlreadySo, _) => step.ordered.then_some(true),
        // Whoever says that it is not needed does it otherwise.
        (StepState::Skipped, Stood::Replica) => Some(false),
        _ => step.ordered.then_some(false),
    }
}

/// Whether a step has led users for sure; none: it has not begun. One that is skipped is taken over by a person.
fn led(step: &StepRecord) -> Option<bool> {
    let sure = ended_well(step) || step.state == StepState::Skipped;
    (sure || step.attempts > 0).then_some(sure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digest;
    use crate::plan::declare::TRAFFIC_GATE;
    use crate::plan::runbook::{RunKind, StepId};
    use crate::run::engine::tests::world::{runbook, step};
    use crate::run::journal::{Entry, Event, Measures};

    const DATA: &str = "orders";

    fn promote(side: SideName, stood: Stood) -> Action {
        Action::Promote {
            data: DATA.into(),
            side,
            database: "shop-orders".into(),
            backup_retention_days: 7,
            stood,
            timeout_s: 1,
        }
    }

    fn reseed(side: SideName) -> Action {
        Action::Reseed {
            data: DATA.into(),
            side,
            database: "shop-orders".into(),
            source: "orders".into(),
            aside: "aside".into(),
            key: None,
            class: None,
            like: None,
            unfenced: None,
            timeout_s: 1,
        }
    }

    fn follow(to: SideName) -> Action {
        Action::AwaitTraffic { to, record: "shop.example.com".into(), target: None, settle_s: 1, timeout_s: 2 }
    }

    /// What a run with this one step did, when that got as far as these events.
    fn did(kind: RunKind, id: &str, action: Action, events: &[Event]) -> Option<What> {
        let mut one = step(id, &[]);
        one.action = action;
        let mut plan = runbook("r1", vec![one]);
        plan.kind = kind;
        let began = Event::Began {
            by: "ana".into(),
            host: "laptop".into(),
            tool_version: "1".into(),
            runbook: Digest(String::new()),
            fence: 1,
        };
        let of_step = events.iter().map(|event| (Some(StepId(id.to_owned())), event.clone()));
        let lines = std::iter::once((None, began)).chain(of_step);
        let entry = |(seq, (step, event))| Entry {
            schema_version: 1,
            seq,
            at: Timestamp::from_second(100).expect("in range"),
            step,
            event,
            prev: Digest(String::new()),
        };
        let record = RunRecord::of(&plan, &(1..).zip(lines).map(entry).collect::<Vec<_>>());
        let deeds = deeds_of(&record);
        assert!(deeds.iter().all(|(_, deed)| deed.at.as_second() == 100 && deed.run == "r1"), "{deeds:?}");
        deeds.first().map(|(_, deed)| deed.what)
    }

    fn started() -> Event {
        Event::Started { token: "t".into() }
    }

    fn measured() -> Event {
        // The lag was not known: the order went out all the same.
        Event::Measured { measures: Measures::default() }
    }

    fn succeeded() -> Event {
        Event::Succeeded { text: String::new(), measures: Measures::default() }
    }

    fn already() -> Event {
        Event::AlreadySo { text: String::new() }
    }

    fn failed() -> Event {
        Event::Failed {
            what: String::new(),
            why: vec![],
            left_behind: vec![],
            hint: None,
            measures: Measures::default(),
        }
    }

    fn unknown() -> Event {
        Event::Unknown { what: String::new() }
    }

    fn skipped() -> Event {
        Event::Skipped { because: "by hand".into(), by: "ana".into() }
    }

    #[test]
    fn a_promotion_counts_that_was_seen_ordered_or_left_to_a_person() {
        let stale = || Stood::Stale { since: Timestamp::UNIX_EPOCH, run: "r0".into() };
        for (stood, events, expected) in [
            (Stood::Replica, vec![], None),
            (Stood::Replica, vec![started(), succeeded()], Some(true)),
            (Stood::Alone, vec![started(), succeeded()], Some(true)),
            (Stood::Replica, vec![started(), already()], Some(true)),
            (Stood::Alone, vec![started(), already()], None),
            (stale(), vec![started(), already()], None),
            (Stood::Unseen, vec![started(), already()], None),
            (Stood::Unseen, vec![started(), unknown(), started(), already()], Some(true)),
            (Stood::Unseen, vec![started(), measured(), unknown(), started(), already()], Some(true)),
            // It was about to be ordered, or was.
            (Stood::Replica, vec![started(), measured()], Some(false)),
            (Stood::Unseen, vec![started(), measured(), unknown()], Some(false)),
            (Stood::Unseen, vec![started(), measured(), failed()], Some(false)),
            (Stood::Unseen, vec![started(), measured(), failed(), skipped()], Some(false)),
            // It never got that far.
            (Stood::Replica, vec![started()], None),
            (Stood::Replica, vec![started(), failed()], None),
            // A person does it, unless it stood alone or nobody knew.
            (Stood::Replica, vec![skipped()], Some(false)),
            (Stood::Replica, vec![started(), failed(), skipped()], Some(false)),
            (Stood::Alone, vec![skipped()], None),
            (stale(), vec![skipped()], None),
            (Stood::Unseen, vec![skipped()], None),
        ] {
            for side in [SideName::Primary, SideName::Standby] {
                let told = did(RunKind::Declare, "promote", promote(side, stood.clone()), &events);
                assert_eq!(told, expected.map(|seen| What::Promoted { side, seen }), "{stood:?} {events:?}");
            }
        }
    }

    #[test]
    fn the_standby_is_protected_again_only_where_that_ended_well() {
        for (side, events, expected) in [
            (SideName::Standby, vec![started(), succeeded()], Some(What::Protected)),
            (SideName::Standby, vec![started(), already()], Some(What::Protected)),
            (SideName::Standby, vec![started(), failed()], None),
            (SideName::Standby, vec![skipped()], None),
            (SideName::Primary, vec![started(), succeeded()], None),
        ] {
            assert_eq!(did(RunKind::Failback, "reseed", reseed(side), &events), expected, "{side} {events:?}");
        }
    }

    #[test]
    fn what_nobody_fenced_is_put_aside_once_by_the_run_that_found_it_under_its_own_name() {
        let home = |kept: Option<Option<&str>>| {
            let mut action = reseed(SideName::Primary);
            let Action::Reseed { unfenced, .. } = &mut action else { unreachable!("a reseed") };
            *unfenced = kept.map(|kept_in| Unfenced {
                since: Timestamp::UNIX_EPOCH,
                run: "r0".into(),
                kept_in: kept_in.map(str::to_owned),
            });
            action
        };
        for (kept, events, expected) in [
            (Some(None), vec![started(), succeeded()], Some(What::PutAside)),
            (Some(None), vec![started(), failed()], Some(What::PutAside)),
            (Some(None), vec![], None),
            (Some(Some("orders-before-r1")), vec![started(), already()], None),
            (None, vec![started(), succeeded()], None),
        ] {
            assert_eq!(did(RunKind::Failback, "reseed-home", home(kept), &events), expected, "{kept:?} {events:?}");
        }
    }

    #[test]
    fn the_primary_is_fenced_only_where_that_was_seen() {
        let fence = || Action::FencePrimary { groups: vec!["prod-web".into()], events: Default::default() };
        for (events, expected) in [
            (vec![], None),
            (vec![started(), succeeded()], Some(What::Fenced)),
            (vec![started(), already()], Some(What::Fenced)),
            (vec![started(), failed()], None),
            (vec![started(), unknown()], None),
            (vec![skipped()], None),
        ] {
            assert_eq!(did(RunKind::Declare, "fence-primary", fence(), &events), expected, "{events:?}");
        }
    }

    #[test]
    fn users_were_led_where_a_step_or_a_gate_led_them_or_may_have() {
        let gate = || Action::Gate { question: String::new() };
        for (kind, id, action, events, expected) in [
            (RunKind::Declare, "await", follow(SideName::Standby), vec![], None),
            (RunKind::Declare, "await", follow(SideName::Standby), vec![started(), succeeded()], Some(true)),
            (RunKind::Failback, "await", follow(SideName::Primary), vec![skipped()], Some(true)),
            (RunKind::Failback, "await", follow(SideName::Primary), vec![started(), failed()], Some(false)),
            (RunKind::Declare, TRAFFIC_GATE, gate(), vec![started(), succeeded()], Some(true)),
            (RunKind::Failback, TRAFFIC_GATE, gate(), vec![started(), succeeded()], Some(true)),
            (RunKind::Declare, "approval", gate(), vec![started(), succeeded()], None),
        ] {
            let to = if kind == RunKind::Declare { SideName::Standby } else { SideName::Primary };
            let told = did(kind, id, action, &events);
            assert_eq!(told, expected.map(|sure| What::Led { to, sure }), "{id} {events:?}");
        }
    }
}
