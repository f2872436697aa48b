//! Owns the cases of single steps: what they do, that repeating one changes nothing, and that lost calls and interruptions
//! end in a state from which a look tells.

use std::collections::BTreeSet;

use super::region::{Fault, Region, State, at};
use crate::cloud::CloudErrorKind;
use crate::facts::*;
use crate::model::{BucketData, DataKind, DataSet, GroupSize, Probe, SecretText, SideName, TableData};
use crate::plan::runbook::{Action, Estimate, EstimateSource, Lever, Step, StepId};
use crate::run::RunEvent;
use crate::run::Stop;
use crate::run::engine::{ActError, Actor, Done, Look};
use crate::run::event::Recorded;

pub(super) fn step(action: Action) -> Step {
    Step {
        id: StepId("step".into()),
        title: "do it".into(),
        action,
        needs: BTreeSet::new(),
        sides: BTreeSet::new(),
        estimate: Estimate { seconds: 0, source: EstimateSource::Default { why: String::new() } },
        best_effort: false,
        skipped: None,
    }
}

pub(super) fn region(change: impl FnOnce(&mut State)) -> Region {
    let region = Region::default();
    let replica = DatabaseFacts {
        id: "shop-orders".into(),
        status: "available".into(),
        class: "db.t4g.medium".into(),
        source: Some("arn:aws:rds:us-east-1:1:db:shop-orders".into()),
        endpoint: Some(DatabaseEndpoint { host: "orders.west".into(), port: 5432 }),
        ..DatabaseFacts::default()
    };
    region.edit(|state| {
        state.databases.insert(replica.id.clone(), replica);
        state.lag = vec![(at(-30), Some(7))];
        change(state);
    });
    region
}

async fn act(region: &Region, action: &Action) -> Result<Done, ActError> {
    region.actors().act(&step(action.clone()), "token", &Recorded::default(), &Stop::never()).await
}

async fn is_so(region: &Region, action: &Action) -> bool {
    matches!(region.actors().look(&step(action.clone())).await, Ok(Look::AlreadySo(_)))
}

fn promote() -> Action {
    Action::Promote {
        data: "orders".into(),
        side: SideName::Standby,
        database: "shop-orders".into(),
        backup_retention_days: 14,
        timeout_s: 3_600,
    }
}

fn raise(wait: bool) -> Action {
    Action::RaiseDatabase {
        data: "orders".into(),
        side: SideName::Standby,
        database: "shop-orders".into(),
        class: Some("db.r6g.large".into()),
        multi_az: None,
        deletion_protection: Some(true),
        wait,
        timeout_s: 3_600,
    }
}

/// A step from look to act to look, whatever befalls its write: one effect, and then it is so.
async fn is_done_once(make: impl Fn() -> Region, action: Action, operation: &str) {
    for faults in [
        &[][..],
        &[Fault::Vanished],
        &[Fault::Unanswered],
        &[Fault::Refused(CloudErrorKind::Throttled), Fault::Unanswered],
    ] {
        let region = make();
        region.fault(operation, faults);
        assert!(!is_so(&region, &action).await, "{operation} {faults:?}");
        let done = act(&region, &action).await;
        assert!(done.is_ok(), "{operation} {faults:?}: {done:?}");
        assert!(is_so(&region, &action).await, "{operation} {faults:?}");
        act(&region, &action).await.expect("a step that is repeated");
        // Absolute writes are simply made again; orders to RDS never are.
        let most = if matches!(operation, "PromoteReadReplica" | "ModifyDBInstance") { 1 } else { 3 };
        let effects = region.effects();
        assert!((1..=most).contains(&effects.len()), "{operation} {faults:?}: {effects:?}");
    }
}

#[tokio::test]
async fn a_promotion_happens_once_and_keeps_the_lag_right_before_it() {
    is_done_once(|| region(|_| {}), promote(), "PromoteReadReplica").await;
    let region = region(|_| {});
    region.fault("PromoteReadReplica", &[Fault::Unanswered]);
    let done = act(&region, &promote()).await.expect("a promotion");
    assert_eq!(done.measures.recovery_point_s, Some(7));
    assert_eq!(done.text, "shop-orders takes writes; it was 7 s behind when promoted (measured 30 s before)");
    assert_eq!(region.edit(|state| state.databases["shop-orders"].backup_retention_days), 14);
    let again = act(&region, &promote()).await.expect("nothing to do");
    assert_eq!(again.measures.recovery_point_s, None, "what another attempt lost is not known to this one");
}

