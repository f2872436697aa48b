//! Owns the port for group metrics over the simulated account.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::SideDesk;
use crate::cloud::{CLOCK_ERROR, CloudResult, Connections, GroupPeak, LAG_WINDOW, LagsSeen, ReadMetrics};
use crate::facts::ReplicaLag;
use crate::sim::databases::{lag_of, last_lag_of};
use crate::sim::state::{RegionState, SimState};

/// GetMetricData takes 500 queries a call.
const PAGE: usize = 500;
/// How far back the last lag of a replica is looked for.
const PAST: SignedDuration = SignedDuration::from_hours(3);

#[async_trait]
impl ReadMetrics for SideDesk {
    async fn group_peaks(
        &self,
        names: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> CloudResult<BTreeMap<String, GroupPeak>> {
        let mut peaks = BTreeMap::new();
        for chunk in names.chunks(PAGE) {
            let told = self
                .call("GetMetricData", |region, _| {
                    if region.faults.no_metrics {
                        return Ok(Vec::new());
                    }
                    Ok(chunk
                        .iter()
                        .filter_map(|name| Some((name.clone(), peak(region.metrics.get(name)?, from, to)?)))
                        .collect())
                })
                .await?;
            peaks.extend(told);
        }
        Ok(peaks)
    }

    async fn replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<LagsSeen> {
        let lag = |state: &SimState, place: &RegionState, id: &str| {
            // What is asked for reaches as far as a clock may be wrong.
            let asked = |lag: &ReplicaLag| now.duration_since(lag.at).abs() <= LAG_WINDOW + CLOCK_ERROR;
            let fresh = |lag: &ReplicaLag| state.now.duration_since(lag.at) <= LAG_WINDOW;
            lag_of(state, place, id).filter(|lag| asked(lag) && fresh(lag))
        };
        self.lags(ids, lag).await
    }

    async fn last_replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<LagsSeen> {
        let since = now.checked_sub(PAST + CLOCK_ERROR).unwrap_or(Timestamp::MIN);
        self.lags(ids, |state: &SimState, place: &RegionState, id: &str| last_lag_of(state, place, id, since)).await
    }

    async fn connections(&self, ids: &[String], _: Timestamp) -> CloudResult<BTreeMap<String, Connections>> {
        let mut seen = BTreeMap::new();
        for chunk in ids.chunks(PAGE) {
            let told = self
                .cloud
                .call_account(self.side, &self.region, "GetMetricData", |state, region| {
                    let Some(place) = state.regions.get(region).filter(|place| !place.faults.no_metrics) else {
                        return Ok(Vec::new());
                    };
                    let there = chunk.iter().filter(|id| place.databases.contains_key(*id));
                    let of = |id: &String| {
                        let count = place.faults.connections.get(id).copied().unwrap_or(0);
                        (id.clone(), Connections { count, at: state.now })
                    };
                    Ok(there.map(of).collect())
                })
                .await?;
            seen.extend(told);
        }
        Ok(seen)
    }
}

impl SideDesk {
    async fn lags(
        &self,
        ids: &[String],
        lag: impl Fn(&SimState, &RegionState, &str) -> Option<ReplicaLag> + Send + Sync,
    ) -> CloudResult<LagsSeen> {
        let mut seen = LagsSeen::default();
        for chunk in ids.chunks(PAGE) {
            let (at, told) = self
                .cloud
                .call_account(self.side, &self.region, "GetMetricData", |state, region| {
                    let Some(place) = state.regions.get(region).filter(|place| !place.faults.no_metrics) else {
                        return Ok((state.now, Vec::new()));
                    };
                    let lags = chunk.iter().filter_map(|id| Some((id.clone(), lag(state, place, id)?)));
                    Ok((state.now, lags.collect()))
                })
                .await?;
            // The first answer: what it tells is no older than the question.
            seen.at = seen.at.or(Some(at));
            seen.lags.extend(told);
        }
        Ok(seen)
    }
}

/// The highest value that held at any time of the window; each holds until the next.
fn peak(changes: &[(Timestamp, u32)], from: Timestamp, to: Timestamp) -> Option<GroupPeak> {
    let mut best: Option<GroupPeak> = None;
    for (i, (at, units)) in changes.iter().enumerate() {
        let until = changes.get(i + 1).map_or(to, |(next, _)| *next);
        let seen = (*at).max(from);
        if seen <= to && until > from && best.as_ref().is_none_or(|best| *units > best.units) {
            best = Some(GroupPeak {
                units: *units,
                at: seen,
                metric: "AWS/AutoScaling GroupInServiceCapacity".to_owned(),
            });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: i64, to: i64, expected: Option<(u32, i64)>) {
        let at = |seconds| Timestamp::from_second(seconds).expect("a time");
        let changes = [(at(0), 4), (at(100), 9), (at(200), 6)];
        let found = peak(&changes, at(from), at(to)).map(|peak| (peak.units, peak.at.as_second()));
        assert_eq!(found, expected, "{from}..{to}");
    }

    #[test]
    fn a_peak_is_what_held_within_the_window() {
        check(0, 300, Some((9, 100)));
        check(150, 300, Some((9, 150)));
        check(200, 300, Some((6, 200)));
        check(10, 20, Some((4, 10)));
        check(-20, -10, None);
    }
}
