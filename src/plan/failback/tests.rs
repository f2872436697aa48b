//! Owns the cases of failbacks: home in recovery order, two gates before anything is taken away, and what is refused.
//! What data, traffic and configuration add is below.

mod configured;
mod events;
mod images;
mod kept;
mod lesser;
mod unlisted;
mod whereabouts;
mod whose;

use super::*;
use crate::facts::{BlockDevice, EventSourceFacts, LaunchTemplateFacts};
use crate::model::{DataSet, EventSource, GroupSize, Strategy, Traffic};
use crate::plan::declare::tests::{baseline, declaration, environment, groups, lines};
use crate::plan::runbook::{Action, Mode, StepId};

/// What a case changes.
#[derive(Default)]
struct Case {
    /// The primary's size of all groups; as recorded where none.
    primary: Option<GroupSize>,
    /// What the baseline recorded, where not 8.
    recorded: Option<GroupSize>,
    /// How many the standby's groups have; 8 where none.
    standby: Option<u32>,
    declared_in: Option<&'static str>,
    silent: bool,
    gone: bool,
    data: Vec<DataSet>,
    /// All but `paused` ran when they were recorded.
    event_sources: Vec<EventSource>,
    traffic: Option<Traffic>,
    seen: Seen,
    /// The standby has its footprint.
    at_footprint: bool,
    /// The standby's groups are at zero.
    frozen: bool,
    /// The strategy, where it is not that of the fixture.
    strategy: Option<Strategy>,
    /// The baseline knows production's orders.
    orders_recorded: bool,
    /// Production's launch template of the web tier keeps volumes.
    web_keeps: bool,
}

const EIGHT: GroupSize = GroupSize { min: 8, max: 12, desired: 8 };
const ZERO: GroupSize = GroupSize { min: 0, max: 0, desired: 0 };

fn side(size: GroupSize) -> BTreeMap<String, GroupFacts> {
    let all = groups(size.desired).into_values().map(|mut group| {
        group.name = group.name.replace("shop-", "prod-");
        group.size = size;
        (group.name.clone(), group)
    });
    all.collect()
}

fn footprint(standby: &mut BTreeMap<String, GroupFacts>) {
    for (name, desired, max) in [("api", 2, 8), ("worker", 1, 4), ("web", 2, 10)] {
        let group = standby.get_mut(&format!("shop-{name}")).expect("the group");
        group.size = GroupSize { min: desired, max, desired };
    }
}

fn planned(case: Case) -> Result<Runbook, FailbackRefusal> {
    let mut baseline = baseline();
    baseline.facts.groups = side(case.recorded.unwrap_or(EIGHT));
    let mut primary = side(case.primary.unwrap_or(EIGHT));
    if case.gone {
        primary.remove("prod-web");
    }
    let mut environment = environment();
    (environment.data, environment.traffic) = (case.data, case.traffic);
    environment.strategy = case.strategy.unwrap_or(environment.strategy);
    for source in &case.event_sources {
        let state = if source.name == "paused" { "DISABLED" } else { "ENABLED" };
        let facts = EventSourceFacts { state: state.into(), ..EventSourceFacts::default() };
        baseline.facts.event_sources.insert(source.name.clone(), facts);
    }
    environment.event_sources = case.event_sources;
    let mut standby = groups(case.standby.unwrap_or(8));
    if case.at_footprint {
        footprint(&mut standby);
    }
    if case.frozen {
        for group in standby.values_mut() {
            (group.size, group.instances) = (ZERO, vec![]);
        }
    }
    if case.orders_recorded {
        let orders = crate::facts::DatabaseFacts { id: "prod-orders".into(), ..Default::default() };
        baseline.facts.databases.insert("prod-orders".into(), orders);
    }
    if case.web_keeps {
        let device = BlockDevice { delete_on_termination: Some(false), ..BlockDevice::default() };
        let template = LaunchTemplateFacts { block_devices: vec![device], ..LaunchTemplateFacts::default() };
        baseline.facts.launch_templates.insert("prod-web".into(), template);
    }
    plan_failback(&FailbackInput {
        environment: &environment,
        baseline: &baseline,
        groups: &standby,
        primary: if case.silent { Err("no answer".to_owned()) } else { Ok(&primary) },
        seen: &case.seen,
        declared_in: case.declared_in,
        declaration: declaration(Mode::Graceful),
        timeout_s: 600,
        data_timeout_s: 3_600,
    })
}