#[tokio::test]
async fn a_promotion_waits_for_a_backup_and_an_unknown_lag_is_said() {
    let region = region(|state| {
        state.lag.clear();
        let one = state.databases.get_mut("shop-orders").expect("the replica");
        state.coming = vec![(at(600), one.clone())];
        one.status = "backing-up".into();
    });
    let watch = Recorded::default();
    let done = region.actors().act(&step(promote()), "t", &watch, &Stop::never()).await.expect("a promotion");
    assert_eq!(done.measures.recovery_point_s, None);
    assert!(done.text.contains("is not known: CloudWatch has no lag of the last five minutes"), "{}", done.text);
    assert!(done.measures.aws_s >= 720.0, "{done:?}");
    let told = |event: &RunEvent| matches!(event, RunEvent::Waiting { text, .. } if text.contains("RDS refuses a promotion until"));
    assert!(watch.events().iter().any(told), "{:?}", watch.events());
}

#[tokio::test]
async fn a_wait_that_is_stopped_or_too_long_says_what_is_left_behind() {
    let (switch, stop) = Stop::new();
    switch.stop();
    let region = region(|_| {});
    let error = region.actors().act(&step(promote()), "t", &Recorded::default(), &stop).await.expect_err("stopped");
    assert!(error.interrupted && error.effect_known, "{error:?}");
    assert_eq!(error.left_behind, ["RDS has taken the promotion and goes on with it"]);
    let done = act(&region, &promote()).await.expect("resumed");
    assert_eq!(region.effects(), ["PromoteReadReplica"], "{done:?}");

    let lost = self::region(|state| {
        let one = state.databases.get_mut("shop-orders").expect("the replica");
        one.status = "storage-optimization".into();
    });
    lost.fault("PromoteReadReplica", &[Fault::Vanished; 100]);
    let error = act(&lost, &promote()).await.expect_err("no answer for an hour");
    assert!(!error.effect_known, "{error:?}");
    assert!(lost.effects().is_empty());
    let denied = self::region(|_| {});
    denied.fault("PromoteReadReplica", &[Fault::Refused(CloudErrorKind::Denied)]);
    let error = act(&denied, &promote()).await.expect_err("denied");
    assert!(error.effect_known, "{error:?}");
    denied.edit(|state| state.databases.clear());
    let gone = act(&denied, &promote()).await.expect_err("gone");
    assert_eq!(gone.why, ["the standby has no database shop-orders"]);
}

#[tokio::test]
async fn a_database_is_raised_once_and_waited_for_only_where_that_is_asked() {
    let alone = || region(|state| state.databases.get_mut("shop-orders").expect("it").source = None);
    is_done_once(alone, raise(true), "ModifyDBInstance").await;
    let waits = alone();
    let done = act(&waits, &raise(true)).await.expect("raised");
    assert!(done.measures.aws_s >= 600.0 && done.text.contains("db.r6g.large"), "{done:?}");
    let goes_on = alone();
    let done = act(&goes_on, &raise(false)).await.expect("ordered");
    assert!(done.measures.aws_s < 1.0, "{done:?}");
    act(&goes_on, &raise(false)).await.expect("repeated");
    assert_eq!(goes_on.effects(), ["ModifyDBInstance"], "what goes on is not ordered again");
}

