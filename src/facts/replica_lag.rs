//! Owns how far a replica is behind, and what that says about the writes that it lacks.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How far a replica is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaLag {
    /// In seconds, rounded up.
    pub seconds: u64,
    /// When it was measured.
    pub at: Timestamp,
}

impl ReplicaLag {
    /// The moment until which it surely has everything that was written.
    pub fn holds_until(&self) -> Timestamp {
        let behind = SignedDuration::from_secs(i64::try_from(self.seconds).unwrap_or(i64::MAX));
        self.at.checked_sub(behind).unwrap_or(Timestamp::MIN)
    }

    /// How old it is, in seconds.
    pub fn age_s(&self, now: Timestamp) -> u64 {
        seconds_from(self.at, now)
    }

    /// How far behind the replica may be at most, in seconds, where nothing newer is known of it.
    pub fn bound_s(&self, now: Timestamp) -> u64 {
        seconds_from(self.holds_until(), now)
    }
}

/// How many seconds of writes are lost at most where production wrote nothing after an incident and a replica has
/// everything until some moment.
pub fn lost_s(holds_until: Timestamp, incident_at: Timestamp) -> u64 {
    seconds_from(holds_until, incident_at)
}

/// From one moment to a later one, rounded up; 0 where it is no later one.
fn seconds_from(earlier: Timestamp, later: Timestamp) -> u64 {
    u64::try_from(later.duration_since(earlier).as_millis()).unwrap_or(0).div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_what_was_written_between_the_last_known_write_and_the_incident() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        // Forty minutes in the dark; PostgreSQL's lag has grown all the time.
        let dark = ReplicaLag { seconds: 2_403, at: at(2_400) };
        assert_eq!((dark.holds_until(), lost_s(dark.holds_until(), at(0))), (at(-3), 3));
        assert_eq!(lost_s(dark.holds_until(), at(-10)), 0, "it has more than was written before the incident");
        // The last lag that MySQL told before its source was gone.
        let old = ReplicaLag { seconds: 2, at: at(-30) };
        assert_eq!(
            (old.bound_s(at(2_400)), old.age_s(at(2_400)), lost_s(old.holds_until(), at(0))),
            (2_432, 2_430, 32)
        );
        assert_eq!(old.age_s(at(-60)), 0, "clocks disagree");
    }
}
