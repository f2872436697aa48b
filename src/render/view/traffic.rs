//! Owns what templates see of the record that leads users to a side.

use schemars::JsonSchema;
use serde::Serialize;

use super::TagView;

/// How users reach the side that serves: two alias records of one name, and two more where production speaks IPv6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TrafficView {
    /// The record's name, without a final dot.
    pub record: String,
    /// The id of its hosted zone.
    pub zone: String,
    /// The set identifier of the primary's records.
    pub primary_set: String,
    /// The set identifier of the standby's records.
    pub standby_set: String,
    /// One pair of records each: for IPv4, and for IPv6 where production's load balancer speaks it.
    pub pairs: Vec<PairView>,
    /// The hosted zone id that aliases to production's load balancer name.
    pub primary_zone: String,
    /// The standby's load balancer: its logical id in the edge stack.
    pub load_balancer: String,
    /// The bucket and object that move traffic, for standby-takes-over.
    pub takes_over: Option<TakesOverView>,
    /// The health check that decides whether the primary's records are answered, for standby-takes-over and failover.
    pub check: Option<CheckView>,
    /// Weights in ordinary times, for weighted.
    pub weights: Option<WeightsView>,
    /// Tags of the bucket and the health check.
    pub tags: Vec<TagView>,
}

/// Two records of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PairView {
    /// `A` or `AAAA`.
    pub record_type: String,
    /// The logical id of the primary's record.
    pub primary_id: String,
    /// The logical id of the standby's record.
    pub standby_id: String,
    /// The DNS name of production's load balancer for that type.
    pub primary_dns_name: String,
    /// What stands before the DNS name of the standby's load balancer for that type; none where it is as it is.
    pub standby_prefix: Option<String>,
}

/// The object that moves traffic when it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TakesOverView {
    /// The bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The key of the object beside it that is always there: the only two that everybody may read.
    pub proof: String,
}

/// A health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckView {
    /// `HTTPS`, `HTTP` or `TCP`.
    pub protocol: String,
    /// Host name it asks.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path it asks; none for TCP.
    pub path: Option<String>,
    /// Whether it tells the host name in the TLS handshake.
    pub sni: bool,
    /// Whether its verdict is turned round.
    pub inverted: bool,
    /// Seconds between checks.
    pub interval: u32,
    /// Failed checks before it is unhealthy.
    pub failures: u32,
}

/// Weights of the two records of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WeightsView {
    /// The primary's.
    pub primary: u8,
    /// The standby's.
    pub standby: u8,
    /// Whether a side without healthy targets is left out: only where both sides serve in ordinary times.
    pub by_health: bool,
}
