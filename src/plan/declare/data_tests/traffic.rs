//! Owns the cases of declarations that move users: what is planned for each switch, and what a person is told.

use super::super::tests::lines;
use super::super::*;
use super::{Case, title};
use crate::facts::{AliasFacts, LoadBalancerFacts, RecordFacts};
use crate::model::Switch;
use crate::plan::runbook::{Action, Lever, StepId};

#[test]
fn each_switch_has_its_steps_and_its_warning() {
    let case = |switch| Case::new(Mode::Ungraceful, vec![], switch);
    let tail = |runbook: &Runbook| {
        let lines = lines(runbook);
        lines.lines().skip(4).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    let (failover, know) = case(Some(Switch::Failover { path: "/".into() })).planned();
    insta::assert_snapshot!(tail(&failover), @r"
    ask-standby <- [await-web] 1s
    await-traffic <- [ask-standby] 90s
    probe <- [await-traffic] 5s
    report <- [probe] 1s
    ");
    insta::assert_snapshot!(know.warnings.join("\n"), @r"
    nothing forces the users of shop.example.com to the standby while the primary answers its health check (--fence tries to make it stop)
    as soon as the primary passes its health check again, Route 53 leads the users of shop.example.com back to it by itself, to data that lacks what was written in the standby; fence it once it answers, until a failback brings the data home: declare again with --fence
    the primary is not fenced: what still runs there may go on serving and writing; --fence tries
    ");
    let (weighted, know) = case(Some(Switch::Weighted { primary: 100, standby: 0 })).planned();
    insta::assert_snapshot!(tail(&weighted), @r"
    ask-standby <- [await-web] 1s
    switch-traffic <- [ask-standby] 1s
    await-traffic <- [switch-traffic] 120s
    probe <- [await-traffic] 5s
    report <- [probe] 1s
    ");
    insta::assert_snapshot!(know.warnings.join("\n"), @r"
    the weights of shop.example.com are changed by Route 53's control plane, which lives in us-east-1: while that Region is dark, traffic may not move
    the primary is not fenced: what still runs there may go on serving and writing; --fence tries
    ");
    let (manual, know) = case(Some(Switch::Manual)).planned();
    insta::assert_snapshot!(tail(&manual), @r"
    ask-standby <- [await-web] 1s
    gate-traffic <- [ask-standby] 0s
    probe <- [gate-traffic] 5s
    report <- [probe] 1s
    ");
    insta::assert_snapshot!(title(&manual, TRAFFIC_GATE), @"point shop.example.com at the standby (traffic is `manual` in the environment file)");
    assert_eq!(know, Remarks { losses: vec![], warnings: vec![UNFENCED.to_owned()], lever: None });
    let (none, _) = case(None).planned();
    insta::assert_snapshot!(title(&none, TRAFFIC_GATE), @"point your users at the standby (the environment file has no traffic)");
}

#[test]
fn the_standby_is_asked_by_itself_before_users_are_led_there() {
    let lever = || Some(Switch::StandbyTakesOver { bucket: "b".into(), key: "k".into() });
    let mut case = Case::new(Mode::Ungraceful, vec![], lever());
    let asked = |runbook: &Runbook| {
        let step = runbook.step(&StepId(ASK_STANDBY.into())).expect("it is asked").clone();
        let Action::AskStandby { probe, at, timeout_s } = step.action else { panic!("{:?}", step.action) };
        (probe.url, at, timeout_s, step.best_effort)
    };
    let traffic = case.environment.traffic.as_mut().expect("traffic");
    traffic.probe.as_mut().expect("a probe").url = "https://www.example.com:8443/deep?x=1".into();
    let (runbook, _) = case.planned();
    let (url, at, timeout_s, best_effort) = asked(&runbook);
    assert_eq!(url, "https://shop.example.com:8443/deep?x=1", "the record's name is what users ask for");
    assert!(at.contains("us-west-2"), "{at}");
    // A disaster asks once, and what comes of it holds nothing up.
    assert_eq!((timeout_s, best_effort), (0, true));
    let needs = |runbook: &Runbook, id: &str| runbook.step(&StepId(id.into())).map(|step| step.needs.clone());
    assert_eq!(needs(&runbook, SWITCH_TRAFFIC), Some([StepId(ASK_STANDBY.into())].into()));
    let (graceful, _) = Case::new(Mode::Graceful, vec![], lever()).planned();
    assert_eq!((asked(&graceful).2, asked(&graceful).3), (300, false));

    case.seen.balancer = Err("no answer".into());
    assert_eq!(needs(&case.planned().0, ASK_STANDBY), None, "nobody knows where");
    case.environment.traffic.as_mut().expect("traffic").probe = None;
    let (runbook, know) = case.planned();
    assert!(needs(&runbook, ASK_STANDBY).is_none() && needs(&runbook, PROBE).is_none());
    assert!(know.warnings.iter().any(|one| one.contains("add `traffic.probe`")), "{know:?}");
}

#[test]
fn weighted_records_lead_everybody_to_the_standby() {
    let mut case = Case::new(Mode::Ungraceful, vec![], Some(Switch::Weighted { primary: 60, standby: 40 }));
    let known = RecordFacts {
        name: "shop.example.com".into(),
        kind: "A".into(),
        set_identifier: Some("shop-primary".into()),
        failover: None,
        weight: Some(60),
        ttl_s: None,
        health_check_id: Some("hc-1".into()),
        alias: Some(AliasFacts { dns_name: "x".into(), zone_id: "y".into(), evaluate_target_health: true }),
        values: vec![],
    };
    case.baseline.facts.records = vec![known];
    // Another load balancer of the tier, not for users.
    let facts = &mut case.baseline.facts.load_balancers;
    let inner = LoadBalancerFacts {
        dns_name: "inner.us-east-1.elb.amazonaws.com".into(),
        zone_id: Some("ZINNER".into()),
        scheme: "internal".into(),
        ..facts["lb-web"].clone()
    };
    facts.insert("lb-inner".into(), inner);
    let web = case.baseline.tiers.get_mut("web").expect("the tier");
    web.load_balancer_arns.insert(0, "lb-inner".into());
    let (runbook, _) = case.planned();
    let Some(Action::SwitchTraffic { by: Lever::Records { zone, records }, .. }) =
        runbook.step(&StepId(SWITCH_TRAFFIC.into())).map(|step| &step.action)
    else {
        panic!("no records: {runbook:?}")
    };
    assert_eq!(zone, "Z1");
    let told: Vec<_> = records
        .iter()
        .map(|record| {
            let alias = record.alias.as_ref().expect("an alias");
            let set = record.set_identifier.as_deref().expect("an identifier");
            (
                set,
                record.weight,
                alias.zone_id.as_str(),
                alias.evaluate_target_health,
                record.health_check_id.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [("shop-primary", Some(0), "ZEAST", false, Some("hc-1")), ("shop-standby", Some(60), "ZWEST", false, None)]
    );
    // Without the standby's load balancer a person has to do it; the declaration goes on.
    case.seen.balancer = Err("no answer".into());
    let (runbook, know) = case.planned();
    insta::assert_snapshot!(title(&runbook, TRAFFIC_GATE), @"move the weights of shop.example.com to the standby by hand (the standby's load balancer: no answer)");
    assert!(know.warnings.iter().any(|warning| warning.contains("is not compared: no answer")), "{know:?}");
}

/// The records that a declaration with weights sets, by type and side: weight, target, zone, check.
fn moved(case: &Case) -> Vec<String> {
    let (runbook, _) = case.planned();
    let Some(Action::SwitchTraffic { by: Lever::Records { records, .. }, .. }) =
        runbook.step(&StepId(SWITCH_TRAFFIC.into())).map(|step| step.action.clone())
    else {
        panic!("no records: {runbook:?}")
    };
    let told = records.iter().map(|record| {
        let alias = record.alias.as_ref().expect("an alias");
        let (set, check) = (record.set_identifier.as_deref(), record.health_check_id.as_deref());
        format!(
            "{} {} {}: {} in {}, {}",
            record.kind,
            set.expect("an identifier"),
            record.weight.expect("a weight"),
            alias.dns_name,
            alias.zone_id,
            check.unwrap_or("no check")
        )
    });
    told.collect()
}

#[test]
fn weighted_records_for_ipv6_move_in_the_same_change() {
    let mut case = Case::new(Mode::Ungraceful, vec![], Some(Switch::Weighted { primary: 100, standby: 0 }));
    let set_type = |case: &mut Case, address_type: Option<&str>| {
        let balancer = case.baseline.facts.load_balancers.get_mut("lb-web").expect("the load balancer");
        balancer.ip_address_type = address_type.map(str::to_owned);
    };
    let known = |kind: &str, set: Option<&str>, weight| RecordFacts {
        name: "shop.example.com".into(),
        kind: kind.into(),
        set_identifier: set.map(str::to_owned),
        failover: None,
        weight,
        ttl_s: None,
        health_check_id: Some(format!("hc-{kind}")),
        alias: None,
        values: vec![],
    };
    for (address_type, pairs) in [(Some("dualstack"), 2), (Some("ipv4"), 1), (None, 1)] {
        set_type(&mut case, address_type);
        assert_eq!(moved(&case).len(), 2 * pairs, "{address_type:?}");
    }
    set_type(&mut case, Some("dualstack"));
    case.baseline.facts.records = vec![
        known("A", Some("shop-primary"), Some(100)),
        known("AAAA", Some("blue"), Some(1)),
        known("AAAA", Some("shop-primary"), Some(100)),
        RecordFacts { name: "www.example.com".into(), ..known("AAAA", None, None) },
    ];
    insta::assert_snapshot!(moved(&case).join("\n"), @r"
    A shop-primary 0: web-1.us-east-1.elb.amazonaws.com in ZEAST, hc-A
    A shop-standby 100: web-2.us-west-2.elb.amazonaws.com in ZWEST, no check
    AAAA shop-primary 0: dualstack.web-1.us-east-1.elb.amazonaws.com in ZEAST, hc-AAAA
    AAAA shop-standby 100: dualstack.web-2.us-west-2.elb.amazonaws.com in ZWEST, no check
    ");
    // What the standby tells of itself may have the name for both families already.
    let alias = case.seen.balancer.as_mut().expect("the standby's");
    alias.dns_name = format!("dualstack.{}", alias.dns_name);
    assert!(moved(&case)[3].contains(": dualstack.web-2."), "{:?}", moved(&case));
    // Route 53 refuses a change as a whole: one that a record of somebody else's spoils would move nobody.
    case.baseline.facts.records = vec![known("AAAA", None, None)];
    assert!(moved(&case).iter().all(|record| record.starts_with("A shop-")), "{:?}", moved(&case));
}
