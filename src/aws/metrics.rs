//! Owns the metrics port on CloudWatch, and the peak in-service capacity of groups.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat};
use jiff::Timestamp;

use super::api::Api;
use super::pacing::Rate;
use super::replica_lag;
use super::service_clock::ServiceClock;
use super::session::{Session, side_by_side};
use super::time::{date_time, timestamp};
use crate::cloud::{CloudResult, Connections, GroupPeak, LagsSeen, ReadMetrics};
use crate::facts::ReplicaLag;

const GET_METRIC_DATA: Api = Api::own("cloudwatch", "GetMetricData", Rate::METRICS);

/// The metrics that tell a group's size, the better first: the first counts weighted units.
const METRICS: [&str; 2] = ["GroupInServiceCapacity", "GroupInServiceInstances"];
/// Groups per call: two queries each (GetMetricData: 500 queries).
const GROUPS_PER_CALL: usize = 250;
/// Beyond this window points are hourly: the maximum stays exact, and AWS keeps such points for 455 days.
const HOURLY_BEYOND_S: i64 = 86_400;

/// Metrics on AWS.
#[derive(Debug)]
pub(super) struct AwsMetrics {
    session: Arc<Session>,
    client: aws_sdk_cloudwatch::Client,
    told: ServiceClock,
}

impl AwsMetrics {
    pub fn new(session: Arc<Session>) -> Self {
        let told = ServiceClock::default();
        let config = aws_sdk_cloudwatch::config::Builder::from(&session.config).interceptor(told.clone()).build();
        AwsMetrics { client: aws_sdk_cloudwatch::Client::from_conf(config), session, told }
    }

    async fn results(
        &self,
        queries: Vec<MetricDataQuery>,
        from: Timestamp,
        to: Timestamp,
    ) -> CloudResult<Vec<MetricDataResult>> {
        let request = |token| {
            let call = self.client.get_metric_data().set_metric_data_queries(Some(queries.clone()));
            call.start_time(date_time(from)).end_time(date_time(to)).set_next_token(token).send()
        };
        let pages = self.session.pages(&GET_METRIC_DATA, |page| page.next_token(), request).await?;
        Ok(pages.into_iter().flat_map(|page| page.metric_data_results.unwrap_or_default()).collect())
    }

    async fn lags(
        &self,
        ids: &[String],
        (from, to): (Timestamp, Timestamp),
        chosen: fn(&[String], &[MetricDataResult]) -> BTreeMap<String, ReplicaLag>,
    ) -> CloudResult<LagsSeen> {
        let calls = ids.chunks(replica_lag::REPLICAS_PER_CALL).map(<[String]>::to_vec).map(|chunk| async move {
            let results = self.results(replica_lag::queries(&chunk), from, to).await?;
            Ok(chosen(&chunk, &results))
        });
        let lags = side_by_side(calls.collect()).await?.into_iter().flatten().collect();
        Ok(LagsSeen { at: self.told.latest(), lags })
    }
}

