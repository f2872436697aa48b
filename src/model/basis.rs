//! Owns the capacity basis: what "full production size" means for one tier, and where the number came from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Span;

/// How the units of a capacity basis were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case")]
pub enum BasisMethod {
    /// The highest in-service capacity CloudWatch recorded over the window.
    Peak {
        /// The metric, such as `AWS/AutoScaling GroupInServiceInstances`.
        metric: String,
        /// When the peak was seen, where the metric says so.
        at: Option<Timestamp>,
    },
    /// The file asked for the size at the time of the observation.
    Current,
    /// No metrics could be had: the largest of desired, in-service and floor.
    Fallback {
        /// Why the metrics could not be had.
        reason: String,
    },
}

/// What "full production size" means for one tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityBasis {
    /// The Auto Scaling group in production it was taken from.
    pub auto_scaling_group: String,
    /// Full production size in the group's units: never below the declared floor.
    pub units: u32,
    /// How it was found.
    #[serde(flatten)]
    pub method: BasisMethod,
    /// The window that was asked for.
    pub window: Span,
    /// The measured peak, where there was one.
    pub peak: Option<u32>,
    /// Desired capacity when observed.
    pub desired: u32,
    /// In service when observed, in the group's units.
    pub in_service: u32,
    /// The declared floor.
    pub floor: u32,
    /// When it was observed.
    pub observed_at: Timestamp,
}
