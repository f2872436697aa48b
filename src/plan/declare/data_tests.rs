//! Owns the cases of declarations with data and scheduled actions: what is planned, and what a person is told.

mod standing;
mod traffic;

use std::collections::BTreeMap;

use super::tests::{baseline, declaration, environment, groups, lines};
use super::*;
use crate::facts::sample;
use crate::facts::{AliasFacts, BucketFacts, DatabaseFacts, LoadBalancerFacts, ReplicaLag, ScheduleFacts, TierSource};
use crate::model::{BucketData, DataKind, DataSet, Probe, RdsData, SideName, Span, Switch, TableData, Traffic};
use crate::plan::past::tests::led_to;
use crate::plan::runbook::{Action, StepId, timeline};

fn orders() -> DataSet {
    let rds = RdsData {
        source: "shop-orders".into(),
        key: None,
        class: Some("db.t4g.medium".into()),
        endpoint_parameter: Some("/shop/prod/db/host".into()),
    };
    DataSet { name: "orders".into(), kind: DataKind::Rds(rds) }
}

fn carts() -> DataSet {
    DataSet { name: "carts".into(), kind: DataKind::Dynamodb(TableData { table: "shop-carts".into() }) }
}

fn uploads() -> DataSet {
    let bucket = BucketData { bucket: "shop-uploads".into(), replica: "shop-uploads-dr".into() };
    DataSet { name: "uploads".into(), kind: DataKind::S3(bucket) }
}

fn takes_over() -> Switch {
    Switch::StandbyTakesOver { bucket: "shop-dr".into(), key: "shop.example.com/standby-takes-over".into() }
}

fn traffic(switch: Switch) -> Traffic {
    Traffic {
        record: "shop.example.com".into(),
        zone: "Z1".into(),
        switch,
        tier: "web".into(),
        ttl: Span::from_secs(60),
        check_interval_s: 10,
        check_failures: 3,
        probe: Some(Probe { url: "https://shop.example.com/healthz".into(), status: 200 }),
    }
}

fn database(id: &str, class: &str, source: Option<&str>) -> DatabaseFacts {
    DatabaseFacts {
        id: id.into(),
        status: "available".into(),
        class: class.into(),
        source: source.map(str::to_owned),
        ..DatabaseFacts::default()
    }
}

/// What the usual case is made of; tests change it.
struct Case {
    mode: Mode,
    options: DeclareOptions,
    environment: crate::model::Environment,
    baseline: crate::facts::Baseline,
    seen: StandbySeen,
    incident_at: Option<jiff::Timestamp>,
    /// What a fence would not find.
    lacks: Vec<String>,
}

impl Case {
    fn new(mode: Mode, data: Vec<DataSet>, switch: Option<Switch>) -> Case {
        let mut environment = environment();
        environment.tiers.retain(|tier| tier.name != "worker");
        environment.data = data;
        environment.traffic = switch.map(traffic);
        let mut baseline = baseline();
        let production = DatabaseFacts {
            multi_az: true,
            deletion_protection: true,
            backup_retention_days: 14,
            ..database("shop-orders", "db.r6g.large", None)
        };
        baseline.facts.databases.insert("shop-orders".into(), production);
        let balancer = LoadBalancerFacts {
            name: "web".into(),
            zone_id: Some("ZEAST".into()),
            scheme: "internet-facing".into(),
            ..sample::balancer("lb-web", "web-1.us-east-1.elb.amazonaws.com")
        };
        baseline.facts.load_balancers.insert("lb-web".into(), balancer);
        let web = baseline.tiers.remove("web").unwrap_or_default();
        baseline.tiers.insert("web".into(), TierSource { load_balancer_arns: vec!["lb-web".into()], ..web });
        let replica = database("shop-orders", "db.t4g.medium", Some("arn:aws:rds:us-east-1:1:db:shop-orders"));
        let lag = ReplicaLag { seconds: 3, at: jiff::Timestamp::UNIX_EPOCH };
        let alias = AliasFacts {
            dns_name: "web-2.us-west-2.elb.amazonaws.com".into(),
            zone_id: "ZWEST".into(),
            evaluate_target_health: true,
        };
        let seen = StandbySeen {
            databases: Ok(BTreeMap::from([(replica.id.clone(), replica)])),
            lags: Ok(BTreeMap::from([("shop-orders".to_owned(), lag)])),
            last_lags: BTreeMap::new(),
            kept: BTreeMap::new(),
            balancer: Ok(alias),
            past: BTreeMap::new(),
        };
        let options = DeclareOptions::default();
        Case { mode, options, environment, baseline, seen, incident_at: None, lacks: vec![] }
    }

