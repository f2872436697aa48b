//! Owns how far database replicas are behind, as CloudWatch's `ReplicaLag` tells it.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat};
use jiff::{SignedDuration, Timestamp};

use super::time::timestamp;
use crate::cloud::{CLOCK_ERROR, LAG_WINDOW, LagsSeen};
use crate::facts::ReplicaLag;

/// Replicas per call: one query each (GetMetricData: 500 queries).
pub(super) const REPLICAS_PER_CALL: usize = 500;
/// How far back a point still bounds what a replica lacks. CloudWatch keeps points of a minute for 15 days; three hours of
/// them from 500 replicas fit into one answer (GetMetricData: 100,800 points), with what an error of our clock adds.
const PAST: SignedDuration = SignedDuration::from_hours(3);
/// RDS reports the lag once a minute.
const PERIOD_S: i32 = 60;

/// From when to when points are asked for, so that an error of our clock hides none: CloudWatch takes an end that lies in
/// the future. The ends of time where that is out of range.
pub(super) fn window(now: Timestamp) -> (Timestamp, Timestamp) {
    around(now, LAG_WINDOW)
}

/// The same for points that need not tell of now.
pub(super) fn past(now: Timestamp) -> (Timestamp, Timestamp) {
    around(now, PAST)
}

fn around(now: Timestamp, back: SignedDuration) -> (Timestamp, Timestamp) {
    let from = now.checked_sub(back + CLOCK_ERROR).unwrap_or(Timestamp::MIN);
    (from, now.checked_add(CLOCK_ERROR).unwrap_or(Timestamp::MAX))
}

/// Without what is too old to tell of now, by the clock of who told it.
pub(super) fn of_now(seen: LagsSeen) -> LagsSeen {
    let Some(at) = seen.at else { return seen };
    let lags = seen.lags.into_iter().filter(|(_, lag)| at.duration_since(lag.at) <= LAG_WINDOW).collect();
    LagsSeen { lags, ..seen }
}

/// One query a replica. Query ids carry the replica's place in the chunk, because they may not hold its identifier.
pub(super) fn queries(ids: &[String]) -> Vec<MetricDataQuery> {
    of_instances("ReplicaLag", ids)
}

/// The same of another metric of instances.
pub(super) fn of_instances(metric: &str, ids: &[String]) -> Vec<MetricDataQuery> {
    let query = |(place, id): (usize, &String)| {
        let of_replica = Dimension::builder().name("DBInstanceIdentifier").value(id).build();
        let what = Metric::builder().namespace("AWS/RDS").metric_name(metric).dimensions(of_replica).build();
        let stat = MetricStat::builder().metric(what).period(PERIOD_S).stat("Maximum").build();
        MetricDataQuery::builder().id(query_id(place)).metric_stat(stat).build()
    };
    ids.iter().enumerate().map(query).collect()
}

/// The newest point of each replica. One whose newest point is negative does not replicate, so its lag is not known: an
/// earlier point would make it look better than it is.
pub(super) fn newest(ids: &[String], results: &[MetricDataResult]) -> BTreeMap<String, ReplicaLag> {
    chosen(ids, results, |_| true)
}

/// The newest point of each replica that is a lag, whatever came after it.
pub(super) fn last(ids: &[String], results: &[MetricDataResult]) -> BTreeMap<String, ReplicaLag> {
    chosen(ids, results, is_lag)
}

/// MySQL and MariaDB report -1 while replication does not run; neither that nor what is no number is a lag.
fn is_lag(value: f64) -> bool {
    value >= 0.0
}

fn chosen(ids: &[String], results: &[MetricDataResult], counts: impl Fn(f64) -> bool) -> BTreeMap<String, ReplicaLag> {
    let lag = |(at, value): (Timestamp, f64)| is_lag(value).then(|| ReplicaLag { seconds: value.ceil() as u64, at });
    newest_points(ids, results, counts).into_iter().filter_map(|(id, point)| Some((id, lag(point)?))).collect()
}

/// The newest point of each instance that counts.
pub(super) fn newest_points(
    ids: &[String],
    results: &[MetricDataResult],
    counts: impl Fn(f64) -> bool,
) -> BTreeMap<String, (Timestamp, f64)> {
    let mut points: BTreeMap<&str, (Timestamp, f64)> = BTreeMap::new();
    for result in results {
        let Some(id) = result.id() else { continue };
        for (value, at) in result.values().iter().zip(result.timestamps()) {
            let Some(at) = timestamp(at).filter(|_| counts(*value)) else { continue };
            if points.get(id).is_none_or(|(newest, _)| at > *newest) {
                points.insert(id, (at, *value));
            }
        }
    }
    let of = |place: usize| points.get(query_id(place).as_str()).copied();
    ids.iter().enumerate().filter_map(|(place, id)| Some((id.clone(), of(place)?))).collect()
}

fn query_id(place: usize) -> String {
    format!("r{place}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::metrics::tests::result;

    #[test]
    fn the_newest_point_counts_rounded_up_and_what_is_not_known_is_absent() {
        for (points, expected) in [
            (&[(3.0, 60), (0.2, 120), (9.0, 90)][..], Some((1, 120))),
            (&[(0.0, 120)], Some((0, 120))),
            (&[(2.0, 60), (-1.0, 120)], None),
            (&[(-1.0, 60), (2.0, 120)], Some((2, 120))),
            (&[(f64::NAN, 120)], None),
            (&[], None),
        ] {
            let lags = newest(&["orders".to_owned()], &[result("r0", points)]);
            let told = lags.get("orders").map(|lag| (lag.seconds, lag.at.as_second()));
            assert_eq!(told, expected, "{points:?}");
        }
    }

    #[test]
    fn the_last_lag_is_the_newest_before_replication_broke() {
        for (points, expected) in [
            (&[(4.0, 60), (2.0, 120), (-1.0, 180), (-1.0, 240)][..], Some((2, 120))),
            (&[(-1.0, 240), (7.0, 180), (9.0, 60)], Some((7, 180))),
            (&[(-1.0, 60), (f64::NAN, 120)], None),
        ] {
            let lags = last(&["orders".to_owned()], &[result("r0", points)]);
            let told = lags.get("orders").map(|lag| (lag.seconds, lag.at.as_second()));
            assert_eq!(told, expected, "{points:?}");
        }
    }

    #[test]
    fn points_of_one_replica_spread_over_pages_are_one_series() {
        let ids = ["orders", "stock", "silent"].map(str::to_owned);
        let results = [result("r1", &[(7.0, 60)]), result("r0", &[(1.0, 60)]), result("r0", &[(4.0, 180)])];
        let lags = newest(&ids, &results);
        assert_eq!(
            lags.iter().map(|(id, lag)| (id.as_str(), lag.seconds)).collect::<Vec<_>>(),
            [("orders", 4), ("stock", 7)]
        );
    }
}
