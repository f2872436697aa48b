//! Owns a tier as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{May, Must};
use crate::environment::defaults;
use crate::environment::values::{Count, GroupName, HealthPath, InstanceType, Length, Percent, Port, TierName};
use crate::yaml::read::Placed;

/// A recovery group: it mirrors one Auto Scaling group of production.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `name` and `group`")]
#[schemars(rename = "Tier")]
pub struct WrittenTier {
    /// Its name: lower-case letters, digits and dashes, at most 32.
    pub name: Must<TierName>,
    /// Recovery order: lower first, equals together.
    #[schemars(extend("default" = defaults::ORDER))]
    pub order: May<Count>,
    /// What it mirrors in production.
    pub group: Must<WrittenGroup>,
    /// What stands ready. It says something only to a warm standby. By default its own defaults.
    pub standby: May<WrittenStandby>,
    /// What "full production size" means. By default its own defaults.
    pub full: May<WrittenFull>,
    /// What may stand in when the first type cannot be had; the first is preferred. By default production's type.
    pub instance_types: May<Vec<Placed<InstanceType>>>,
    /// What differs from production's load balancer. By default nothing.
    pub load_balancer: May<WrittenLoadBalancer>,
}

/// What a tier mirrors in production.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `auto_scaling_group`")]
#[schemars(inline)]
pub struct WrittenGroup {
    /// The name of the Auto Scaling group in production.
    pub auto_scaling_group: Must<GroupName>,
}

/// What stands ready of a tier.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `percent` or `min`")]
#[schemars(inline)]
pub struct WrittenStandby {
    /// Percent of full production size, rounded up.
    #[schemars(extend("default" = defaults::PERCENT))]
    pub percent: May<Percent>,
    /// Never fewer than this.
    #[schemars(extend("default" = defaults::MIN))]
    pub min: May<Count>,
}

/// What "full production size" means.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `basis`, `window` or `floor`")]
#[schemars(inline)]
pub struct WrittenFull {
    /// What it is taken from.
    #[schemars(extend("default" = defaults::BASIS))]
    pub basis: May<WrittenBasis>,
    /// How far back to look for the peak, 1h to 455d.
    #[schemars(extend("default" = defaults::WINDOW.to_string()))]
    pub window: May<Length>,
    /// Never fewer than this.
    #[schemars(extend("default" = defaults::FLOOR))]
    pub floor: May<Count>,
}

/// What the capacity basis is taken from.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum WrittenBasis {
    /// The highest in-service capacity over the window.
    Peak,
    /// Desired capacity when observed.
    Current,
}

/// What of a tier's load balancer differs from production.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `listener` or `health_check`")]
#[schemars(inline)]
pub struct WrittenLoadBalancer {
    /// Only the listener on this port is mirrored. By default all of them.
    pub listener: May<Port>,
    /// The target group's health check path. By default production's.
    pub health_check: May<HealthPath>,
}
