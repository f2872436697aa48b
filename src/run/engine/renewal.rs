//! Owns when a lease is renewed by the wall: a fixed deadline since the last renewal, whatever else happens meanwhile.

use std::time::Duration;

/// So many renewals fit into a lease's life: two may fail before it is in danger.
const PER_LIFE: u32 = 3;
/// So much sooner a renewal that failed is tried again.
const SOONER: u32 = 4;

/// When the next renewal is due. Times are those of a clock that only goes forward, since any beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renewal {
    life: Duration,
    due: Duration,
}

impl Renewal {
    /// For a lease of that life that was taken just now.
    pub fn new(life: Duration, now: Duration) -> Self {
        Renewal { life, due: now + life / PER_LIFE }
    }

    /// Whether it is time.
    pub fn is_due(&self, now: Duration) -> bool {
        now >= self.due
    }

    /// How long until then.
    pub fn left(&self, now: Duration) -> Duration {
        self.due.saturating_sub(now)
    }

    /// Takes note of a renewal that was tried.
    pub fn tried(&mut self, now: Duration, renewed: bool) {
        let pause = if renewed { self.life / PER_LIFE } else { self.life / PER_LIFE / SOONER };
        self.due = now + pause;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Renewals of a lease of 120 s, as seconds, while a step ends every so many seconds; of those that `fails` names none
    /// succeeds.
    fn renewals(every: u64, until: u64, fails: impl Fn(usize) -> bool) -> Vec<u64> {
        let mut renewal = Renewal::new(Duration::from_secs(120), Duration::ZERO);
        let (mut now, mut tried) = (0, Vec::new());
        while now < until {
            // Whatever comes first: a step's end, or the deadline.
            let next_end = (now / every + 1) * every;
            now = next_end.min(now + renewal.left(Duration::from_secs(now)).as_secs().max(1));
            if renewal.is_due(Duration::from_secs(now)) {
                renewal.tried(Duration::from_secs(now), !fails(tried.len()));
                tried.push(now);
            }
        }
        tried
    }

    #[test]
    fn steps_that_end_put_no_renewal_off() {
        for every in [1, 7, 39, 41, 59, 61, 1_000] {
            let at = renewals(every, 400, |_| false);
            assert_eq!(at.first(), Some(&40), "a step ends every {every} s: {at:?}");
            assert!(at.windows(2).all(|pair| pair[1] - pair[0] == 40), "a step ends every {every} s: {at:?}");
        }
    }

    #[test]
    fn a_renewal_that_failed_is_tried_again_long_before_the_lease_runs_out() {
        let at = renewals(59, 120, |number| number < 6);
        assert_eq!(at[..6], [40, 50, 60, 70, 80, 90], "{at:?}");
    }
}
