//! Owns the cases of how a runbook is told.

use std::collections::BTreeSet;

use super::*;
use crate::model::{Digest, Objectives, SideName, Span};
use crate::plan::runbook::{Action, BasedOn, Estimate, RUNBOOK_SCHEMA};

fn step(id: &str, needs: &[&str], seconds: u64, action: Action) -> Step {
    Step {
        id: StepId(id.into()),
        title: format!("do {id}"),
        action,
        needs: needs.iter().map(|id| StepId((*id).into())).collect(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: Estimate { seconds, source: EstimateSource::Default { why: "a guess".into() } },
        best_effort: false,
        skipped: None,
    }
}

fn runbook(rto: u64) -> Runbook {
    let mut steps = vec![
        step("scale-web", &[], 60, Action::Report),
        step("await-web", &[], 100, Action::Report),
        step("probe", &["await-web"], 10, Action::Report),
        step("gate", &["await-web", "scale-web"], 0, Action::Gate { question: "go on?".into() }),
        step("report", &["gate"], 20, Action::Report),
    ];
    steps[2].skipped = Some("no\u{1b}[2J probe".into());
    Runbook {
        schema_version: RUNBOOK_SCHEMA,
        id: "r1".into(),
        environment: "shop".into(),
        kind: RunKind::Declare,
        mode: Mode::Ungraceful,
        reason: "it is dark".into(),
        declared_by: "ann".into(),
        host: "laptop".into(),
        declared_at: jiff::Timestamp::UNIX_EPOCH,
        incident_at: None,
        tool_version: "1".into(),
        objectives: Objectives { rto: Span::from_secs(rto), rpo: Span::from_secs(60) },
        scope: crate::plan::runbook::Scope::default(),
        rehearses: Vec::new(),
        based_on: BasedOn { environment: Digest(String::new()), baseline: Digest(String::new()) },
        steps,
        digest: Digest(String::new()),
    }
    .sealed()
}

#[test]
fn people_see_steps_bars_the_critical_path_and_the_verdict() {
    insta::assert_snapshot!(text(&runbook(1_800), false), @r"
    declare shop (ungraceful): it is dark
    run r1 by ann on laptop
         STEP       SIDE     AFTER  DOES
      1  scale-web  standby         do scale-web
      2  await-web  standby         do await-web
      3  probe      standby  2      skipped: do probe
      4  gate       standby  1,2    do gate
      5  report     standby  4      do report
      ! probe is skipped: no\u{1b}[2J probe
    timeline (# is the critical path)
      scale-web  ====================....................  0:00-1:00  a guess
      await-web  #################################.......  0:00-1:40  a guess
      gate       .................................|......  1:40       a guess
      report     .................................#######  1:40-2:00  a guess
    RTO 30m holds: 2 min 00 s by these estimates
    the time people take at gates is not counted
    ");
}

/// A plan in which service is back 100 s from the beginning and the whole takes 320 s.
fn with_protection(kind: RunKind, first: Action, rto: u64) -> Runbook {
    let url = "https://shop.example.com/".to_owned();
    let probe = Action::Probe { probe: crate::model::Probe { url, status: 200 }, timeout_s: 9 };
    let mut runbook = runbook(rto);
    runbook.kind = kind;
    runbook.steps = vec![
        step("stop", &[], 40, first),
        step("probe", &["stop"], 60, probe),
        step("protect", &["probe"], 200, Action::Report),
        step("report", &["protect"], 20, Action::Report),
    ];
    runbook.sealed()
}

#[test]
fn the_objective_is_held_against_the_time_until_service_is_back_and_the_whole_is_told_beside_it() {
    let declare = |rto| with_protection(RunKind::Declare, Action::Report, rto);
    for (rto, expected) in [(99, false), (100, true)] {
        assert_eq!((holds(&declare(rto)), json(&declare(rto))["rto_holds"] == true), (expected, expected), "{rto}");
    }
    let told = text(&declare(100), false);
    assert!(told.contains("RTO 1m40s holds: 100 s by these estimates\nthe whole run takes 5 min 20 s: "), "{told}");
    assert_eq!(json(&declare(100))["recovered_s"], 100);
    assert!(!text(&runbook(1_800), false).contains("the whole run takes"), "it is the same time");
}

#[test]
fn a_plan_says_for_how_long_nobody_serves() {
    let told = |kind, first| {
        let runbook = with_protection(kind, first, 60);
        let json = json(&runbook)["nobody_serves"].clone();
        let text = text(&runbook, false);
        (text.lines().find(|line| line.contains("nobody serves")).map(str::to_owned), json)
    };
    let pause = "nobody serves for about 2 min: from stop to probe, by these estimates";
    let freeze = || Action::FreezeStandby { groups: vec![] };
    let fence = || Action::FencePrimary { groups: vec![], events: Default::default() };
    let (text, json) = told(RunKind::Failback, freeze());
    assert_eq!(text.as_deref(), Some(pause));
    assert_eq!(json, serde_json::json!({ "from": "stop", "to": "probe", "seconds": 100 }));
    // A switchover that ends production before it promotes has such a time as well.
    assert_eq!(told(RunKind::Declare, fence()).0.as_deref(), Some(pause));
    assert_eq!(told(RunKind::Declare, Action::Report), (None, Value::Null));
}

#[test]
fn the_table_keeps_its_width_however_many_steps_one_waits_for() {
    for (needs, expected) in [
        (vec![], ""),
        (vec![4, 2], "2,4"),
        ((1..=8).collect(), "1,2,3,4,5,6,7,8"),
        ((1..=1_000).collect(), "1-1000"),
        ([9, 12].into_iter().chain(1..=7).collect(), "1-7,9,12"),
        ((1..=20).map(|n| n * 2).collect(), "2,4,6,8,10,12,14,16 and 12 more"),
    ] {
        assert_eq!(after(needs), expected);
    }
}

#[test]
fn what_would_be_lost_is_told_with_what_makes_it_less() {
    let at = |second| jiff::Timestamp::from_second(second).expect("a time");
    let loss = |data: &str, seconds: Option<u64>, by| {
        let unknown = seconds.is_none().then(|| "no answer".to_owned());
        Loss { data: data.into(), seconds, unknown, at_most: seconds > Some(0), by, stale_since: None }
    };
    let losses = vec![
        loss("orders", Some(240), Some(LossBy::Lag)),
        loss("stock", Some(0), Some(LossBy::Lag)),
        loss("carts", Some(200), Some(LossBy::LastLag { seconds: 2, at: at(60) })),
        loss("bills", Some(3), Some(LossBy::Incident { at: at(60), holds_until: at(57) })),
        loss("users", None, None),
    ];
    let told = super::remarks(&Remarks { losses, warnings: vec![], lever: None }, Span::from_secs(60), false);
    insta::assert_snapshot!(told, @r"
    orders: if declared now, at most 4 min 00 s of writes would be lost, by the lag; give --incident-at to tell more exactly
    stock: if declared now, 0 s of writes would be lost
    carts: if declared now, at most 3 min 20 s of writes would be lost: its lag is not told any more, and was 2 s at 1970-01-01T00:01:00Z; give --incident-at to tell more exactly
    bills: if declared now, at most 3 s of writes would be lost: production wrote nothing after the incident at 1970-01-01T00:01:00Z, and the replica surely has everything until 1970-01-01T00:00:57Z
    users: how many writes would be lost is not known: no answer
    RPO 1m does not hold: 4 min 00 s by the time of the incident
    ");
}

#[test]
fn the_verdict_turns_exactly_at_the_objective() {
    for (rto, expected) in [(119, false), (120, true)] {
        assert_eq!(holds(&runbook(rto)), expected, "{rto}");
        assert_eq!(json(&runbook(rto))["rto_holds"], expected, "{rto}");
    }
    assert!(text(&runbook(119), false).contains("RTO 1m59s does not hold: 2 min 00 s"));
}

#[test]
fn what_had_gone_by_before_the_declaration_counts_and_a_part_is_told_as_one() {
    use crate::plan::runbook::Scope;
    let mut late = runbook(180);
    late.incident_at = Some(jiff::Timestamp::from_second(-61).unwrap());
    assert!(text(&late, false).contains(
        "RTO 3m does not hold: 3 min 01 s from the beginning of the incident: 61 s had gone by, and 2 min 00 s by"
    ));
    assert_eq!((json(&late)["gone_s"].as_u64(), holds(&late)), (Some(61), false));
    let half = runbook(180).for_scope(Scope { percent: Some(50), tiers: vec![] });
    assert!(text(&half, false).starts_with("declare shop to 50 % (ungraceful): "));
    let web = runbook(180).for_scope(Scope { percent: None, tiers: vec!["web".into()] });
    let told = text(&web, false);
    assert!(told.starts_with("declare shop only web (ungraceful): ") && !told.contains("RTO"), "{told}");
}