#[tokio::test]
async fn a_class_that_is_not_offered_leaves_the_database_as_it_is() {
    let region = region(|state| {
        let one = state.databases.get_mut("shop-orders").expect("it");
        (one.source, one.engine, one.engine_version) = (None, "postgres".into(), "16.4".into());
    });
    region.fault("ModifyDBInstance", &[Fault::Refused(CloudErrorKind::Invalid)]);
    let error = act(&region, &raise(true)).await.expect_err("not offered");
    assert_eq!(
        (error.effect_known, error.left_behind.as_slice()),
        (true, &["it is as it was, and takes writes".to_owned()][..])
    );
    insta::assert_snapshot!(error.hint.expect("a hint"), @"`aws rds describe-orderable-db-instance-options --engine postgres --engine-version 16.4 --db-instance-class db.r6g.large --region us-west-2` tells whether it is offered there; resume to order it again, or skip step and serve with db.t4g.medium");
    act(&region, &raise(true)).await.expect("resumed when it can be had");
    assert_eq!(region.effects(), ["ModifyDBInstance"]);
}

#[tokio::test]
async fn what_stands_alone_with_full_storage_is_not_said_to_take_writes() {
    let full = region(|state| {
        let one = state.databases.get_mut("shop-orders").expect("it");
        (one.source, one.status) = (None, "storage-full".into());
    });
    let Ok(Look::AlreadySo(text)) = full.actors().look(&step(promote())).await else { panic!("it stands alone") };
    assert_eq!(text, "shop-orders is no replica and takes no writes until it has more storage: it is storage-full");
}

#[tokio::test]
async fn a_parameter_keeps_all_but_its_value() {
    let action = Action::PublishEndpoint {
        data: "orders".into(),
        side: SideName::Standby,
        database: "shop-orders".into(),
        parameter: "/shop/db/host".into(),
    };
    is_done_once(|| region(|_| {}), action.clone(), "PutParameter").await;
    let secret = Parameter {
        name: "/shop/db/host".into(),
        kind: ParameterType::SecureString,
        tier: ParameterTier::Advanced,
        value: SecretText::new("orders.east"),
        version: 1,
        data_type: "text".into(),
        description: "The host.".into(),
        allowed_pattern: Some(".*".into()),
        key_id: Some("alias/dr".into()),
    };
    let kept = secret.clone();
    let region = region(|state| drop(state.parameters.insert(secret.name.clone(), secret)));
    act(&region, &action).await.expect("published");
    let now = region.edit(|state| state.parameters["/shop/db/host"].clone());
    assert_eq!(now, Parameter { value: SecretText::new("orders.west"), version: 2, ..kept });
}

#[tokio::test]
async fn a_lag_counts_only_when_it_is_known_and_measured_since() {
    let wait = |at_most_s, timeout_s| Action::AwaitReplica {
        data: "orders".into(),
        side: SideName::Standby,
        database: "shop-orders".into(),
        at_most_s,
        timeout_s,
    };
    let lags = |state: &mut State| {
        // None behind before the wait, unknown, then falling.
        state.lag = vec![(at(-10), Some(0)), (at(60), None), (at(120), Some(140)), (at(180), Some(0))];
    };
    let caught_up = region(lags);
    assert!(!is_so(&caught_up, &wait(0, 900)).await);
    act(&caught_up, &wait(0, 900)).await.expect("caught up");
    assert_eq!(caught_up.edit(|state| state.now), at(180));
    for (timeout, why) in [(50, "a newer lag is to come"), (100, "its lag is not known"), (150, "is 140 s behind")] {
        let error = act(&region(lags), &wait(0, timeout)).await.expect_err(why);
        assert!(error.why[0].contains(why), "{error:?}");
    }
    // PostgreSQL's lag grows while nobody writes: what counts is that the last write it has came after the last of others.
    let idle = |state: &mut State| {
        state.lag = vec![(at(60), Some(90)), (at(120), Some(150)), (at(180), Some(30)), (at(240), Some(90))];
    };
    let quiet = region(idle);
    act(&quiet, &wait(0, 900)).await.expect("it has everything");
    assert_eq!(quiet.edit(|state| state.now), at(180));
    // Where writes go on, only how far it is behind counts.
    let busy = region(|state| state.lag = vec![(at(60), Some(50)), (at(120), Some(40)), (at(240), Some(20))]);
    act(&busy, &wait(30, 900)).await.expect("near enough");
    assert_eq!(busy.edit(|state| state.now), at(240));
    let alone = region(|state| state.databases.get_mut("shop-orders").expect("it").source = None);
    assert!(is_so(&alone, &wait(0, 900)).await, "what is promoted has nothing to wait for");
}

