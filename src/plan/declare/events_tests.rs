//! Owns the cases of declarations with event sources: what is switched on, after what, and what production's fence does.

use super::tests::{baseline, declaration, environment, groups, lines};
use super::*;
use crate::facts::EventSourceFacts;
use crate::model::{DataKind, DataSet, EventSource, RdsData, SideName, TableData, Trigger};
use crate::plan::runbook::{Action, StepId};

fn sources() -> Vec<EventSource> {
    let mapping = Trigger::Mapping { function: "shop-orders".into(), source: None };
    let rule = |name: &str| Trigger::Rule { bus: "default".into(), name: name.into() };
    vec![
        EventSource { name: "nightly".into(), trigger: rule("shop-nightly"), standby: Some("night-dr".into()) },
        EventSource { name: "order-queue".into(), trigger: mapping, standby: None },
        EventSource { name: "paused".into(), trigger: rule("shop-paused"), standby: None },
        EventSource { name: "unseen".into(), trigger: rule("shop-unseen"), standby: None },
    ]
}

fn orders() -> DataSet {
    let rds = RdsData { source: "shop-orders".into(), key: None, class: None, endpoint_parameter: None };
    DataSet { name: "orders".into(), kind: DataKind::Rds(rds) }
}

fn planned(mode: Mode, data: Vec<DataSet>, options: DeclareOptions) -> (Runbook, Remarks) {
    let (mut environment, mut baseline, groups) = (environment(), baseline(), groups(2));
    environment.tiers.retain(|tier| tier.name != "worker");
    environment.data = data;
    environment.event_sources = sources();
    for (name, state) in [("nightly", "ENABLED"), ("order-queue", "Enabling"), ("paused", "DISABLED")] {
        let facts = EventSourceFacts { state: state.into(), ..EventSourceFacts::default() };
        baseline.facts.event_sources.insert(name.into(), facts);
    }
    let input = DeclareInput {
        environment: &environment,
        baseline: &baseline,
        groups: &groups,
        standby: StandbySeen { databases: Err("denied".into()), ..StandbySeen::default() },
        primary: if mode == Mode::Graceful { PrimaryReach::Answers } else { PrimaryReach::NotAsked },
        declaration: declaration(mode),
        options,
        past: Default::default(),
    };
    let runbook = plan_declare(&input).expect("a plan");
    let know = remarks(&input, &runbook);
    (runbook, know)
}

fn fenced(runbook: &Runbook) -> Vec<String> {
    match &runbook.step(&StepId(FENCE.into())).expect("the fence").action {
        Action::FencePrimary { events, .. } => events.values().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_ran_in_production_is_switched_on_once_tiers_and_data_are_there_and_before_users_come() {
    let (runbook, know) = planned(Mode::Ungraceful, vec![orders()], DeclareOptions::default());
    insta::assert_snapshot!(lines(&runbook), @r"
    measure-orders <- [] 1s
    promote-orders <- [measure-orders] 300s
    scale-api <- [] 1s
    await-api <- [scale-api] 90s
    scale-web <- [await-api] 1s
    await-web <- [scale-web] 120s
    enable-events-nightly <- [await-web promote-orders] 1s
    enable-events-order-queue <- [await-web promote-orders] 30s
    gate-traffic <- [await-web enable-events-nightly enable-events-order-queue promote-orders] 0s
    report <- [gate-traffic] 1s
    ");
    let titles = runbook.steps.iter().filter(|step| step.id.0.contains("events")).map(|step| step.title.as_str());
    insta::assert_snapshot!(titles.collect::<Vec<_>>().join("\n"), @r"
    switch nightly on in the standby: rule night-dr
    switch order-queue on in the standby: mapping of shop-orders
    ");
    for step in &runbook.steps {
        assert!(!step.sides.contains(&SideName::Primary), "{} needs the primary", step.id);
    }
    assert_eq!(
        know.warnings.last().map(String::as_str),
        Some(
            "the baseline does not say whether unseen runs in production: the standby's rule shop-unseen is left as it is"
        )
    );
}

#[test]
fn a_graceful_plan_switches_production_s_off_before_the_replica_is_drained() {
    let (runbook, _) = planned(Mode::Graceful, vec![orders()], DeclareOptions::default());
    insta::assert_snapshot!(lines(&runbook), @r"
    scale-api <- [] 1s
    await-api <- [scale-api] 90s
    scale-web <- [await-api] 1s
    await-web <- [scale-web] 120s
    fence-primary <- [await-web] 360s
    await-replica-orders <- [fence-primary] 120s
    promote-orders <- [await-replica-orders] 300s
    enable-events-nightly <- [await-web fence-primary promote-orders] 1s
    enable-events-order-queue <- [await-web fence-primary promote-orders] 30s
    gate-traffic <- [await-web enable-events-nightly enable-events-order-queue fence-primary promote-orders] 0s
    report <- [gate-traffic] 1s
    ");
    let fence = runbook.step(&StepId(FENCE.into())).expect("the fence");
    insta::assert_snapshot!(fence.title, @"fence the primary: its event sources are switched off, its groups go to zero and their scheduled actions are suspended, so that nothing serves twice");
    assert_eq!(
        fenced(&runbook),
        ["rule shop-nightly", "mapping of shop-orders", "rule shop-paused", "rule shop-unseen"],
        "all of them: what was off when it was recorded may be on by now"
    );
}

#[test]
fn where_both_sides_serve_for_a_moment_nothing_is_started_twice() {
    let carts = DataSet { name: "carts".into(), kind: DataKind::Dynamodb(TableData { table: "shop-carts".into() }) };
    let (runbook, _) = planned(Mode::Graceful, vec![carts], DeclareOptions::default());
    insta::assert_snapshot!(lines(&runbook), @r"
    check-carts <- [] 2s
    scale-api <- [] 1s
    await-api <- [scale-api] 90s
    scale-web <- [await-api] 1s
    await-web <- [scale-web] 120s
    gate-traffic <- [await-web] 0s
    fence-primary <- [gate-traffic] 5s
    enable-events-nightly <- [fence-primary] 1s
    enable-events-order-queue <- [fence-primary] 30s
    report <- [check-carts enable-events-nightly enable-events-order-queue fence-primary gate-traffic] 1s
    ");
}

#[test]
fn a_fence_that_may_meet_a_dark_primary_holds_nothing_up() {
    let options = DeclareOptions { fence: true, ..DeclareOptions::default() };
    let (runbook, _) = planned(Mode::Ungraceful, vec![], options);
    assert_eq!(fenced(&runbook).len(), 4);
    assert!(runbook.step(&StepId(FENCE.into())).expect("the fence").best_effort);
    assert!(runbook.steps.iter().all(|step| !step.needs.contains(&StepId(FENCE.into()))));
}

#[test]
fn single_tiers_leave_event_sources_alone() {
    let options = DeclareOptions { fence: true, tiers: vec!["web".into()], ..DeclareOptions::default() };
    let (runbook, _) = planned(Mode::Ungraceful, vec![], options);
    assert!(runbook.steps.iter().all(|step| !matches!(step.action, Action::EnableEvents { .. })));
    assert_eq!(fenced(&runbook), Vec::<String>::new());
}
