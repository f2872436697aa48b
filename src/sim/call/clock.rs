//! Owns the virtual clock.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::keep::Keeper;
use crate::cloud::Clock;

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
    fn now(&self) -> Timestamp {
        self.keeper.peek(|state| state.now).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    async fn sleep(&self, length: Duration) {
        // Sleepers that start together have one deadline, so they move the clock once.
        let deadline = later(self.now(), length);
        tokio::task::yield_now().await;
        // A clock that cannot be saved stands still; the next call says why.
        let _ = self.keeper.transact(|state| state.now = state.now.max(deadline));
    }
}

/// A time so much later.
pub(super) fn later(at: Timestamp, length: Duration) -> Timestamp {
    at.checked_add(length).unwrap_or(Timestamp::MAX)
}
