//! Owns the clock port: the time and the wait, so that the simulated cloud can bring its own.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

/// The time, and the wait.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Returns when so much time has passed on this clock.
    async fn sleep(&self, length: Duration);
}
