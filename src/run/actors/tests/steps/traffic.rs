//! Owns the cases of steps that move users: levers, following, the probe.

use super::super::region::{Fault, at};
use super::{act, is_done_once, is_so, region};
use crate::cloud::CloudErrorKind;
use crate::facts::*;
use crate::model::{Probe, SideName};
use crate::plan::runbook::{Action, Lever};

#[tokio::test]
async fn levers_move_both_ways_and_read_back() {
    let object = |to| Action::SwitchTraffic {
        to,
        record: "shop.example.com".into(),
        by: Lever::Object { bucket: "b".into(), key: "k".into() },
    };
    is_done_once(|| region(|_| {}), object(SideName::Standby), "PutObject").await;
    let there = || region(|state| drop(state.objects.insert(("b".into(), "k".into()), vec![])));
    is_done_once(there, object(SideName::Primary), "DeleteObject").await;
    let weighted = RecordFacts {
        name: "shop.example.com".into(),
        kind: "A".into(),
        set_identifier: Some("shop-standby".into()),
        failover: None,
        weight: Some(100),
        ttl_s: None,
        health_check_id: None,
        alias: Some(AliasFacts { dns_name: "Web.elb".into(), zone_id: "Z".into(), evaluate_target_health: true }),
        values: vec![],
    };
    let by = Lever::Records { zone: "Z1".into(), records: vec![weighted] };
    let records = Action::SwitchTraffic { to: SideName::Standby, record: "shop.example.com".into(), by };
    is_done_once(|| region(|_| {}), records, "ChangeResourceRecordSets").await;
    let denied = region(|_| {});
    denied.fault("PutObject", &[Fault::Refused(CloudErrorKind::Denied)]);
    let error = act(&denied, &object(SideName::Standby)).await.expect_err("denied");
    assert!(error.hint.is_some_and(|hint| hint.contains("aws s3api put-object --bucket b --key k --region us-west-2")));
}

#[tokio::test]
async fn an_object_that_health_checkers_cannot_see_leads_nobody() {
    let lead = |to| Action::SwitchTraffic {
        to,
        record: "shop.example.com".into(),
        by: Lever::Object { bucket: "b".into(), key: "k".into() },
    };
    let (there, away) = (lead(SideName::Standby), lead(SideName::Primary));
    let closed = region(|state| state.closed = true);
    let error = act(&closed, &there).await.expect_err("nobody sees it");
    insta::assert_snapshot!(format!("{}\n{}\n{}", error.what, error.why.join("\n"), error.hint.unwrap_or_default()));
    assert!(error.effect_known && closed.edit(|state| state.now) == at(0), "at once");
    // It lies there, with nobody to see it: that is not so already, and the step says why again.
    assert!(!is_so(&closed, &there).await);
    act(&closed, &there).await.expect_err("still");
    closed.edit(|state| state.closed = false);
    assert!(is_so(&closed, &there).await);
    // A machine that reaches no public address holds nothing up, and says so.
    let offline = region(|state| (state.closed, state.offline) = (true, true));
    let done = act(&offline, &there).await.expect("led as far as anybody can tell");
    insta::assert_snapshot!(done.text, @"s3://b/k is there: health checks lead shop.example.com to the standby; what health checkers are answered is not known: no way out");
    assert!(is_so(&offline, &there).await && is_so(&region(|_| {}), &away).await);
}

