//! Owns deciding what stands in the standby for the host names of production's load balancers: the rules that parameters
//! are rewritten with, for `sync` and `drift` alike.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Baseline, LoadBalancerFacts, StackResource};
use crate::model::{BalancerName, BalancerNames, Part};
use crate::render::Counterpart;

/// What must be known of the standby to tell what stands for production's load balancers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BalancerQuery {
    /// By the host name in production; none where lifeboat makes no counterpart.
    wanted: BTreeMap<String, Option<Counterpart>>,
}

impl BalancerQuery {
    /// The load balancers the baseline saw, each with the resource that is made for it, if any.
    pub fn of(baseline: &Baseline, counterparts: &BTreeMap<String, Counterpart>) -> Self {
        let names = baseline.facts.load_balancers.values().map(|balancer| &balancer.dns_name);
        let wanted = names.filter(|name| !name.is_empty());
        BalancerQuery { wanted: wanted.map(|name| (name.clone(), counterparts.get(name).cloned())).collect() }
    }

    /// The stacks whose resources must be read.
    pub fn parts(&self) -> BTreeSet<Part> {
        self.wanted.values().flatten().map(|counterpart| counterpart.part).collect()
    }

    /// The ARNs of the standby's load balancers, from the resources of stacks that are there.
    pub fn arns(&self, resources: &BTreeMap<Part, Vec<StackResource>>) -> Vec<String> {
        let arns = self.wanted.values().flatten().filter_map(|counterpart| arn(counterpart, resources));
        arns.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What stands for each, from those resources and the load balancers of those ARNs.
    pub fn names(&self, resources: &BTreeMap<Part, Vec<StackResource>>, there: &[LoadBalancerFacts]) -> BalancerNames {
        let name_of = |counterpart: &Counterpart| {
            let arn = arn(counterpart, resources)?;
            there.iter().find(|balancer| balancer.arn == arn).map(|balancer| balancer.dns_name.clone())
        };
        self.each(|counterpart| name_of(counterpart).map_or(BalancerName::NotYet, BalancerName::Known))
    }

    /// What stands for each when the standby could not be asked.
    pub fn unread(&self, reason: &str) -> BalancerNames {
        self.each(|_| BalancerName::Unread(reason.to_owned()))
    }

    fn each(&self, of_made: impl Fn(&Counterpart) -> BalancerName) -> BalancerNames {
        let standing = |counterpart: &Option<Counterpart>| counterpart.as_ref().map_or(BalancerName::NotMade, &of_made);
        self.wanted.iter().map(|(name, counterpart)| (name.clone(), standing(counterpart))).collect()
    }
}

fn arn<'r>(counterpart: &Counterpart, resources: &'r BTreeMap<Part, Vec<StackResource>>) -> Option<&'r str> {
    let found = resources.get(&counterpart.part)?.iter().find(|one| one.logical_id == counterpart.logical_id)?;
    Some(found.physical_id.as_str()).filter(|id| !id.is_empty() && found.status != "DELETE_COMPLETE")
}

#[cfg(test)]
#[path = "balancers_tests.rs"]
mod tests;
