//! Owns the tests of run records.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::super::totals::Shortfall;
use super::*;
use crate::model::SideName;
use crate::plan::runbook::{Action, Stood};
use crate::run::engine::tests::world::{runbook, step};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn entries(events: Vec<(i64, &str, Event)>) -> Vec<Entry> {
    let numbered = events.into_iter().zip(1..);
    numbered
        .map(|((second, step, event), seq)| Entry {
            schema_version: 1,
            seq,
            at: at(second),
            step: (!step.is_empty()).then(|| StepId(step.to_owned())),
            event,
            prev: Digest(String::new()),
        })
        .collect()
}

fn began() -> Event {
    Event::Began {
        by: "ana".into(),
        host: "laptop".into(),
        tool_version: "0.1.0".into(),
        runbook: Digest(String::new()),
        fence: 1,
    }
}

fn started() -> Event {
    Event::Started { token: "t".into() }
}

fn succeeded(asked: u32, came: u32) -> Event {
    let measures = Measures { ours_s: 1.5, aws_s: 40.0, asked: Some(asked), came: Some(came), ..Measures::default() };
    Event::Succeeded { text: format!("{came} of {asked}"), measures }
}

fn failed() -> Event {
    let measures = Measures { ours_s: 0.5, recovery_point_s: Some(400), ..Measures::default() };
    Event::Failed { what: "refused".into(), why: vec![], left_behind: vec![], hint: None, measures }
}

fn two_steps() -> Runbook {
    let mut scale = step("scale", &[]);
    scale.action = Action::FencePrimary { groups: vec![], events: BTreeMap::new() };
    runbook("r1", vec![scale, step("probe", &["scale"])])
}

#[test]
fn times_and_measures_add_up_over_attempts() {
    let resumed = Event::Resumed { by: "bo".into(), host: "desk".into(), fence: 2 };
    let record = RunRecord::of(
        &two_steps(),
        &entries(vec![
            (10, "", began()),
            (10, "scale", started()),
            (20, "scale", failed()),
            (20, "", Event::Stopped { reason: "failed: scale".into() }),
            (300, "", resumed),
            (300, "scale", started()),
            (350, "scale", succeeded(10, 8)),
            (350, "probe", started()),
            (360, "probe", succeeded(1, 1)),
            (361, "", Event::Ended { degraded: true }),
        ]),
    );
    let scale = &record.steps[0];
    assert_eq!((scale.attempts, scale.state, scale.elapsed_s), (2, StepState::Succeeded, Some(340.0)));
    assert_eq!((scale.measures.ours_s, scale.measures.aws_s, scale.shortfall()), (2.0, 40.0, 2));
    assert_eq!(scale.failure, None, "it ended well in the end");
    let totals = &record.totals;
    // Counted from the declaration, to the end of the probe.
    assert_eq!((totals.recovery_time_s, totals.recovery_time_met), (Some(360), Some(true)));
    assert_eq!((totals.recovery_point_s, totals.recovery_point_met), (Some(400), Some(false)));
    assert_eq!(totals.elapsed_s, Some(351.0));
    assert_eq!(totals.shortfalls, [Shortfall { step: scale.id.clone(), asked: 10, came: 8 }]);
    assert_eq!(record.sittings.iter().map(|sitting| sitting.by.as_str()).collect::<Vec<_>>(), ["ana", "bo"]);
    assert_eq!((record.because.as_deref(), record.ended_at), (None, Some(at(361))));
    assert!(record.is_degraded());
}

#[test]
fn service_is_not_back_while_a_step_that_brings_it_is_open() {
    let mut runbook = two_steps();
    runbook.incident_at = Some(at(-3_000));
    let runbook = runbook.sealed();
    let mut events = vec![(10, "", began()), (10, "scale", started()), (20, "scale", succeeded(1, 1))];
    events.push((20, "probe", started()));
    let open = RunRecord::of(&runbook, &entries(events.clone()));
    // The objective of 1800 s counts from 3000 s before, and the journal goes on to 20 s after: beyond it already.
    assert_eq!((open.totals.recovery_time_s, open.totals.recovery_time_met), (None, Some(false)));
    assert_eq!(open.totals.open_beyond_s, Some(1_220));
    assert_eq!((open.state, open.ended_at), (RunState::Running, None));
    events.push((30, "probe", succeeded(1, 1)));
    let done = RunRecord::of(&runbook, &entries(events));
    // Where the incident's own time is known, it counts from there.
    assert_eq!((done.totals.recovery_time_s, done.totals.recovery_time_met), (Some(3_030), Some(false)));
    assert_ne!(open.journal, done.journal);
    assert_eq!(done.totals.open_beyond_s, None);
}

