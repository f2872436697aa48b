//! Owns Route 53: hosted zones with their records, health checks, and what resolvers have been answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::facts::{HealthCheckFacts, RecordFacts, Tags};

/// Route 53, which is global.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dns {
    /// How many ids were handed out.
    pub counter: u64,
    /// Up to when health checks have been followed.
    pub checked_until: Timestamp,
    /// Public hosted zones, by id.
    pub zones: BTreeMap<String, Zone>,
    /// Health checks, by id.
    pub checks: BTreeMap<String, Check>,
    /// What each name led to who asks for IPv4 addresses, and since when; oldest first.
    pub answers: BTreeMap<String, Vec<(Timestamp, Answer)>>,
    /// The same for who asks for IPv6 addresses.
    #[serde(default)]
    pub answers_ipv6: BTreeMap<String, Vec<(Timestamp, Answer)>>,
}

/// What a user asks a name for: one question for each family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// For A records.
    Ipv4,
    /// For AAAA records.
    Ipv6,
}

impl Family {
    /// Both, as users ask for them.
    pub const BOTH: [Family; 2] = [Family::Ipv4, Family::Ipv6];

    /// The type of record that answers, beside CNAME.
    pub fn kind(self) -> &'static str {
        match self {
            Family::Ipv4 => "A",
            Family::Ipv6 => "AAAA",
        }
    }
}

/// A public hosted zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Its domain, without a final dot.
    pub name: String,
    /// Records, in order.
    pub records: Vec<RecordFacts>,
}

/// A health check with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is told of it.
    pub facts: HealthCheckFacts,
    /// Port it asks.
    pub port: u16,
    /// Whether the last checks succeeded.
    pub succeeds: bool,
    /// Since when.
    pub since: Timestamp,
    /// The verdict, not yet inverted.
    pub healthy: bool,
    /// Tags.
    pub tags: Tags,
}

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// The set identifier of the record that answers, or nothing.
    pub record: Option<String>,
    /// The alias's target, or the record's values.
    pub targets: Vec<String>,
    /// How long resolvers keep it, in seconds.
    pub ttl_s: u32,
}

impl Check {
    /// The verdict, inverted where it is ("Invert health check status").
    pub fn verdict(&self) -> bool {
        self.healthy != self.facts.inverted
    }
}

impl Dns {
    /// What names led to who asks for a family.
    pub fn answers_of(&self, family: Family) -> &BTreeMap<String, Vec<(Timestamp, Answer)>> {
        match family {
            Family::Ipv4 => &self.answers,
            Family::Ipv6 => &self.answers_ipv6,
        }
    }

    /// The newest answer for a name.
    pub fn answer(&self, name: &str, family: Family) -> Option<&Answer> {
        self.answers_of(family).get(name).and_then(|answers| answers.last()).map(|(_, answer)| answer)
    }

    /// What users are led to: resolvers keep an answer for its time to live, so it is what was answered that long ago.
    pub fn seen(&self, name: &str, family: Family, now: Timestamp) -> Option<&Answer> {
        let answers = self.answers_of(family).get(name)?;
        let mut seen = answers.first();
        for pair in answers.windows(2) {
            let [(_, old), (since, _)] = pair else { continue };
            let forgotten = super::after(*since, old.ttl_s) <= now;
            // A name that led nowhere was kept by nobody.
            if forgotten || old.targets.is_empty() {
                seen = pair.get(1);
            }
        }
        seen.map(|(_, answer)| answer).filter(|answer| !answer.targets.is_empty())
    }
}
