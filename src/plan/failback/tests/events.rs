//! Owns the cases of failbacks with event sources: off in the standby as it is frozen, on in the primary at the end.

use super::*;
use crate::facts::EventSourceFacts;
use crate::model::{DataKind, EventSource, RdsData, Trigger};

fn sources() -> Vec<EventSource> {
    let mapping = Trigger::Mapping { function: "shop-orders".into(), source: Some("queue".into()) };
    let rule = |name: &str| Trigger::Rule { bus: "default".into(), name: name.into() };
    vec![
        EventSource { name: "nightly".into(), trigger: rule("shop-nightly"), standby: Some("night-dr".into()) },
        EventSource { name: "order-queue".into(), trigger: mapping, standby: None },
        EventSource { name: "paused".into(), trigger: rule("shop-paused"), standby: None },
    ]
}

/// What was seen of nightly, order-queue and paused: the states in the standby and in the primary.
fn seen(states: [(&str, &str); 3]) -> BTreeMap<String, EventSeen> {
    let facts = |state: &str| EventSourceFacts { state: state.into(), ..EventSourceFacts::default() };
    let both = |(there, here): (&str, &str)| EventSeen { standby: Some(facts(there)), primary: Some(facts(here)) };
    let names = ["nightly", "order-queue", "paused"];
    names.iter().zip(states).map(|(name, states)| ((*name).to_owned(), both(states))).collect()
}

fn case(states: [(&str, &str); 3]) -> Case {
    Case { event_sources: sources(), seen: Seen { events: seen(states), ..Seen::default() }, ..Case::default() }
}

const SERVING: [(&str, &str); 3] = [("ENABLED", "DISABLED"), ("Enabling", "Disabled"), ("DISABLED", "DISABLED")];

#[test]
fn what_runs_in_the_standby_is_off_before_data_goes_home_and_what_ran_at_home_is_on_at_the_end() {
    let rds = RdsData { source: "prod-orders".into(), key: None, class: None, endpoint_parameter: None };
    let database = |id: &str| crate::facts::DatabaseFacts {
        id: id.into(),
        status: "available".into(),
        ..crate::facts::DatabaseFacts::default()
    };
    let data = DataSeen {
        standby: Some(database("shop-orders")),
        primary: Some(database("prod-orders")),
        kept: None,
        lag: None,
        past: crate::plan::past::tests::led_to(crate::model::SideName::Standby, jiff::Timestamp::UNIX_EPOCH),
    };
    let mut case = Case { primary: Some(ZERO), declared_in: Some("r1"), ..case(SERVING) };
    case.data = vec![DataSet { name: "orders".into(), kind: DataKind::Rds(rds) }];
    case.seen.data.insert("orders".into(), data);
    let runbook = planned(case).expect("a plan");
    insta::assert_snapshot!(lines(&runbook), @r"
    reseed-home-orders <- [] 1800s
    scale-primary-web <- [reseed-home-orders] 1s
    await-primary-web <- [scale-primary-web] 90s
    lag-home-orders <- [await-primary-web reseed-home-orders] 60s
    gate-freeze <- [lag-home-orders] 0s
    disable-events-nightly <- [gate-freeze] 1s
    disable-events-order-queue <- [gate-freeze] 30s
    freeze-standby <- [gate-freeze] 360s
    await-replica-home-orders <- [disable-events-nightly disable-events-order-queue freeze-standby reseed-home-orders] 60s
    promote-home-orders <- [await-replica-home-orders] 300s
    scale-primary-api <- [promote-home-orders] 1s
    scale-primary-worker <- [promote-home-orders] 1s
    await-primary-api <- [scale-primary-api] 90s
    await-primary-worker <- [scale-primary-worker] 90s
    gate-traffic <- [await-primary-api await-primary-worker] 0s
    enable-home-events-nightly <- [gate-traffic] 1s
    enable-home-events-order-queue <- [gate-traffic] 30s
    reseed-standby-orders <- [gate-traffic] 1800s
    stand-down-api <- [reseed-standby-orders] 1s
    stand-down-worker <- [reseed-standby-orders] 1s
    stand-down-web <- [reseed-standby-orders] 1s
    report <- [enable-home-events-nightly enable-home-events-order-queue stand-down-api stand-down-web stand-down-worker] 1s
    ");
    let titles = runbook.steps.iter().filter(|step| step.id.0.contains("events")).map(|step| step.title.as_str());
    insta::assert_snapshot!(titles.collect::<Vec<_>>().join("\n"), @r"
    switch nightly off in the standby: rule night-dr
    switch order-queue off in the standby: mapping of shop-orders from queue
    switch nightly on in the primary: rule shop-nightly
    switch order-queue on in the primary: mapping of shop-orders from queue
    ");
    assert!(runbook.is_intact());
}

#[test]
fn without_data_they_go_home_all_the_same() {
    let runbook = planned(Case { declared_in: Some("r1"), ..case(SERVING) }).expect("a plan");
    let needs = |id: StepId| {
        let needs = &runbook.step(&id).expect("a step").needs;
        needs.iter().map(|id| id.0.clone()).collect::<Vec<_>>()
    };
    assert_eq!(needs(disable_events_id("nightly")), ["gate-data"]);
    assert_eq!(needs(disable_events_id("order-queue")), ["gate-data"]);
    assert_eq!(needs(scale_primary_id("worker")), ["disable-events-nightly", "disable-events-order-queue"]);
    assert_eq!(needs(StepId(TRAFFIC_GATE.into())), ["await-primary-api", "await-primary-worker"]);
    assert_eq!(needs(enable_home_events_id("nightly")), [TRAFFIC_GATE]);
    assert!(runbook.step(&disable_events_id("paused")).is_none(), "it is off");
    assert!(runbook.step(&enable_home_events_id("paused")).is_none(), "it was off when that was recorded");
}

#[test]
fn an_event_source_that_runs_on_the_wrong_side_is_no_home() {
    let two = || Case { standby: Some(2), ..Case::default() };
    // The standby at its footprint, the primary at its size: there is nothing to do.
    for (states, at_home) in [
        ([("DISABLED", "ENABLED"), ("Disabled", "Enabled"), ("DISABLED", "DISABLED")], true),
        ([("ENABLED", "ENABLED"), ("Disabled", "Enabled"), ("DISABLED", "DISABLED")], false),
        ([("DISABLED", "DISABLED"), ("Disabled", "Enabled"), ("DISABLED", "DISABLED")], false),
        ([("DISABLED", "ENABLED"), ("Disabled", "Disabling"), ("DISABLED", "DISABLED")], false),
    ] {
        let Case { event_sources, seen, .. } = case(states);
        let planned = planned(Case { event_sources, seen, at_footprint: true, ..two() });
        assert_eq!(matches!(planned, Err(FailbackRefusal::AtHome)), at_home, "{states:?}: {planned:?}");
    }
}
