//! Owns group sizes in a plan: the parameters that hold them, what a posture keeps, and what would shrink.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::model::{Part, max_stack_parameter, min_stack_parameter, standby_group_name};

/// The stack parameters that hold a tier's sizes, and the group they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierParameters {
    /// Tier name.
    pub tier: String,
    /// Parameter of the minimum.
    pub min: String,
    /// Parameter of the maximum.
    pub max: String,
    /// The group's name in the standby.
    pub group: String,
}

impl TierParameters {
    /// Those of a tier of an environment.
    pub fn of(environment: &str, tier: &str) -> Self {
        TierParameters {
            tier: tier.to_owned(),
            min: min_stack_parameter(tier),
            max: max_stack_parameter(tier),
            group: standby_group_name(environment, tier),
        }
    }
}

/// A size parameter that a posture keeps higher than rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Raised {
    /// Tier.
    pub tier: String,
    /// Parameter.
    pub parameter: String,
    /// As rendered.
    pub rendered: u32,
    /// As kept.
    pub kept: u32,
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} instead of {}", self.parameter, self.kept, self.rendered)
    }
}

/// Raises minimum parameters to what a posture set, and maximum parameters where they would end below that; never lowers
/// anything. A value that is not a number is left alone.
pub fn raise_minimums(
    parameters: &mut BTreeMap<String, String>,
    tiers: &[TierParameters],
    minimums: &BTreeMap<String, u32>,
) -> Vec<Raised> {
    let mut raised = Vec::new();
    for tier in tiers {
        let Some(kept) = minimums.get(&tier.tier).copied() else { continue };
        for parameter in [&tier.min, &tier.max] {
            let Some(value) = parameters.get_mut(parameter) else { continue };
            let Some(rendered) = value.parse::<u32>().ok().filter(|rendered| *rendered < kept) else { continue };
            *value = kept.to_string();
            raised.push(Raised { tier: tier.tier.clone(), parameter: parameter.clone(), rendered, kept });
        }
    }
    raised
}

/// What a group's size is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LiveSize {
    /// Minimum.
    pub min: u32,
    /// Maximum.
    pub max: u32,
    /// Desired, or in service if that is more.
    pub running: u32,
}

/// A tier's sizes before and after a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierSizes {
    /// Tier.
    pub tier: String,
    /// The stack the parameters are in.
    pub part: Part,
    /// The minimum as last deployed; none when it was not.
    pub min_before: Option<u32>,
    /// The minimum it would get.
    pub min_after: u32,
    /// The maximum as last deployed; none when it was not.
    pub max_before: Option<u32>,
    /// The maximum it would get.
    pub max_after: u32,
    /// The group as it is; none when it does not exist or could not be seen.
    pub live: Option<LiveSize>,
}

/// The sizes of the tiers whose parameters a stack holds.
pub fn sizes_of(
    part: Part,
    tiers: &[TierParameters],
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    live: &BTreeMap<String, LiveSize>,
) -> Vec<TierSizes> {
    let number = |values: &BTreeMap<String, String>, name: &str| values.get(name).and_then(|v| v.parse::<u32>().ok());
    tiers
        .iter()
        .filter_map(|tier| {
            Some(TierSizes {
                tier: tier.tier.clone(),
                part,
                min_before: number(before, &tier.min),
                min_after: number(after, &tier.min)?,
                max_before: number(before, &tier.max),
                max_after: number(after, &tier.max)?,
                live: live.get(&tier.group).copied(),
            })
        })
        .collect()
}

impl TierSizes {
    /// What would get smaller, in words; none when nothing would. The group as it is counts where it was seen, because
    /// scaling changes it without the stack; otherwise the deployed parameters count.
    pub fn shrinks(&self) -> Option<String> {
        let (min, max, running) = match self.live {
            Some(live) => (Some(live.min), Some(live.max), live.running),
            None => (self.min_before, self.max_before, 0),
        };
        let mut parts = Vec::new();
        if let Some(min) = min.filter(|min| self.min_after < *min) {
            parts.push(format!("minimum {min} -> {}", self.min_after));
        }
        if self.max_after < running {
            parts.push(format!("maximum {} is below the {running} that run", self.max_after));
        } else if let Some(max) = max.filter(|max| self.max_after < *max) {
            parts.push(format!("maximum {max} -> {}", self.max_after));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}
