//! Owns the resolving of stack inputs: which are known now, which only when an earlier stack has been carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::{StackAction, StackIntent};
use crate::facts::{ChangeAction, Replacement, ResourceChange, StackResource};
use crate::model::Part;
use crate::render::stack::Input;

/// An earlier stack as later ones see it.
#[derive(Debug, Clone, Default)]
pub struct Upstream {
    /// Physical ids by logical id, as they are now; empty when the stack is not there.
    pub resources: BTreeMap<String, String>,
    /// DNS names of those of its load balancers that later stacks ask for, by logical id.
    pub dns_names: BTreeMap<String, String>,
    /// Logical ids that will be there once it is carried out.
    pub will_have: Vec<String>,
    /// What will still be changed in it.
    pub pending: Vec<ResourceChange>,
    /// It will be deleted and made again, so that nothing of it stays.
    pub recreated: bool,
}

impl Upstream {
    /// A stack that stays as it is.
    pub fn settled(resources: &[StackResource]) -> Self {
        let resources = resources
            .iter()
            .filter(|r| !r.physical_id.is_empty() && r.status != "DELETE_COMPLETE")
            .map(|r| (r.logical_id.clone(), r.physical_id.clone()))
            .collect();
        Upstream { resources, ..Upstream::default() }
    }

    /// The same stack with what a plan will still do to it.
    pub fn with_plan(mut self, action: &StackAction, changes: &[ResourceChange]) -> Self {
        self.recreated = matches!(action, StackAction::Recreate { .. });
        self.pending = changes.to_vec();
        self.will_have =
            changes.iter().filter(|c| c.action != ChangeAction::Remove).map(|c| c.logical_id.clone()).collect();
        self
    }
}

/// Why an input is not certain yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaterReason {
    /// The resource does not exist yet.
    Created,
    /// The resource will be replaced.
    Replaced,
    /// The resource may be replaced.
    MayBeReplaced,
}

/// An input that is known, or certain, only when an earlier stack has been carried out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LaterInput {
    /// The parameter.
    pub parameter: String,
    /// The stack it waits for.
    pub part: Part,
    /// The resources it waits for.
    pub logical_ids: Vec<String>,
    /// Why.
    pub reason: LaterReason,
}

/// Inputs with a value, and inputs that wait.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResolvedInputs {
    /// Values known now.
    pub known: BTreeMap<String, String>,
    /// What waits. One that may be replaced is in `known` too, with the value it has now.
    pub later: Vec<LaterInput>,
}

/// An input that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputProblem {
    /// The stack has not and will not have that resource.
    NoResource {
        /// The parameter.
        parameter: String,
        /// The stack.
        part: Part,
        /// The resource.
        logical_id: String,
    },
    /// The stack has the load balancer, but the Region has none of that ARN any more.
    NoLoadBalancer {
        /// The parameter.
        parameter: String,
        /// The stack.
        part: Part,
        /// The load balancer's ARN.
        arn: String,
    },
    /// The Region has too few zones.
    TooFewZones {
        /// The parameter.
        parameter: String,
        /// How many are needed.
        needed: usize,
        /// Those there are.
        zones: Vec<String>,
    },
}

impl fmt::Display for InputProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InputProblem::NoResource { parameter, part, logical_id } => write!(
                f,
                "parameter {parameter} needs the resource {logical_id} of the {part} stack, which has none of that name"
            ),
            InputProblem::NoLoadBalancer { parameter, part, arn } => write!(
                f,
                "parameter {parameter} needs the DNS name of {arn} of the {part} stack, which was deleted outside \
                 CloudFormation; `lifeboat teardown` and a new `lifeboat provision` make it again"
            ),
            InputProblem::TooFewZones { parameter, needed, zones } => write!(
                f,
                "parameter {parameter} needs {needed} Availability Zones and the Region has {} open to this account ({}); \
                 lower network.availability_zones or choose another Region",
                zones.len(),
                if zones.is_empty() { "none".to_owned() } else { zones.join(", ") }
            ),
        }
    }
}