#[test]
fn a_plan_that_has_not_begun_has_a_record_and_json_names_its_version() {
    let record = RunRecord::of(&two_steps(), &[]);
    assert_eq!((record.state, record.entries, record.began_at), (RunState::New, 0, None));
    assert!(record.steps.iter().all(|step| step.state == StepState::Pending && step.attempts == 0));
    let json = serde_json::to_value(&record).unwrap();
    assert_eq!((&json["schema_version"], &json["state"]), (&1.into(), &"new".into()));
    let keys: BTreeSet<&String> = json.as_object().unwrap().keys().collect();
    assert!(keys.contains(&"totals".to_owned()) && keys.contains(&"steps".to_owned()));
}

#[test]
fn a_clock_that_goes_back_leaves_times_unknown_and_never_a_recovery_in_no_time() {
    let mut runbook = two_steps();
    runbook.steps[1].action = Action::AwaitServing {
        tier: "web".into(),
        group: "shop-web".into(),
        wanted: 1,
        accept_percent: 0,
        timeout_s: 60,
    };
    runbook.declared_at = at(18_000);
    let entries = entries(vec![
        (18_000, "", began()),
        (18_001, "scale", started()),
        (18_002, "scale", succeeded(1, 1)),
        (18_003, "probe", started()),
        // Gone on with on a machine five hours behind.
        (60, "", Event::Resumed { by: "ben".into(), host: "desk".into(), fence: 2 }),
        (61, "probe", succeeded(1, 1)),
        (62, "", Event::Ended { degraded: false }),
    ]);
    let record = RunRecord::of(&runbook, &entries);
    let totals = &record.totals;
    assert_eq!((totals.recovery_time_s, totals.recovery_time_met, totals.elapsed_s), (None, None, None));
    assert_eq!((record.steps[0].elapsed_s, record.steps[1].elapsed_s), (Some(1.0), None));
}

#[test]
fn only_a_declaration_that_led_the_users_over_has_recovered_anything() {
    let mut gate = step("gate-traffic", &["probe"]);
    gate.action = Action::Gate { question: "go on?".into() };
    let mut plan = two_steps();
    plan.steps.push(gate);
    let ended = |last: Event| {
        let mut events = vec![(10, "", began()), (10, "scale", started()), (20, "scale", succeeded(1, 1))];
        events.extend([(20, "probe", started()), (30, "probe", succeeded(1, 1))]);
        if !matches!(last, Event::Skipped { .. }) {
            events.push((30, "gate-traffic", started()));
        }
        events.push((40, "gate-traffic", last));
        entries(events)
    };
    let skipped = || Event::Skipped { because: "later".into(), by: "ana".into() };
    let opened = || Event::Succeeded { text: "yes".into(), measures: Measures::default() };
    let only_web = Scope { percent: None, tiers: vec!["web".into()] };
    let some = |percent| Scope { percent: Some(percent), tiers: vec![] };
    for (kind, scope, last, partial, recovered) in [
        (RunKind::Declare, Scope::default(), opened(), false, true),
        (RunKind::Declare, some(50), opened(), false, true),
        (RunKind::Declare, Scope::default(), skipped(), true, false),
        (RunKind::Declare, only_web, opened(), true, false),
        // Planned work, and no objective is held against it.
        (RunKind::Failback, Scope::default(), opened(), false, false),
    ] {
        let plan = Runbook { kind, ..plan.clone() }.for_scope(scope);
        let totals = RunRecord::of(&plan, &ended(last)).totals;
        assert_eq!(
            (totals.partial, totals.recovery_time_s.is_some()),
            (partial, recovered),
            "{kind:?} {:?}",
            plan.scope
        );
    }
}

