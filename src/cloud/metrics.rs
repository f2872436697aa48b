//! Owns the port for group metrics.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

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

/// How far replicas are behind, as CloudWatch tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LagsSeen {
    /// When it answered, by its own clock; none where its answer does not say. What was measured when is told by that clock
    /// too, and ours may be wrong.
    pub at: Option<Timestamp>,
    /// The newest lag of each replica that counts.
    pub lags: BTreeMap<String, ReplicaLag>,
}

/// How many connections a database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// How many; RDS counts none of its own.
    pub count: u32,
    /// When that was measured, by CloudWatch's clock.
    pub at: Timestamp,
}

/// How far our clock may be off: AWS refuses a request that was signed more than five minutes off (Signature Version 4).
pub const CLOCK_ERROR: SignedDuration = SignedDuration::from_mins(5);

/// How far back a lag still tells of now.
pub const LAG_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// How often RDS reports the lag of a replica.
pub const LAG_PERIOD: SignedDuration = SignedDuration::from_mins(1);

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

    /// The newest `ReplicaLag` of each database replica in the last five minutes, by CloudWatch's clock; `now` is ours and
    /// may be as much off as [`CLOCK_ERROR`]. Replicas without a data point, or whose replication has stopped (RDS reports
    /// -1), are absent: their lag is not known.
    async fn replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<LagsSeen>;

    /// The last `ReplicaLag` of each database replica in the three hours before `now`, which is ours again, that is one (not
    /// -1), however old: a bound for what a replica lacks whose replication has broken since, and never its lag now.
    async fn last_replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<LagsSeen>;

    /// The newest `DatabaseConnections` of each database in the last minutes before `now`, which is ours again. Databases
    /// without a data point are absent: who is connected to them is not known.
    async fn connections(&self, ids: &[String], now: Timestamp) -> CloudResult<BTreeMap<String, Connections>>;
}