/// Gives each input of a stack its value, or says what it waits for; every problem at once.
///
/// `deployed` are the parameters of the stack as it is (empty when there is none): a zone once chosen stays. `zones` are
/// the Region's zone names.
pub fn resolve(
    stack: &StackIntent,
    deployed: &BTreeMap<String, String>,
    upstream: &BTreeMap<Part, Upstream>,
    zones: &[String],
) -> Result<ResolvedInputs, Vec<InputProblem>> {
    let mut resolved = ResolvedInputs::default();
    let mut problems = Vec::new();
    let mut sorted = zones.to_vec();
    sorted.sort();
    sorted.dedup();
    for (parameter, input) in &stack.inputs {
        match input {
            Input::Zone { index } => {
                let kept = deployed.get(parameter).filter(|value| !value.is_empty());
                match kept.or_else(|| sorted.get(*index)) {
                    Some(zone) => {
                        resolved.known.insert(parameter.clone(), zone.clone());
                    }
                    None => problems.push(InputProblem::TooFewZones {
                        parameter: parameter.clone(),
                        needed: index + 1,
                        zones: sorted.clone(),
                    }),
                }
            }
            Input::Resources { part, logical_ids } => {
                let from = upstream.get(part).cloned().unwrap_or_default();
                let values = |id: &String| from.resources.get(id);
                resolve_resources(parameter, *part, logical_ids, &from, values, &mut resolved, &mut problems);
            }
            Input::LoadBalancerDns { part, logical_id } => {
                let from = upstream.get(part).cloned().unwrap_or_default();
                let deleted = from.resources.get(logical_id).filter(|_| !from.dns_names.contains_key(logical_id));
                match deleted {
                    Some(arn) if matches!(fate(logical_id, &from), Fate::Stays) => {
                        problems.push(InputProblem::NoLoadBalancer {
                            parameter: parameter.clone(),
                            part: *part,
                            arn: arn.clone(),
                        });
                    }
                    _ => {
                        let ids = std::slice::from_ref(logical_id);
                        let values = |id: &String| from.dns_names.get(id);
                        resolve_resources(parameter, *part, ids, &from, values, &mut resolved, &mut problems);
                    }
                }
            }
        }
    }
    if problems.is_empty() { Ok(resolved) } else { Err(problems) }
}

/// Whether a stack asks for zones that are not settled by its deployed parameters.
pub fn needs_zones(stack: &StackIntent, deployed: &BTreeMap<String, String>) -> bool {
    stack.inputs.iter().any(|(parameter, input)| {
        matches!(input, Input::Zone { .. }) && deployed.get(parameter).is_none_or(String::is_empty)
    })
}

/// `value` is what the parameter takes of one resource, where the resource is there.
fn resolve_resources<'u>(
    parameter: &str,
    part: Part,
    logical_ids: &[String],
    from: &'u Upstream,
    value: impl Fn(&String) -> Option<&'u String>,
    resolved: &mut ResolvedInputs,
    problems: &mut Vec<InputProblem>,
) {
    let mut values = Vec::new();
    let mut waits: BTreeMap<LaterReason, Vec<String>> = BTreeMap::new();
    for id in logical_ids {
        match (value(id), fate(id, from)) {
            (_, Fate::Waits(reason)) if reason != LaterReason::MayBeReplaced => {
                waits.entry(reason).or_default().push(id.clone());
            }
            (Some(value), fate) => {
                values.push(value.clone());
                if let Fate::Waits(reason) = fate {
                    waits.entry(reason).or_default().push(id.clone());
                }
            }
            (None, _) => problems.push(InputProblem::NoResource {
                parameter: parameter.to_owned(),
                part,
                logical_id: id.clone(),
            }),
        }
    }
    if values.len() == logical_ids.len() {
        resolved.known.insert(parameter.to_owned(), values.join(","));
    }
    resolved.later.extend(waits.into_iter().map(|(reason, logical_ids)| LaterInput {
        parameter: parameter.to_owned(),
        part,
        logical_ids,
        reason,
    }));
}

/// The earlier stacks a stack takes inputs from, sorted.
pub fn parts_needed(stack: &StackIntent) -> BTreeSet<Part> {
    stack.inputs.values().filter_map(|input| Some(input.needs()?.0)).collect()
}

/// The load balancers of a stack whose DNS names other stacks take, by logical id.
pub fn dns_names_wanted(stacks: &[StackIntent], part: Part) -> BTreeSet<String> {
    let inputs = stacks.iter().flat_map(|stack| stack.inputs.values());
    inputs
        .filter_map(|input| match input {
            Input::LoadBalancerDns { part: from, logical_id } if *from == part => Some(logical_id.clone()),
            _ => None,
        })
        .collect()
}

enum Fate {
    Stays,
    Waits(LaterReason),
}

fn fate(id: &str, from: &Upstream) -> Fate {
    let pending = from.pending.iter().find(|change| change.logical_id == *id);
    let there = from.resources.contains_key(id);
    if from.recreated && there {
        return Fate::Waits(LaterReason::Replaced);
    }
    match pending {
        Some(change) if change.action == ChangeAction::Modify && there => match change.replacement {
            Replacement::Never => Fate::Stays,
            Replacement::Conditional => Fate::Waits(LaterReason::MayBeReplaced),
            Replacement::Always => Fate::Waits(LaterReason::Replaced),
        },
        _ if !there && from.will_have.iter().any(|will| will == id) => Fate::Waits(LaterReason::Created),
        _ => Fate::Stays,
    }
}
