//! Owns facts about DNS records and the health checks that decide between them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::SideName;

/// A record set of a hosted zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordFacts {
    /// Name, without a final dot.
    pub name: String,
    /// `A`, `AAAA`, `CNAME`, ...
    pub kind: String,
    /// What tells records of one name apart; none for a simple record.
    pub set_identifier: Option<String>,
    /// `PRIMARY` or `SECONDARY` of a failover pair.
    pub failover: Option<String>,
    /// Weight, 0 to 255.
    pub weight: Option<u8>,
    /// Seconds; none for an alias.
    pub ttl_s: Option<u32>,
    /// The health check that decides whether it is answered.
    pub health_check_id: Option<String>,
    /// The alias's target.
    pub alias: Option<AliasFacts>,
    /// Values of a record that is no alias.
    pub values: Vec<String>,
}

impl RecordFacts {
    /// The set identifier of a side's record of an environment: what tells lifeboat's two records of one name apart.
    pub fn set_identifier_of(environment: &str, side: SideName) -> String {
        format!("{environment}-{side}")
    }

    /// The weights of weighted records, as people say them: `shop-primary 0, shop-standby 100`, and of which types where
    /// they are not all of type A.
    pub fn weights_told(records: &[RecordFacts]) -> String {
        let weight = |record: &RecordFacts| {
            let set = record.set_identifier.as_deref().unwrap_or("-");
            record.weight.map(|weight| format!("{set} {weight}"))
        };
        let kinds: BTreeSet<&str> = records.iter().map(|record| record.kind.as_str()).collect();
        let of = |kind: &str| -> Vec<String> {
            records.iter().filter(|record| record.kind == kind).filter_map(weight).collect()
        };
        let mut groups: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
        for kind in kinds {
            let weights = of(kind);
            match groups.iter_mut().find(|(_, known)| *known == weights) {
                Some((kinds, _)) => kinds.push(kind),
                None => groups.push((vec![kind], weights)),
            }
        }
        let told = groups.iter().map(|(kinds, weights)| match kinds.as_slice() {
            ["A"] => weights.join(", "),
            _ => format!("{} ({})", weights.join(", "), kinds.join(" and ")),
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

/// What an alias points at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AliasFacts {
    /// DNS name of the target, without a final dot.
    pub dns_name: String,
    /// The hosted zone id of the target's service.
    pub zone_id: String,
    /// Whether the target's own health counts.
    pub evaluate_target_health: bool,
}

/// A Route 53 health check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HealthCheckFacts {
    /// Its id.
    pub id: String,
    /// `HTTP`, `HTTPS`, `CLOUDWATCH_METRIC`, ...
    pub kind: String,
    /// Host name it asks.
    pub host: Option<String>,
    /// Path it asks.
    pub path: Option<String>,
    /// Whether its verdict is turned round.
    pub inverted: bool,
    /// Seconds between checks.
    pub interval_s: u32,
    /// Failed checks before it is unhealthy.
    pub failures: u32,
}

/// What Route 53's health checkers say of what a check asks, before a verdict is turned round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckersSay {
    /// How many of them got an answer that is well.
    pub well: usize,
    /// How many of them told something.
    pub of: usize,
}

impl CheckersSay {
    /// Whether Route 53 takes it for healthy: more than 18 % of its checkers do (developer guide, "How Amazon Route 53
    /// determines whether a health check is healthy").
    pub fn is_healthy(self) -> bool {
        self.well * 100 > self.of * 18
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_told_once_for_both_families() {
        let record = |kind: &str, side: SideName, weight: u8| RecordFacts {
            name: "shop.example.com".into(),
            kind: kind.into(),
            set_identifier: Some(RecordFacts::set_identifier_of("shop", side)),
            failover: None,
            weight: Some(weight),
            ttl_s: None,
            health_check_id: None,
            alias: None,
            values: vec![],
        };
        let pair = |kind: &str, weight: u8| {
            [record(kind, SideName::Primary, weight), record(kind, SideName::Standby, 100 - weight)]
        };
        let told = |records: [[RecordFacts; 2]; 2]| RecordFacts::weights_told(&records.concat());
        assert_eq!(RecordFacts::weights_told(&pair("A", 0)), "shop-primary 0, shop-standby 100");
        assert_eq!(told([pair("A", 0), pair("AAAA", 0)]), "shop-primary 0, shop-standby 100 (A and AAAA)");
        assert_eq!(
            told([pair("A", 0), pair("AAAA", 60)]),
            "shop-primary 0, shop-standby 100; shop-primary 60, shop-standby 40 (AAAA)"
        );
    }

    #[test]
    fn a_few_checkers_are_enough() {
        let healthy = |well, of| CheckersSay { well, of }.is_healthy();
        assert_eq!([healthy(16, 16), healthy(3, 16), healthy(2, 16), healthy(0, 16)], [true, true, false, false]);
        assert!(!healthy(18, 100) && healthy(19, 100));
    }
}
