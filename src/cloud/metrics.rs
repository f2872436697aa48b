//! Owns the port for group metrics.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::CloudResult;
use crate::facts::ReplicaLag;

/// The highest in-service capacity of a group over a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPeak {
    /// The peak in the group's units.
    pub units: u32,
    /// When it was seen.
    pub at: Timestamp,
    /// Which metric told.
    pub metric: String,
}

/// Looks at metrics.
#[async_trait]
pub trait ReadMetrics: Send + Sync {
    /// The peak of `GroupInServiceCapacity`, else `GroupInServiceInstances`, of each group between two times (CloudWatch
    /// GetMetricData, 500 queries a call). Groups without data points are absent.
    async fn group_peaks(
        &self,
        names: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> CloudResult<BTreeMap<String, GroupPeak>>;

    /// The newest `ReplicaLag` of each database replica in the last five minutes before `now`. Replicas without a data
    /// point, or whose replication has stopped (RDS reports -1), are absent: their lag is not known.
    async fn replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<BTreeMap<String, ReplicaLag>>;

    /// The last `ReplicaLag` of each database replica in the three hours before `now` that is one (not -1), however old: a
    /// bound for what a replica lacks whose replication has broken since, and never its lag now.
    async fn last_replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<BTreeMap<String, ReplicaLag>>;
}
