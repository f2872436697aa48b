//! Owns the test of how often a run writes its journal.

use std::sync::Arc;

use async_trait::async_trait;

use super::world::{ENVIRONMENT, LIFE, Ticking, claim, runbook, step};
use crate::cloud::Clock;
use crate::plan::runbook::Step;
use crate::run::engine::{ActError, Actor, Done, Look, RunEnd, carry_out};
use crate::run::event::{Recorded, Watch};
use crate::run::journal::Journal;
use crate::run::stop::Stop;
use crate::store::LeaseKeeper;
use crate::store::fixture::MemoryStore;

/// Everything is so, and is known to be at once; only what is named has to be done.
struct Known(&'static str);

#[async_trait]
impl Actor for Known {
    async fn look(&self, step: &Step) -> Result<Look, ActError> {
        Ok(if step.id.0 == self.0 { Look::Needed } else { Look::AlreadySo("so".to_owned()) })
    }

    async fn act(&self, _: &Step, _: &str, _: &dyn Watch, _: &Stop) -> Result<Done, ActError> {
        Ok(Done::default())
    }
}

/// How many objects the journal of a chain of four has, and how it ended.
async fn written(needed: &'static str) -> (usize, RunEnd) {
    let chain = vec![step("a", &[]), step("b", &["a"]), step("c", &["b"]), step("d", &["c"])];
    let (runbook, store, clock) = (runbook("run-1", chain), MemoryStore::empty(), Ticking::default());
    let shared = Arc::new(store.clone());
    let mut journal = Journal::open(shared.clone(), ENVIRONMENT, &runbook.id).await.expect("a journal");
    let claim = claim(&runbook.id, "nonce", 0);
    let lease = LeaseKeeper::acquire(shared, ENVIRONMENT, &claim, clock.now(), LIFE).await.expect("a lease");
    let (watch, stop) = (Recorded::default(), Stop::never());
    let end = carry_out(&runbook, &mut journal, &Known(needed), &lease, &clock, &watch, &stop).await;
    (store.log().iter().filter(|(_, key)| key.contains("/journal/")).count(), end)
}

#[tokio::test]
async fn what_looks_tell_at_once_is_written_together_and_an_act_waits_for_its_own_intent() {
    let (objects, end) = written("nothing").await;
    assert!(matches!(end, RunEnd::Completed { degraded: false }), "{end:?}");
    assert_eq!(objects, 1, "nothing was done that had to be announced");
    let (objects, end) = written("b").await;
    assert!(matches!(end, RunEnd::Completed { degraded: false }), "{end:?}");
    assert_eq!(objects, 2, "everything up to its intent before it acts, and all that follows");
}
