//! Owns the cases of copies of data: made once whatever befalls the calls, removed only where they are this drill's, and
//! looked for when all is done.

use std::sync::Arc;

use super::region::{Fault, Region, State, at};
use super::steps::{region as bare, step};
use crate::cloud::CloudErrorKind;
use crate::facts::*;
use crate::model::{CopyMark, DRILL_TAG};
use crate::plan::runbook::{Action, Untouched};
use crate::run::Stop;
use crate::run::actors::Actors;
use crate::run::engine::{ActError, Actor, Done, Look};
use crate::run::event::Recorded;

const COPY: &str = "shop-orders-drill-r1";

fn mark() -> CopyMark {
    CopyMark { environment: "shop".into(), run: "r1".into(), data: "orders".into() }
}

fn region(change: impl FnOnce(&mut State)) -> Region {
    bare(|state| {
        let one = state.databases.get_mut("shop-orders").expect("the replica");
        (one.engine, one.engine_version, one.storage_gb) = ("postgres".into(), "16.4".into(), 100);
        (one.encrypted, one.kms_key, one.deletion_protection) = (true, Some("dr".into()), true);
        one.tags = Tags::from([("app".to_owned(), "shop".to_owned())]);
        change(state);
    })
}

fn actors(region: &Region) -> Actors {
    region.actors().with_copies("r1", Arc::new(region.clone()))
}

async fn act(region: &Region, action: &Action) -> Result<Done, ActError> {
    actors(region).act(&step(action.clone()), "token", &Recorded::default(), &Stop::never()).await
}

async fn is_so(region: &Region, action: &Action) -> bool {
    matches!(actors(region).look(&step(action.clone())).await, Ok(Look::AlreadySo(_)))
}

fn snapshot() -> Action {
    Action::SnapshotDatabase { copy: mark(), timeout_s: 3_600 }
}

fn restore(region: &Region) -> Action {
    let like = region.edit(|state| CopyLike::from(&state.databases["shop-orders"]));
    Action::RestoreCopy { copy: mark(), like, timeout_s: 3_600 }
}

fn verify() -> Action {
    Action::VerifyCopy { copy: mark(), encrypted: true, kms_key: Some("dr".into()) }
}

fn remove_copy() -> Action {
    Action::RemoveCopy { copy: mark(), timeout_s: 3_600 }
}

fn remove_snapshot() -> Action {
    Action::RemoveSnapshot { copy: mark(), timeout_s: 3_600 }
}

fn prove() -> Action {
    let (before, untouched, copies) = (vec![], Untouched::default(), vec![mark()]);
    Action::ProveClean { before, untouched, copies, volumes: None, timeout_s: 60 }
}

