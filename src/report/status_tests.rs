//! Owns the cases of a status whose standby is frozen by a failback, or whose users leave it by themselves.

use std::collections::BTreeMap;

use super::*;
use crate::model::{Span, Traffic, fixture};
use crate::plan::runbook::{Action, RunKind};
use crate::run::engine::RunRecord;
use crate::run::engine::tests::world::{runbook, step};
use crate::run::journal::{RunState, StepState};

fn tier(max: u32) -> TierStatus {
    TierStatus {
        tier: "web".into(),
        size: Some(GroupSize { min: 0, max, desired: 0 }),
        in_service: 0,
        standby: Some(2),
        full: Some(8),
        launches: None,
        published: None,
    }
}

/// A failback that froze the standby and stopped.
fn frozen() -> Frozen {
    let freeze = Action::FreezeStandby { groups: vec!["shop-web".into()] };
    let plan = runbook("r1", vec![crate::plan::runbook::Step { action: freeze, ..step("freeze-standby", &[]) }]);
    let mut record = RunRecord::of(&plan, &[]);
    (record.kind, record.state, record.steps[0].state) = (RunKind::Failback, RunState::Stopped, StepState::Succeeded);
    Frozen::by(&record).expect("frozen")
}

/// The lines that tell the posture and what to beware of, and the document.
fn told(max: u32, frozen: Option<&Frozen>, switch: Option<Switch>) -> (String, Value) {
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
        leads_to: LeadsTo::Undecided,
        object: None,
        because: "somebody decides".into(),
        lever: None,
    });
    let posture = PostureRecord {
        schema_version: 1,
        at: Timestamp::UNIX_EPOCH,
        by: "ann".into(),
        target: "full".into(),
        minimums: BTreeMap::new(),
        declared_in: Some("r0".into()),
    };
    let view = StatusView {
        environment: &environment,
        baseline: None,
        tiers: &[tier(max)],
        stacks: &BTreeMap::new(),
        data: &[],
        events: &[],
        traffic: traffic.as_ref(),
        last_sync: None,
        posture: Some(&posture),
        declared_in: posture.declared_in.as_deref(),
        last_runs: &LastRuns::of(&[]),
        frozen,
        file: "shop.yaml",
        gaps: &[],
        now: Timestamp::UNIX_EPOCH,
    };
    let text = view.text(false);
    let lines = text.lines().filter(|line| ["the standby is", "  `", "beware"].iter().any(|at| line.starts_with(at)));
    (lines.collect::<Vec<_>>().join("\n"), view.json())
}

#[test]
fn groups_at_zero_by_a_failback_that_did_not_end_are_no_posture_in_between() {
    let frozen = frozen();
    let (text, json) = told(0, Some(&frozen), None);
    insta::assert_snapshot!(text, @r"
    the standby is frozen by failback r1, which stopped: service is down unless the primary serves
      `lifeboat runs resume shop.yaml r1` goes on; to serve in the standby again, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat scale shop.yaml --to full` brings it back
    ");
    assert_eq!((&json["posture"], &json["frozen_by_run"]), (&"frozen".into(), &"r1".into()));
    // Scaled up since.
    let (text, json) = told(8, Some(&frozen), None);
    insta::assert_snapshot!(text, @"the standby is between its standby footprint and full production size");
    assert_eq!((&json["posture"], &json["frozen_by_run"]), (&"partial".into(), &Value::Null));
}

#[test]
fn users_who_go_back_by_themselves_are_warned_of_while_the_standby_serves() {
    let (text, json) = told(8, None, Some(Switch::Failover { path: "/".into() }));
    insta::assert_snapshot!(text, @r"
    the standby is between its standby footprint and full production size
    beware: as soon as the primary passes its health check again, Route 53 leads the users of shop.example.com back to it by itself, to data that lacks what was written in the standby; fence it once it answers, until a failback brings the data home: lifeboat declare shop.yaml --fence --reason TEXT
    ");
    assert!(json["users_return"].is_string());
    let (text, json) = told(8, None, Some(Switch::Manual));
    assert!(!text.contains("beware") && json["users_return"].is_null(), "{text}");
}
