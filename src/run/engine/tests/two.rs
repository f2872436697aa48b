//! Owns the tests of two operators at once: one writer, and an old one that cannot write after a take-over.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;

use super::world::{ENVIRONMENT, Hands, LIFE, Ticking, claim, runbook, runbooks, sitting, step};
use crate::cloud::Clock as _;
use crate::plan::runbook::Step;
use crate::run::engine::{ActError, Actor, Done, Look, Refusal, RunEnd, carry_out};
use crate::run::event::{Recorded, Watch};
use crate::run::journal::{Event, Journal, JournalError};
use crate::run::stop::Stop;
use crate::store::fixture::MemoryStore;
use crate::store::lease::holder;
use crate::store::{LeaseError, LeaseKeeper};

const INTERLEAVINGS: u64 = 300;

#[tokio::test]
async fn of_two_operators_exactly_one_writes_and_the_other_is_told_who() {
    for seed in 1..=INTERLEAVINGS {
        let shared = MemoryStore::empty();
        let operator = |name: &'static str, seed: u64| {
            let store = shared.seen_by(name);
            store.jitter.store(seed, Ordering::SeqCst);
            async move {
                let clock = Ticking::default();
                let claim = claim("run-fan", name, 0);
                LeaseKeeper::acquire(Arc::new(store), ENVIRONMENT, &claim, clock.now(), LIFE).await
            }
        };
        let (one, two) = tokio::join!(
            tokio::spawn(operator("first-operator", seed)),
            tokio::spawn(operator("second-operator", seed.wrapping_mul(77)))
        );
        let (winner, loser, error) = match (one.unwrap(), two.unwrap()) {
            (Ok(_), Err(error)) => ("first-operator", "second-operator", error),
            (Err(error), Ok(_)) => ("second-operator", "first-operator", error),
            other => panic!("seed {seed}: {other:?}"),
        };
        let LeaseError::Held { lease, stale: false } = &error else { panic!("seed {seed}: {error:?}") };
        assert_eq!((lease.nonce.as_str(), lease.fence), (winner, 1), "seed {seed}");
        assert!(
            error.to_string().starts_with(&format!("arn:{winner} on laptop has been carrying out run run-fan since "))
        );
        assert_eq!(
            error.hints("shop.yaml")[0],
            "watch it: lifeboat runs show shop.yaml run-fan --follow",
            "seed {seed}"
        );
        assert!(shared.log().iter().all(|(who, _)| who != loser), "seed {seed}");
    }
    println!("two operators: {INTERLEAVINGS} interleavings");
}

#[tokio::test]
async fn after_a_take_over_the_old_holder_begins_nothing_and_writes_nothing() {
    let runbook = runbooks().remove(1);
    let mut refused = 0;
    for seed in 1..=INTERLEAVINGS {
        let shared = MemoryStore::empty();
        let world = Hands::new();
        let mut slow = world.of("old");
        slow.slow = 6;
        let old_store = shared.seen_by("old");
        old_store.jitter.store(seed, Ordering::SeqCst);
        let old = {
            let (runbook, store, hands) = (runbook.clone(), old_store, slow);
            tokio::spawn(async move {
                let clock = Ticking::default();
                let store = Arc::new(store);
                let claim = claim(&runbook.id, "old-nonce", 0);
                let lease = LeaseKeeper::acquire(store.clone(), ENVIRONMENT, &claim, clock.now(), LIFE).await.unwrap();
                let mut journal = Journal::open(store, ENVIRONMENT, &runbook.id).await.unwrap();
                carry_out(&runbook, &mut journal, &hands, &lease, &clock, &Recorded::default(), &Stop::never()).await
            })
        };
        for _ in 0..10 + seed % 60 {
            tokio::task::yield_now().await;
        }
        let new_store = shared.seen_by("new");
        new_store.jitter.store(seed * 31, Ordering::SeqCst);
        let new = sitting(&runbook, &new_store, &world.of("new"), "new-nonce", &Stop::never()).await;
        let old = old.await.unwrap();
        // Whoever was overtaken says so; nobody's journal is damaged, whatever the interleaving.
        let journal = Journal::open(Arc::new(shared.clone()), ENVIRONMENT, &runbook.id).await.unwrap();
        assert!(journal.progress().run.is_final(), "seed {seed}: {new:?} {old:?} {:?}", journal.progress());
        let log: Vec<(String, String)> =
            shared.log().into_iter().filter(|(_, key)| key.contains("/journal/")).collect();
        if let Some(first) = log.iter().position(|(who, _)| who == "new") {
            assert!(log[first..].iter().all(|(who, _)| who == "new"), "seed {seed}: {log:?}");
            let overtaken = matches!(
                old,
                RunEnd::Overtaken {
                    by: Refusal::Lease(LeaseError::Lost { .. }) | Refusal::Journal(JournalError::Overtaken { .. }),
                    ..
                }
            );
            assert!(overtaken, "seed {seed}: {old:?}");
            refused += 1;
            // Whatever the old one acted on, its intent came before the take-over.
            let resumed = journal.entries().iter().find(|entry| matches!(entry.event, Event::Resumed { .. }));
            let resumed = resumed.map_or(0, |entry| entry.seq);
            for (who, step) in &world.facts.lock().unwrap().acts {
                let intended = journal.entries().iter().any(|entry| {
                    entry.seq < resumed
                        && entry.step.as_ref() == Some(step)
                        && matches!(entry.event, Event::Started { .. })
                });
                assert!(who == "new" || intended, "seed {seed}: {step} was begun after the take-over");
            }
        }
    }
    println!("take-overs: {INTERLEAVINGS} interleavings, {refused} met the old holder at work");
    assert!(refused > INTERLEAVINGS / 3, "{refused}");
}

