//! Owns the wait of one step: how far it is told, when it is over, and that a wish to stop ends it.

use std::time::Duration;

use jiff::Timestamp;

use super::Actors;
use super::order::Order;
use crate::cloud::Clock;
use crate::plan::runbook::Step;
use crate::run::patience::elapsed;
use crate::run::{RunEvent, Stop, Watch};

/// A wait that has begun.
pub(super) struct Vigil<'a> {
    clock: &'a dyn Clock,
    watch: &'a dyn Watch,
    stop: &'a Stop,
    subject: String,
    begun: Timestamp,
    timeout: Duration,
    interval: Duration,
}

/// What comes after a look that did not see what is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Look again.
    Look,
    /// A person asked to stop.
    Stopped,
    /// The time is up.
    TimeUp,
}

impl Actors {
    /// Begins a wait that looks every `interval`.
    pub(super) fn vigil<'a>(
        &'a self,
        step: &Step,
        timeout_s: u64,
        interval: Duration,
        watch: &'a dyn Watch,
        stop: &'a Stop,
    ) -> Vigil<'a> {
        let clock = self.clock.as_ref();
        let timeout = Duration::from_secs(timeout_s);
        Vigil { clock, watch, stop, subject: step.id.to_string(), begun: clock.now(), timeout, interval }
    }
}

impl Vigil<'_> {
    /// Whether an order may be given now, provided that the look shows nothing of it: never once it is time to stop.
    pub(super) fn is_due(&self, order: &Order) -> bool {
        !self.stop.requested() && order.is_due(self.clock.now())
    }

    /// How long it has lasted.
    pub(super) fn waited(&self) -> Duration {
        elapsed(self.begun, self.clock.now())
    }

    /// How long it may last.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Tells what was seen, and waits for the time of the next look.
    pub(super) async fn next(&self, text: impl Into<String>) -> Next {
        self.next_of(0, 1, text).await
    }

    /// The same, with how far it has come.
    pub(super) async fn next_of(&self, done: u64, of: u64, text: impl Into<String>) -> Next {
        self.watch.event(RunEvent::Waiting { subject: self.subject.clone(), done, of, text: text.into() });
        let left = self.timeout.saturating_sub(self.waited());
        if self.stop.requested() {
            return Next::Stopped;
        }
        if left.is_zero() {
            return Next::TimeUp;
        }
        match self.stop.sleep(self.clock, self.interval.min(left)).await {
            true => Next::Stopped,
            false => Next::Look,
        }
    }
}
