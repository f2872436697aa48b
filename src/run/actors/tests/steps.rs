//! Owns the cases of single steps: what they do, that repeating one changes nothing, and that lost calls and interruptions
//! end in a state from which a look tells.

pub(super) mod databases;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};

use super::region::{Fault, Region, State, at};
use crate::cloud::CloudErrorKind;
use crate::facts::*;
use crate::model::{BucketData, DataKind, DataSet, GroupSize, TableData};
use crate::plan::runbook::{Action, Estimate, EstimateSource, Step, StepId};
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

pub(super) async fn act(region: &Region, action: &Action) -> Result<Done, ActError> {
    region.actors().act(&step(action.clone()), "token", &Recorded::default(), &Stop::never()).await
}

pub(super) async fn is_so(region: &Region, action: &Action) -> bool {
    matches!(region.actors().look(&step(action.clone())).await, Ok(Look::AlreadySo(_)))
}

/// A step from look to act to look, whatever befalls its write: one effect, and then it is so.
pub(super) async fn is_done_once(make: impl Fn() -> Region, action: Action, operation: &str) {
    for faults in [
        &[][..],
        &[Fault::Vanished],
        &[Fault::Unanswered],
        &[Fault::Refused(CloudErrorKind::Throttled), Fault::Unanswered],
        &[Fault::Refused(CloudErrorKind::Busy)],
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
async fn schedules_are_taken_off_once() {
    let nightly = ScheduleFacts {
        name: "night".into(),
        recurrence: Some("0 3 * * *".into()),
        time_zone: None,
        start: None,
        end: None,
        min: None,
        max: None,
        desired: Some(0),
    };
    let there = || {
        region(|state| {
            state.schedules.insert("shop-web".into(), vec![nightly.clone()]);
        })
    };
    let names = vec!["night".to_owned()];
    let action = Action::DisableSchedules { tier: "web".into(), group: "shop-web".into(), names };
    is_done_once(there, action, "BatchDeleteScheduledAction").await;
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
async fn a_fence_that_something_relies_on_ends_when_nothing_runs_any_more() {
    let action = Action::FencePrimary { groups: vec!["prod-web".into()], events: BTreeMap::new() };
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
    assert_eq!(region.effects(), ["SuspendProcesses", "UpdateAutoScalingGroup"]);
}

#[tokio::test]
async fn a_fence_suspends_what_would_raise_the_group_and_a_failback_lets_it_go_on() {
    let fence = Action::FencePrimary { groups: vec!["prod-web".into()], events: BTreeMap::new() };
    let make = |size| {
        region(|state| {
            let group = GroupFacts { size, instances: vec![], ..super::group("prod-web", 0, 0) };
            state.groups.insert("prod-web".into(), group);
        })
    };
    let zero = GroupSize { min: 0, max: 0, desired: 0 };
    // A group of zero is not fenced while a scheduled action may give it a maximum.
    let region = make(zero);
    assert!(!is_so(&region, &fence).await);
    act(&region, &fence).await.expect("fenced");
    assert_eq!(region.effects(), ["SuspendProcesses"]);
    assert!(is_so(&region, &fence).await);
    let resume = Action::ResumeSchedules { tier: "web".into(), group: "prod-web".into() };
    let fenced = || {
        let region = make(zero);
        let suspended = || vec![SCHEDULED_ACTIONS.to_owned()];
        region.edit(|state| state.groups.get_mut("prod-web").expect("it").suspended_processes = suspended());
        region
    };
    assert!(is_so(&fenced(), &fence).await);
    is_done_once(fenced, resume, "ResumeProcesses").await;
    // One call that is refused does not keep the other from being made.
    for (refused, made, left) in [
        ("SuspendProcesses", "UpdateAutoScalingGroup", "prod-web may go on being raised by scheduled actions"),
        ("UpdateAutoScalingGroup", "SuspendProcesses", "prod-web may go on serving"),
    ] {
        let region = make(GroupSize { min: 2, max: 4, desired: 2 });
        region.fault(refused, &[Fault::Refused(CloudErrorKind::Denied)]);
        let error = act(&region, &fence).await.expect_err("denied");
        assert_eq!(error.what, "cannot fence 1 of 1 groups of the primary");
        assert_eq!(error.left_behind, [left]);
        assert_eq!(region.effects(), [made]);
    }
}
