//! Owns the cases of failbacks with data, traffic, scheduled actions and configuration: what is planned from what was seen.

use super::*;
use crate::facts::{AliasFacts, DatabaseFacts, RecordFacts, ReplicaLag, ScheduleFacts};
use crate::model::{BucketData, DataKind, Probe, RdsData, SideName, Span, Switch, TableData};
use crate::plan::past::Past;
use crate::plan::past::tests::led_to;
use crate::plan::runbook::Lever;

pub(super) fn orders() -> Vec<DataSet> {
    let rds = RdsData {
        source: "prod-orders".into(),
        key: Some("alias/shop-dr".into()),
        class: Some("db.t4g.medium".into()),
        endpoint_parameter: None,
    };
    vec![DataSet { name: "orders".into(), kind: DataKind::Rds(rds) }]
}

fn traffic(switch: Switch) -> Traffic {
    Traffic {
        record: "shop.example.com".into(),
        zone: "Z1".into(),
        switch,
        tier: "web".into(),
        ttl: Span::from_secs(60),
        check_interval_s: 30,
        check_failures: 3,
        probe: Some(Probe { url: "https://shop.example.com/".into(), status: 200 }),
    }
}

fn takes_over() -> Switch {
    Switch::StandbyTakesOver { bucket: "b".into(), key: "shop.example.com/standby-takes-over".into() }
}

pub(super) fn database(id: &str, source: Option<&str>) -> DatabaseFacts {
    DatabaseFacts {
        id: id.into(),
        status: "available".into(),
        class: "db.r6g.large".into(),
        multi_az: true,
        encrypted: true,
        kms_key: Some(format!("key-of-{id}")),
        source: source.map(str::to_owned),
        subnet_group: Some(format!("subnets-of-{id}")),
        backup_retention_days: 7,
        deletion_protection: true,
        ..DatabaseFacts::default()
    }
}

/// What was seen of orders: each side's instance by what it replicates, the lag, and the side that was promoted last.
pub(super) fn seen(
    standby: Option<Option<&str>>,
    primary: Option<Option<&str>>,
    lag: Option<u64>,
    promoted: Option<SideName>,
) -> Seen {
    let data = DataSeen {
        standby: standby.map(|source| database("shop-orders", source)),
        primary: primary.map(|source| database("prod-orders", source)),
        kept: None,
        lag: lag.map(|seconds| ReplicaLag { seconds, at: jiff::Timestamp::UNIX_EPOCH }),
        past: promoted.map(|side| led_to(side, jiff::Timestamp::UNIX_EPOCH)).unwrap_or_default(),
    };
    Seen { data: BTreeMap::from([("orders".to_owned(), data)]), ..Seen::default() }
}

/// The same where runs tell more: both stand alone, or the primary's is as it says.
pub(super) fn recalled(primary: Option<Option<&str>>, past: Past) -> Seen {
    let mut seen = seen(ALONE, primary, Some(7), None);
    seen.data.get_mut("orders").expect("it").past = past;
    seen
}

pub(super) const ALONE: Option<Option<&str>> = Some(None);
pub(super) const OF_PRIMARY: Option<Option<&str>> = Some(Some("arn:aws:rds:us-east-1:1:db:prod-orders"));
pub(super) const OF_STANDBY: Option<Option<&str>> = Some(Some("arn:aws:rds:us-west-2:1:db:shop-orders"));
pub(super) const AWAY: Option<SideName> = Some(SideName::Standby);

pub(super) fn case(seen: Seen) -> Case {
    Case { primary: Some(ZERO), declared_in: Some("r1"), data: orders(), seen, ..Case::default() }
}

/// The standby's database takes the writes, and the primary's is what was true before.
pub(super) fn orders_away() -> Case {
    case(seen(ALONE, ALONE, None, AWAY))
}

