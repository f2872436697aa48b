//! Owns the event sources of production, as written.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{May, Must};
use crate::environment::defaults;
use crate::environment::values::{BusName, EventSourceName, FunctionName, RuleName, SourceName, TriggerName};

/// Something that starts code in production without a user: exactly one of `rule` and `mapping`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `name` and one of `rule` and `mapping`")]
#[schemars(rename = "EventSource")]
pub struct WrittenEventSource {
    /// Its name: lower-case letters, digits and dashes, at most 32.
    pub name: Must<EventSourceName>,
    /// An EventBridge rule: a schedule, or a pattern of events. By default it is none.
    pub rule: May<WrittenRule>,
    /// A Lambda event source mapping: a function that reads a queue, a stream or a table. By default it is none.
    pub mapping: May<WrittenMapping>,
    /// The name of the rule or the function in the standby. By default the one it has in production.
    pub standby: May<TriggerName>,
}

/// An EventBridge rule: its name, or a map where it is of another bus than the default one.
#[derive(Debug)]
pub enum WrittenRule {
    /// Its name.
    Name(RuleName),
    /// Its name and its bus.
    Map(WrittenRuleMap),
}

/// An EventBridge rule and its bus.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "the name of a rule, or a map with `name`")]
#[schemars(inline)]
pub struct WrittenRuleMap {
    /// The rule's name.
    pub name: Must<RuleName>,
    /// The event bus it is of.
    #[schemars(extend("default" = defaults::BUS))]
    pub bus: May<BusName>,
}

/// A Lambda event source mapping.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `function`")]
#[schemars(inline)]
pub struct WrittenMapping {
    /// The function's name; an alias may follow after a colon.
    pub function: Must<FunctionName>,
    /// The last part of the ARN of what it reads: the queue's, the stream's or the table's name. By default the function's
    /// only one.
    pub source: May<SourceName>,
}

impl<'de> Deserialize<'de> for WrittenRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As a struct, so that the reader tells unknown and missing keys of the map with their places.
        deserializer.deserialize_struct("WrittenRule", &["name", "bus"], RuleVisitor)
    }
}

struct RuleVisitor;

impl<'de> Visitor<'de> for RuleVisitor {
    type Value = WrittenRule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a rule, or a map with `name`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WrittenRule, E> {
        RuleName::deserialize(StrDeserializer::new(text)).map(WrittenRule::Name)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WrittenRule, A::Error> {
        WrittenRuleMap::deserialize(MapAccessDeserializer::new(map)).map(WrittenRule::Map)
    }
}

impl JsonSchema for WrittenRule {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (name, map) = (RuleName::json_schema(generator), WrittenRuleMap::json_schema(generator));
        json_schema!({ "anyOf": [name, map] })
    }
}
