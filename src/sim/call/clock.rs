//! Owns the virtual clock.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::keep::Keeper;
use crate::cloud::Clock;
use crate::sim::state::SimState;

/// How often in a row nobody may have made a call before a sleeper moves the clock of an account in a file. Stores and
/// accounts are written without awaiting, so that a round takes everybody else a step further; a step that ends takes a few
/// rounds until those that waited for it make their first call.
const QUIET_ROUNDS: u32 = 16;

/// How often a sleeper lets others go first, so that a crowd that never rests, or a sleeper whom nobody wakes, does not stop
/// the clock.
const ROUNDS: u32 = 50;

/// The account's clock. Nobody waits for it: it moves when somebody sleeps.
pub struct SimClock {
    keeper: Arc<Keeper>,
}

impl SimClock {
    pub(super) fn new(keeper: Arc<Keeper>) -> Self {
        SimClock { keeper }
    }
}

#[async_trait]
impl Clock for SimClock {
    /// What the laptop's clock says, which may be wrong.
    fn now(&self) -> Timestamp {
        let laptop = |state: &SimState| state.now.checked_add(SignedDuration::from_secs(state.laptop_ahead_s)).ok();
        self.keeper.peek(laptop).ok().flatten().unwrap_or(Timestamp::UNIX_EPOCH)
    }

    async fn sleep(&self, length: Duration) {
        let now = self.keeper.peek(|state| state.now).unwrap_or(Timestamp::UNIX_EPOCH);
        let deadline = later(now, length);
        let sleeper = self.keeper.turns.fall_asleep(deadline);
        let enough = if self.keeper.is_kept_in_a_file() { QUIET_ROUNDS } else { 1 };
        let (mut calls, mut quiet) = (self.keeper.turns.calls(), 0);
        for _ in 0..ROUNDS * enough {
            tokio::task::yield_now().await;
            let now = self.keeper.turns.calls();
            quiet = if now == calls && sleeper.is_next() { quiet + 1 } else { 0 };
            if quiet == enough {
                break;
            }
            calls = now;
        }
        // A clock that cannot be saved stands still; the next call says why.
        let _ = self.keeper.pass(deadline);
    }
}

/// A time so much later.
pub(super) fn later(at: Timestamp, length: Duration) -> Timestamp {
    at.checked_add(length).unwrap_or(Timestamp::MAX)
}

/// Whose turn it is: calls before sleepers, and of the sleepers the one that wakes first. Otherwise whoever sleeps long
/// would make what others do meanwhile seem to take as long.
#[derive(Debug, Default)]
pub(super) struct Turns {
    calls: AtomicU64,
    numbers: AtomicU64,
    asleep: Mutex<BTreeSet<(Timestamp, u64)>>,
}

impl Turns {
    /// Notes that a call is being made.
    pub(super) fn note_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    fn fall_asleep(&self, deadline: Timestamp) -> Sleeper<'_> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        self.asleep().insert((deadline, number));
        Sleeper { turns: self, deadline, number }
    }

    fn asleep(&self) -> MutexGuard<'_, BTreeSet<(Timestamp, u64)>> {
        self.asleep.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody asleep, until dropped.
struct Sleeper<'a> {
    turns: &'a Turns,
    deadline: Timestamp,
    number: u64,
}

impl Sleeper<'_> {
    /// Whether nobody wakes before. Those who wake at the same moment move the clock together.
    fn is_next(&self) -> bool {
        self.turns.asleep().first().is_none_or(|(deadline, _)| *deadline >= self.deadline)
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.turns.asleep().remove(&(self.deadline, self.number));
    }
}