#[async_trait]
impl ReadMetrics for AwsMetrics {
    async fn group_peaks(
        &self,
        names: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> CloudResult<BTreeMap<String, GroupPeak>> {
        let period = if to.as_second() - from.as_second() > HOURLY_BEYOND_S { 3_600 } else { 300 };
        let calls = names.chunks(GROUPS_PER_CALL).map(<[String]>::to_vec).map(|chunk| async move {
            let results = self.results(queries(&chunk, period), from, to).await?;
            Ok(peaks(&chunk, &results))
        });
        Ok(side_by_side(calls.collect()).await?.into_iter().flatten().collect())
    }

    async fn replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<LagsSeen> {
        Ok(replica_lag::of_now(self.lags(ids, replica_lag::window(now), replica_lag::newest).await?))
    }

    async fn last_replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<LagsSeen> {
        self.lags(ids, replica_lag::past(now), replica_lag::last).await
    }

    async fn connections(&self, ids: &[String], now: Timestamp) -> CloudResult<BTreeMap<String, Connections>> {
        let (from, to) = replica_lag::window(now);
        let calls = ids.chunks(replica_lag::REPLICAS_PER_CALL).map(<[String]>::to_vec).map(|chunk| async move {
            let queries = replica_lag::of_instances("DatabaseConnections", &chunk);
            let results = self.results(queries, from, to).await?;
            // The highest of its minute: somebody was connected.
            let points = replica_lag::newest_points(&chunk, &results, |value| value >= 0.0);
            let of = |(id, (at, value)): (String, (Timestamp, f64))| (id, Connections { count: units(value), at });
            Ok(points.into_iter().map(of).collect::<BTreeMap<_, _>>())
        });
        Ok(side_by_side(calls.collect()).await?.into_iter().flatten().collect())
    }
}

/// Query ids carry the group's place in the chunk, because they may not hold its name.
fn query_id(group: usize, metric: usize) -> String {
    format!("g{group}m{metric}")
}

fn queries(names: &[String], period: i32) -> Vec<MetricDataQuery> {
    let mut queries = Vec::with_capacity(names.len() * METRICS.len());
    for (group, name) in names.iter().enumerate() {
        for (metric, metric_name) in METRICS.iter().enumerate() {
            let of_group = Dimension::builder().name("AutoScalingGroupName").value(name).build();
            let what = Metric::builder().namespace("AWS/AutoScaling").metric_name(*metric_name).dimensions(of_group);
            let stat = MetricStat::builder().metric(what.build()).period(period).stat("Maximum").build();
            queries.push(MetricDataQuery::builder().id(query_id(group, metric)).metric_stat(stat).build());
        }
    }
    queries
}

/// The highest point of each group, the earliest of equals, from the better metric that has points. A result may be
/// spread over pages.
fn peaks(names: &[String], results: &[MetricDataResult]) -> BTreeMap<String, GroupPeak> {
    let mut points: BTreeMap<&str, Vec<(u32, Timestamp)>> = BTreeMap::new();
    for result in results {
        let Some(id) = result.id() else { continue };
        let of_result = result.values().iter().zip(result.timestamps());
        let of_result = of_result.filter_map(|(value, at)| Some((units(*value), timestamp(at)?)));
        points.entry(id).or_default().extend(of_result);
    }
    let peak_of = |group: usize| {
        METRICS.iter().enumerate().find_map(|(metric, name)| {
            let points = points.get(query_id(group, metric).as_str())?;
            let (units, at) = *points.iter().max_by_key(|(units, at)| (*units, std::cmp::Reverse(*at)))?;
            Some(GroupPeak { units, at, metric: (*name).to_owned() })
        })
    };
    names.iter().enumerate().filter_map(|(group, name)| Some((name.clone(), peak_of(group)?))).collect()
}

/// A metric's value as whole units, rounded up; values out of range count as nothing or as the most there can be.
fn units(value: f64) -> u32 {
    value.ceil() as u32
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use aws_smithy_types::DateTime;

    pub(in crate::aws) fn result(id: &str, points: &[(f64, i64)]) -> MetricDataResult {
        MetricDataResult::builder()
            .id(id)
            .set_values(Some(points.iter().map(|(value, _)| *value).collect()))
            .set_timestamps(Some(points.iter().map(|(_, at)| DateTime::from_secs(*at)).collect()))
            .build()
    }

    #[test]
    fn the_peak_is_the_earliest_highest_point_of_the_better_metric() {
        let names = ["web", "api", "none"].map(str::to_owned);
        let results = [
            result("g0m0", &[(3.0, 100), (9.0, 200)]),
            result("g0m1", &[(99.0, 100)]),
            result("g0m0", &[(9.0, 150), (4.0, 300)]),
            result("g1m0", &[]),
            result("g1m1", &[(2.5, 400)]),
        ];
        let peaks = peaks(&names, &results);
        let told = |name: &str| peaks.get(name).map(|p| (p.units, p.at.as_second(), p.metric.clone()));
        assert_eq!(told("web"), Some((9, 150, "GroupInServiceCapacity".to_owned())));
        assert_eq!(told("api"), Some((3, 400, "GroupInServiceInstances".to_owned())));
        assert_eq!(told("none"), None);
    }

    #[test]
    fn a_full_chunk_fits_one_call() {
        let names: Vec<String> = (0..GROUPS_PER_CALL).map(|n| format!("group-{n}")).collect();
        assert_eq!(queries(&names, 300).len(), 500);
    }
}
