//! Owns deciding which parameters changed in the standby while it served, and how a parameter comes home.
//!
//! A sync goes one way, so its way back is walked only where it is sure: what a person has to decide is named instead.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Parameter, ParameterFacts, ParameterTier, ParameterType, ParameterValue, PutParameter};
use crate::model::{
    BalancerName, BalancerNames, Environment, HeldBack, ParameterSync, Region, Rewrite, SecretKey, SecretText,
};
use crate::plan::runbook::HomeRule;

/// What comes home of the parameters below one path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HomePlan {
    /// Names in the standby of what changed there.
    pub parameters: Vec<String>,
    /// What a person has to bring home or to decide, one sentence each. Nothing of a secret value is in it.
    pub by_hand: Vec<String>,
}

/// What one parameter needs to have the same meaning in the primary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HomeStep {
    /// Nothing: sync would write what the standby has.
    InStep,
    /// This is written in the primary.
    Put(PutParameter),
}

/// What is known when the way home of parameters is planned.
#[derive(Debug, Clone, Copy)]
pub struct HomeWorld<'a> {
    /// Production's parameters below the path, all of them.
    pub primary: &'a [Parameter],
    /// The standby's below the rewritten path, all of them.
    pub standby: &'a [Parameter],
    /// What the baseline recorded of production's, by name.
    pub recorded: &'a BTreeMap<String, ParameterFacts>,
    /// The key of the baseline's digests of secret values.
    pub key: &'a SecretKey,
    /// Names in the standby that lifeboat itself writes there: published images and endpoints.
    pub own: &'a BTreeSet<String>,
    /// The standby Region.
    pub region: &'a Region,
}

/// The rule that a plan keeps, so that carrying it out needs no environment.
pub fn home_rule(environment: &Environment, rule: &ParameterSync, balancers: &BalancerNames) -> HomeRule {
    let mut rewrite = environment.map.clone();
    rewrite.extend(rule.rewrite.clone());
    let known = balancers.iter().filter_map(|(name, standing)| match standing {
        BalancerName::Known(there) => Some((name.clone(), there.clone())),
        BalancerName::NotYet | BalancerName::NotMade | BalancerName::Unread(_) => None,
    });
    HomeRule { path: rule.path.clone(), rewrite, balancers: known.collect() }
}

impl HomeRule {
    /// The translation that sync makes.
    pub fn rewriting(&self) -> Rewrite {
        let known = self.balancers.iter().map(|(name, there)| (name.clone(), BalancerName::Known(there.clone())));
        Rewrite::new([&self.rewrite]).with_balancers(&known.collect())
    }
}

/// Decides what changed below one path. A change is the standby's when production still has what the baseline recorded.
pub fn plan_home(rewrite: &Rewrite, world: &HomeWorld<'_>) -> HomePlan {
    let mut plan = HomePlan::default();
    let there: BTreeMap<&str, &Parameter> = world.standby.iter().map(|one| (one.name.as_str(), one)).collect();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for production in world.primary {
        let name = rewrite.apply(&production.name);
        known.insert(name.clone());
        let secret = production.kind == ParameterType::SecureString;
        // What it should be in the standby is not known, so sync has not written it.
        let held = HeldBack::of(rewrite, &production.name, production.value.expose(), secret).is_some();
        if held || world.own.contains(&name) {
            continue;
        }
        let recorded = world.recorded.get(&production.name);
        match there.get(name.as_str()) {
            None if recorded.is_some() => plan.by_hand.push(format!(
                "the standby has no {name} any more: delete {} in production, or let the next sync bring it back",
                production.name
            )),
            None => {}
            Some(standby) => match changed(rewrite, world, production, standby, recorded) {
                Ok(true) => plan.parameters.push(name),
                Ok(false) => {}
                Err(why) => plan.by_hand.push(format!("{name}: {why}")),
            },
        }
    }
    for name in there.keys().filter(|name| !known.contains(**name) && !world.own.contains(**name)) {
        plan.by_hand.push(format!("{name} is in the standby alone: create it in production, if it is needed there"));
    }
    plan.parameters.sort();
    plan.by_hand.sort();
    plan
}

fn changed(
    rewrite: &Rewrite,
    world: &HomeWorld<'_>,
    production: &Parameter,
    standby: &Parameter,
    recorded: Option<&ParameterFacts>,
) -> Result<bool, String> {
    let step = home_step(rewrite, production, standby, world.region);
    if step == Ok(HomeStep::InStep) {
        return Ok(false);
    }
    let Some(recorded) = recorded else {
        return Err("it differs from production's, and the baseline does not tell which side changed: \
                    set production's by hand, if the standby's is the right one"
            .to_owned());
    };
    let is_recorded = |value: &str| match &recorded.value {
        ParameterValue::Plain(plain) => plain == value,
        ParameterValue::Secret(digest) => world.key.digest(value) == *digest,
    };
    let standby_as_recorded = match &recorded.value {
        ParameterValue::Plain(plain) => rewrite.apply(plain) == standby.value.expose(),
        ParameterValue::Secret(_) => rewrite.undo(standby.value.expose()).is_ok_and(|value| is_recorded(&value)),
    };
    if standby_as_recorded {
        // Production moved on, and the next sync follows it.
        return Ok(false);
    }
    if !is_recorded(production.value.expose()) {
        return Err("it changed on both sides since the baseline: decide which value is right, and set production's \
                    by hand if it is the standby's"
            .to_owned());
    }
    step.map(|_| true)
}

/// What production's parameter has to be so that sync would write what the standby has. The error says why that is not
/// sure, and holds nothing of a value.
pub fn home_step(
    rewrite: &Rewrite,
    production: &Parameter,
    standby: &Parameter,
    region: &Region,
) -> Result<HomeStep, String> {
    let now = production.value.expose();
    if rewrite.apply(now) == standby.value.expose() && production.kind == standby.kind {
        return Ok(HomeStep::InStep);
    }
    let unsure = |why: &str| format!("its value has no sure way back: {why}; set production's by hand");
    if rewrite.undo(&rewrite.apply(now)).as_deref() != Ok(now) {
        return Err(unsure("production's present one would not find it either"));
    }
    let value = rewrite.undo(standby.value.expose()).map_err(|error| unsure(&error.why))?;
    if value.contains(region.as_str()) && !now.contains(region.as_str()) {
        return Err(unsure(&format!("it would still name the standby Region {region}")));
    }
    let secret = standby.kind == ParameterType::SecureString;
    // An advanced parameter cannot be made standard in place (SSM PutParameter).
    let advanced = [production.tier, standby.tier].contains(&ParameterTier::Advanced);
    Ok(HomeStep::Put(PutParameter {
        name: production.name.clone(),
        kind: standby.kind,
        tier: if advanced { ParameterTier::Advanced } else { ParameterTier::Standard },
        value: SecretText::new(value),
        data_type: production.data_type.clone(),
        description: production.description.clone(),
        allowed_pattern: production.allowed_pattern.clone(),
        key_id: if secret { production.key_id.clone() } else { None },
    }))
}

#[cfg(test)]
#[path = "home_tests.rs"]
mod tests;
