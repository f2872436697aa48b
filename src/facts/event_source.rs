//! Owns facts about event sources: rules of EventBridge and event source mappings of Lambda.

use serde::{Deserialize, Serialize};

/// An event source, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EventSourceFacts {
    /// What it is switched by: a rule's name, a mapping's UUID.
    pub id: String,
    /// AWS's word for its state: `ENABLED`, `Enabling` and so on.
    pub state: String,
    /// When a rule fires by the clock, such as `rate(5 minutes)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// What events a rule is about, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The ARN of what a mapping reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How many records a mapping hands over at most at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u32>,
}

/// What a state means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It starts code.
    On,
    /// It starts nothing.
    Off,
    /// It is on its way from one to the other, and takes no orders (ResourceInUseException).
    Changing,
}

impl EventSourceFacts {
    /// What its state means. A state nobody knows counts as on its way.
    pub fn phase(&self) -> Phase {
        match self.state.as_str() {
            "ENABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" | "Enabled" => Phase::On,
            "DISABLED" | "Disabled" => Phase::Off,
            _ => Phase::Changing,
        }
    }

    /// Whether it starts code, or is about to.
    pub fn runs(&self) -> bool {
        match self.phase() {
            Phase::On => true,
            Phase::Off => false,
            Phase::Changing => !matches!(self.state.as_str(), "Disabling" | "Deleting"),
        }
    }
}

/// The name of what a mapping reads, from its ARN: a queue's, a stream's, a table's, a cluster's or a broker's.
pub fn source_name(arn: &str) -> &str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    let mut parts = resource.split(['/', ':']);
    let first = parts.next().unwrap_or(resource);
    // `orders-queue`, `stream/clicks`, `table/carts/stream/2026-…`, `cluster/kafka/uuid`, `broker:mq:b-1`.
    parts.next().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_as_people_name_them() {
        for (arn, name) in [
            ("arn:aws:sqs:us-east-1:111122223333:shop-orders-queue", "shop-orders-queue"),
            ("arn:aws:kinesis:us-east-1:111122223333:stream/clicks", "clicks"),
            ("arn:aws:kinesis:us-east-1:111122223333:stream/clicks/consumer/fan:1699999999", "clicks"),
            ("arn:aws:dynamodb:us-east-1:111122223333:table/carts/stream/2026-11-01T00:00:00.000", "carts"),
            ("arn:aws:kafka:us-east-1:111122223333:cluster/kafka/0a1b-2", "kafka"),
            ("arn:aws:mq:us-east-1:111122223333:broker:mq:b-0a1b", "mq"),
            ("arn:aws:rds:us-east-1:111122223333:cluster:docs", "docs"),
        ] {
            assert_eq!(source_name(arn), name, "{arn}");
        }
    }

    #[test]
    fn what_is_on_its_way_counts_as_where_it_goes() {
        for (state, phase, runs) in [
            ("ENABLED", Phase::On, true),
            ("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", Phase::On, true),
            ("DISABLED", Phase::Off, false),
            ("Creating", Phase::Changing, true),
            ("Enabling", Phase::Changing, true),
            ("Enabled", Phase::On, true),
            ("Updating", Phase::Changing, true),
            ("Disabling", Phase::Changing, false),
            ("Disabled", Phase::Off, false),
            ("Deleting", Phase::Changing, false),
        ] {
            let facts = EventSourceFacts { state: state.into(), ..EventSourceFacts::default() };
            assert_eq!((facts.phase(), facts.runs()), (phase, runs), "{state}");
        }
    }
}