/// The steps of a copy, in order, each with the call it makes.
fn all(region: &Region) -> [(Action, &'static str); 4] {
    [
        (snapshot(), "CreateDBSnapshot"),
        (restore(region), "RestoreDBInstanceFromDBSnapshot"),
        (remove_copy(), "DeleteDBInstance"),
        (remove_snapshot(), "DeleteDBSnapshot"),
    ]
}

#[tokio::test]
async fn a_copy_is_made_verified_and_removed_and_the_replica_is_left_alone() {
    let region = region(|_| {});
    let before = region.edit(|state| state.databases["shop-orders"].clone());
    let taken = act(&region, &snapshot()).await.expect("a snapshot");
    assert_eq!(taken.text, "the snapshot shop-orders-drill-r1 is there, with data of 4 s before it was taken");
    assert_eq!(taken.measures.aws_s, 180.0);
    let restored = act(&region, &restore(&region)).await.expect("a copy");
    assert_eq!(restored.measures.aws_s, 480.0, "the measured restore time");
    let copy = region.edit(|state| state.databases[COPY].clone());
    let expected = [("app", "shop"), ("lifeboat:drill", "r1"), ("lifeboat:environment", "shop")];
    assert_eq!(copy.tags, expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    let verified = act(&region, &verify()).await.expect("as it should be");
    assert_eq!(verified.measures.recovery_point_s, Some(4));
    insta::assert_snapshot!(verified.text, @"shop-orders-drill-r1 is available: postgres 16.4, db.t4g.medium, 100 GiB, encrypted by dr; with data of 4 s before it was taken");
    assert!(act(&region, &prove()).await.expect_err("it is there").left_behind.len() == 2);
    act(&region, &remove_copy()).await.expect("gone");
    act(&region, &remove_snapshot()).await.expect("gone");
    let proved = act(&region, &prove()).await.expect("nothing is left");
    assert!(proved.text.ends_with("; nothing is left of the copied data"), "{}", proved.text);
    assert_eq!(region.edit(|state| state.databases.clone()), [("shop-orders".to_owned(), before)].into());
    let once = all(&region).map(|(_, operation)| operation.to_owned());
    assert_eq!(region.effects(), once);
}

#[tokio::test]
async fn every_call_may_be_lost_before_or_after_its_effect_and_happens_once() {
    for faults in [
        &[Fault::Vanished][..],
        &[Fault::Unanswered],
        &[Fault::Refused(CloudErrorKind::Throttled), Fault::Vanished, Fault::Unanswered],
        &[Fault::Refused(CloudErrorKind::Conflict)],
    ] {
        let region = region(|_| {});
        let steps = all(&region);
        for (action, operation) in &steps {
            region.fault(operation, faults);
            assert!(!is_so(&region, action).await, "{operation} {faults:?}");
            let done = act(&region, action).await;
            assert!(done.is_ok(), "{operation} {faults:?}: {done:?}");
            assert!(is_so(&region, action).await, "{operation} {faults:?}");
            act(&region, action).await.expect("a step that is repeated");
        }
        assert_eq!(region.effects(), steps.map(|(_, operation)| operation.to_owned()), "{faults:?}");
    }
}

#[tokio::test]
async fn a_step_that_was_interrupted_goes_on_from_what_is_there() {
    let region = region(|_| {});
    for (action, operation) in &all(&region) {
        let (switch, stop) = Stop::new();
        let watch = super::StopsAtOnce(switch);
        let hands = actors(&region);
        let stopped = hands.act(&step(action.clone()), "token", &watch, &stop).await;
        // A deleted snapshot is gone at once, and the next look says so; everything else takes its time.
        let error = stopped.expect_err(operation);
        assert!(error.interrupted, "{operation}: {error:?}");
        assert!(!error.left_behind.is_empty(), "{operation}: {error:?}");
        let looked = hands.look(&step(action.clone())).await.expect("a look");
        if looked == Look::Needed {
            act(&region, action).await.expect("it goes on");
        }
    }
    assert_eq!(region.effects().len(), 4, "{:?}", region.effects());
}

#[tokio::test]
async fn nothing_is_deleted_after_a_wish_to_stop() {
    let region = region(|_| {});
    act(&region, &snapshot()).await.expect("a snapshot");
    act(&region, &restore(&region)).await.expect("a copy");
    let (switch, stop) = Stop::new();
    region.meanwhile("database", move || switch.stop());
    let stopped = actors(&region).act(&step(remove_copy()), "token", &Recorded::default(), &stop).await;
    let error = stopped.expect_err("asked to stop while it looked");
    assert!(error.interrupted && error.left_behind[0].starts_with(COPY), "{error:?}");
    assert!(region.edit(|state| state.going.is_empty()), "{:?}", region.effects());
}

#[tokio::test]
async fn a_snapshot_waits_for_a_busy_database() {
    let region = region(|state| {
        let one = state.databases.get_mut("shop-orders").expect("the replica");
        state.coming = vec![(at(600), one.clone())];
        one.status = "backing-up".into();
    });
    act(&region, &snapshot()).await.expect("in the end");
    assert!(region.edit(|state| state.now) >= at(780));
}

#[tokio::test]
async fn nothing_but_this_drills_own_is_deleted() {
    let made = async |change: &dyn Fn(&mut DatabaseFacts)| {
        let region = region(|_| {});
        act(&region, &snapshot()).await.expect("a snapshot");
        act(&region, &restore(&region)).await.expect("a copy");
        region.edit(|state| change(state.databases.get_mut(COPY).expect("the copy")));
        let error = act(&region, &remove_copy()).await.expect_err("refused");
        assert!(region.edit(|state| state.databases.contains_key(COPY)));
        assert!(!region.effects().contains(&"DeleteDBInstance".to_owned()));
        error
    };
    let other_run = made(&|copy| drop(copy.tags.insert(DRILL_TAG.to_owned(), "r0".to_owned()))).await;
    assert_eq!(other_run.why, ["its tags do not tell that run r1 made it"]);
    let protected = made(&|copy| copy.deletion_protection = true).await;
    assert_eq!(protected.why, ["somebody has protected it against deletion"]);
    insta::assert_snapshot!(protected.left_behind.join("\n"), @"shop-orders-drill-r1, which costs until it is deleted: aws rds delete-db-instance --db-instance-identifier shop-orders-drill-r1 --skip-final-snapshot --delete-automated-backups --region us-west-2");
    let replicated = made(&|copy| copy.replicas = vec!["reports".to_owned()]).await;
    assert_eq!(replicated.why, ["it has replicas: reports"]);

    let foreign = region(|state| {
        let one = SnapshotFacts { id: COPY.into(), status: "available".into(), ..SnapshotFacts::default() };
        state.snapshots.insert(COPY.to_owned(), one);
    });
    assert_eq!(act(&foreign, &snapshot()).await.expect_err("not ours").why.len(), 1);
    assert!(act(&foreign, &remove_snapshot()).await.is_err());
    assert!(act(&foreign, &restore(&foreign)).await.is_err());
    assert!(foreign.effects().is_empty(), "{:?}", foreign.effects());
}

#[tokio::test]
async fn only_the_drill_that_made_a_copy_has_the_means() {
    let region = region(|_| {});
    let (without, other) = (region.actors(), region.actors().with_copies("r2", Arc::new(region.clone())));
    for (action, operation) in all(&region) {
        for hands in [&without, &other] {
            let step = step(action.clone());
            assert!(hands.look(&step).await.is_err(), "{operation}");
            assert!(hands.act(&step, "token", &Recorded::default(), &Stop::never()).await.is_err(), "{operation}");
        }
    }
    assert!(region.effects().is_empty());
}

#[tokio::test]
async fn what_did_not_come_is_removed_all_the_same() {
    let region = region(|_| {});
    act(&region, &snapshot()).await.expect("a snapshot");
    act(&region, &restore(&region)).await.expect("a copy");
    region.edit(|state| state.databases.get_mut(COPY).expect("the copy").status = "incompatible-restore".into());
    let error = act(&region, &restore(&region)).await.expect_err("it never will be");
    assert_eq!(error.why, ["shop-orders-drill-r1 is incompatible-restore"]);
    assert!(act(&region, &verify()).await.is_err());
    act(&region, &remove_copy()).await.expect("gone");
    act(&region, &remove_snapshot()).await.expect("gone");
    act(&region, &prove()).await.expect("nothing is left");
}

#[tokio::test]
async fn what_another_drill_left_is_told_and_does_not_make_this_one_unclean() {
    let region = region(|state| {
        let tags = Tags::from([(DRILL_TAG.to_owned(), "r0".to_owned())]);
        let one = DatabaseFacts { id: "shop-orders-drill-r0".into(), tags, ..DatabaseFacts::default() };
        state.databases.insert(one.id.clone(), one);
    });
    let proved = act(&region, &prove()).await.expect("nothing of this drill is left");
    insta::assert_snapshot!(proved.text, @"0 groups have the sizes they had before, and no instance more; volumes were not looked at (the plan is of an older lifeboat); nothing is left of the copied data; left by another drill: database shop-orders-drill-r0: aws rds delete-db-instance --db-instance-identifier shop-orders-drill-r0 --skip-final-snapshot --delete-automated-backups --region us-west-2 (run r0)");
}
