//! Owns the port for group metrics.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::CloudResult;

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
}