pub(super) fn titles(runbook: &Runbook, of: &str) -> String {
    let titles = runbook.steps.iter().filter(|step| step.id.0.contains(of)).map(|step| step.title.as_str());
    titles.collect::<Vec<_>>().join("\n")
}

#[test]
fn everything_configured_comes_home_in_order() {
    let nightly = ScheduleFacts {
        name: "nightly".into(),
        recurrence: Some("0 22 * * *".into()),
        time_zone: None,
        start: None,
        end: None,
        min: None,
        max: None,
        desired: Some(1),
    };
    let seen = Seen {
        schedules: BTreeMap::from([("shop-web".to_owned(), vec![nightly])]),
        parameters: vec!["/shop/prod/limit".into()],
        by_hand: vec!["web: the standby launches ami-9".into()],
        ..seen(ALONE, ALONE, None, AWAY)
    };
    let runbook = planned(Case { traffic: Some(traffic(takes_over())), ..case(seen) }).expect("a plan");
    insta::assert_snapshot!(lines(&runbook), @r"
    reseed-home-orders <- [] 1800s
    gate-by-hand <- [] 0s
    sync-home-first <- [] 1s
    scale-primary-web <- [gate-by-hand reseed-home-orders sync-home-first] 1s
    await-primary-web <- [scale-primary-web] 90s
    lag-home-orders <- [await-primary-web reseed-home-orders] 60s
    gate-freeze <- [lag-home-orders] 0s
    disable-schedules-web <- [gate-freeze] 1s
    freeze-standby <- [disable-schedules-web] 360s
    await-replica-home-orders <- [freeze-standby reseed-home-orders] 60s
    promote-home-orders <- [await-replica-home-orders] 300s
    sync-home <- [promote-home-orders] 1s
    scale-primary-api <- [sync-home] 1s
    scale-primary-worker <- [sync-home] 1s
    await-primary-api <- [scale-primary-api] 90s
    await-primary-worker <- [scale-primary-worker] 90s
    switch-traffic <- [await-primary-api await-primary-worker] 1s
    await-traffic <- [switch-traffic] 210s
    probe <- [await-traffic] 5s
    reseed-standby-orders <- [probe] 1800s
    stand-down-api <- [reseed-standby-orders] 1s
    stand-down-worker <- [reseed-standby-orders] 1s
    stand-down-web <- [reseed-standby-orders] 1s
    report <- [stand-down-api stand-down-web stand-down-worker] 1s
    ");
    let told: Vec<&str> =
        runbook.steps.iter().filter(|step| !step.id.0.contains("primary-")).map(|step| step.title.as_str()).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    keep the primary's old prod-orders as prod-orders-before-20261107-031500-9c4e, and make prod-orders a replica of shop-orders
    a person brings home or decides: web: the standby launches ami-9
    bring 1 parameter home that changed in the standby: /shop/prod/limit
    see that prod-orders in the primary is at most 60 s behind, and by how much
    writing to orders in the standby has stopped
    take scheduled actions off web in the standby: nightly
    freeze the standby: its groups go to zero, so that nothing written there is lost
    wait until prod-orders in the primary has everything that was written in the standby
    promote prod-orders in the primary: from now on it takes the writes
    bring home what changed in 1 parameter since
    lead shop.example.com back to the primary: delete s3://b/shop.example.com/standby-takes-over
    wait until the users of shop.example.com are back in the primary, and twice its TTL
    see that https://shop.example.com/ answers with 200
    protect orders again: keep the standby's shop-orders as shop-orders-before-20261107-031500-9c4e, and make shop-orders a replica of prod-orders
    stand api down from 8 to its standby footprint of 2
    stand worker down from 8 to its standby footprint of 1
    stand web down from 8 to its standby footprint of 2
    save the report
    ");
    // Servers of tiers that start last read what is there by then.
    let running = |id: &str| match &runbook.step(&StepId(id.into())).expect("a step").action {
        Action::SyncHome { running, .. } => running.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((running("sync-home-first"), running("sync-home")), (vec![], vec!["prod-web".to_owned()]));
    // Production is as it was; the standby's replica is as the environment says, not as it was raised.
    let of = |id: StepId| match &runbook.step(&id).expect("a step").action {
        Action::Reseed { class, key, like, .. } => (class.clone(), key.clone(), like.clone().expect("settings")),
        other => panic!("{other:?}"),
    };
    let (class, key, like) = of(reseed_home_id("orders"));
    assert_eq!((class.as_deref(), key.as_deref()), (Some("db.r6g.large"), Some("key-of-prod-orders")));
    assert!(
        like.multi_az && like.deletion_protection && like.subnet_group.as_deref() == Some("subnets-of-prod-orders")
    );
    let (class, key, like) = of(reseed_standby_id("orders"));
    assert_eq!((class.as_deref(), key.as_deref()), (Some("db.t4g.medium"), Some("alias/shop-dr")));
    assert!(!like.multi_az && !like.deletion_protection);
}

#[test]
fn a_replica_that_serves_all_the_time_gets_its_second_zone_again() {
    let mut baseline = baseline();
    baseline.facts.groups = side(EIGHT);
    let mut environment = environment();
    environment.data = orders();
    for (strategy, expected) in [(Strategy::WarmStandby, false), (Strategy::MultiSite, true)] {
        environment.strategy = strategy;
        let runbook = plan_failback(&FailbackInput {
            environment: &environment,
            baseline: &baseline,
            groups: &groups(10),
            primary: Ok(&side(EIGHT)),
            seen: &seen(ALONE, ALONE, None, AWAY),
            declared_in: None,
            declaration: declaration(Mode::Graceful),
            timeout_s: 600,
            data_timeout_s: 3_600,
        })
        .expect("a plan");
        let step = runbook.step(&reseed_standby_id("orders")).expect("a step");
        let Action::Reseed { like: Some(like), .. } = &step.action else { panic!("{step:?}") };
        assert_eq!(like.multi_az, expected, "{strategy}");
    }
}

#[test]
fn traffic_goes_home_by_what_the_environment_chose() {
    let plan = |switch, records| {
        let seen = Seen { records, ..Seen::default() };
        planned(Case { traffic: Some(traffic(switch)), seen, primary: Some(ZERO), ..Case::default() })
    };
    let manual = plan(Switch::Manual, vec![]).expect("a plan");
    assert_eq!(titles(&manual, "gate-traffic"), "point shop.example.com back at the primary");
    let wait = |runbook: &Runbook| match &runbook.step(&StepId("await-traffic".into())).expect("a step").action {
        Action::AwaitTraffic { settle_s, to, .. } => (*settle_s, *to),
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(&manual), (120, SideName::Primary), "twice the TTL");
    let record = |side: &str, weight| RecordFacts {
        name: "shop.example.com".into(),
        kind: "A".into(),
        set_identifier: Some(format!("shop-{side}")),
        failover: None,
        weight: Some(weight),
        ttl_s: None,
        health_check_id: None,
        alias: Some(AliasFacts { dns_name: side.into(), zone_id: "Z".into(), evaluate_target_health: true }),
        values: vec![],
    };
    let weighted = Switch::Weighted { primary: 100, standby: 5 };
    // While one side has no users the health of targets does not count.
    let away = |side, weight| {
        let alias = record(side, weight).alias.map(|alias| AliasFacts { evaluate_target_health: false, ..alias });
        RecordFacts { alias, ..record(side, weight) }
    };
    let runbook = plan(weighted.clone(), vec![away("primary", 0), away("standby", 255)]).expect("a plan");
    insta::assert_snapshot!(titles(&runbook, "switch-traffic"), @"lead shop.example.com back to the primary: weights shop-primary 100, shop-standby 5; a call of Route 53's control plane");
    let Action::SwitchTraffic { by: Lever::Records { records, .. }, .. } =
        &runbook.step(&StepId("switch-traffic".into())).expect("a step").action
    else {
        panic!("no records")
    };
    assert_eq!(*records, [record("primary", 100), record("standby", 5)], "as in ordinary times");
    let gone = plan(weighted, vec![record("primary", 0)]).expect_err("refused").to_string();
    assert_eq!(gone, "the zone has no weighted record shop.example.com called shop-standby");
}

#[test]
fn users_with_ipv6_go_home_in_the_same_change() {
    let record = |kind: &str, side: &str, weight| RecordFacts {
        name: "shop.example.com".into(),
        kind: kind.into(),
        set_identifier: Some(format!("shop-{side}")),
        failover: None,
        weight: Some(weight),
        ttl_s: None,
        health_check_id: None,
        alias: Some(AliasFacts {
            dns_name: format!("{kind}.{side}"),
            zone_id: "Z".into(),
            evaluate_target_health: false,
        }),
        values: vec![],
    };
    let plan = |records| {
        let seen = Seen { records, ..Seen::default() };
        let weighted = Switch::Weighted { primary: 100, standby: 0 };
        planned(Case { traffic: Some(traffic(weighted)), seen, primary: Some(ZERO), ..Case::default() })
    };
    let pairs = |primary, standby| {
        let pair = |kind| [record(kind, "primary", primary), record(kind, "standby", standby)];
        [pair("A"), pair("AAAA")].concat()
    };
    // Somebody else's weighted record of that name is left alone.
    let blue = record("AAAA", "blue", 7);
    let runbook = plan([pairs(0, 100), vec![blue]].concat()).expect("a plan");
    insta::assert_snapshot!(titles(&runbook, "switch-traffic"), @"lead shop.example.com back to the primary: weights shop-primary 100, shop-standby 0 (A and AAAA); a call of Route 53's control plane");
    let Action::SwitchTraffic { by: Lever::Records { records, .. }, .. } =
        &runbook.step(&StepId("switch-traffic".into())).expect("a step").action
    else {
        panic!("no records")
    };
    assert_eq!(*records, pairs(100, 0));
    // One of a pair that is gone would leave its users where they are.
    let mut lacking = pairs(0, 100);
    let lost = lacking.remove(2);
    assert_eq!((lost.kind.as_str(), lost.set_identifier.as_deref()), ("AAAA", Some("shop-primary")));
    let gone = plan(lacking).expect_err("refused").to_string();
    assert_eq!(gone, "the zone has no weighted record shop.example.com called shop-primary (AAAA)");
    // An AAAA record stands for no A record.
    let gone = plan(pairs(0, 100).split_off(1)).expect_err("refused").to_string();
    assert_eq!(gone, "the zone has no weighted record shop.example.com called shop-primary");
}

#[test]
fn where_route_53_leads_users_back_by_itself_data_is_home_before_the_primary_answers() {
    let switch = Switch::Failover { path: "/".into() };
    let runbook =
        planned(Case { traffic: Some(traffic(switch)), ..case(seen(ALONE, ALONE, None, AWAY)) }).expect("a plan");
    let at = |id: &str| runbook.steps.iter().position(|step| step.id.0 == id).expect("a step");
    assert!(at("promote-home-orders") < at("scale-primary-api"));
    assert!(runbook.step(&scale_primary_id("api")).expect("a step").needs.contains(&promote_home_id("orders")));
    assert!(runbook.step(&StepId("switch-traffic".into())).is_none());
}

#[test]
fn the_freeze_names_what_does_not_come_home_by_itself() {
    let table = DataSet { name: "carts".into(), kind: DataKind::Dynamodb(TableData { table: "shop-carts".into() }) };
    let bucket = BucketData { bucket: "shop-uploads".into(), replica: "shop-uploads-dr".into() };
    let bucket = DataSet { name: "uploads".into(), kind: DataKind::S3(bucket) };
    let data = orders().into_iter().chain([table, bucket]).collect();
    let runbook = planned(Case { data, ..case(seen(ALONE, ALONE, None, AWAY)) }).expect("a plan");
    let Action::Gate { question } = &runbook.step(&StepId(FREEZE_GATE.into())).expect("a gate").action else {
        panic!("no gate")
    };
    insta::assert_snapshot!(question, @"Stop writing to orders, carts, uploads in the standby: what is written there from now on is lost (shop-orders waits until the primary has everything of it; the global table shop-carts brings its writes home by itself; what was written to shop-uploads-dr is copied by you at the next gate). Next the standby is stopped, and there is no service until the users are home.");
    // What is copied while the standby writes would lack the rest.
    let copy = runbook.step(&StepId(COPY_GATE.into())).expect("a gate");
    assert_eq!(copy.needs, std::collections::BTreeSet::from([StepId(FREEZE.into())]));
    assert!(runbook.step(&promote_home_id("orders")).expect("a step").needs.contains(&copy.id));
    let Action::Gate { question } = &copy.action else { panic!("no gate") };
    insta::assert_snapshot!(question, @"The standby is frozen and writes nothing any more: copy what was written to shop-uploads-dr to shop-uploads, unless S3 replicates that way too. Then go on.");
    let untouched = planned(case(seen(OF_PRIMARY, ALONE, None, None))).expect("a plan");
    assert!(
        untouched.steps.iter().all(|step| step.id.0 != FREEZE_GATE && step.id.0 != DATA_GATE),
        "nothing was written there"
    );
}

#[test]
fn what_stands_by_again_finds_a_replica_and_nothing_that_runs_finds_an_old_database() {
    let runbook = planned(case(seen(ALONE, ALONE, None, Some(SideName::Primary)))).expect("a plan");
    let needs = |id: &str| {
        let step = runbook.step(&StepId(id.into())).unwrap_or_else(|| panic!("no {id}: {}", lines(&runbook)));
        step.needs.iter().map(|id| id.0.clone()).collect::<Vec<_>>()
    };
    // The writes are home: nothing is taken from the standby before the users are.
    assert_eq!(needs(FREEZE), [TRAFFIC_GATE]);
    assert_eq!(needs("reseed-standby-orders"), [FREEZE]);
    for tier in ["api", "worker", "web"] {
        assert_eq!(needs(&format!("stand-down-{tier}")), ["reseed-standby-orders"]);
    }
    let told = titles(&runbook, FREEZE);
    insta::assert_snapshot!(told, @"freeze the standby: its groups go to zero, so that nothing writes to its old database until that is a replica again");
    let untouched = planned(case(seen(OF_PRIMARY, ALONE, None, None))).expect("a plan");
    assert!(untouched.step(&StepId(FREEZE.into())).is_none(), "it is a replica");
}

#[test]
fn tables_and_buckets_ask_for_a_freeze_unless_both_sides_serve_by_intent() {
    let table = DataSet { name: "carts".into(), kind: DataKind::Dynamodb(TableData { table: "shop-carts".into() }) };
    let bucket = BucketData { bucket: "shop-uploads".into(), replica: "shop-uploads-dr".into() };
    let bucket = DataSet { name: "uploads".into(), kind: DataKind::S3(bucket) };
    let weights = |standby| Some(traffic(Switch::Weighted { primary: 100, standby }));
    let alias = |side: &str| RecordFacts {
        name: "shop.example.com".into(),
        kind: "A".into(),
        set_identifier: Some(format!("shop-{side}")),
        failover: None,
        weight: Some(0),
        ttl_s: None,
        health_check_id: None,
        alias: None,
        values: vec![],
    };
    let plan = |data: &[&DataSet], traffic: Option<Traffic>, strategy| {
        let data = data.iter().map(|&one| one.clone()).collect();
        let seen = Seen { records: vec![alias("primary"), alias("standby")], ..Seen::default() };
        let case = Case { data, traffic, seen, strategy, declared_in: Some("r1"), ..Case::default() };
        planned(case).expect("a plan")
    };
    let question = |runbook: &Runbook, gate: &str| match &runbook.step(&StepId(gate.into())).expect("a gate").action {
        Action::Gate { question } => question.clone(),
        other => panic!("{other:?}"),
    };
    let freeze = StepId(FREEZE.into());
    for (data, traffic) in
        [(vec![&table], None), (vec![&bucket], None), (vec![&table, &bucket], weights(0)), (vec![&bucket], weights(0))]
    {
        let runbook = plan(&data, traffic, None);
        let step = runbook.step(&freeze).expect("a freeze");
        assert_eq!(step.needs.iter().map(|id| id.0.as_str()).collect::<Vec<_>>(), [FREEZE_GATE]);
        assert!(question(&runbook, FREEZE_GATE).contains("there is no service until the users are home"));
        let copied = runbook.step(&StepId(COPY_GATE.into()));
        assert_eq!(copied.is_some(), data.contains(&&bucket), "what nothing replicates home is copied behind it");
        assert!(copied.is_none_or(|copied| copied.needs.contains(&freeze)));
    }
    for (traffic, strategy) in [(weights(5), None), (None, Some(Strategy::MultiSite))] {
        let runbook = plan(&[&bucket], traffic, strategy);
        assert!(runbook.step(&freeze).is_none());
        insta::allow_duplicates! {
            insta::assert_snapshot!(question(&runbook, FREEZE_GATE), @"Stop writing to uploads in the standby: what is written there from now on is lost (copy what was written to shop-uploads-dr to shop-uploads, unless S3 replicates that way too). Both sides serve by intent, so the standby is not stopped. Then go on.");
        }
    }
}

#[test]
fn users_are_seen_to_come_home_whichever_of_several_balancers_they_come_to() {
    let target = |balancers: &[(&str, &str)], address_type: &str| {
        let mut baseline = baseline();
        baseline.facts.groups = side(EIGHT);
        let mut arns = vec![];
        for (name, scheme) in balancers {
            let host = format!("{name}.us-east-1.elb.amazonaws.com");
            let balancer = crate::facts::LoadBalancerFacts {
                name: (*name).into(),
                scheme: (*scheme).into(),
                ip_address_type: Some(address_type.into()),
                ..crate::facts::sample::balancer(name, &host)
            };
            baseline.facts.load_balancers.insert((*name).into(), balancer);
            arns.push((*name).to_owned());
        }
        baseline.tiers.entry("web".into()).or_default().load_balancer_arns = arns;
        let mut environment = environment();
        environment.traffic = Some(traffic(takes_over()));
        let runbook = plan_failback(&FailbackInput {
            environment: &environment,
            baseline: &baseline,
            groups: &groups(8),
            primary: Ok(&side(EIGHT)),
            seen: &Seen::default(),
            declared_in: Some("r1"),
            declaration: declaration(Mode::Graceful),
            timeout_s: 600,
            data_timeout_s: 3_600,
        });
        match &runbook.expect("a plan").step(&StepId("await-traffic".into())).expect("a step").action {
            Action::AwaitTraffic { target, .. } => target.clone(),
            other => panic!("{other:?}"),
        }
    };
    let host = |name: &str| Some(format!("{name}.us-east-1.elb.amazonaws.com"));
    assert_eq!(target(&[("web", "internet-facing")], "ipv4"), host("web"));
    assert_eq!(target(&[("a-inside", "internal"), ("web", "internet-facing")], "ipv4"), host("web"));
    assert_eq!(
        target(&[("web", "internet-facing")], "dualstack"),
        host("dualstack.web"),
        "the name with all addresses"
    );
    assert_eq!(target(&[], "ipv4"), None);
}
