//! Owns the ports for event sources: rules of EventBridge and event source mappings of Lambda.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::EventSourceFacts;
use crate::model::Trigger;

/// Looks at event sources.
#[async_trait]
pub trait ReadEvents: Send + Sync {
    /// An event source; none when it is not there (DescribeRule; ListEventSourceMappings of the function, by the page).
    /// A mapping that is named by its function alone while that has several is an error that lists them.
    async fn event_source(&self, trigger: &Trigger) -> CloudResult<Option<EventSourceFacts>>;
}

/// Switches event sources.
#[async_trait]
pub trait WriteEvents: Send + Sync {
    /// Switches one on or off (EnableRule, DisableRule, UpdateEventSourceMapping). A mapping answers before it is so, and
    /// refuses with a conflict while it is on its way from one to the other. `seen`: the event source as it was found.
    async fn switch_event_source(&self, trigger: &Trigger, seen: &EventSourceFacts, on: bool) -> CloudResult<()>;
}
