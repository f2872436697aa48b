//! Owns the decision whether a failed call is made again, and when.

use std::time::Duration;

use super::error_codes::may_be_clock;
use crate::cloud::{CloudError, CloudErrorKind};

/// How long a throttled call keeps trying: the operation time-out.
pub(super) const THROTTLE_PATIENCE: Duration = Duration::from_secs(90);

/// How long a call keeps trying while another change of the same thing is under way: a scaling activity that refuses others
/// is over within seconds. What lasts longer is for the caller to wait for, who can say what is waited for.
pub(super) const BUSY_PATIENCE: Duration = Duration::from_secs(60);

/// So many attempts of a throttled call follow each other at the pace of its bucket alone.
const PACED_ATTEMPTS: u32 = 4;

/// What a call allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RetryRules {
    /// Most attempts after no answer or a failed service.
    pub transient_attempts: u32,
    /// Most attempts of all; none for as long as patience lasts (`AWS_MAX_ATTEMPTS` sets it).
    pub attempts: Option<u32>,
    /// Whether a call that may have happened may be made again.
    pub repeatable: bool,
}

impl RetryRules {
    /// Reads, absolute writes, and writes with a token.
    pub const REPEATABLE: RetryRules = RetryRules { transient_attempts: 3, attempts: None, repeatable: true };
    /// Writes that would happen twice.
    pub const ONCE: RetryRules = RetryRules { transient_attempts: 3, attempts: None, repeatable: false };

    /// After a failure: none to give up, else how long to wait. `attempt` counts from one; `chance` is between 0 and 1.
    pub fn next(self, error: &CloudError, attempt: u32, elapsed: Duration, chance: f64) -> Option<Duration> {
        if self.attempts.is_some_and(|most| attempt >= most) {
            return None;
        }
        let (base, most) = match error.kind {
            CloudErrorKind::Credentials if attempt == 1 && may_be_clock(error.code.as_deref()) => (0.0, 0.0),
            // Pacing holds the next attempt back until its token is there. To wait longer is to waste tokens, until it
            // shows that tokens are not what is missing.
            CloudErrorKind::Throttled if elapsed < THROTTLE_PATIENCE && attempt <= PACED_ATTEMPTS => (0.0, 0.0),
            CloudErrorKind::Throttled if elapsed < THROTTLE_PATIENCE => (0.01, 5.0),
            // Nothing was done, so that even what must not happen twice is asked again.
            CloudErrorKind::Busy if elapsed < BUSY_PATIENCE => (0.1, 5.0),
            CloudErrorKind::Unreachable | CloudErrorKind::Service
                if self.repeatable && attempt < self.transient_attempts =>
            {
                (0.05, 2.0)
            }
            _ => return None,
        };
        // Full jitter keeps callers apart that failed together.
        let ceiling = (base * f64::from(1_u32 << attempt.min(10))).min(most);
        Some(Duration::from_secs_f64(ceiling * chance.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;
    use CloudErrorKind::*;

    fn error(kind: CloudErrorKind, code: Option<&str>) -> CloudError {
        CloudError {
            kind,
            operation: "UpdateAutoScalingGroup".to_owned(),
            side: None,
            region: Region("us-west-2".to_owned()),
            code: code.map(str::to_owned),
            message: String::new(),
            request_id: None,
        }
    }

    #[test]
    fn what_is_tried_again() {
        let rules = RetryRules::REPEATABLE;
        let once = RetryRules::ONCE;
        let one = RetryRules { attempts: Some(1), ..rules };
        let early = Duration::ZERO;
        let late = THROTTLE_PATIENCE;
        for (rules, kind, attempt, elapsed, again) in [
            (rules, Throttled, 1, early, true),
            (rules, Throttled, 50, early, true),
            (rules, Throttled, 1, late, false),
            (rules, Unreachable, 1, early, true),
            (rules, Unreachable, 3, early, false),
            (rules, Service, 2, early, true),
            (rules, Service, 3, early, false),
            (once, Unreachable, 1, early, false),
            (once, Service, 1, early, false),
            (once, Throttled, 1, early, true),
            (rules, Busy, 1, early, true),
            (rules, Busy, 50, early, true),
            (rules, Busy, 1, BUSY_PATIENCE, false),
            (once, Busy, 1, early, true),
            (one, Busy, 1, early, false),
            (rules, Conflict, 1, early, false),
            (one, Throttled, 1, early, false),
            (one, Unreachable, 1, early, false),
            (rules, Denied, 1, early, false),
            (rules, Unsupported, 1, early, false),
            (rules, NotFound, 1, early, false),
        ] {
            assert_eq!(
                rules.next(&error(kind, None), attempt, elapsed, 0.5).is_some(),
                again,
                "{kind:?} {attempt} {elapsed:?}"
            );
        }
    }

    #[test]
    fn waits_grow_and_are_capped() {
        let wait = |attempt| RetryRules::REPEATABLE.next(&error(Throttled, None), attempt, Duration::ZERO, 1.0);
        assert_eq!(wait(1), Some(Duration::ZERO), "its bucket holds it back");
        assert_eq!(wait(5), Some(Duration::from_millis(320)));
        assert_eq!(wait(6), Some(Duration::from_millis(640)));
        assert_eq!(wait(40), Some(Duration::from_secs(5)));
        let busy = |attempt| RetryRules::ONCE.next(&error(Busy, None), attempt, Duration::ZERO, 1.0);
        assert_eq!(busy(1), Some(Duration::from_millis(200)), "the other change takes a moment");
        assert_eq!(busy(40), Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_refused_signature_is_tried_once_more_with_the_clock_put_right() {
        let next = |code, attempt| RetryRules::ONCE.next(&error(Credentials, Some(code)), attempt, Duration::ZERO, 1.0);
        assert_eq!(next("RequestTimeTooSkewed", 1), Some(Duration::ZERO));
        assert_eq!(next("RequestTimeTooSkewed", 2), None);
        assert_eq!(next("ExpiredToken", 1), None);
    }
}