    fn plan(&self) -> Result<(Runbook, Remarks), DeclareRefusal> {
        let groups = groups(2);
        let input = DeclareInput {
            environment: &self.environment,
            baseline: &self.baseline,
            groups: &groups,
            standby: self.seen.clone(),
            primary: match self.mode {
                Mode::Graceful if self.lacks.is_empty() => PrimaryReach::Answers,
                Mode::Graceful => PrimaryReach::Lacks { missing: self.lacks.clone() },
                Mode::Ungraceful => PrimaryReach::NotAsked,
            },
            declaration: Declaration { incident_at: self.incident_at, ..declaration(self.mode) },
            options: self.options.clone(),
            past: PastTimes::default(),
        };
        let runbook = plan_declare(&input)?;
        let know = remarks(&input, &runbook);
        Ok((runbook, know))
    }

    fn planned(&self) -> (Runbook, Remarks) {
        self.plan().expect("a plan")
    }
}

fn all_data() -> Vec<DataSet> {
    vec![orders(), carts(), uploads()]
}

fn title<'r>(runbook: &'r Runbook, id: &str) -> &'r str {
    runbook.step(&StepId(id.to_owned())).map_or("no such step", |step| step.title.as_str())
}

#[test]
fn an_ungraceful_plan_promotes_beside_the_scaling_and_only_traffic_waits_for_both() {
    let (runbook, know) = Case::new(Mode::Ungraceful, all_data(), Some(takes_over())).planned();
    insta::assert_snapshot!(lines(&runbook), @r"
    publish-orders <- [] 1s
    check-carts <- [] 2s
    check-uploads <- [] 2s
    measure-orders <- [] 1s
    raise-orders <- [measure-orders] 600s
    promote-orders <- [raise-orders] 300s
    scale-api <- [] 1s
    await-api <- [scale-api] 90s
    scale-web <- [await-api] 1s
    await-web <- [scale-web] 120s
    ask-standby <- [await-web promote-orders publish-orders] 1s
    switch-traffic <- [ask-standby] 1s
    await-traffic <- [switch-traffic] 90s
    probe <- [await-traffic] 5s
    protect-orders <- [probe promote-orders] 120s
    report <- [check-carts check-uploads probe protect-orders publish-orders] 1s
    ");
    for step in &runbook.steps {
        assert!(!step.sides.contains(&SideName::Primary), "{} needs the primary", step.id);
    }
    let titles: Vec<&str> = runbook.steps.iter().map(|step| step.title.as_str()).collect();
    insta::assert_snapshot!(titles.join("\n"), @r"
    tell applications the host name of orders in /shop/prod/db/host
    check that carts is there in us-west-2
    check that uploads is there in us-west-2
    measure how far shop-orders is behind: what it lacks is lost
    raise orders from db.t4g.medium to production's db.r6g.large; if that fails or takes more than 20 min, go on without
    promote orders: shop-orders takes writes and follows production no more
    scale api from 2 to 8
    wait until 8 of api are in service
    scale web from 2 to 10
    wait until 10 of web are in service and healthy
    ask the standby by itself once whether it answers 200 to https://shop.example.com/healthz
    lead shop.example.com to the standby: s3://shop-dr/shop.example.com/standby-takes-over says that it has taken over
    wait until users of shop.example.com have followed
    ask https://shop.example.com/healthz until it answers 200
    give orders what production's has, once RDS's first backup is over: a standby in another zone, protection against deletion (users do not wait for it)
    save the report
    ");
    let promote = runbook.step(&promote_id("orders")).expect("the promotion");
    assert!(matches!(promote.action, Action::Promote { backup_retention_days: 14, .. }), "{promote:?}");
    assert_eq!(
        know.losses,
        [Loss {
            data: "orders".into(),
            seconds: Some(3),
            unknown: None,
            at_most: true,
            by: Some(LossBy::Lag),
            stale_since: None
        }]
    );
    assert_eq!((know.point_holds(Span::from_secs(3)), know.point_holds(Span::from_secs(2))), (Some(true), Some(false)));
    assert_eq!(know.warnings, [UNFENCED]);
    let (measure, raise, promote) = (measure_id("orders"), raise_id("orders"), promote_id("orders"));
    let may_fail = |id: &StepId| runbook.step(id).expect("a step").best_effort;
    assert_eq!([&measure, &raise, &promote, &protect_id("orders")].map(may_fail), [true, true, false, true]);
    let raise = runbook.step(&raise).expect("the raise");
    assert!(matches!(raise.action, Action::RaiseDatabase { timeout_s: 1_200, wait: true, .. }), "{raise:?}");
    // 1 + 600 + 300 to a promoted database of production's class, 1 to ask the standby, 1 + 90 + 5 for the users; and
    // while they are served at least 120 for the first backup, before the protection is ordered, and 1 to report.
    assert_eq!((timeline(&runbook).recovered_s(&runbook), timeline(&runbook).total_s), (998, 1_119));
    assert_eq!(timeline(&runbook).outage(&runbook), None, "nothing is stopped that served");
}

#[test]
fn a_graceful_plan_silences_the_primary_before_it_promotes() {
    let (runbook, know) = Case::new(Mode::Graceful, all_data(), Some(takes_over())).planned();
    insta::assert_snapshot!(lines(&runbook), @r"
    publish-orders <- [] 1s
    check-carts <- [] 2s
    check-uploads <- [] 2s
    raise-orders <- [] 600s
    scale-api <- [] 1s
    await-api <- [scale-api] 90s
    scale-web <- [await-api] 1s
    await-web <- [scale-web] 120s
    fence-primary <- [await-web raise-orders] 360s
    await-replica-orders <- [fence-primary] 120s
    promote-orders <- [await-replica-orders] 300s
    ask-standby <- [await-web fence-primary promote-orders publish-orders raise-orders] 1s
    switch-traffic <- [ask-standby] 1s
    await-traffic <- [switch-traffic] 90s
    probe <- [await-traffic] 5s
    protect-orders <- [probe promote-orders] 120s
    report <- [check-carts check-uploads probe protect-orders publish-orders] 1s
    ");
    let fence = runbook.step(&StepId(FENCE.into())).expect("the fence");
    assert!(!fence.best_effort, "a promotion relies on it");
    assert!(
        !runbook.step(&raise_id("orders")).expect("the raise").best_effort,
        "production serves as long as it takes"
    );
    assert_eq!(know, Remarks::default(), "nothing would be lost");
}

#[test]
fn without_a_database_a_graceful_plan_has_no_moment_in_which_nobody_serves() {
    let (runbook, _) = Case::new(Mode::Graceful, vec![carts()], Some(takes_over())).planned();
    let tail: Vec<String> = lines(&runbook).lines().rev().take(5).map(str::to_owned).collect();
    insta::assert_snapshot!(tail.join("\n"), @r"
    report <- [check-carts fence-primary probe] 1s
    fence-primary <- [probe] 5s
    probe <- [await-traffic] 5s
    await-traffic <- [switch-traffic] 90s
    switch-traffic <- [ask-standby] 1s
    ");
    // Failover records move nobody before the primary fails.
    let by_failing = Switch::Failover { path: "/".into() };
    let (runbook, _) = Case::new(Mode::Graceful, vec![], Some(by_failing)).planned();
    let fence = StepId(FENCE.into());
    let wait = runbook.step(&StepId(AWAIT_TRAFFIC.into())).expect("the wait");
    assert_eq!(wait.needs, [StepId(ASK_STANDBY.into())].into());
    let ask = runbook.step(&StepId(ASK_STANDBY.into())).expect("the question");
    assert!(ask.needs.contains(&fence), "{ask:?}");
}

#[test]
fn a_promotion_relies_on_no_fence_that_finds_nothing() {
    let lacks = |data| {
        let mut case = Case::new(Mode::Graceful, data, Some(takes_over()));
        case.lacks = vec!["Auto Scaling group prod-web".into(), "rule nightly".into()];
        case
    };
    let refused = lacks(vec![orders()]).plan().expect_err("production may go by another name").to_string();
    insta::assert_snapshot!(refused, @"a graceful declaration relies on a primary in which nothing runs any more, and the primary has no Auto Scaling group prod-web, no rule nightly: what goes by another name would go on serving and writing");
    let mut by_hand = lacks(vec![orders()]);
    by_hand.options.skips = vec![Skip { step: FENCE.into(), because: "it is switched off".into() }];
    assert!(by_hand.plan().is_ok(), "a person has seen to it");
    let mut some = lacks(vec![orders()]);
    some.options.tiers = vec!["api".into()];
    assert!(some.plan().is_ok(), "nothing is fenced");
    let (_, know) = lacks(vec![carts()]).planned();
    insta::assert_snapshot!(know.warnings.join("\n"), @"the primary has no Auto Scaling group prod-web, no rule nightly: what goes by another name is not fenced");
}

#[test]
fn what_is_so_already_is_said_and_what_was_not_seen_is_planned_for() {
    let mut case = Case::new(Mode::Ungraceful, vec![orders()], None);
    let like_production =
        DatabaseFacts { multi_az: true, deletion_protection: true, ..database("shop-orders", "db.r6g.large", None) };
    case.seen.databases = Ok(BTreeMap::from([("shop-orders".to_owned(), like_production)]));
    let at = declaration(Mode::Ungraceful).at;
    case.seen.past = BTreeMap::from([("orders".to_owned(), led_to(SideName::Standby, at))]);
    let (runbook, know) = case.planned();
    let data: Vec<&str> =
        runbook.steps.iter().map(|step| step.id.0.as_str()).filter(|id| id.contains("orders")).collect();
    assert_eq!(data, ["publish-orders", "promote-orders"]);
    insta::assert_snapshot!(title(&runbook, "promote-orders"), @"orders is promoted already: shop-orders takes writes");
    assert_eq!(runbook.step(&promote_id("orders")).map(|step| step.estimate.seconds), Some(0));
    assert_eq!(know.losses, [], "what is promoted has lost what it lost");

    case.seen = StandbySeen { databases: Err("denied".into()), lags: Err("denied".into()), ..case.seen };
    let (runbook, know) = case.planned();
    let data: Vec<&str> =
        runbook.steps.iter().map(|step| step.id.0.as_str()).filter(|id| id.contains("orders")).collect();
    assert_eq!(data, ["publish-orders", "measure-orders", "raise-orders", "promote-orders", "protect-orders"]);
    assert_eq!(
        know.losses,
        [Loss {
            data: "orders".into(),
            seconds: None,
            unknown: Some("denied".into()),
            at_most: false,
            by: None,
            stale_since: None
        }]
    );
    assert_eq!(know.point_holds(Span::from_secs(300)), None, "what is not known does not hold");
    assert!(know.warnings[0].contains("could not be looked at"), "{know:?}");
}

#[test]
fn what_is_lost_is_told_by_the_incident_else_by_the_lag_else_by_the_last_one_known() {
    let at = |second| jiff::Timestamp::from_second(second).expect("a time");
    let mut case = Case::new(Mode::Ungraceful, vec![orders()], None);
    let lost = |case: &Case| {
        let loss = case.planned().1.losses.remove(0);
        (loss.seconds, loss.at_most, loss.by)
    };
    // Forty minutes in the dark, and PostgreSQL's lag has grown all the time.
    let dark = ReplicaLag { seconds: 2_403, at: at(-1) };
    case.seen.lags = Ok(BTreeMap::from([("shop-orders".to_owned(), dark)]));
    assert_eq!(lost(&case), (Some(2_403), true, Some(LossBy::Lag)));
    case.incident_at = Some(at(-2_402));
    let by = LossBy::Incident { at: at(-2_402), holds_until: at(-2_404) };
    assert_eq!(lost(&case), (Some(2), true, Some(by)));
    assert_eq!(case.planned().1.point_holds(Span::from_secs(60)), Some(true));
    case.incident_at = Some(at(-2_404));
    assert_eq!((lost(&case).0, lost(&case).1), (Some(0), false), "it has all that was written");
    // MySQL tells no lag once its source is gone.
    let last = ReplicaLag { seconds: 2, at: at(-2_430) };
    case.seen.lags = Ok(BTreeMap::new());
    case.seen.last_lags = BTreeMap::from([("shop-orders".to_owned(), last)]);
    assert_eq!(lost(&case).0, Some(28));
    case.incident_at = None;
    assert_eq!(lost(&case), (Some(2_432), true, Some(LossBy::LastLag { seconds: 2, at: at(-2_430) })));
    case.seen.last_lags.clear();
    assert_eq!(lost(&case), (None, false, None));
}

#[test]
fn a_database_that_stands_alone_and_backs_up_holds_up_nobody() {
    let mut case = Case::new(Mode::Ungraceful, vec![orders()], None);
    let mut alone = database("shop-orders", "db.t4g.medium", None);
    alone.status = "backing-up".into();
    case.seen.databases = Ok(BTreeMap::from([("shop-orders".to_owned(), alone)]));
    let (runbook, _) = case.planned();
    let raise = runbook.step(&raise_id("orders")).expect("the raise");
    assert!(matches!(raise.action, Action::RaiseDatabase { timeout_s: 0, .. }) && raise.best_effort, "{raise:?}");
    assert!(runbook.step(&measure_id("orders")).is_none(), "it follows nothing");
}

#[test]
fn a_replica_that_is_not_there_is_refused_unless_its_promotion_is_skipped() {
    let mut case = Case::new(Mode::Ungraceful, vec![orders()], None);
    case.seen.databases = Ok(BTreeMap::new());
    let refused = case.plan().map_err(|refusal| refusal.to_string()).expect_err("nothing to promote");
    insta::assert_snapshot!(refused, @"the standby has no database for orders (shop-orders): there is nothing to promote");
    case.seen.kept = BTreeMap::from([("shop-orders".to_owned(), "shop-orders-before-r2".to_owned())]);
    let refused = case.plan().map_err(|refusal| refusal.to_string()).expect_err("nothing to promote");
    insta::assert_snapshot!(refused, @"the standby has no database for orders (shop-orders): there is nothing to promote; a failback put shop-orders aside, and shop-orders-before-r2 is there: it has everything that was written in the standby, and nothing since the writes went home");
    case.options.skips = vec![Skip { step: "promote-orders".into(), because: "restored by hand".into() }];
    let (runbook, know) = case.planned();
    let data: Vec<&str> =
        runbook.steps.iter().map(|step| step.id.0.as_str()).filter(|id| id.contains("orders")).collect();
    assert_eq!(data, ["promote-orders"]);
    assert_eq!(know.losses, []);
}

#[test]
fn some_tiers_only_leave_data_traffic_and_the_primary_alone() {
    let mut case = Case::new(Mode::Graceful, all_data(), Some(takes_over()));
    case.options.tiers = vec!["api".into()];
    let (runbook, know) = case.planned();
    insta::assert_snapshot!(lines(&runbook), @r"
    scale-api <- [] 1s
    await-api <- [scale-api] 90s
    report <- [await-api] 1s
    ");
    insta::assert_snapshot!(know.warnings.join("\n"), @"only the capacity of api: data and traffic are left alone until a declaration without --tier");

    let mut case = Case::new(Mode::Ungraceful, all_data(), Some(takes_over()));
    (case.options.tiers, case.options.fence) = (vec!["api".into()], true);
    insta::assert_snapshot!(case.planned().1.warnings[1], @"api of the primary go to zero, and nobody is led to the standby: who comes to the primary finds no api there until a declaration without --tier; without --fence they are left running");
}

#[test]
fn production_s_scheduled_actions_are_put_in_force_once_a_tier_serves() {
    let mut case = Case::new(Mode::Ungraceful, vec![], None);
    let night = ScheduleFacts {
        name: "night".into(),
        recurrence: Some("0 22 * * *".into()),
        time_zone: None,
        start: None,
        end: None,
        min: Some(2),
        max: None,
        desired: Some(2),
    };
    case.baseline.facts.schedules.insert("prod-web".into(), vec![night]);
    let (runbook, _) = case.planned();
    let step = runbook.step(&StepId("enable-schedules-web".into())).expect("the step");
    assert_eq!(step.needs.iter().map(|id| id.0.as_str()).collect::<Vec<_>>(), ["await-web"]);
    assert!(matches!(&step.action, Action::EnableSchedules { group, .. } if group == "shop-web"), "{step:?}");
    let last = runbook.steps.last().expect("the report");
    assert!(last.needs.contains(&step.id), "the report comes after it");
}

#[test]
fn what_the_baseline_does_not_show_is_warned_of() {
    let mut case = Case::new(Mode::Ungraceful, all_data(), None);
    case.baseline.facts.databases.clear();
    let bucket = BucketFacts { name: "shop-uploads".into(), versioned: true, replicates_to: BTreeMap::new() };
    case.baseline.facts.buckets.insert("shop-uploads".into(), bucket);
    let (runbook, know) = case.planned();
    assert!(runbook.step(&raise_id("orders")).is_none() && runbook.step(&protect_id("orders")).is_none());
    insta::assert_snapshot!(know.warnings.join("\n"), @r"
    the baseline has no shop-orders: orders keeps its class and protection, and the default of backups
    uploads: by the baseline nothing replicates shop-uploads to shop-uploads-dr
    the primary is not fenced: what still runs there may go on serving and writing; --fence tries
    ");
}

#[test]
fn what_could_not_be_looked_at_is_told_once_and_what_may_be_lost_before_the_rest() {
    let bills = DataSet { name: "bills".into(), ..orders() };
    let album = DataSet { name: "album".into(), ..uploads() };
    let mut case = Case::new(Mode::Ungraceful, vec![album, bills, orders()], None);
    case.seen.databases = Err("denied".into());
    case.seen.lags = Err("denied".into());
    case.baseline.facts.databases.clear();
    let bucket = BucketFacts { name: "shop-uploads".into(), versioned: true, replicates_to: BTreeMap::new() };
    case.baseline.facts.buckets.insert("shop-uploads".into(), bucket);
    let (_, know) = case.planned();
    insta::assert_snapshot!(know.warnings.join("\n"), @r"
    the standby's databases could not be looked at, so they are planned for unseen: denied
    the baseline has no shop-orders: bills keeps its class and protection, and the default of backups
    the baseline has no shop-orders: orders keeps its class and protection, and the default of backups
    album: by the baseline nothing replicates shop-uploads to shop-uploads-dr
    the primary is not fenced: what still runs there may go on serving and writing; --fence tries
    ");
}

#[test]
fn a_promotion_that_is_skipped_is_seen_where_users_are_led() {
    let mut case = Case::new(Mode::Ungraceful, vec![orders()], Some(takes_over()));
    case.options.skips = vec![Skip { step: "promote-orders".into(), because: "by hand".into() }];
    let (runbook, know) = case.planned();
    let switch = runbook.step(&StepId(SWITCH_TRAFFIC.to_owned())).expect("a step");
    assert!(switch.title.ends_with("(the promotion of orders is skipped)"), "{}", switch.title);
    assert!(switch.needs.contains(&promote_id("orders")), "{:?}", switch.needs);
    assert_eq!(
        know.warnings,
        [
            "promote-orders is skipped: unless shop-orders in the standby stands alone already, users are led to a database \
          that takes no writes",
            UNFENCED,
        ]
    );
}
