//! Owns the cases of a status whose standby is frozen by a failback, or whose users leave it by themselves.

use std::collections::BTreeMap;

use super::super::fenced::tests::switchover;
use super::*;
use crate::model::{Span, Traffic, fixture};
use crate::plan::runbook::{Action, RunKind};
use crate::run::engine::RunRecord;
use crate::run::engine::tests::world::{runbook, step};
use crate::run::journal::{RunState, StepState};

fn tier(max: u32) -> TierStatus {
    TierStatus {
        tier: "web".into(),
        size: Some(GroupSize { min: 0, max, desired: max / 2 }),
        in_service: max / 2,
        standby: Some(2),
        full: Some(8),
        launches: None,
        published: None,
    }
}

/// A failback that froze the standby and stopped.
fn frozen() -> RunRecord {
    let freeze = Action::FreezeStandby { groups: vec!["shop-web".into()] };
    let plan = runbook("r1", vec![crate::plan::runbook::Step { action: freeze, ..step("freeze-standby", &[]) }]);
    let mut record = RunRecord::of(&plan, &[]);
    (record.kind, record.state, record.steps[0].state) = (RunKind::Failback, RunState::Stopped, StepState::Succeeded);
    record
}

/// The lines that tell the posture and what to beware of, and the document.
fn told(max: u32, last: Option<&RunRecord>, switch: Option<Switch>) -> (String, Value) {
    told_of(max, last, switch, Some(&Spent::Users { run: "r0".into(), led: true }), LeadsTo::Undecided)
}

fn told_of(
    max: u32,
    last: Option<&RunRecord>,
    switch: Option<Switch>,
    spent: Option<&Spent>,
    leads_to: LeadsTo,
) -> (String, Value) {
    let mut environment = fixture::environment();
    environment.traffic = switch.map(|switch| Traffic {
        record: "shop.example.com".into(),
        zone: "Z1".into(),
        switch,
        tier: "web".into(),
        ttl: Span::from_secs(60),
        check_interval_s: 30,
        check_failures: 3,
        probe: None,
    });
    let traffic = environment.traffic.as_ref().map(|traffic| TrafficStatus {
        record: traffic.record.clone(),
        switch: "any",
        leads_to,
        object: None,
        because: "somebody decides".into(),
        lever: None,
    });
    let open: Vec<OpenRun> = last.iter().filter_map(|record| OpenRun::of(record, None, None, "shop.yaml")).collect();
    let outage = last.and_then(Outage::by);
    let view = StatusView {
        environment: &environment,
        baseline: None,
        tiers: &[tier(max)],
        stacks: &BTreeMap::new(),
        data: &[],
        events: &[],
        traffic: traffic.as_ref(),
        last_sync: None,
        posture: None,
        spent,
        last_runs: &LastRuns::of(&[]),
        open: &open,
        outage: outage.as_ref(),
        file: "shop.yaml",
        gaps: &[],
        now: Timestamp::UNIX_EPOCH,
    };
    let text = view.text(false);
    let wanted = [
        "run ",
        "service",
        "you now",
        "it was declared",
        "not done",
        "the standby is",
        "  `",
        "  go",
        "  give",
        "beware",
    ];
    let lines = text.lines().filter(|line| wanted.iter().any(|at| line.starts_with(at)));
    (lines.collect::<Vec<_>>().join("\n"), view.json())
}

