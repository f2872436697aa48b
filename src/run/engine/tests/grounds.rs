//! Owns the cases of what a promotion rests on: it is looked at before every promotion, and ensured again on a resume.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::world::{ENVIRONMENT, Hands, Sat, runbook, sitting, step};
use crate::model::SideName;
use crate::plan::runbook::{Action, Runbook, Step, StepId, Stood};
use crate::run::engine::{RunEnd, RunRecord, Stopped};
use crate::run::journal::{Event, Journal, StepState};
use crate::run::stop::Stop;
use crate::store::fixture::MemoryStore;

fn id(name: &str) -> StepId {
    StepId(name.to_owned())
}

fn graceful() -> Runbook {
    let of = |name: &str, needs: &[&str], action: Action| Step { action, ..step(name, needs) };
    let (data, side, database) = ("orders".to_owned(), SideName::Standby, "shop-orders".to_owned());
    let wait =
        Action::AwaitReplica { data: data.clone(), side, database: database.clone(), at_most_s: 0, timeout_s: 60 };
    let promote =
        Action::Promote { data, side, database, backup_retention_days: 7, stood: Stood::Replica, timeout_s: 60 };
    let fence = Action::FencePrimary { groups: vec!["prod-web".to_owned()], events: BTreeMap::new() };
    let steps = vec![
        step("scale", &[]),
        of("fence", &["scale"], fence),
        of("wait", &["fence"], wait),
        of("promote", &["wait"], promote),
        step("probe", &["promote"]),
    ];
    runbook("run-graceful", steps)
}

async fn stopped(runbook: &Runbook, store: &MemoryStore, hands: &Hands, nonce: &str) -> Stopped {
    match sitting(runbook, store, hands, nonce, &Stop::never()).await {
        Sat::End(RunEnd::StoppedResumable(stopped)) => stopped,
        other => panic!("{other:?}"),
    }
}

async fn record(runbook: &Runbook, store: &MemoryStore) -> (RunRecord, Journal) {
    let journal = Journal::open(Arc::new(store.clone()), ENVIRONMENT, &runbook.id).await.expect("a journal");
    (RunRecord::of(runbook, journal.entries()), journal)
}

#[tokio::test]
async fn what_was_undone_while_a_run_stood_still_is_ensured_again_before_the_promotion() {
    let (runbook, store, hands) = (graceful(), MemoryStore::empty(), Hands::new());
    hands.facts.lock().unwrap().fails.insert(id("promote"), 1);
    let first = stopped(&runbook, &store, &hands, "first-nonce").await;
    assert_eq!(first.failed[0].id, id("promote"));
    assert_eq!(first.next("shop.yaml"), ["lifeboat runs resume shop.yaml run-graceful"], "a promotion is not skipped");
    // Somebody sets the primary's groups back, and it writes on: the replica is behind again.
    hands.facts.lock().unwrap().so.retain(|step| *step != id("fence") && *step != id("wait"));
    let end = sitting(&runbook, &store, &hands, "second-nonce", &Stop::never()).await;
    assert_eq!(end, Sat::End(RunEnd::Completed { degraded: false }));
    let acts: Vec<String> = hands.facts.lock().unwrap().acts.iter().map(|(_, step)| step.0.clone()).collect();
    assert_eq!(acts, ["scale", "fence", "wait", "promote", "fence", "wait", "promote", "probe"]);
    let (_, journal) = record(&runbook, &store).await;
    let reopened = journal.entries().iter().filter(|entry| matches!(entry.event, Event::Reopened { .. }));
    assert_eq!(reopened.filter_map(|entry| entry.step.clone()).collect::<Vec<_>>(), [id("fence"), id("wait")]);
}

#[tokio::test]
async fn what_is_undone_while_a_run_goes_on_stops_it_before_the_promotion() {
    let (runbook, store, hands) = (graceful(), MemoryStore::empty(), Hands::new());
    hands.facts.lock().unwrap().undoes.insert(id("wait"), id("fence"));
    let first = stopped(&runbook, &store, &hands, "first-nonce").await;
    assert!(first.failed[0].why[0].starts_with("fence does not hold any more"), "{first:?}");
    assert!(!hands.effects().contains_key(&id("promote")));
    hands.facts.lock().unwrap().undoes.clear();
    let end = sitting(&runbook, &store, &hands, "second-nonce", &Stop::never()).await;
    assert_eq!(end, Sat::End(RunEnd::Completed { degraded: false }));
    assert_eq!(hands.effects()[&id("promote")], 1);
}

#[tokio::test]
async fn once_nothing_rests_on_it_any_more_it_is_left_alone() {
    let (runbook, store, hands) = (graceful(), MemoryStore::empty(), Hands::new());
    hands.facts.lock().unwrap().fails.insert(id("probe"), 1);
    stopped(&runbook, &store, &hands, "first-nonce").await;
    hands.facts.lock().unwrap().so.remove(&id("fence"));
    let end = sitting(&runbook, &store, &hands, "second-nonce", &Stop::never()).await;
    assert_eq!(end, Sat::End(RunEnd::Completed { degraded: false }));
    assert_eq!(hands.effects()[&id("fence")], 1);
}