#[test]
fn a_fenced_primary_comes_back_before_anything_is_taken_from_the_standby() {
    let runbook = planned(Case { primary: Some(ZERO), declared_in: Some("r1"), ..Case::default() }).expect("a plan");
    insta::assert_snapshot!(lines(&runbook), @r"
    scale-primary-web <- [] 1s
    await-primary-web <- [scale-primary-web] 90s
    gate-data <- [await-primary-web] 0s
    scale-primary-api <- [gate-data] 1s
    scale-primary-worker <- [gate-data] 1s
    await-primary-api <- [scale-primary-api] 90s
    await-primary-worker <- [scale-primary-worker] 90s
    gate-traffic <- [await-primary-api await-primary-worker] 0s
    stand-down-api <- [gate-traffic] 1s
    stand-down-worker <- [gate-traffic] 1s
    stand-down-web <- [gate-traffic] 1s
    report <- [stand-down-api stand-down-web stand-down-worker] 1s
    ");
    assert!(runbook.is_intact());
    assert_eq!(runbook.kind, RunKind::Failback);
    assert!(runbook.steps.iter().all(|step| !step.best_effort));
    let titles: Vec<&str> = runbook.steps.iter().map(|step| step.title.as_str()).collect();
    insta::assert_snapshot!(titles.join("\n"), @r"
    scale web in the primary from 0 to 8
    wait until 8 of web serve in the primary
    data written in the standby has been brought home (data is not configured in this environment)
    scale api in the primary from 0 to 8
    scale worker in the primary from 0 to 8
    wait until 8 of api serve in the primary
    wait until 8 of worker serve in the primary
    point your users back at the primary (traffic is not configured in this environment)
    stand api down from 8 to its standby footprint of 2
    stand worker down from 8 to its standby footprint of 1
    stand web down from 8 to its standby footprint of 2
    save the report
    ");
}

#[test]
fn scheduled_actions_that_a_fence_suspended_go_on_once_the_users_are_home() {
    let suspended = |group: &mut GroupFacts| group.suspended_processes = vec![crate::facts::SCHEDULED_ACTIONS.into()];
    let plan = |recorded: bool| {
        let (mut baseline, mut primary, environment) = (baseline(), side(EIGHT), environment());
        baseline.facts.groups = side(EIGHT);
        suspended(primary.get_mut("prod-worker").expect("the group"));
        if recorded {
            suspended(baseline.facts.groups.get_mut("prod-worker").expect("the group"));
        }
        let mut standby = groups(2);
        footprint(&mut standby);
        plan_failback(&FailbackInput {
            environment: &environment,
            baseline: &baseline,
            groups: &standby,
            primary: Ok(&primary),
            seen: &Seen::default(),
            declared_in: None,
            declaration: declaration(Mode::Graceful),
            timeout_s: 600,
            data_timeout_s: 3_600,
        })
    };
    let runbook = plan(false).expect("that alone is a way home");
    let resumes = |runbook: &Runbook| {
        let of = |step: &crate::plan::runbook::Step| match &step.action {
            Action::ResumeSchedules { group, .. } => Some((group.clone(), step.needs.clone())),
            _ => None,
        };
        runbook.steps.iter().filter_map(of).collect::<Vec<_>>()
    };
    let after = std::collections::BTreeSet::from([StepId(TRAFFIC_GATE.into())]);
    assert_eq!(resumes(&runbook), [("prod-worker".to_owned(), after)]);
    let report = runbook.steps.last().expect("a report");
    assert!(report.needs.contains(&resume_schedules_id("worker")), "{report:?}");
    assert_eq!(plan(true), Err(FailbackRefusal::AtHome), "it was so when production was recorded");
}

#[test]
fn the_primary_gets_what_was_recorded_and_never_less_than_it_has() {
    let size = |min, desired, max| GroupSize { min, max, desired };
    for (now, expected) in
        [(ZERO, EIGHT), (EIGHT, EIGHT), (size(2, 9, 20), size(8, 9, 20)), (size(10, 10, 10), size(10, 10, 12))]
    {
        let runbook = planned(Case { primary: Some(now), ..Case::default() }).expect("a plan");
        let step = runbook.step(&scale_primary_id("web")).expect("a step");
        assert!(
            matches!(step.action, Action::ScalePrimary { size, .. } if size == expected),
            "{now}: {:?}",
            step.action
        );
        let wait = runbook.step(&await_primary_id("web")).expect("a step");
        assert!(matches!(wait.action, Action::AwaitPrimary { wanted, .. } if wanted == expected.desired), "{now}");
    }
}

#[test]
fn users_who_come_home_find_as_many_as_served_them() {
    let size = |min, max, desired| GroupSize { min, max, desired };
    let six = size(2, 8, 6);
    for (standby, recorded, now, expected, title) in [
        (
            10,
            six,
            ZERO,
            size(2, 10, 10),
            "scale web in the primary from 0 to 10 (as many as run in the standby; 6 were recorded in production, with a \
             maximum of 8)",
        ),
        (
            7,
            six,
            ZERO,
            size(2, 8, 7),
            "scale web in the primary from 0 to 7 (as many as run in the standby; 6 were recorded in production)",
        ),
        (6, six, ZERO, six, "scale web in the primary from 0 to 6"),
        (2, six, ZERO, six, "scale web in the primary from 0 to 6"),
        (10, six, size(2, 20, 11), size(2, 20, 11), "web has its size in the primary: 11"),
    ] {
        let case = Case { standby: Some(standby), recorded: Some(recorded), primary: Some(now), ..Case::default() };
        let runbook = planned(case).expect("a plan");
        let step = runbook.step(&scale_primary_id("web")).expect("a step");
        assert!(matches!(step.action, Action::ScalePrimary { size, .. } if size == expected), "{:?}", step.action);
        assert_eq!(step.title, title);
        let wait = runbook.step(&await_primary_id("web")).expect("a step");
        assert!(matches!(wait.action, Action::AwaitPrimary { wanted, .. } if wanted == expected.desired), "{wait:?}");
    }
}

#[test]
fn the_standby_goes_to_its_footprint_in_one_absolute_call_each() {
    let runbook = planned(Case::default()).expect("a plan");
    let down = |tier: &str| match &runbook.step(&StepId(format!("stand-down-{tier}"))).expect("a step").action {
        Action::StandDown { size, .. } => *size,
        other => panic!("{other:?}"),
    };
    assert_eq!(down("web"), GroupSize { min: 2, max: 10, desired: 2 });
    assert_eq!(down("worker"), GroupSize { min: 1, max: 4, desired: 1 });
}

#[test]
fn a_tier_that_leaves_volumes_behind_says_so_where_it_shrinks() {
    let said = |case: Case| {
        let runbook = planned(case).expect("a plan");
        let said = runbook.steps.into_iter().filter(|step| step.title.ends_with(crate::plan::kept_volumes::STAY));
        said.map(|step| step.id.0).collect::<Vec<_>>()
    };
    assert_eq!(said(Case { web_keeps: true, ..Case::default() }), ["stand-down-web"]);
    assert!(said(Case::default()).is_empty());
    let at_footprint = Case { web_keeps: true, declared_in: Some("r1"), standby: Some(2), ..Case::default() };
    assert!(said(Case { at_footprint: true, ..at_footprint }).is_empty(), "nothing stops there");
}

fn check(case: Case, expected: &str) {
    assert_eq!(planned(case).expect_err(expected).to_string(), expected);
}

#[test]
fn what_cannot_be_planned_is_refused_with_its_reason() {
    let dark = "a failback needs the primary, and it does not answer: no answer";
    check(Case { silent: true, ..Case::default() }, dark);
    check(Case { gone: true, ..Case::default() }, "the primary has no Auto Scaling group prod-web");
    let fenced = "the baseline was recorded while prod-api, prod-worker, prod-web was fenced at zero";
    check(Case { recorded: Some(ZERO), primary: Some(ZERO), ..Case::default() }, fenced);
}

#[test]
fn at_home_means_that_nothing_was_declared_and_nothing_differs() {
    let at_footprint = |declared_in| {
        let mut standby = groups(2);
        footprint(&mut standby);
        let (mut baseline, primary) = (baseline(), side(EIGHT));
        baseline.facts.groups = side(EIGHT);
        plan_failback(&FailbackInput {
            environment: &environment(),
            baseline: &baseline,
            groups: &standby,
            primary: Ok(&primary),
            seen: &Seen::default(),
            declared_in,
            declaration: declaration(Mode::Graceful),
            timeout_s: 600,
            data_timeout_s: 3_600,
        })
    };
    assert_eq!(at_footprint(None), Err(FailbackRefusal::AtHome));
    // The users may still be in the standby: people say where they are, at the gates.
    assert!(at_footprint(Some("r1")).is_ok());
    assert!(planned(Case { standby: Some(2), primary: Some(ZERO), ..Case::default() }).is_ok());
}