#[test]
fn groups_at_zero_by_a_failback_that_did_not_end_are_no_posture_in_between() {
    let frozen = frozen();
    let (text, json) = told(0, Some(&frozen), None);
    insta::assert_snapshot!(text, @r"
    run r1 (failback) stopped part-way
    the standby is frozen by failback r1, which stopped: service is down unless the primary serves
      `lifeboat runs resume shop.yaml r1` goes on; to serve in the standby again, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat scale shop.yaml --to full` brings it back
    you now have no standby: it was declared in run r0
    ");
    assert_eq!((&json["posture"], &json["frozen_by_run"]), (&"frozen".into(), &"r1".into()));
    // Scaled up since.
    let (text, json) = told(8, Some(&frozen), None);
    insta::assert_snapshot!(text, @r"
    run r1 (failback) stopped part-way
      go on with it: lifeboat runs resume shop.yaml r1
      give it up: lifeboat runs abandon shop.yaml r1 --because TEXT
    the standby is between its standby footprint and full production size
    you now have no standby: it was declared in run r0
    ");
    assert_eq!((&json["posture"], &json["frozen_by_run"]), (&"partial".into(), &Value::Null));
}

#[test]
fn tiers_below_their_footprint_are_not_said_to_be_above_it() {
    let size = |desired| Some(GroupSize { min: 0, max: 8, desired });
    let environment = fixture::environment();
    let told = |sizes: [Option<GroupSize>; 2]| {
        let [web, api] = sizes;
        let tiers = [TierStatus { size: web, ..tier(8) }, TierStatus { tier: "api".into(), size: api, ..tier(8) }];
        let view = StatusView {
            environment: &environment,
            baseline: None,
            tiers: &tiers,
            stacks: &BTreeMap::new(),
            data: &[],
            events: &[],
            traffic: None,
            last_sync: None,
            posture: None,
            spent: None,
            last_runs: &LastRuns::of(&[]),
            open: &[],
            outage: None,
            file: "shop.yaml",
            gaps: &[],
            now: Timestamp::UNIX_EPOCH,
        };
        let text = view.text(false);
        let line = text.lines().find(|line| line.starts_with("the standby is")).expect("the posture").to_owned();
        (line, view.json())
    };
    let (line, json) = told([size(0), size(0)]);
    assert!(line.starts_with("the standby is below its standby footprint in web, api"), "{line}");
    assert_eq!((&json["posture"], &json["below_standby_footprint"]), (&"partial".into(), &json!(["web", "api"])));
    let (line, json) = told([size(8), size(1)]);
    assert!(line.starts_with("the standby is below its standby footprint in api"), "{line}");
    assert_eq!(json["below_standby_footprint"], json!(["api"]));
    let (line, json) = told([size(2), size(3)]);
    assert!(line.starts_with("the standby is between its standby footprint and full production size"), "{line}");
    assert_eq!(json["below_standby_footprint"], json!([]));
    assert_eq!(told([size(2), size(2)]).0, "the standby is at its standby footprint");
}

#[test]
fn users_who_go_back_by_themselves_are_warned_of_while_the_standby_serves() {
    let (text, json) = told(8, None, Some(Switch::Failover { path: "/".into() }));
    insta::assert_snapshot!(text, @r"
    the standby is between its standby footprint and full production size
    you now have no standby: it was declared in run r0; `lifeboat failback shop.yaml --reason TEXT` makes it a standby again
    beware: as soon as the primary passes its health check again, Route 53 leads the users of shop.example.com back to it by itself, to data that lacks what was written in the standby; fence it once it answers, until a failback brings the data home: lifeboat declare shop.yaml --fence --reason TEXT
    ");
    assert!(json["users_return"].is_string());
    let (text, json) = told(8, None, Some(Switch::Manual));
    assert!(!text.contains("beware") && json["users_return"].is_null(), "{text}");
}

#[test]
fn production_that_was_fenced_while_nobody_was_led_over_comes_before_the_posture() {
    let states = [StepState::Succeeded, StepState::Failed, StepState::Pending];
    let declared = Spent::Declared { run: "r1".into() };
    let stopped = switchover(states, RunState::Stopped);
    let of = |record: &RunRecord, leads_to| {
        let manual = Some(Switch::Manual);
        told_of(8, Some(record), manual, Some(&declared), leads_to)
    };
    let (text, json) = of(&stopped, LeadsTo::Primary);
    insta::assert_snapshot!(text, @r"
    run r1 (declare) stopped part-way
    service is DOWN: run r1 fenced the primary at zero, and stopped before the users were led to the standby, so nobody serves
      `lifeboat runs resume shop.yaml r1` goes on to the standby; to serve in the primary again, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat failback shop.yaml --reason TEXT` brings the primary back
    the standby is between its standby footprint and full production size
    it was declared in run r1, and nobody was led there
    ");
    assert!(json["nobody_serves"].as_str().is_some_and(|words| words.contains("DOWN")), "{json}");
    assert_eq!(json["open_runs"][0]["run"], "r1");
    assert_eq!(json["users_in_standby_since_run"], Value::Null);
    insta::assert_snapshot!(of(&switchover(states, RunState::Abandoned), LeadsTo::Primary).0, @r"
    service is DOWN: run r1 fenced the primary at zero, and was given up before the users were led to the standby, so nobody serves
      `lifeboat failback shop.yaml --reason TEXT` brings the primary back; `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby instead
    the standby is between its standby footprint and full production size
    it was declared in run r1, and nobody was led there
    ");
    // Somebody has led the users over by hand.
    assert_eq!(of(&stopped, LeadsTo::Standby).1["nobody_serves"], Value::Null);
}

#[test]
fn where_the_users_are_after_capacity_alone_is_told_by_their_record() {
    let of = |schedules, leads_to| {
        let spent = Spent::Capacity { run: "r0".into(), schedules };
        let (text, _) = told_of(8, None, Some(Switch::Failover { path: "/".into() }), Some(&spent), leads_to);
        text.lines().find(|line| line.starts_with("run r0")).expect("the line").to_owned()
    };
    insta::assert_snapshot!(of(false, LeadsTo::Primary), @"run r0 raised capacity alone and led nobody there: the primary serves the users; `lifeboat scale shop.yaml --to standby` takes it back");
    insta::assert_snapshot!(of(true, LeadsTo::Primary), @"run r0 raised capacity alone and led nobody there: the primary serves the users; `lifeboat failback shop.yaml --reason TEXT` takes it back, with the scheduled actions it put in force");
    insta::assert_snapshot!(of(false, LeadsTo::Standby), @"run r0 raised capacity alone and led nobody there, and yet the standby serves the users: their record leads there by itself; `lifeboat failback shop.yaml --reason TEXT` brings service home");
    insta::assert_snapshot!(of(false, LeadsTo::Unknown), @"run r0 raised capacity alone and led nobody there; where the users are is decided elsewhere, and not known; `lifeboat failback shop.yaml --reason TEXT` brings service home");
}

#[test]
fn a_standby_that_has_taken_over_is_told_although_no_run_in_the_store_did_it() {
    let of = |leads_to| told_of(8, None, Some(Switch::Manual), None, leads_to).0;
    assert!(!of(LeadsTo::Primary).contains("you now have no standby"));
    insta::assert_snapshot!(of(LeadsTo::Standby).lines().last().expect("a line"), @"you now have no standby: shop.example.com leads to the standby, and no run in this store tells of it; look for the store that does, on another computer perhaps, before anything is changed");
}

#[test]
fn a_failback_is_proposed_only_where_it_would_be_accepted() {
    let of = |spent: Spent| told_of(8, None, None, Some(&spent), LeadsTo::Primary).0;
    insta::assert_snapshot!(of(Spent::Users { run: "r0".into(), led: true }), @r"
    the standby is between its standby footprint and full production size
    you now have no standby: it was declared in run r0; `lifeboat failback shop.yaml --reason TEXT` makes it a standby again
    ");
    insta::assert_snapshot!(of(Spent::Capacity { run: "r0".into(), schedules: false }), @r"
    the standby is between its standby footprint and full production size
    run r0 raised capacity alone and led nobody there; `lifeboat scale shop.yaml --to standby` takes it back
    ");
    insta::assert_snapshot!(of(Spent::Home { run: "r0".into(), failback: "r1".into() }), @r"
    the standby is between its standby footprint and full production size
    not done: the users are home since failback r1, and it is not all a standby again; `lifeboat failback shop.yaml --reason TEXT` makes it a standby again
    ");
    let mut open = frozen();
    open.kind = RunKind::Drill;
    let (text, _) = told(8, Some(&open), None);
    insta::assert_snapshot!(text, @r"
    run r1 (drill) stopped part-way
      go on with it: lifeboat runs resume shop.yaml r1
      give it up: lifeboat runs abandon shop.yaml r1 --because TEXT
    the standby is between its standby footprint and full production size
    you now have no standby: it was declared in run r0
    ");
}
