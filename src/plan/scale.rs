//! Owns deciding the sizes a scale asks for.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::facts::GroupFacts;
use crate::model::{
    CapacityBasis, Environment, Footprint, GroupSize, Region, percent_of, standby_group_name, tier_size,
};

/// What a scale goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ScaleTarget {
    /// Full production size.
    Full,
    /// Back to the standby footprint: the only target that may shrink.
    Standby,
    /// So many percent of full production size.
    Percent(u32),
}

impl ScaleTarget {
    /// The percent of full production size, where it is a part of it.
    pub fn percent(self) -> Option<u32> {
        match self {
            ScaleTarget::Percent(percent) if percent != 100 => Some(percent),
            ScaleTarget::Percent(_) | ScaleTarget::Full | ScaleTarget::Standby => None,
        }
    }
}

impl fmt::Display for ScaleTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScaleTarget::Full => f.write_str("full"),
            ScaleTarget::Standby => f.write_str("standby"),
            ScaleTarget::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl std::str::FromStr for ScaleTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "full" => Ok(ScaleTarget::Full),
            "standby" => Ok(ScaleTarget::Standby),
            _ => match text.strip_suffix('%').and_then(|digits| digits.parse::<u32>().ok()) {
                Some(percent @ 1..=1000) => Ok(ScaleTarget::Percent(percent)),
                Some(_) => Err("a percentage is between 1% and 1000% of full production size".to_owned()),
                None => Err("it is full, standby or a percentage such as 50%".to_owned()),
            },
        }
    }
}

/// What a scale will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScalePlan {
    /// Where it goes.
    pub target: ScaleTarget,
    /// One per tier, by recovery order, then name.
    pub steps: Vec<ScaleStep>,
}

/// What a scale does to one tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScaleStep {
    /// The tier.
    pub tier: String,
    /// Its group in the standby.
    pub group: String,
    /// The sizes now.
    pub before: GroupSize,
    /// In service now.
    pub in_service: u32,
    /// The sizes to set; equal to `before` when nothing is needed.
    pub after: GroupSize,
    /// Why the group may not grow although it is asked to: suspended processes.
    pub warning: Option<String>,
    /// The target groups whose targets must become healthy.
    #[serde(skip)]
    pub target_group_arns: Vec<String>,
}

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScaleRefusal {
    /// The standby lacks groups.
    NotProvisioned {
        /// Their names.
        groups: Vec<String>,
    },
    /// The baseline knows no size for tiers that the file names.
    NoBasis {
        /// Their names.
        tiers: Vec<String>,
    },
    /// The file names no such tier.
    UnknownTier {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
}

impl fmt::Display for ScaleRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScaleRefusal::NotProvisioned { groups } => {
                write!(f, "the standby has no Auto Scaling group {}", groups.join(", "))
            }
            ScaleRefusal::NoBasis { tiers } => {
                write!(f, "the baseline has no capacity basis for tier {}", tiers.join(", "))
            }
            ScaleRefusal::UnknownTier { name, known } => {
                write!(f, "there is no tier `{name}`; the file has {}", known.join(", "))
            }
        }
    }
}

impl std::error::Error for ScaleRefusal {}

/// Decides the sizes. `only` limits the scale to some tiers; empty means all of them.
///
/// Except for [`ScaleTarget::Standby`] nothing gets smaller: the target is at least what is desired and what is in service,
/// and at least the present minimum. Minimum equals target, because scaling policies shrink an idle group otherwise.
pub fn plan_scale(
    environment: &Environment,
    capacity: &BTreeMap<String, CapacityBasis>,
    groups: &BTreeMap<String, GroupFacts>,
    target: ScaleTarget,
    only: &[String],
) -> Result<ScalePlan, ScaleRefusal> {
    if let Some(name) = only.iter().find(|name| environment.tier(name).is_none()) {
        let known = environment.tiers.iter().map(|tier| tier.name.clone()).collect();
        return Err(ScaleRefusal::UnknownTier { name: name.clone(), known });
    }
    let tiers: Vec<_> = environment.tiers.iter().filter(|tier| only.is_empty() || only.contains(&tier.name)).collect();
    let without: Vec<String> =
        tiers.iter().filter(|tier| !capacity.contains_key(&tier.name)).map(|tier| tier.name.clone()).collect();
    if !without.is_empty() {
        return Err(ScaleRefusal::NoBasis { tiers: without });
    }
    let missing: Vec<String> = tiers
        .iter()
        .map(|tier| standby_group_name(&environment.name, &tier.name))
        .filter(|name| !groups.contains_key(name))
        .collect();
    if !missing.is_empty() {
        return Err(ScaleRefusal::NotProvisioned { groups: missing });
    }
    let mut steps = Vec::new();
    for tier in tiers {
        let name = standby_group_name(&environment.name, &tier.name);
        let (Some(basis), Some(group)) = (capacity.get(&tier.name), groups.get(&name)) else { continue };
        let full = tier_size(environment.strategy, tier, basis, Footprint::Full);
        let after = match target {
            ScaleTarget::Standby => tier_size(environment.strategy, tier, basis, Footprint::Standby),
            ScaleTarget::Full => raised(group, full.desired, full.max),
            ScaleTarget::Percent(percent) => raised(group, percent_of(percent, full.desired), full.max),
        };
        steps.push(ScaleStep {
            tier: tier.name.clone(),
            group: name,
            before: group.size,
            in_service: group.in_service(),
            after,
            warning: suspended(group, &environment.standby.region),
            target_group_arns: group.target_group_arns.clone(),
        });
    }
    Ok(ScalePlan { target, steps })
}

fn raised(group: &GroupFacts, wanted: u32, full_max: u32) -> GroupSize {
    let desired = wanted.max(group.size.desired).max(group.size.min).max(group.in_service());
    GroupSize { min: desired, max: desired.max(full_max).max(group.size.max), desired }
}

fn suspended(group: &GroupFacts, region: &Region) -> Option<String> {
    let blocking: Vec<&str> = group
        .suspended_processes
        .iter()
        .map(String::as_str)
        .filter(|process| matches!(*process, "Launch" | "AddToLoadBalancer" | "Terminate"))
        .collect();
    (!blocking.is_empty()).then(|| {
        format!(
            "{} is suspended; run `aws autoscaling resume-processes --region {region} --auto-scaling-group-name {}`",
            blocking.join(" and "),
            group.name
        )
    })
}

impl ScaleStep {
    /// Whether a call is needed.
    pub fn changes(&self) -> bool {
        self.before != self.after
    }

    /// Whether it takes capacity away.
    pub fn shrinks(&self) -> bool {
        self.after.desired < self.before.desired.max(self.in_service)
    }
}

#[cfg(test)]
#[path = "scale_tests.rs"]
mod tests;