#[tokio::test]
async fn users_have_followed_when_the_time_has_passed_and_the_record_leads_there() {
    let wait = |target: Option<&str>| Action::AwaitTraffic {
        to: SideName::Standby,
        record: "shop.example.com".into(),
        target: target.map(str::to_owned),
        settle_s: 90,
        timeout_s: 690,
    };
    let names = |record: Vec<(i64, Result<Vec<&str>, &str>)>| {
        let own = |answer: Result<Vec<&str>, &str>| {
            answer.map(|all| all.into_iter().map(str::to_owned).collect()).map_err(str::to_owned)
        };
        let record: Vec<_> = record.into_iter().map(|(from, answer)| (at(from), own(answer))).collect();
        region(|state| {
            state.names.insert("shop.example.com".into(), record);
            state.names.insert("web.elb".into(), vec![(at(0), own(Ok(vec!["10.0.0.2", "10.0.0.3"])))]);
        })
    };
    // It leads there from the first moment: others may still hold old answers.
    let at_once = names(vec![(0, Ok(vec!["10.0.0.3"]))]);
    assert_eq!(
        act(&at_once, &wait(Some("web.elb"))).await.expect("followed").text,
        "shop.example.com leads to web.elb"
    );
    assert_eq!(at_once.edit(|state| state.now), at(90));
    let late = names(vec![(0, Ok(vec!["10.9.9.9"])), (200, Ok(vec!["10.0.0.2"]))]);
    act(&late, &wait(Some("web.elb"))).await.expect("followed");
    assert_eq!(late.edit(|state| state.now), at(200));
    let never = names(vec![(0, Ok(vec!["10.9.9.9"]))]);
    let error = act(&never, &wait(Some("web.elb"))).await.expect_err("never");
    assert!(error.why[0].contains("still leads to 10.9.9.9"), "{error:?}");
    let silent = names(vec![(0, Err("no resolver"))]);
    let done = act(&silent, &wait(Some("web.elb"))).await.expect("the time has passed");
    assert!(done.text.contains("is not known: no resolver"), "{}", done.text);
    let unknown = region(|_| {});
    let done = act(&unknown, &wait(None)).await.expect("the time has passed");
    assert_eq!((done.text.contains("leads is not known"), unknown.edit(|state| state.now)), (true, at(90)));
    // The standby is stood down behind users who have gone home: that has to be seen.
    let home = |target: Option<&str>| match wait(target) {
        Action::AwaitTraffic { record, target, settle_s, timeout_s, .. } => {
            Action::AwaitTraffic { to: SideName::Primary, record, target, settle_s, timeout_s }
        }
        other => other,
    };
    act(&at_once, &home(Some("web.elb"))).await.expect("they were seen to come");
    for (region, target, why) in [
        (names(vec![(0, Err("no resolver"))]), Some("web.elb"), "110 s have passed; no resolver"),
        (region(|_| {}), None, "90 s have passed; which load balancer it should lead to is not known"),
    ] {
        let error = act(&region, &home(target)).await.expect_err("nobody saw them");
        assert_eq!(error.why, [why]);
        assert!(error.effect_known && error.measures.aws_s >= 90.0, "{error:?}");
        assert!(error.hint.is_some_and(|hint| hint.contains("resume with --skip step --because TEXT")));
    }
}

#[tokio::test]
async fn the_service_is_asked_until_it_answers_as_it_should() {
    let probe = Probe { url: "https://shop.example.com/healthz".into(), status: 200 };
    let action = Action::Probe { probe, timeout_s: 60 };
    let comes_up = region(|state| state.answers = [Err("refused".to_owned()), Ok(503), Ok(200)].into());
    assert!(!is_so(&comes_up, &action).await);
    let done = act(&comes_up, &action).await.expect("it answers");
    insta::assert_snapshot!(done.text, @"https://shop.example.com/healthz answers 200, the 3. time");
    let broken = region(|state| state.answers = [Ok(301)].into());
    let error = act(&broken, &action).await.expect_err("it moved");
    insta::assert_snapshot!(error.why.join("\n"), @"https://shop.example.com/healthz answers 301, not 200, after 60 s");
}

#[tokio::test]
async fn the_standby_is_asked_once_in_a_disaster_and_until_it_answers_otherwise() {
    let ask = |timeout_s| Action::AskStandby {
        probe: Probe { url: "https://shop.example.com/healthz".into(), status: 200 },
        at: "web.elb".into(),
        timeout_s,
    };
    let comes_up = || region(|state| state.answers = [Ok(503), Ok(200)].into());
    let once = comes_up();
    let error = act(&once, &ask(0)).await.expect_err("not yet");
    insta::assert_snapshot!(error.why.join("\n"), @"the standby, asked for https://shop.example.com/healthz at web.elb, answers 503, not 200");
    assert_eq!((once.edit(|state| state.now), once.edit(|state| state.answers.len())), (at(0), 1), "asked once");
    let done = act(&comes_up(), &ask(60)).await.expect("it answers");
    insta::assert_snapshot!(done.text, @"the standby, asked for https://shop.example.com/healthz at web.elb, answers 200, the 2. time");
    assert!(!is_so(&comes_up(), &ask(60)).await);
}

