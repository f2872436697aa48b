//! Owns the cases of declarations: what is planned, in which order, how long it should take, and what is refused.

use std::collections::BTreeMap;

use super::*;
use crate::facts::sample;
use crate::facts::{BASELINE_SCHEMA, Baseline, GroupFacts, SideFacts, TargetGroupFacts, TargetHealthCheck, TierSource};
use crate::model::fixture;
use crate::model::{AccountId, Environment, FullSize, GroupSize, Region, SideName, Tier};
use crate::plan::runbook::{EstimateSource, StepId, timeline};
use crate::plan::scale::ScaleTarget;

pub(in crate::plan) fn environment() -> Environment {
    let tier = |name: &str, order| Tier {
        order,
        auto_scaling_group: format!("prod-{name}"),
        full: FullSize { floor: 0, ..fixture::tier(name).full },
        ..fixture::tier(name)
    };
    let mut environment = fixture::environment();
    environment.tiers = vec![tier("api", 10), tier("worker", 10), tier("web", 20)];
    environment
}

pub(in crate::plan) fn baseline() -> Baseline {
    let now = jiff::Timestamp::UNIX_EPOCH;
    let mut facts =
        SideFacts::empty(SideName::Primary, Region("us-east-1".into()), AccountId("1".into()), now, String::new());
    let check = TargetHealthCheck {
        protocol: "HTTP".into(),
        port: "traffic-port".into(),
        path: Some("/".into()),
        matcher: None,
        interval_s: 10,
        timeout_s: 5,
        healthy_threshold: 3,
        unhealthy_threshold: 2,
    };
    facts.target_groups.insert(
        "tg-web".into(),
        TargetGroupFacts {
            arn: "tg-web".into(),
            name: "web".into(),
            protocol: "HTTP".into(),
            port: Some(80),
            vpc_id: "vpc".into(),
            target_type: "instance".into(),
            health_check: check,
            load_balancer_arns: vec![],
        },
    );
    let capacity = |name: &str, units| (name.to_owned(), fixture::basis(&format!("prod-{name}"), units));
    let web = TierSource { target_group_arns: vec!["tg-web".into()], ..TierSource::default() };
    Baseline {
        schema_version: BASELINE_SCHEMA,
        environment: "shop".into(),
        tool_version: "1".into(),
        facts,
        tiers: BTreeMap::from([("web".to_owned(), web)]),
        capacity: BTreeMap::from([capacity("api", 8), capacity("worker", 4), capacity("web", 10)]),
        digest: Digest(String::new()),
    }
    .sealed()
}

pub(in crate::plan) fn groups(now: u32) -> BTreeMap<String, GroupFacts> {
    let group = |tier: &str| GroupFacts {
        target_group_arns: if tier == "web" { vec!["tg".into()] } else { vec![] },
        instances: vec![sample::instance("i-1"); now as usize],
        ..sample::group(&format!("shop-{tier}"), GroupSize { min: now, max: 10, desired: now })
    };
    ["api", "worker", "web"].iter().map(|tier| (format!("shop-{tier}"), group(tier))).collect()
}

pub(in crate::plan) fn declaration(mode: Mode) -> Declaration {
    Declaration {
        run_id: "20261107-031500-9c4e".into(),
        mode,
        reason: "us-east-1 is dark".into(),
        by: "arn:aws:iam::1:user/ann".into(),
        host: "laptop".into(),
        at: jiff::Timestamp::UNIX_EPOCH,
        incident_at: None,
        tool_version: "1".into(),
    }
}

