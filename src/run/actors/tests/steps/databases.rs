//! Owns the cases of steps on databases: promotions, changes, lags, and what applications are told.

use super::super::region::{Fault, State, at};
use super::{act, is_done_once, is_so, region, step};
use crate::cloud::CloudErrorKind;
use crate::facts::*;
use crate::model::{SecretText, SideName};
use crate::plan::runbook::{Action, Stood};
use crate::run::engine::{Actor, Look};
use crate::run::event::Recorded;
use crate::run::{RunEvent, Stop};

pub(in super::super) fn promote() -> Action {
    Action::Promote {
        data: "orders".into(),
        side: SideName::Standby,
        database: "shop-orders".into(),
        backup_retention_days: 14,
        stood: Stood::Replica,
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

#[tokio::test]
async fn a_promotion_happens_once_and_keeps_the_lag_right_before_it() {
    is_done_once(|| region(|_| {}), promote(), "PromoteReadReplica").await;
    let region = region(|_| {});
    region.fault("PromoteReadReplica", &[Fault::Unanswered]);
    let done = act(&region, &promote()).await.expect("a promotion");
    assert_eq!(done.measures.recovery_point_s, Some(7));
    assert_eq!(done.text, "shop-orders takes writes; right before, it was 7 s behind (measured 30 s before)");
    assert_eq!(region.edit(|state| state.databases["shop-orders"].backup_retention_days), 14);
    assert!(!done.measures.lag_grows_idle, "of another engine");
    let again = act(&region, &promote()).await.expect("nothing to do");
    assert_eq!(again.measures.recovery_point_s, None, "what another attempt lost is not known to this one");
}

#[tokio::test]
async fn that_an_idle_postgresql_looks_as_if_it_was_behind_goes_into_the_measures() {
    let region = region(|state| state.databases.get_mut("shop-orders").expect("it").engine = "postgres".into());
    let done = act(&region, &promote()).await.expect("a promotion");
    assert_eq!((done.measures.recovery_point_s, done.measures.lag_grows_idle), (Some(7), true));
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
    assert!(done.text.contains("is not known: CloudWatch has no lag of the last three hours"), "{}", done.text);
    assert!(done.measures.aws_s >= 720.0, "{done:?}");
    let told = |event: &RunEvent| matches!(event, RunEvent::Waiting { text, .. } if text.contains("RDS refuses a promotion until"));
    assert!(watch.events().iter().any(told), "{:?}", watch.events());
}

#[tokio::test]
async fn a_wait_that_is_stopped_or_too_long_says_what_is_left_behind() {
    let (switch, stop) = Stop::new();
    let region = region(|_| {});
    let watch = super::super::StopsAtOnce(switch);
    let error = region.actors().act(&step(promote()), "t", &watch, &stop).await.expect_err("stopped");
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
    assert_eq!((error.effect_known, error.left_behind.as_slice()), (true, &["it is as it was".to_owned()][..]));
    insta::assert_snapshot!(error.hint.expect("a hint"), @"`aws rds describe-orderable-db-instance-options --engine postgres --engine-version 16.4 --db-instance-class db.r6g.large --region us-west-2` tells whether it is offered there; resume to order it again, or skip step and change it later: `aws rds modify-db-instance --db-instance-identifier shop-orders --db-instance-class db.r6g.large --deletion-protection --apply-immediately --region us-west-2`");
    act(&region, &raise(true)).await.expect("resumed when it can be had");
    assert_eq!(region.effects(), ["ModifyDBInstance"]);
}

/// A raise that a promotion does not depend on.
fn tried(timeout_s: u64) -> crate::plan::runbook::Step {
    let Action::RaiseDatabase { data, side, database, class, .. } = raise(true) else { panic!("a raise") };
    let (multi_az, deletion_protection, wait) = (None, None, true);
    let action = Action::RaiseDatabase { data, side, database, class, multi_az, deletion_protection, wait, timeout_s };
    crate::plan::runbook::Step { best_effort: true, ..step(action) }
}

const LATER: &str = "`aws rds modify-db-instance --db-instance-identifier shop-orders --db-instance-class db.r6g.large \
                     --apply-immediately --region us-west-2` changes it later";

#[tokio::test]
async fn a_raise_that_is_refused_all_the_time_is_given_up_with_the_command_that_does_it_later() {
    let busy = region(|state| state.databases.get_mut("shop-orders").expect("it").status = "backing-up".into());
    let (watch, stop) = (Recorded::default(), Stop::never());
    let error = busy.actors().act(&tried(1_200), "t", &watch, &stop).await.expect_err("given up");
    assert_eq!((error.effect_known, error.hint.as_deref()), (true, Some(LATER)));
    assert_eq!(error.left_behind, ["it is as it was"]);
    assert!(error.why[0].contains("backing-up: RDS refuses changes until that is done after 1200 s"), "{error:?}");
    let at_once = busy.actors().act(&tried(0), "t", &watch, &stop).await.expect_err("not waited for");
    assert!(at_once.why[0].ends_with("after 0 s"), "{at_once:?}");
    assert!(busy.effects().is_empty());
}

#[tokio::test]
async fn a_change_that_rds_takes_and_gives_up_is_not_waited_for() {
    // It is taken, and for want of capacity the instance comes back as it was.
    let region = region(|_| {});
    region.edit(|state| state.no_capacity = true);
    let error =
        region.actors().act(&tried(1_200), "t", &Recorded::default(), &Stop::never()).await.expect_err("no capacity");
    assert_eq!(error.why, ["RDS took the change, worked at it and left the instance as it was"]);
    assert!(
        error.hint.as_deref().is_some_and(|hint| hint.contains("describe-events") && hint.ends_with(LATER)),
        "{error:?}"
    );
    assert_eq!(region.edit(|state| state.now), at(600));
}

#[tokio::test]
async fn a_wish_to_stop_gives_up_no_raise() {
    let (switch, stop) = Stop::new();
    switch.stop();
    let busy = region(|state| state.databases.get_mut("shop-orders").expect("it").status = "backing-up".into());
    let error = busy.actors().act(&tried(1_200), "t", &Recorded::default(), &stop).await.expect_err("stopped");
    assert!(error.interrupted && !error.effect_known, "a resumed run would go on without it: {error:?}");
}

#[tokio::test]
async fn how_far_a_replica_is_behind_is_measured_bounded_or_not_known() {
    let measure =
        Action::MeasureReplica { data: "orders".into(), side: SideName::Standby, database: "shop-orders".into() };
    let measured = |lag: Vec<(jiff::Timestamp, Option<u64>)>| {
        let region = region(|state| state.lag = lag);
        let measure = measure.clone();
        async move {
            let done = act(&region, &measure).await.expect("measured");
            assert!(region.effects().is_empty());
            let measures = done.measures;
            (measures.recovery_point_s, measures.recovery_point_age_s, measures.holds_until, done.text)
        }
    };
    let (seconds, age, until, text) = measured(vec![(at(-30), Some(7))]).await;
    assert_eq!((seconds, age, until), (Some(7), Some(30), Some(at(-37))));
    assert_eq!(text, "shop-orders: it was 7 s behind (measured 30 s before)");
    // Replication has broken, and MySQL tells no lag any more.
    let (seconds, age, until, text) = measured(vec![(at(-600), Some(2)), (at(-60), None)]).await;
    assert_eq!((seconds, age, until), (Some(602), Some(600), Some(at(-602))));
    assert!(text.contains("at most 602 s behind") && text.contains("2 s, 600 s before"), "{text}");
    assert_eq!(measured(vec![]).await.0, None);
    let alone = region(|state| state.databases.get_mut("shop-orders").expect("it").source = None);
    assert!(is_so(&alone, &measure).await);
    let blind = region(|_| {});
    blind.edit(|state| state.databases.clear());
    assert!(!is_so(&blind, &measure).await, "a look that fails is no reason to stop");
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
async fn what_is_promoted_and_busy_with_something_else_is_not_waited_for() {
    for (status, so) in [("modifying", true), ("backing-up", true), ("rebooting", false), ("available", true)] {
        let busy = region(|state| {
            let one = state.databases.get_mut("shop-orders").expect("it");
            (one.source, one.status) = (None, status.into());
        });
        let look = busy.actors().look(&step(promote())).await.expect("a look");
        assert_eq!(matches!(look, Look::AlreadySo(_)), so, "{status}");
    }
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

fn wait(at_most_s: u64, timeout_s: u64) -> Action {
    let (data, database) = ("orders".into(), "shop-orders".into());
    Action::AwaitReplica { data, side: SideName::Standby, database, at_most_s, timeout_s }
}

#[tokio::test]
async fn a_laptop_whose_clock_is_wrong_waits_for_the_same_lag() {
    for (ahead_s, untimed, caught_up) in [
        (0, false, 180),
        // Slow: what was measured before the wait began looks as if it came after.
        (-90, false, 180),
        (-290, false, 180),
        // Fast: nothing that is measured looks as if it came after.
        (240, false, 180),
        // Nobody tells the time: two periods after the newest point there was.
        (0, true, 180),
        (-90, true, 180),
        (240, true, 180),
    ] {
        let region = region(|state| {
            (state.ahead_s, state.untimed) = (ahead_s, untimed);
            state.lag = vec![(at(-10), Some(0)), (at(60), Some(0)), (at(120), Some(140)), (at(180), Some(0))];
            if !untimed {
                // By CloudWatch's own time, what is measured at 60 s would count.
                state.lag[1].1 = Some(70);
            }
        });
        act(&region, &wait(0, 900)).await.expect("caught up");
        assert_eq!(region.edit(|state| state.now), at(caught_up), "{ahead_s} s ahead, untimed: {untimed}");
    }
}

#[tokio::test]
async fn how_old_a_lag_was_is_told_by_the_clock_that_measured_it() {
    for ahead_s in [-120, 0, 240] {
        let region = region(|state| state.ahead_s = ahead_s);
        let done = act(&region, &promote()).await.expect("a promotion");
        assert_eq!(done.measures.recovery_point_age_s, Some(30), "{ahead_s} s ahead");
        // Of a lag that is not told any more, so is what it bounds.
        region.edit(|state| state.lag = vec![(at(-600), Some(2)), (at(-60), None)]);
        let now = region.edit(|state| u64::try_from(state.now.as_second()).expect("after the beginning"));
        let hands = region.actors();
        let known = hands.behind(hands.ports(SideName::Standby).expect("it"), "shop-orders").await;
        let measures = known.measures(None);
        let told = (measures.recovery_point_s, measures.recovery_point_age_s);
        assert_eq!(told, (Some(602 + now), Some(600 + now)), "{ahead_s} s ahead");
    }
}

#[tokio::test]
async fn who_is_connected_to_the_source_when_a_replica_has_everything_is_told_and_holds_nothing_up() {
    let told = async |connected| {
        let region = region(|state| {
            state.lag = vec![(at(60), Some(0))];
            state.connected = connected;
            let database = state.databases.get_mut("shop-orders").expect("the replica");
            database.source = Some("arn:aws:rds:us-east-1:111122223333:db:orders".into());
        });
        let done = act(&region, &wait(0, 900)).await.expect("caught up");
        assert_eq!(done.measures.recovery_point_s, Some(0));
        assert_eq!(region.edit(|state| state.now), at(60), "nothing is waited for besides the lag");
        (done.measures.connections, done.text.split_once("; ").expect("more than the lag").1.to_owned())
    };
    let unknown = "how many are still connected to orders in the primary is not known: CloudWatch has no number of now";
    assert_eq!(told(None).await, (None, unknown.to_owned()));
    assert_eq!(told(Some((at(-30), 40))).await, (None, unknown.to_owned()), "servers that have been stopped since");
    assert_eq!(
        told(Some((at(0), 0))).await,
        (Some(0), "nobody is connected to orders in the primary any more".to_owned())
    );
    let (count, text) = told(Some((at(0), 3))).await;
    assert_eq!(count, Some(3));
    insta::assert_snapshot!(text, @"3 connections are still open to orders in the primary, of jobs or people that no fence stops: what they write until the promotion is lost");
    let region = region(|state| (state.lag, state.connected) = (vec![(at(60), Some(0))], Some((at(0), 3))));
    let near = act(&region, &wait(60, 900)).await.expect("near enough");
    assert_eq!(
        (near.text.as_str(), near.measures.connections),
        ("shop-orders is 0 s behind", None),
        "people still write"
    );
}

#[tokio::test]
async fn a_lag_counts_only_when_it_is_known_and_measured_since() {
    let lags = |state: &mut State| {
        // None behind before the wait, unknown, then falling.
        state.lag = vec![(at(-10), Some(0)), (at(60), None), (at(120), Some(140)), (at(180), Some(0))];
    };
    let caught_up = region(lags);
    assert!(!is_so(&caught_up, &wait(0, 900)).await);
    let done = act(&caught_up, &wait(0, 900)).await.expect("caught up");
    assert_eq!(done.measures.recovery_point_s, Some(0), "a promotion loses nothing");
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
    let done = act(&quiet, &wait(0, 900)).await.expect("it has everything");
    assert_eq!(done.measures.recovery_point_s, Some(0));
    assert_eq!(quiet.edit(|state| state.now), at(180));
    // Where writes go on, only how far it is behind counts.
    let busy = region(|state| state.lag = vec![(at(60), Some(50)), (at(120), Some(40)), (at(240), Some(20))]);
    let near = act(&busy, &wait(30, 900)).await.expect("near enough");
    assert_eq!(near.measures.recovery_point_s, None, "writes go on");
    assert_eq!(busy.edit(|state| state.now), at(240));
    let alone = region(|state| state.databases.get_mut("shop-orders").expect("it").source = None);
    assert!(is_so(&alone, &wait(0, 900)).await, "what is promoted has nothing to wait for");
}
