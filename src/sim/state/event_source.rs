//! Owns rules of EventBridge and event source mappings of Lambda.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Timings, after};

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRule {
    /// Its event bus.
    pub bus: String,
    /// Its name.
    pub name: String,
    /// When it fires by the clock.
    pub schedule: Option<String>,
    /// What events it is about, as JSON.
    pub pattern: Option<String>,
    /// Whether it is enabled.
    pub enabled: bool,
}

/// An event source mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventMapping {
    /// The function's name.
    pub function: String,
    /// The ARN of what it reads.
    pub source: String,
    /// How many records it hands over at most at a time.
    pub batch_size: u32,
    /// Whether it is enabled, or on its way there.
    pub enabled: bool,
    /// When it was last switched; none: never.
    pub switched_at: Option<Timestamp>,
}

impl EventRule {
    /// AWS's word for its state.
    pub fn state(&self) -> &'static str {
        if self.enabled { "ENABLED" } else { "DISABLED" }
    }
}

impl EventMapping {
    /// Whether it is on its way from one state to the other.
    pub fn is_changing(&self, now: Timestamp, timings: &Timings) -> bool {
        self.switched_at.is_some_and(|at| now < after(at, timings.mapping_s))
    }

    /// AWS's word for its state.
    pub fn state(&self, now: Timestamp, timings: &Timings) -> &'static str {
        match (self.enabled, self.is_changing(now, timings)) {
            (true, true) => "Enabling",
            (true, false) => "Enabled",
            (false, true) => "Disabling",
            (false, false) => "Disabled",
        }
    }
}
