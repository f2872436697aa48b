//! Owns which stacks a side is made of, and which of the compute stacks a tier is in.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Digest;

/// The most compute stacks of one environment: 16 of them take about a thousand tiers by CloudFormation's quota of 200
/// parameters per stack.
pub const MAX_COMPUTE_STACKS: u8 = 16;

/// One of the stacks of a side, split by life cycle; in dependency order. It is written `network`, `security`, `data`,
/// `edge`, `compute`, `compute-2`, `compute-3`, ...
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// VPC, subnets, routes.
    Network,
    /// Security groups.
    Security,
    /// Databases: replicas of production's, with their subnet and parameter groups.
    Data,
    /// Load balancers, listeners, target groups; DNS records, health checks, the bucket whose object moves traffic.
    Edge,
    /// Launch templates and groups: those of the tiers that are in this one of the compute stacks.
    Compute(Shard),
}

impl Part {
    /// The first compute stack, and the only one unless the environment says otherwise.
    pub const COMPUTE: Part = Part::Compute(Shard(1));

    /// Every part of an environment with that many compute stacks (1 to [`MAX_COMPUTE_STACKS`]), producers before
    /// consumers.
    pub fn all(compute_stacks: u8) -> Vec<Part> {
        let compute = (1..=compute_stacks.clamp(1, MAX_COMPUTE_STACKS)).map(|number| Part::Compute(Shard(number)));
        let before = [Part::Network, Part::Security, Part::Data, Part::Edge];
        before.into_iter().chain(compute).collect()
    }

    /// The compute stack a tier is in, of that many.
    ///
    /// It follows from the tier's name and the number of stacks alone: adding, removing or reordering tiers never moves
    /// another tier. Changing the number does, because a stable hash of the name is taken modulo it.
    pub fn of_tier(tier: &str, compute_stacks: u8) -> Part {
        let stacks = u64::from(compute_stacks.clamp(1, MAX_COMPUTE_STACKS));
        let index = Digest::of_bytes(tier.as_bytes()).number() % stacks;
        // Below 16, so it fits.
        Part::Compute(Shard(u8::try_from(index).unwrap_or_default() + 1))
    }

    /// Whether it is one of the compute stacks.
    pub fn is_compute(self) -> bool {
        matches!(self, Part::Compute(_))
    }

    /// Whether its stack is protected against termination: it holds what cannot be made again from production once
    /// production is gone.
    pub fn is_protected(self) -> bool {
        self == Part::Data
    }

    /// What every stack of its kind is called: `compute` for each of the compute stacks.
    pub fn kind(self) -> &'static str {
        match self {
            Part::Network => "network",
            Part::Security => "security",
            Part::Data => "data",
            Part::Edge => "edge",
            Part::Compute(_) => "compute",
        }
    }

    /// The part as it stands in file and stack names.
    pub fn as_str(self) -> &'static str {
        const COMPUTE: [&str; MAX_COMPUTE_STACKS as usize] = [
            "compute",
            "compute-2",
            "compute-3",
            "compute-4",
            "compute-5",
            "compute-6",
            "compute-7",
            "compute-8",
            "compute-9",
            "compute-10",
            "compute-11",
            "compute-12",
            "compute-13",
            "compute-14",
            "compute-15",
            "compute-16",
        ];
        match self {
            Part::Compute(Shard(number)) => {
                COMPUTE.get(usize::from(number).saturating_sub(1)).copied().unwrap_or(self.kind())
            }
            other => other.kind(),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that names no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no part; parts are network, security, data, edge, compute, compute-2 and on to compute-{MAX_COMPUTE_STACKS}"
)]
pub struct NoPart(String);

impl FromStr for Part {
    type Err = NoPart;

    fn from_str(text: &str) -> Result<Self, NoPart> {
        Part::all(MAX_COMPUTE_STACKS)
            .into_iter()
            .find(|part| part.as_str() == text)
            .ok_or_else(|| NoPart(text.to_owned()))
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Which of the compute stacks, counted from 1 to [`MAX_COMPUTE_STACKS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u8);

impl Shard {
    /// Its number, from 1.
    pub fn number(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written_and_stay_in_order() {
        let all = Part::all(MAX_COMPUTE_STACKS);
        assert_eq!(all.len(), 4 + 16);
        assert!(all.is_sorted());
        for part in &all {
            assert_eq!(part.to_string().parse(), Ok(*part));
            let json = serde_json::to_string(part).expect("JSON");
            assert_eq!(json, format!("\"{part}\""));
            assert_eq!(serde_json::from_str::<Part>(&json).expect("a part"), *part);
        }
        assert_eq!(Part::all(1).last().map(|part| part.as_str()), Some("compute"));
        assert_eq!(all.last().map(|part| (part.as_str(), part.kind())), Some(("compute-16", "compute")));
        for text in ["compute-1", "compute-0", "compute-17", "computer", ""] {
            assert!(text.parse::<Part>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_tier_keeps_its_stack_for_ever() {
        let of = |tier: &str, stacks| Part::of_tier(tier, stacks).as_str();
        // Deployed standbys rely on these: another hash would move tiers between stacks.
        let found: Vec<&str> = ["web", "api", "worker", "search"].into_iter().map(|tier| of(tier, 4)).collect();
        assert_eq!(found, ["compute-2", "compute-2", "compute-4", "compute-4"]);
        for tier in ["web", "api", "worker"] {
            assert_eq!(of(tier, 1), "compute");
        }
    }

    #[test]
    fn tiers_spread_over_every_stack() {
        for stacks in 2..=MAX_COMPUTE_STACKS {
            let mut counts = std::collections::BTreeMap::new();
            for i in 0..1_600 {
                *counts.entry(Part::of_tier(&format!("tier-{i}"), stacks)).or_insert(0u32) += 1;
            }
            let even = 1_600 / u32::from(stacks);
            assert_eq!(counts.len(), usize::from(stacks));
            assert!(counts.values().all(|count| count.abs_diff(even) < even / 2), "{stacks}: {counts:?}");
        }
    }
}
