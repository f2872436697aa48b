//! Owns what an environment says about event sources: what starts code in production without a user, and must not twice.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SideName;

/// The bus that every account has in every Region.
pub const DEFAULT_BUS: &str = "default";

/// Something that starts code on one side at a time. lifeboat does not make it: it finds it by name, and switches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSource {
    /// Its name: lower-case letters, digits and dashes, at most 32; it makes step ids.
    pub name: String,
    /// What it is in production.
    pub trigger: Trigger,
    /// The rule's or the function's name in the standby, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standby: Option<String>,
}

/// What AWS knows it as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A rule of EventBridge: a schedule, or a pattern of events.
    Rule {
        /// Its event bus.
        bus: String,
        /// Its name.
        name: String,
    },
    /// An event source mapping of Lambda.
    Mapping {
        /// The function, with an alias or a version after a colon where the mapping names one.
        function: String,
        /// What it reads: a queue, a stream or a table; none: the function has one mapping only.
        source: Option<String>,
    },
}

impl EventSource {
    /// What it is on a side.
    pub fn on(&self, side: SideName) -> Trigger {
        let (SideName::Standby, Some(other)) = (side, &self.standby) else { return self.trigger.clone() };
        match &self.trigger {
            Trigger::Rule { bus, .. } => Trigger::Rule { bus: bus.clone(), name: other.clone() },
            Trigger::Mapping { source, .. } => Trigger::Mapping { function: other.clone(), source: source.clone() },
        }
    }
}

impl fmt::Display for Trigger {
    /// Such as `rule shop-nightly` and `mapping of shop-orders from shop-orders-queue`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::Rule { bus, name } if bus == DEFAULT_BUS => write!(f, "rule {name}"),
            Trigger::Rule { bus, name } => write!(f, "rule {name} of bus {bus}"),
            Trigger::Mapping { function, source: None } => write!(f, "mapping of {function}"),
            Trigger::Mapping { function, source: Some(source) } => write!(f, "mapping of {function} from {source}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standby_may_call_it_otherwise() {
        let rule = Trigger::Rule { bus: "orders".into(), name: "nightly".into() };
        let mapping = Trigger::Mapping { function: "shop-orders".into(), source: Some("queue".into()) };
        let of = |trigger: &Trigger, standby: Option<&str>| EventSource {
            name: "one".into(),
            trigger: trigger.clone(),
            standby: standby.map(str::to_owned),
        };
        let told = |source: EventSource| [SideName::Primary, SideName::Standby].map(|side| source.on(side).to_string());
        assert_eq!(told(of(&rule, None)), ["rule nightly of bus orders", "rule nightly of bus orders"]);
        assert_eq!(told(of(&rule, Some("night-dr"))), ["rule nightly of bus orders", "rule night-dr of bus orders"]);
        assert_eq!(
            told(of(&mapping, Some("orders-dr"))),
            ["mapping of shop-orders from queue", "mapping of orders-dr from queue"]
        );
        let plain = Trigger::Rule { bus: DEFAULT_BUS.into(), name: "nightly".into() };
        assert_eq!(plain.to_string(), "rule nightly");
    }
}
