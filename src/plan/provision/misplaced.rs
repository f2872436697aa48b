//! Owns tiers that stand in another compute stack than the environment file now gives them.

use std::collections::BTreeMap;
use std::fmt;

use crate::facts::StackFacts;
use crate::model::{Environment, MAX_COMPUTE_STACKS, Part, StackName, min_stack_parameter};

/// A compute stack that has to go before what it holds can be in another one: a group's name is taken until the group is
/// gone, so no single deploy moves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// The stack.
    pub stack: StackName,
    /// The tiers of the file it holds, with the stack each belongs to now. Empty when the file has neither the stack nor
    /// a tier of it any more.
    pub tiers: BTreeMap<String, StackName>,
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tiers.is_empty() {
            return write!(f, "{} is of no use any more", self.stack);
        }
        let tiers: Vec<String> = self.tiers.iter().map(|(tier, home)| format!("{tier} (now {home})")).collect();
        write!(f, "{} holds {}", self.stack, tiers.join(", "))
    }
}

/// The names under which an environment's compute stacks may be found, those of a time with more stacks among them.
pub fn possible_compute_stacks(environment: &Environment) -> Vec<StackName> {
    let parts = Part::all(MAX_COMPUTE_STACKS).into_iter().filter(|part| part.is_compute());
    parts.map(|part| StackName::of(&environment.name, part)).collect()
}

/// The compute stacks among those found, by name, that hold what belongs elsewhere. Their parameters tell which tiers
/// they hold.
pub fn misplaced(environment: &Environment, found: &BTreeMap<String, StackFacts>) -> Vec<Misplaced> {
    let named = environment.parts();
    let judge = |part: Part| {
        let stack = StackName::of(&environment.name, part);
        let is_there = |facts: &&StackFacts| !facts.status.is_review() && facts.status.0 != "DELETE_COMPLETE";
        let facts = found.get(stack.as_str()).filter(is_there)?;
        let is_named = named.contains(&part);
        if !is_named && !facts.is_of(&environment.name) {
            return None;
        }
        let held = environment.tiers.iter().filter(|t| facts.parameters.contains_key(&min_stack_parameter(&t.name)));
        let tiers: BTreeMap<String, StackName> = held
            .map(|tier| (tier, environment.part_of_tier(&tier.name)))
            .filter(|(_, home)| *home != part)
            .map(|(tier, home)| (tier.name.clone(), StackName::of(&environment.name, home)))
            .collect();
        (!is_named || !tiers.is_empty()).then_some(Misplaced { stack, tiers })
    };
    Part::all(MAX_COMPUTE_STACKS).into_iter().filter(|part| part.is_compute()).filter_map(judge).collect()
}

#[cfg(test)]
#[path = "misplaced_tests.rs"]
mod tests;