/// Plans with changes to the usual input.
fn planned(
    now: u32,
    mode: Mode,
    options: DeclareOptions,
    change: impl FnOnce(&mut DeclareInput<'_>),
) -> Result<Runbook, DeclareRefusal> {
    let (environment, baseline, groups) = (environment(), baseline(), groups(now));
    let mut input = DeclareInput {
        environment: &environment,
        baseline: &baseline,
        groups: &groups,
        standby: StandbySeen::default(),
        primary: PrimaryReach::NotAsked,
        declaration: declaration(mode),
        options,
        past: PastTimes::default(),
    };
    change(&mut input);
    plan_declare(&input)
}

/// One line per step: id, needs, estimate, and why it is skipped.
pub(in crate::plan) fn lines(runbook: &Runbook) -> String {
    let line = |step: &super::super::runbook::Step| {
        let needs: Vec<&str> = step.needs.iter().map(|id| id.0.as_str()).collect();
        let skipped = step.skipped.as_ref().map(|why| format!(" SKIPPED {why}")).unwrap_or_default();
        format!("{} <- [{}] {}s{skipped}", step.id, needs.join(" "), step.estimate.seconds)
    };
    runbook.steps.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn tiers_recover_in_order_and_equals_together() {
    let runbook = planned(2, Mode::Ungraceful, DeclareOptions::default(), |_| {}).expect("a plan");
    insta::assert_snapshot!(lines(&runbook), @r"
    scale-api <- [] 1s
    scale-worker <- [] 1s
    await-api <- [scale-api] 90s
    await-worker <- [scale-worker] 90s
    scale-web <- [await-api await-worker] 1s
    await-web <- [scale-web] 120s
    gate-traffic <- [await-web] 0s
    report <- [gate-traffic] 1s
    ");
    assert!(runbook.is_intact());
    let primary = runbook.steps.iter().filter(|step| step.sides.contains(&SideName::Primary)).count();
    assert_eq!(primary, 0, "an ungraceful plan has a step that needs the primary");
    let timeline = timeline(&runbook);
    let path: Vec<&str> = timeline.critical_path.iter().map(|id| id.0.as_str()).collect();
    assert_eq!(path, ["scale-worker", "await-worker", "scale-web", "await-web", "gate-traffic", "report"]);
    assert!(timeline.holds(timeline.total_s) && !timeline.holds(timeline.total_s - 1));
}

#[test]
fn a_graceful_plan_fences_after_the_users_have_moved_and_an_ungraceful_one_beside_everything() {
    let graceful = planned(2, Mode::Graceful, DeclareOptions::default(), |input| input.primary = PrimaryReach::Answers);
    insta::assert_snapshot!(lines(&graceful.expect("a plan")), @r"
    scale-api <- [] 1s
    scale-worker <- [] 1s
    await-api <- [scale-api] 90s
    await-worker <- [scale-worker] 90s
    scale-web <- [await-api await-worker] 1s
    await-web <- [scale-web] 120s
    gate-traffic <- [await-web] 0s
    fence-primary <- [gate-traffic] 5s
    report <- [fence-primary gate-traffic] 1s
    ");
    let options = DeclareOptions { fence: true, approval: true, ..DeclareOptions::default() };
    let fenced = planned(2, Mode::Ungraceful, options, |_| {}).expect("a plan");
    let fence = fenced.step(&StepId(FENCE.into())).expect("the fence");
    assert!(fence.best_effort);
    assert_eq!(fence.needs.iter().map(|id| id.0.as_str()).collect::<Vec<_>>(), [APPROVAL]);
    assert!(fenced.steps.iter().all(|step| !step.needs.contains(&fence.id)), "something waits for the primary");
}

#[test]
fn options_change_the_plan_visibly() {
    let half = DeclareOptions {
        target: ScaleTarget::Percent(50),
        tiers: vec!["web".into()],
        skips: vec![Skip { step: "await-web".into(), because: " they are up ".into() }],
        accept_percent: 10,
        ..DeclareOptions::default()
    };
    let runbook = planned(2, Mode::Ungraceful, half, |_| {}).expect("a plan");
    insta::assert_snapshot!(lines(&runbook), @r"
    scale-web <- [] 1s
    await-web <- [scale-web] 120s SKIPPED they are up
    report <- [await-web] 1s
    ");
    assert_eq!(runbook.steps[0].title, "scale web from 2 to 5");
}

#[test]
fn nothing_shrinks_and_what_is_so_already_takes_no_time() {
    let options = DeclareOptions { target: ScaleTarget::Percent(10), ..DeclareOptions::default() };
    let runbook = planned(10, Mode::Ungraceful, options, |_| {}).expect("a plan");
    for step in &runbook.steps {
        if let crate::plan::runbook::Action::Scale { size, .. } = &step.action {
            assert_eq!(size.desired, 10, "{}", step.id);
            assert_eq!(step.estimate.seconds, 0, "{}", step.id);
        }
    }
}

/// The estimate of the wait for a tier and where it comes from, after those runs.
fn after(past: PastTimes, target: ScaleTarget, tier: &str) -> (u64, String) {
    let options = DeclareOptions { target, ..DeclareOptions::default() };
    let runbook = planned(2, Mode::Ungraceful, options, |input| input.past = past).expect("a plan");
    let estimate = runbook.step(&await_id(tier)).expect("a step").estimate.clone();
    match estimate.source {
        EstimateSource::Run { id } => (estimate.seconds, id),
        EstimateSource::Default { why } => (estimate.seconds, why),
    }
}

#[test]
fn earlier_runs_are_better_than_defaults_and_of_several_the_slowest_counts() {
    let past = PastTimes::of([
        ("r1", vec![(await_id("web"), 100.0, Some(8)), (await_id("api"), 70.2, Some(6))]),
        ("r2", vec![(await_id("web"), 49.1, Some(8))]),
        ("r3", vec![(await_id("api"), 71.0, Some(6))]),
    ]);
    let of = |tier: &str| after(past.clone(), ScaleTarget::Full, tier);
    assert_eq!(of("web"), (100, "r1".to_owned()));
    assert_eq!(of("api"), (71, "r3".to_owned()), "the newest of equals");
    assert_eq!(of("worker"), (90, "90 s to launch and boot".to_owned()));
}

#[test]
fn a_rehearsal_of_a_part_does_not_stand_for_the_whole() {
    let (whole, part) = (ScaleTarget::Full, ScaleTarget::Percent(30));
    let default = "90 s to launch and boot + 3 health checks of 10 s";
    let run = |name: &'static str, seconds, grew| (name, vec![(await_id("web"), seconds, grew)]);
    // Web grows from 2 to 10, or to 3.
    for (runs, target, expected) in [
        (vec![], whole, (120, default.to_owned())),
        (vec![run("r1", 40.0, Some(1))], whole, (120, format!("{default}; run r1 brought 1 of 8 in 40 s"))),
        (vec![run("r1", 40.0, Some(1))], part, (40, "r1".to_owned())),
        (vec![run("r1", 400.0, Some(1))], whole, (400, "r1".to_owned())),
        (vec![run("r1", 40.0, None)], whole, (120, default.to_owned())),
        (vec![run("r1", 100.0, Some(8)), run("r2", 40.0, Some(1))], whole, (100, "r1".to_owned())),
        (vec![run("r1", 70.0, Some(8)), run("r2", 90.0, Some(1))], whole, (90, "r2".to_owned())),
        (vec![run("r1", 70.0, Some(7))], whole, (120, format!("{default}; run r1 brought 7 of 8 in 70 s"))),
    ] {
        assert_eq!(after(PastTimes::of(runs.clone()), target, "web"), expected, "{runs:?} {target}");
    }
}

#[test]
fn the_same_input_gives_the_same_digest_and_another_reason_another() {
    let plan = |reason: &str| {
        planned(2, Mode::Ungraceful, DeclareOptions::default(), |input| input.declaration.reason = reason.to_owned())
            .expect("a plan")
            .digest
    };
    assert_eq!(plan("a"), plan("a"));
    assert_ne!(plan("a"), plan("b"));
}

fn check(mode: Mode, options: DeclareOptions, change: impl FnOnce(&mut DeclareInput<'_>), expected: &str) {
    let refusal = planned(2, mode, options, change).expect_err(expected);
    assert_eq!(refusal.to_string(), expected);
}

#[test]
fn what_cannot_be_planned_is_refused_with_what_to_correct() {
    let skip = |step: &str, because: &str| DeclareOptions {
        skips: vec![Skip { step: step.into(), because: because.into() }],
        ..DeclareOptions::default()
    };
    let plain = DeclareOptions::default;
    let steps = "scale-api, scale-worker, await-api, await-worker, scale-web, await-web, gate-traffic";
    let unknown = format!("the plan has no step `await-wbe` (did you mean `await-web`?); it has {steps}");
    check(Mode::Ungraceful, skip("await-wbe", "x"), |_| {}, &unknown);
    let report = format!("the plan has no step `report`; it has {steps}");
    check(Mode::Ungraceful, skip("report", "x"), |_| {}, &report);
    let silent = "skipping await-web is recorded with its reason, and none was given";
    check(Mode::Ungraceful, skip("await-web", " "), |_| {}, silent);
    let tiers = DeclareOptions { tiers: vec!["wbe".into()], ..plain() };
    check(Mode::Ungraceful, tiers, |_| {}, "there is no tier `wbe`; the file has api, worker, web");
    let none = "a declaration is recorded with its reason, and none was given";
    check(Mode::Ungraceful, plain(), |input| input.declaration.reason = "  ".into(), none);
    let nothing = BTreeMap::new();
    let groups = "the standby has no Auto Scaling group shop-api, shop-worker, shop-web";
    assert_eq!(
        plan_declare(&DeclareInput {
            environment: &environment(),
            baseline: &baseline(),
            groups: &nothing,
            standby: StandbySeen::default(),
            primary: PrimaryReach::NotAsked,
            declaration: declaration(Mode::Ungraceful),
            options: plain(),
            past: PastTimes::default(),
        })
        .map_err(|refusal| refusal.to_string()),
        Err(groups.to_owned())
    );
    let dark = |input: &mut DeclareInput<'_>| input.primary = PrimaryReach::Silent { why: "no answer".into() };
    let why = "a graceful declaration needs both sides, and the primary does not answer: no answer";
    check(Mode::Graceful, plain(), dark, why);
    let mut without = baseline();
    without.capacity.remove("api");
    let refused = plan_declare(&DeclareInput {
        environment: &environment(),
        baseline: &without,
        groups: &super::tests::groups(2),
        standby: StandbySeen::default(),
        primary: PrimaryReach::NotAsked,
        declaration: declaration(Mode::Ungraceful),
        options: plain(),
        past: PastTimes::default(),
    });
    assert_eq!(
        refused.map_err(|refusal| refusal.to_string()),
        Err("the baseline has no capacity basis for tier api".to_owned())
    );
}

#[test]
fn a_skipped_step_takes_the_wait_for_its_effect_with_it() {
    let skip = |steps: &[&str]| DeclareOptions {
        skips: steps.iter().map(|step| Skip { step: (*step).into(), because: format!("no {step}") }).collect(),
        ..DeclareOptions::default()
    };
    let skipped = |now, options| {
        let runbook = planned(now, Mode::Ungraceful, options, |_| {}).expect("a plan");
        let skipped = runbook.steps.iter().filter_map(|step| Some((step.id.0.clone(), step.skipped.clone()?)));
        skipped.collect::<Vec<_>>()
    };
    let told =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    assert_eq!(skipped(2, skip(&["scale-web"])), told(&[("scale-web", "no scale-web"), ("await-web", "no scale-web")]));
    // A wait that was named has its own reason; and one for servers that are there already is as good as ever.
    assert_eq!(
        skipped(2, skip(&["scale-api", "await-api"])),
        told(&[("scale-api", "no scale-api"), ("await-api", "no await-api")])
    );
    assert_eq!(skipped(10, skip(&["scale-web"])), told(&[("scale-web", "no scale-web")]));
    assert_eq!(skipped(2, skip(&["await-web"])), told(&[("await-web", "no await-web")]));
    assert_eq!(skipped(2, skip(&["gate-traffic"])), told(&[("gate-traffic", "no gate-traffic")]));
}
