//! Owns the cases of orders that cannot be taken back: none goes out once a person has asked to stop, or once the journal or
//! the lease is lost, however late that happens.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::region::Region;
use super::steps::databases::promote;
use super::steps::{region, step};
use crate::cloud::Clock as _;
use crate::plan::runbook::{Action, Runbook, Step};
use crate::run::Stop;
use crate::run::engine::tests::world::{self, ENVIRONMENT, LIFE, Ticking, claim};
use crate::run::engine::{Actor as _, Refusal, RunEnd, carry_out};
use crate::run::event::Recorded;
use crate::run::journal::{Event, Journal, JournalError};
use crate::store::LeaseKeeper;
use crate::store::fixture::MemoryStore;

fn runbook() -> Runbook {
    world::runbook("run-promote", vec![Step { action: promote(), ..world::step("promote", &[]) }])
}

async fn carried(region: &Region, store: &MemoryStore, nonce: &str, stop: &Stop) -> Option<RunEnd> {
    let (runbook, shared, clock) = (runbook(), Arc::new(store.clone()), Ticking::default());
    let mut journal = Journal::open(shared.clone(), ENVIRONMENT, &runbook.id).await.expect("a journal");
    let claim = claim(&runbook.id, nonce, journal.progress().fence);
    let lease = LeaseKeeper::acquire(shared, ENVIRONMENT, &claim, clock.now(), LIFE).await.ok()?;
    let watch = Recorded::default();
    let end = carry_out(&runbook, &mut journal, &region.actors(), &lease, &clock, &watch, stop).await;
    // On a full disk it stays held.
    let _ = lease.release(clock.now()).await;
    Some(end)
}

async fn has_measured(store: &MemoryStore) -> bool {
    let journal = Journal::open(Arc::new(store.seen_by("reader")), ENVIRONMENT, "run-promote").await.expect("readable");
    journal.entries().iter().any(|entry| matches!(entry.event, Event::Measured { .. }))
}

#[tokio::test]
async fn a_promotion_is_ordered_only_after_its_lag_is_durable() {
    let mut lost_at_the_lag = 0;
    for from in 1..12 {
        let (region, mut store) = (region(|_| {}), MemoryStore::empty());
        store.full_from = Some(from);
        let end = carried(&region, &store, "first-nonce", &Stop::never()).await.expect("the lease");
        let ordered = !region.effects().is_empty();
        assert_eq!(ordered, has_measured(&store).await, "full from write {from}: {end:?}");
        if let RunEnd::StoppedResumable(stopped) = &end
            && let Some(step) = stopped.failed.first().filter(|_| !ordered)
        {
            assert_eq!(step.what, "the promotion of shop-orders was not ordered");
            assert_eq!(step.left_behind, ["it is still a replica"]);
            lost_at_the_lag += 1;
        }
    }
    assert!(lost_at_the_lag > 0);
}

#[tokio::test]
async fn nothing_is_promoted_where_somebody_else_writes_the_journal_by_now() {
    let (region, store) = (region(|_| {}), MemoryStore::empty());
    let other = store.seen_by("other");
    region.meanwhile("lags", move || other.plant("shop/runs/run-promote/journal/000002.jsonl", b"{}\n"));
    let end = carried(&region, &store, "first-nonce", &Stop::never()).await.expect("the lease");
    let RunEnd::Overtaken { by: by @ Refusal::Journal(JournalError::Overtaken { .. }), left } = end else {
        panic!("{end:?}")
    };
    assert!(region.effects().is_empty());
    assert_eq!(left[0].left_behind, ["it is still a replica"]);
    assert_eq!(by.hints("shop.yaml"), ["watch that process: lifeboat runs show shop.yaml run-promote --follow"]);
}

#[tokio::test]
async fn a_wish_to_stop_while_the_lag_is_read_leaves_a_replica_and_a_resumed_run_promotes_it() {
    let (region, store) = (region(|_| {}), MemoryStore::empty());
    let (switch, stop) = Stop::new();
    region.meanwhile("lags", move || switch.stop());
    let end = carried(&region, &store, "first-nonce", &stop).await.expect("the lease");
    let RunEnd::StoppedResumable(stopped) = end else { panic!("{end:?}") };
    assert!(stopped.interrupted && stopped.recorded, "{stopped:?}");
    assert_eq!(stopped.failed[0].what, "the promotion of shop-orders was not ordered");
    assert!(region.effects().is_empty());
    let end = carried(&region, &store, "second-nonce", &Stop::never()).await;
    assert_eq!(end, Some(RunEnd::Completed { degraded: false }));
    assert_eq!(region.effects(), ["PromoteReadReplica"]);
}

#[tokio::test]
async fn a_fence_that_was_asked_to_stop_while_it_looked_changes_nothing_and_is_tried_again() {
    for (look, best_effort) in [("caller", true), ("caller", false), ("groups", true), ("groups", false)] {
        let region = region(|state| drop(state.groups.insert("prod-web".into(), super::group("prod-web", 3, 3))));
        let (switch, stop) = Stop::new();
        region.meanwhile(look, move || switch.stop());
        let action = Action::FencePrimary { groups: vec!["prod-web".into()], events: BTreeMap::new() };
        let fence = Step { best_effort, ..step(action) };
        let error = region.actors().act(&fence, "t", &Recorded::default(), &stop).await.expect_err("stopped");
        assert!(error.interrupted && region.effects().is_empty(), "{look}: {error:?}");
        // A best-effort step that is known to have failed is over; one that is not known is tried again.
        assert_eq!(error.effect_known, !best_effort, "{look}: {error:?}");
        assert!(error.left_behind[0].starts_with("the primary is not fenced"), "{error:?}");
    }
}
