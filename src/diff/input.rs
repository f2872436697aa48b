//! Owns what judging needs: everything that was gathered about the two sides and the stacks, by reference.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::facts::{Baseline, LeverFacts, SideFacts, StackDrift, StackFacts, StackResource};
use crate::model::{BalancerNames, Environment, Part};
use crate::render::Rendered;

/// Everything a judgement is made from.
#[derive(Debug, Clone)]
pub struct DriftInput<'a> {
    /// What was declared.
    pub environment: &'a Environment,
    /// The recorded production.
    pub baseline: &'a Baseline,
    /// Production as seen now, its parameters already rewritten to the standby's names and values (secrets digested
    /// after rewriting, under the standby's key); none when it could not be reached at all.
    pub production: Option<&'a SideFacts>,
    /// Why production could not be reached.
    pub production_gap: Option<String>,
    /// The standby: groups of [`crate::model::standby_group_name`] with what they use, and parameters below the
    /// rewritten sync paths.
    pub standby: &'a SideFacts,
    /// What would be rendered now for the standby footprint.
    pub rendered: &'a Rendered,
    /// The stacks that exist.
    pub stacks: &'a BTreeMap<Part, DeployedStack>,
    /// What stands for the host names of production's load balancers: what its parameters were rewritten with.
    pub balancers: &'a BalancerNames,
    /// What `scale` was last asked for, while it holds.
    pub posture: Option<PostureView>,
    /// The image published for each tier: its id in the standby Region, by tier name.
    pub published_images: &'a BTreeMap<String, String>,
    /// How the lever of traffic looks from outside; none where there is no such lever.
    pub lever: Option<&'a LeverFacts>,
    /// The day expiry dates are held against.
    pub today: Date,
    /// The moment ages are counted to.
    pub now: Timestamp,
}

/// A stack as it is deployed.
#[derive(Debug, Clone, PartialEq)]
pub struct DeployedStack {
    /// The stack.
    pub facts: StackFacts,
    /// Its template as it was given: JSON.
    pub template: String,
    /// Every resource of it.
    pub resources: Vec<StackResource>,
    /// CloudFormation's drift detection, or why it could not run.
    pub drift: Result<StackDrift, String>,
}

/// What `scale` was last asked for: with it, a scaled-up standby is intended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostureView {
    /// The target as it was given: `full`, `50%`.
    pub target: String,
    /// The minimum size asked for, by tier name.
    pub minimums: BTreeMap<String, u32>,
    /// The run that declared, while the standby serves for it.
    pub declared_in: Option<String>,
}
