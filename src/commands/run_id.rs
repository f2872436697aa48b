//! Owns the ids of runs: they sort by time, and never before a run that is there already.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::run::engine::RunRecord;

const FORM: &str = "%Y%m%d-%H%M%S";

/// A new run's id: sortable by time, unique by its end. `past`: the last runs, oldest first.
pub(super) fn run_id(now: Timestamp, past: &[RunRecord]) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    let at = after(now, past.iter().map(|record| record.run.as_str()).max());
    format!("{}-{}", at.strftime(FORM), random.get(..6).unwrap_or(&random))
}

/// Now; or, where a machine whose clock is ahead named the last run, the second after that. Which run came later decides
/// whether a plan is stale, so a wrong clock must not turn the order round.
fn after(now: Timestamp, newest: Option<&str>) -> Timestamp {
    let named = newest.and_then(named_at);
    let next = named.and_then(|named| named.checked_add(SignedDuration::from_secs(1)).ok());
    next.map_or(now, |next| next.max(now))
}

/// When a run was named; none where its id has another form.
pub(super) fn named_at(id: &str) -> Option<Timestamp> {
    Some(DateTime::strptime(FORM, id.get(..15)?).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_comes_after_the_newest_whatever_the_clock_says() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        for (newest, expected) in [
            (None, "20261120-120000"),
            (Some("20261120-115959-abcdef"), "20261120-120000"),
            // In the same second only the random end would decide.
            (Some("20261120-120000-ffffff"), "20261120-120001"),
            (Some("20261120-170000-abcdef"), "20261120-170001"),
            (Some("019a-another-form"), "20261120-120000"),
            (Some("99991231-235959-abcdef"), "20261120-120000"),
        ] {
            assert_eq!(after(now, newest).strftime(FORM).to_string(), expected, "{newest:?}");
        }
    }
}