/// One step waits until it is asked to stop, another has the lease taken away.
struct Robbed(MemoryStore);

#[async_trait]
impl Actor for Robbed {
    async fn look(&self, _: &Step) -> Result<Look, ActError> {
        Ok(Look::Needed)
    }

    async fn act(&self, step: &Step, _: &str, _: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        if step.id.0 == "order" {
            stop.wait().await;
            let left_behind = vec!["RDS has taken the promotion and goes on with it".to_owned()];
            let (what, effect_known) = ("stopped waiting".to_owned(), true);
            return Err(ActError { what, effect_known, left_behind, interrupted: true, ..ActError::default() });
        }
        let other = claim("run-other", "thief-nonce", 0);
        let lease = holder(&self.0, ENVIRONMENT).await.unwrap().unwrap();
        let now = Ticking::default().now();
        LeaseKeeper::take_over(Arc::new(self.0.clone()), ENVIRONMENT, &lease.nonce, &other, now, LIFE).await.unwrap();
        Ok(Done::default())
    }
}

#[tokio::test]
async fn what_was_ordered_before_the_lease_was_lost_is_told_though_no_journal_has_it() {
    let store = MemoryStore::empty();
    let runbook = runbook("run-robbed", vec![step("order", &[]), step("first", &[]), step("second", &["first"])]);
    let (clock, shared) = (Ticking::default(), Arc::new(store.clone()));
    let mut journal = Journal::open(shared.clone(), ENVIRONMENT, &runbook.id).await.unwrap();
    let claim = claim(&runbook.id, "old-nonce", 0);
    let lease = LeaseKeeper::acquire(shared, ENVIRONMENT, &claim, clock.now(), LIFE).await.unwrap();
    let (hands, watch, stop) = (Robbed(store.clone()), Recorded::default(), Stop::never());
    let end = carry_out(&runbook, &mut journal, &hands, &lease, &clock, &watch, &stop).await;
    let RunEnd::Overtaken { by: Refusal::Lease(LeaseError::Lost { .. }), left } = end else { panic!("{end:?}") };
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].left_behind, ["RDS has taken the promotion and goes on with it"]);
}

#[tokio::test]
async fn two_processes_of_one_run_cannot_both_write_even_without_a_lease() {
    let runbook = runbooks().remove(0);
    let store = MemoryStore::empty();
    let open = || Journal::open(Arc::new(store.clone()), ENVIRONMENT, &runbook.id);
    let (mut one, mut two) = (open().await.unwrap(), open().await.unwrap());
    let began = |fence| Event::Began {
        by: "ana".to_owned(),
        host: "laptop".to_owned(),
        tool_version: "0.1.0".to_owned(),
        runbook: runbook.digest.clone(),
        fence,
    };
    let at = Ticking::default().now();
    one.note(at, None, began(1)).unwrap();
    two.note(at, None, began(2)).unwrap();
    one.flush().await.unwrap();
    assert!(matches!(two.flush().await, Err(JournalError::Overtaken { .. })));
    assert!(matches!(two.note(at, None, Event::Stopped { reason: "x".to_owned() }), Err(JournalError::Broken { .. })));
    assert!(open().await.unwrap().entries().len() == 1);
}
