//! Owns facts about scheduled actions of Auto Scaling groups.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A scheduled action. A standby ships without them: one would shrink or grow it behind everybody's back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScheduleFacts {
    /// Its name, unique in its group.
    pub name: String,
    /// When it repeats, as cron; none: once.
    pub recurrence: Option<String>,
    /// The time zone of the recurrence; UTC when absent.
    pub time_zone: Option<String>,
    /// From when, or when once.
    pub start: Option<Timestamp>,
    /// Until when.
    pub end: Option<Timestamp>,
    /// The minimum it sets.
    pub min: Option<u32>,
    /// The maximum it sets.
    pub max: Option<u32>,
    /// The desired capacity it sets.
    pub desired: Option<u32>,
}