/// A way home whose standby stays frozen until its database is a replica again.
fn home() -> Runbook {
    let of = |name: &str, needs: &[&str], action: Action| Step { action, ..step(name, needs) };
    let (data, database) = ("orders".to_owned(), "prod-orders".to_owned());
    let wait = Action::AwaitReplica {
        data: data.clone(),
        side: SideName::Primary,
        database: database.clone(),
        at_most_s: 0,
        timeout_s: 60,
    };
    let promote = Action::Promote {
        data: data.clone(),
        side: SideName::Primary,
        database: database.clone(),
        backup_retention_days: 7,
        stood: Stood::Replica,
        timeout_s: 60,
    };
    let reseed = Action::Reseed {
        data,
        side: SideName::Standby,
        database: "shop-orders".to_owned(),
        source: database,
        aside: "aside".to_owned(),
        key: None,
        class: None,
        like: None,
        unfenced: None,
        timeout_s: 60,
    };
    let steps = vec![
        of("freeze", &[], Action::FreezeStandby { groups: vec!["shop-web".to_owned()] }),
        of("wait", &["freeze"], wait),
        of("promote", &["wait"], promote),
        step("users", &["promote"]),
        of("reseed", &["users"], reseed),
    ];
    runbook("run-home", steps)
}

/// How the freeze and the promotion stand after that run stopped at `stops_at`, the freeze was undone or not, and a resumed
/// run came to its end.
async fn thawed(stops_at: &str, undone: bool) -> (RunRecord, u32) {
    let (runbook, store, hands) = (home(), MemoryStore::empty(), Hands::new());
    hands.facts.lock().unwrap().fails.insert(id(stops_at), 1);
    stopped(&runbook, &store, &hands, "first-nonce").await;
    if undone {
        hands.facts.lock().unwrap().so.remove(&id("freeze"));
    }
    let end = sitting(&runbook, &store, &hands, "second-nonce", &Stop::never()).await;
    assert_eq!(end, Sat::End(RunEnd::Completed { degraded: false }));
    let (record, journal) = record(&runbook, &store).await;
    let again: Vec<StepId> = journal
        .entries()
        .iter()
        .filter(|entry| matches!(entry.event, Event::Reopened { .. }))
        .filter_map(|entry| entry.step.clone())
        .collect();
    let wanted = if stops_at == "promote" { vec![id("freeze"), id("wait")] } else { vec![id("freeze")] };
    assert_eq!(again, wanted, "{stops_at}");
    (record, hands.effects()[&id("freeze")])
}

#[tokio::test]
async fn what_is_frozen_until_its_database_is_a_replica_again_is_frozen_again_and_what_it_wrote_is_said_to_be_lost() {
    for (stops_at, undone, is_lost) in
        [("promote", true, false), ("users", true, true), ("reseed", true, true), ("reseed", false, false)]
    {
        let (record, freezes) = thawed(stops_at, undone).await;
        assert_eq!(freezes, 1 + u32::from(undone), "{stops_at}");
        let promote = record.step(&id("promote")).expect("a step");
        assert_eq!(
            (promote.thawed, record.totals.recovery_point_unknown.is_empty()),
            (is_lost, !is_lost),
            "{stops_at}"
        );
        assert_eq!(record.totals.recovery_point_s.is_none(), is_lost, "{stops_at}");
    }
}

#[tokio::test]
async fn who_has_copied_objects_is_asked_again_when_the_standby_may_have_written_since() {
    let mut plan = home();
    plan.steps.insert(1, step("gate-copy", &["freeze"]));
    let plan = plan.sealed();
    for (stops_at, wanted) in
        [("reseed", vec!["freeze", "gate-copy"]), ("promote", vec!["freeze", "gate-copy", "wait"])]
    {
        let (store, hands) = (MemoryStore::empty(), Hands::new());
        hands.facts.lock().unwrap().fails.insert(id(stops_at), 1);
        stopped(&plan, &store, &hands, "first-nonce").await;
        let end = sitting(&plan, &store, &hands, "second-nonce", &Stop::never()).await;
        assert_eq!(end, Sat::End(RunEnd::Completed { degraded: false }));
        let (_, journal) = record(&plan, &store).await;
        let reopened = journal.entries().iter().filter(|entry| matches!(entry.event, Event::Reopened { .. }));
        let again: Vec<String> = reopened.filter_map(|entry| Some(entry.step.clone()?.0)).collect();
        assert_eq!(again, wanted, "{stops_at}");
    }
}

#[tokio::test]
async fn a_freeze_that_broke_off_while_it_was_ensured_again_may_have_been_needed() {
    let (runbook, store, hands) = (home(), MemoryStore::empty(), Hands::new());
    hands.facts.lock().unwrap().fails.insert(id("reseed"), 1);
    stopped(&runbook, &store, &hands, "first-nonce").await;
    hands.facts.lock().unwrap().so.remove(&id("freeze"));
    // It has its effect, and its answer is lost: the next look says "already so".
    hands.facts.lock().unwrap().loses.insert(id("freeze"), 1);
    let _ = sitting(&runbook, &store, &hands, "second-nonce", &Stop::never()).await;
    let (record, _) = record(&runbook, &store).await;
    assert!(record.step(&id("promote")).expect("a step").thawed);
}

#[tokio::test]
async fn what_was_measured_before_the_call_outlives_the_attempt() {
    let (runbook, store, hands) = (graceful(), MemoryStore::empty(), Hands::new());
    // It has its effect, its answer is lost, and then it is so already: nobody can measure it any more.
    hands.facts.lock().unwrap().loses.insert(id("promote"), 1);
    let end = sitting(&runbook, &store, &hands, "first-nonce", &Stop::never()).await;
    assert_eq!(end, Sat::End(RunEnd::Completed { degraded: false }));
    let (record, journal) = record(&runbook, &store).await;
    let promote = record.step(&id("promote")).expect("a step");
    assert_eq!((promote.state, promote.measures.recovery_point_s), (StepState::AlreadySo, Some(7)));
    assert_eq!(record.totals.recovery_point_s, Some(7));
    let order: Vec<&Event> =
        journal.entries().iter().filter(|entry| entry.step == Some(id("promote"))).map(|entry| &entry.event).collect();
    assert!(matches!(order[1], Event::Measured { .. }), "{order:?}");
}
