//! Owns one token bucket as a value: when the next call may go, and what its fate teaches about AWS's own bucket.
//!
//! A published rate is spent deliberately from the first call. One that AWS does not publish is not believed until AWS has
//! said "too fast": up to the assumed burst calls go out freely, beyond it their number under way starts small and grows
//! with every one that goes through. The first throttle tells that AWS's bucket is empty; from there on the seeded refill
//! paces, or as many times that as the bucket held more than was assumed, because AWS raises both together. Every further
//! throttle measures the true refill: what went through between two moments with an empty bucket.

use std::time::Duration;

use super::pacing::Rate;

/// How many calls of one bucket are under way at most: the burst that is assumed of EC2 Auto Scaling, so that a hundred
/// groups are written in one round trip. More would need more connections than they save time.
pub(super) const WINDOW: usize = 100;
/// How many are at first beyond the burst of a rate that is only assumed: about so many are wasted when it is right.
const PROBE: usize = 32;
/// The least part of its seed the refill falls to.
const FLOOR: f64 = 0.1;
/// What is believed of a measured refill; the rest keeps the next throttle away.
const BELIEVED: f64 = 0.98;
/// Throttles so close together are one: calls already on their way tell nothing new.
const SAME: Duration = Duration::from_secs(1);
/// After a throttle the refill does not grow for so long.
const HOLD: Duration = Duration::from_secs(5);
/// What the refill gains with every call that goes through while others queue, a second: a tenth of itself each second.
const GAIN: f64 = 0.1;

/// When a call may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Turn {
    /// It may; its token is taken.
    Now,
    /// Not before so long; then it asks again.
    After(Duration),
    /// Too many are under way.
    WhenOneEnds,
}

/// How a call fared, as far as its rate is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fared {
    /// It went through.
    Through,
    /// AWS said "too fast".
    Throttled,
    /// Something else; it says nothing about the rate.
    Otherwise,
}

/// One bucket; times are counted from any fixed start.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TokenBucket {
    rate: Rate,
    refill: f64,
    tokens: f64,
    counted_at: Duration,
    under_way: usize,
    window: usize,
    /// Whether the burst of an assumed rate is spent; it is whole again once the bucket is full.
    beyond: bool,
    /// Calls under way from before it was spent: they say nothing about what is beyond.
    before: usize,
    /// Whether tokens hold calls back.
    paces: bool,
    throttled_at: Option<Duration>,
    /// Calls that went through since then, or ever.
    through: u32,
}

impl TokenBucket {
    /// A full bucket.
    pub fn new(rate: Rate, now: Duration) -> Self {
        TokenBucket {
            rate,
            refill: rate.refill,
            tokens: rate.burst,
            counted_at: now,
            under_way: 0,
            window: WINDOW,
            beyond: false,
            before: 0,
            paces: rate.published,
            throttled_at: None,
            through: 0,
        }
    }

    /// Takes a token, or tells when to ask again.
    pub fn take(&mut self, now: Duration) -> Turn {
        self.flow(now);
        if self.under_way >= WINDOW || self.under_way - self.before >= self.window {
            return Turn::WhenOneEnds;
        }
        // A whole token, but for what is lost in the arithmetic of fractions.
        if self.paces && self.tokens < 1.0 - 1e-6 {
            return Turn::After(Duration::from_secs_f64((1.0 - self.tokens) / self.refill));
        }
        self.tokens = (self.tokens - 1.0).max(0.0);
        if !self.paces && !self.beyond && self.tokens < 1.0 {
            self.beyond = true;
            self.before = self.under_way + 1;
            self.window = PROBE;
        }
        self.under_way += 1;
        Turn::Now
    }

    /// A call ended.
    pub fn ended(&mut self, fared: Fared, now: Duration) {
        self.flow(now);
        self.under_way = self.under_way.saturating_sub(1);
        let is_before = self.before > 0;
        self.before = self.before.saturating_sub(1);
        match fared {
            Fared::Through if is_before => self.through = self.through.saturating_add(1),
            Fared::Through => self.went_through(now),
            Fared::Throttled => self.throttled(now),
            Fared::Otherwise => {}
        }
    }

    fn went_through(&mut self, now: Duration) {
        self.window = (self.window + 1).min(WINDOW);
        self.through = self.through.saturating_add(1);
        let holds = self.throttled_at.is_some_and(|at| now.saturating_sub(at) < HOLD);
        // An idle bucket proves nothing about how fast it fills.
        if self.paces && !holds && self.tokens < 1.0 {
            let most = self.rate.refill * self.rate.growth;
            self.refill = (self.refill + GAIN).min(most.max(self.refill));
        }
    }

    fn throttled(&mut self, now: Duration) {
        let since = self.throttled_at.map(|at| now.saturating_sub(at));
        if since.is_some_and(|since| since < SAME) {
            return;
        }
        self.tokens = 0.0;
        self.window = WINDOW;
        self.paces = true;
        self.refill = match since {
            Some(since) => {
                let measured = f64::from(self.through) / since.as_secs_f64();
                (measured.min(self.refill) * BELIEVED).max(self.rate.refill * FLOOR)
            }
            None => {
                let held = f64::from(self.through) * BELIEVED / self.rate.burst;
                self.rate.refill * held.clamp(1.0, self.rate.growth)
            }
        };
        self.throttled_at = Some(now);
        self.through = 0;
    }

    fn flow(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.counted_at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.refill).min(self.rate.burst);
        self.counted_at = self.counted_at.max(now);
        if self.beyond && self.tokens >= self.rate.burst {
            self.beyond = false;
            self.window = WINDOW;
        }
    }
}

#[cfg(test)]
#[path = "bucket_tests.rs"]
mod tests;