#[tokio::test]
async fn data_that_replicates_by_itself_is_looked_at_and_what_cannot_be_seen_is_said() {
    let table = DataKind::Dynamodb(TableData { table: "carts".into() });
    let bucket = DataKind::S3(BucketData { bucket: "up".into(), replica: "up-dr".into() });
    let check = |kind: &DataKind| Action::CheckData { data: DataSet { name: "x".into(), kind: kind.clone() } };
    let there = region(|state| {
        let facts = TableFacts { name: "carts".into(), status: "ACTIVE".into(), ..TableFacts::default() };
        state.tables.insert("carts".into(), facts);
        let facts = BucketFacts { name: "up-dr".into(), versioned: true, ..BucketFacts::default() };
        state.buckets.insert("up-dr".into(), facts);
    });
    let told = act(&there, &check(&table)).await.expect("there").text;
    insta::assert_snapshot!(told, @"carts is ACTIVE in us-west-2, where it takes writes; it names no other replica");
    let told = act(&there, &check(&bucket)).await.expect("there").text;
    insta::assert_snapshot!(told, @"up-dr answers for its objects. Whether everything of up has arrived cannot be seen from here");
    for kind in [&table, &bucket] {
        act(&region(|_| {}), &check(kind)).await.expect_err("not there");
    }
    there.edit(|state| state.tables.get_mut("carts").expect("it").status = "CREATING".into());
    act(&there, &check(&table)).await.expect_err("not usable");
}

#[tokio::test]
async fn schedules_are_put_in_force_once_and_what_has_gone_by_is_not() {
    let schedule = |name: &str, recurrence: Option<&str>, start: Option<i64>| ScheduleFacts {
        name: name.into(),
        recurrence: recurrence.map(str::to_owned),
        time_zone: Some("Etc/UTC".into()),
        start: start.map(at),
        end: None,
        min: Some(2),
        max: None,
        desired: None,
    };
    let action = Action::EnableSchedules {
        tier: "web".into(),
        group: "shop-web".into(),
        schedules: vec![schedule("night", Some("0 22 * * *"), None), schedule("once", None, Some(-5))],
    };
    is_done_once(|| region(|_| {}), action.clone(), "BatchPutScheduledUpdateGroupAction").await;
    let region = region(|_| {});
    act(&region, &action).await.expect("in force");
    let names: Vec<String> =
        region.edit(|state| state.schedules["shop-web"].iter().map(|one| one.name.clone()).collect());
    assert_eq!(names, ["night"]);
}

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
    assert!(error.hint.is_some_and(|hint| hint.contains("aws s3api put-object --bucket b --key k")));
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
    assert_eq!((done.text.contains("was not compared"), unknown.edit(|state| state.now)), (true, at(90)));
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
async fn a_fence_that_something_relies_on_ends_when_nothing_runs_any_more() {
    let action = Action::FencePrimary { groups: vec!["prod-web".into()] };
    let region = region(|state| {
        state.groups.insert("prod-web".into(), super::group("prod-web", 3, 3));
    });
    let best_effort = Step { best_effort: true, ..step(action.clone()) };
    region.actors().act(&best_effort, "t", &Recorded::default(), &Stop::never()).await.expect("at zero");
    let zero = GroupSize { min: 0, max: 0, desired: 0 };
    assert_eq!(region.edit(|state| state.groups["prod-web"].size), zero);
    assert!(matches!(region.actors().look(&best_effort).await, Ok(Look::AlreadySo(_))));
    assert!(!is_so(&region, &action).await, "instances that are drained still write");
    let error = act(&region, &action).await.expect_err("they never end");
    assert!(error.why[0].contains("3 instances of the primary still run"), "{error:?}");
    region.edit(|state| state.groups.get_mut("prod-web").expect("it").instances.clear());
    act(&region, &action).await.expect("silent");
    assert!(is_so(&region, &action).await);
    assert_eq!(region.effects(), ["UpdateAutoScalingGroup"]);
}