#[tokio::test]
async fn the_lever_is_proven_in_a_drill_by_the_object_beside_it() {
    let prove = Action::ProveLever { bucket: "b".into(), key: "x/reachable".into() };
    let there = |closed| {
        region(move |state| {
            state.closed = closed;
            state.objects.insert(("b".into(), "x/reachable".into()), vec![]);
        })
    };
    let done = act(&there(false), &prove).await.expect("it works");
    insta::assert_snapshot!(done.text, @"the lever works: https://objects/b/x/reachable answers 200 without credentials");
    let error = act(&there(true), &prove).await.expect_err("closed");
    assert!(error.why[0].contains("the lever does NOT work"), "{error:?}");
    let error = act(&region(|_| {}), &prove).await.expect_err("absent");
    assert!(error.why[0].contains("`lifeboat provision` writes it"), "{error:?}");
    let done = act(&region(|state| state.offline = true), &prove).await.expect("nobody knows");
    insta::assert_snapshot!(done.text, @"whether the lever works is not known: no way out");
}

#[tokio::test]
async fn users_of_each_family_have_to_follow() {
    let wait = Action::AwaitTraffic {
        to: SideName::Standby,
        record: "shop.example.com".into(),
        target: Some("web.elb".into()),
        settle_s: 90,
        timeout_s: 690,
    };
    let names = |led: &[&str], wanted: &[&str]| {
        let own = |all: &[&str]| Ok(all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        let (led, wanted) = (own(led), own(wanted));
        region(move |state| {
            state.names.insert("shop.example.com".into(), vec![(at(0), led)]);
            state.names.insert("web.elb".into(), vec![(at(0), wanted)]);
        })
    };
    // The A record leads to the standby, an AAAA record of that name still to the primary.
    let left = names(&["198.51.100.1", "2001:db8::1"], &["198.51.100.1", "198.51.100.2"]);
    let error = act(&left, &wait).await.expect_err("some stay");
    assert!(error.why[0].starts_with("shop.example.com still leads to 2001:db8::1, and"), "{error:?}");
    for (led, wanted) in [
        (&["198.51.100.1"][..], &["198.51.100.1", "2001:db8::2"][..]),
        (&["198.51.100.1", "2001:db8::2"], &["198.51.100.1", "2001:db8::2"]),
    ] {
        act(&names(led, wanted), &wait).await.expect("all have followed");
    }
}

#[tokio::test]
async fn both_families_are_moved_by_one_change_and_are_not_led_before_both_are() {
    let record = |kind: &str, set: &str, weight| RecordFacts {
        name: "shop.example.com".into(),
        kind: kind.into(),
        set_identifier: Some(set.into()),
        failover: None,
        weight: Some(weight),
        ttl_s: None,
        health_check_id: None,
        alias: Some(AliasFacts {
            dns_name: if kind == "AAAA" { "dualstack.web.elb".into() } else { "web.elb".into() },
            zone_id: "Z".into(),
            evaluate_target_health: false,
        }),
        values: vec![],
    };
    let all = |weights: [u8; 2]| {
        let pair = |kind| [record(kind, "shop-primary", weights[0]), record(kind, "shop-standby", weights[1])];
        [pair("A"), pair("AAAA")].concat()
    };
    let by = Lever::Records { zone: "Z1".into(), records: all([0, 100]) };
    let action = Action::SwitchTraffic { to: SideName::Standby, record: "shop.example.com".into(), by };
    let before = || region(|state| state.records = all([100, 0]));
    is_done_once(before, action.clone(), "ChangeResourceRecordSets").await;
    let region_of = before();
    let done = act(&region_of, &action).await.expect("moved");
    insta::assert_snapshot!(done.text, @"weights of shop.example.com: shop-primary 0, shop-standby 100 (A and AAAA)");
    assert_eq!(region_of.edit(|state| state.records.len()), 4, "none took another's place");
    // One record for IPv6 that somebody set back, or took away, is not so already.
    for i in [2, 3] {
        let drifted = before();
        act(&drifted, &action).await.expect("moved");
        assert!(is_so(&drifted, &action).await);
        drifted.edit(|state| state.records[i].weight = Some(50));
        assert!(!is_so(&drifted, &action).await, "{i} was set back");
        drifted.edit(|state| drop(state.records.remove(i)));
        assert!(!is_so(&drifted, &action).await, "{i} is gone");
    }
}