#[test]
fn a_drill_that_was_interrupted_measures_nothing_and_a_declaration_counts_the_pause() {
    let resumed = || Event::Resumed { by: "bo".into(), host: "desk".into(), fence: 2 };
    let mut before = vec![(10, "", began()), (10, "scale", started()), (20, "scale", succeeded(1, 1))];
    before.extend([(900, "", resumed()), (900, "probe", started()), (930, "probe", succeeded(1, 1))]);
    let mut after = vec![(10, "", began()), (10, "scale", started()), (20, "scale", succeeded(1, 1))];
    after.extend([(20, "probe", started()), (30, "probe", succeeded(1, 1)), (900, "", resumed())]);
    for (kind, events, expected) in [
        (RunKind::Drill, before.clone(), (true, None)),
        (RunKind::Drill, after, (false, Some(30))),
        (RunKind::Declare, before, (false, Some(930))),
    ] {
        let plan = Runbook { kind, ..two_steps() }.sealed();
        let totals = RunRecord::of(&plan, &entries(events)).totals;
        assert_eq!((totals.interrupted, totals.recovery_time_s), expected, "{kind:?}");
    }
}

#[test]
fn what_an_attempt_missed_and_a_later_look_finds_there_is_no_shortfall() {
    let missed = Measures { asked: Some(10), came: Some(8), ..Measures::default() };
    let failed = Event::Failed { what: "short".into(), why: vec![], left_behind: vec![], hint: None, measures: missed };
    let mut events = vec![(10, "", began()), (10, "scale", started()), (20, "scale", failed)];
    let short = RunRecord::of(&two_steps(), &entries(events.clone()));
    assert_eq!(short.totals.shortfalls.len(), 1, "who skips it goes on short");
    events.extend([(30, "scale", started()), (31, "scale", Event::AlreadySo { text: "10 of 10".into() })]);
    assert!(RunRecord::of(&two_steps(), &entries(events)).totals.shortfalls.is_empty());
}

fn promoted(measure: Measures, own: Measures, incident_at: Option<Timestamp>, graceful: bool) -> Option<u64> {
    let of = |action, id: &str, needs: &[&str]| Step { action, ..step(id, needs) };
    let (data, side, database) = ("orders".to_owned(), SideName::Standby, "shop-orders".to_owned());
    let first = match graceful {
        true => {
            Action::AwaitReplica { data: data.clone(), side, database: database.clone(), at_most_s: 0, timeout_s: 1 }
        }
        false => Action::MeasureReplica { data: data.clone(), side, database: database.clone() },
    };
    let promote =
        Action::Promote { data, side, database, backup_retention_days: 1, stood: Stood::Replica, timeout_s: 1 };
    let mut runbook = runbook("r1", vec![of(first, "first", &[]), of(promote, "promote", &["first"])]);
    runbook.incident_at = incident_at;
    let done = |measures| Event::Succeeded { text: "done".into(), measures };
    let record = RunRecord::of(
        &runbook.sealed(),
        &entries(vec![
            (10, "", began()),
            (10, "first", started()),
            (11, "first", done(measure)),
            (600, "promote", started()),
            (601, "promote", Event::Measured { measures: own }),
            (900, "promote", Event::AlreadySo { text: "it is no replica".into() }),
        ]),
    );
    assert_eq!(record.steps[1].measures.recovery_point_s, record.totals.recovery_point_s);
    record.totals.recovery_point_s
}

#[test]
fn the_recovery_point_is_that_of_the_decision_or_of_the_incident() {
    let behind = |seconds: u64, until: i64| Measures {
        recovery_point_s: Some(seconds),
        holds_until: Some(at(until)),
        ..Measures::default()
    };
    let unknown = Measures::default;
    // In the dark the lag of a replica grows by the ten minutes that its class takes: they are not lost.
    assert_eq!(promoted(behind(43, -33), behind(634, -33), None, false), Some(43));
    assert_eq!(promoted(unknown(), behind(634, -33), None, false), Some(634), "what is not known takes nothing over");
    assert_eq!(promoted(behind(43, -33), unknown(), None, false), Some(43));
    assert_eq!(promoted(unknown(), unknown(), None, false), None);
    // By the incident, what it surely has counts: the more of the two.
    assert_eq!(promoted(behind(43, -33), behind(634, -33), Some(at(-30)), false), Some(3));
    assert_eq!(promoted(behind(43, -33), behind(20, 581), Some(at(-30)), false), Some(0));
    // Once a replica was shown to have everything, a lag that grows while nobody writes means nothing.
    let everything = Measures { recovery_point_s: Some(0), ..Measures::default() };
    assert_eq!(promoted(everything.clone(), behind(280, 321), None, true), Some(0));
    assert_eq!(promoted(unknown(), behind(280, 321), None, true), Some(280), "the wait was left out");
}
