//! Owns the trend of recovery times: each run against the last one before it that it compares with.

use serde::Serialize;

use super::drill::{Regression, compares, is_measure, regression};
use super::runs::Listed;
use crate::plan::runbook::RunKind;
use crate::run::engine::RunRecord;
use crate::run::journal::RunState;

/// How a run's recovery time stands to an earlier one's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// By how many percent it was slower; negative where it was faster.
    pub percent: i64,
    /// The run it is measured against.
    pub against: String,
    /// Where it is a drill, and slower than the last good one by more than the margin.
    pub regression: Option<Regression>,
}

/// Fills in the trend of every run; they are newest first. One that nothing before compares with has none.
pub fn fill(runs: &mut [Listed]) {
    let trends: Vec<Option<Trend>> = (0..runs.len()).map(|at| trend(runs, at)).collect();
    for (listed, trend) in runs.iter_mut().zip(trends) {
        listed.trend = trend;
    }
}

/// Whether a drill among the newest has no earlier one to be measured against yet.
pub fn wants_more(runs: &[Listed], newest: usize) -> bool {
    let open = |at: usize| {
        let drill = runs[at]
            .record
            .as_ref()
            .is_ok_and(|record| record.kind == RunKind::Drill && record.totals.recovery_time_s.is_some());
        drill && trend(runs, at).is_none()
    };
    (0..runs.len().min(newest)).any(open)
}

fn trend(runs: &[Listed], at: usize) -> Option<Trend> {
    let record = runs[at].record.as_ref().ok()?;
    let took = record.totals.recovery_time_s?;
    let earlier = runs[at + 1..].iter().filter_map(|listed| listed.record.as_ref().ok());
    let before = earlier.into_iter().find(|before| measures(record, before))?;
    let took_before = before.totals.recovery_time_s.filter(|seconds| *seconds > 0)?;
    Some(Trend {
        percent: percent(took, took_before),
        against: before.run.clone(),
        regression: regression(record, before).filter(|_| record.kind == RunKind::Drill),
    })
}

fn measures(record: &RunRecord, before: &RunRecord) -> bool {
    match record.kind {
        RunKind::Drill => is_measure(record, before),
        RunKind::Declare | RunKind::Failback => {
            compares(record, before)
                && matches!(before.state, RunState::Ended { .. })
                && before.totals.recovery_time_s.is_some()
        }
    }
}

fn percent(took: u64, before: u64) -> i64 {
    let change = (i128::from(took) - i128::from(before)) * 100;
    let half = i128::from(before) / 2 * change.signum();
    i64::try_from((change + half) / i128::from(before)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::drill::tests::good;

    fn listed(run: &str, wanted: u32, took: i64) -> Listed {
        let mut record = good(wanted, took);
        record.run = run.to_owned();
        Listed { run: run.to_owned(), record: Ok(record), held_by: None, trend: None }
    }

    #[test]
    fn each_drill_is_measured_against_the_last_good_one_that_asked_for_the_same() {
        let damaged = crate::report::runs::Unreadable { why: "damaged".into(), given_up: None };
        let damaged = Listed { run: "r3".into(), record: Err(damaged), held_by: None, trend: None };
        let mut runs = [
            listed("r5", 10, 121),
            // Beyond its objective of 300 s, so it is no measure for r5.
            listed("r4", 10, 400),
            damaged,
            listed("r2", 5, 50),
            listed("r1", 10, 100),
        ];
        assert!(!wants_more(&runs, 3), "those three have what they are measured against");
        assert!(wants_more(&runs, 4), "nothing before r2 asked for five");
        fill(&mut runs);
        let told: Vec<_> = runs
            .iter()
            .map(|one| {
                one.trend.as_ref().map(|trend| (trend.percent, trend.against.as_str(), trend.regression.is_some()))
            })
            .collect();
        assert_eq!(told, [Some((21, "r1", true)), Some((300, "r1", true)), None, None, None]);
    }

    #[test]
    fn percents_are_rounded_to_the_nearest() {
        for (took, before, expected) in
            [(100, 100, 0), (3, 2, 50), (2, 3, -33), (1, 3, -67), (1004, 1000, 0), (1005, 1000, 1)]
        {
            assert_eq!(percent(took, before), expected, "{took} after {before}");
        }
    }
}
