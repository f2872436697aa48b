//! Owns how long a run waits and how often it looks, by the cloud's own clock.

use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::Clock;

/// How long to wait for something, and how often to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Give up after this.
    pub timeout: Duration,
    /// Look this often.
    pub interval: Duration,
}

/// A wait that has begun.
pub struct Deadline<'a> {
    clock: &'a dyn Clock,
    started: Timestamp,
    patience: Patience,
}

impl Patience {
    /// Starts the wait now.
    pub fn begin(self, clock: &dyn Clock) -> Deadline<'_> {
        Deadline { clock, started: clock.now(), patience: self }
    }
}

impl Deadline<'_> {
    /// How long the wait has lasted.
    pub fn elapsed(&self) -> Duration {
        elapsed(self.started, self.clock.now())
    }

    /// Waits one interval; false when the time is up.
    pub async fn wait(&self) -> bool {
        let left = self.patience.timeout.saturating_sub(self.elapsed());
        if left.is_zero() {
            return false;
        }
        self.clock.sleep(self.patience.interval.min(left)).await;
        true
    }
}

/// The time between two moments; zero when they are the wrong way round.
pub fn elapsed(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
