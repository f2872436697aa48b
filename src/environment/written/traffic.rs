//! Owns how users reach the side that serves, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{May, Must};
use crate::environment::defaults;
use crate::environment::values::{
    BucketName, CheckFailures, HealthPath, Length, ProbeUrl, RecordName, StatusCode, TierName, Weight, ZoneId,
};

/// How users reach the side that serves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `record`, `zone` and `switch`")]
#[schemars(inline)]
pub struct WrittenTraffic {
    /// The DNS record that users ask for, such as `shop.example.com`.
    pub record: Must<RecordName>,
    /// The id of its public hosted zone, such as `Z0123456789ABC`.
    pub zone: Must<ZoneId>,
    /// How traffic is moved.
    pub switch: Must<WrittenSwitch>,
    /// The tier whose load balancer the record names. By default the only tier that says something about its
    /// `load_balancer`, else the first by order.
    pub tier: May<TierName>,
    /// How long resolvers may keep an answer; an alias to a load balancer has 60s whatever is written.
    #[schemars(extend("default" = defaults::TTL.to_string()))]
    pub ttl: May<Length>,
    /// The bucket that lifeboat makes for the object that moves traffic; for standby-takes-over only. By default a name
    /// made of the environment's, the standby's account and its Region.
    pub bucket: May<BucketName>,
    /// How the health of a side is found out; for standby-takes-over and failover only. By default as its own defaults say.
    pub health_check: May<WrittenHealthCheck>,
    /// Weights in ordinary times; for weighted only. By default everything goes to the primary.
    pub weights: May<WrittenWeights>,
    /// What is asked of the service once users are led to a side. By default nothing is.
    pub probe: May<WrittenProbe>,
}

/// How traffic is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum WrittenSwitch {
    /// An object in a bucket of the standby Region moves it: nothing but the standby Region is needed.
    StandbyTakesOver,
    /// A health check of the primary moves it by itself.
    Failover,
    /// Weighted records, which are edited: that needs Route 53's control plane in us-east-1.
    Weighted,
    /// A person moves it and says so.
    Manual,
}

/// How the health of a side is found out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `interval`, `failures` or `path`")]
#[schemars(inline)]
pub struct WrittenHealthCheck {
    /// Time between checks: 10s or 30s.
    #[schemars(extend("default" = defaults::CHECK_INTERVAL.to_string()))]
    pub interval: May<Length>,
    /// Failed checks before a side is taken out of service.
    #[schemars(extend("default" = defaults::CHECK_FAILURES))]
    pub failures: May<CheckFailures>,
    /// The path that is asked of the primary's load balancer; for failover only.
    #[schemars(extend("default" = defaults::CHECK_PATH))]
    pub path: May<HealthPath>,
}

/// Weights in ordinary times, 0 to 255.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `primary` or `standby`")]
#[schemars(inline)]
pub struct WrittenWeights {
    /// The primary's.
    #[schemars(extend("default" = defaults::PRIMARY_WEIGHT))]
    pub primary: May<Weight>,
    /// The standby's.
    #[schemars(extend("default" = defaults::STANDBY_WEIGHT))]
    pub standby: May<Weight>,
}

/// What is asked of the service once users are led to a side.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `url`")]
#[schemars(inline)]
pub struct WrittenProbe {
    /// An http or https address that users would ask.
    pub url: Must<ProbeUrl>,
    /// The status that means it serves.
    #[schemars(extend("default" = defaults::PROBE_STATUS))]
    pub status: May<StatusCode>,
}
