//! Owns deciding which parameters to write.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Parameter, ParameterTier, ParameterType, PutParameter};
use crate::model::{HeldBack, ParameterSync, Region, Rewrite, SecretText};

/// What a sync does about the parameters of one path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParameterPlan {
    /// Writes and deletions, by name.
    pub steps: Vec<ParameterStep>,
    /// How many are right already.
    pub in_step: usize,
    /// Parameters of the standby that production does not have and nobody asked to delete.
    pub extra: Vec<String>,
    /// Parameters of production that are not written, because what they should hold is not known yet; each has its
    /// problem.
    pub held: Vec<String>,
    /// What stands in the way or should be looked at, each with its place.
    pub problems: Vec<ParameterProblem>,
}

/// Something about one parameter or path a person has to see to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParameterProblem {
    /// The parameter or path.
    pub place: String,
    /// What is wrong and what to do. Never contains a secret value.
    pub text: String,
    /// Whether the sync of this path must not go on.
    pub blocks: bool,
}

/// One write or deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterStep {
    /// Write what the standby lacks or has otherwise.
    Put {
        /// What to write.
        put: PutParameter,
        /// What differs, in words; empty when the parameter is new.
        differs: Vec<&'static str>,
        /// The value there now, when neither it nor the new one is secret.
        before: Option<String>,
    },
    /// Delete what production no longer has.
    Delete {
        /// Its name.
        name: String,
    },
}

/// Decides what to write below one path. `primary` and `standby` hold everything below the path and below the rewritten
/// path; they may be the whole of it, never a part.
pub fn plan_parameters(
    rule: &ParameterSync,
    rewrite: &Rewrite,
    primary: &[Parameter],
    standby: &[Parameter],
    primary_region: &Region,
) -> ParameterPlan {
    let mut plan = ParameterPlan::default();
    if primary.is_empty() {
        plan.problems.push(ParameterProblem {
            place: rule.path.clone(),
            text: "production has no parameter below this path; correct the path, or check that the role may read it"
                .to_owned(),
            blocks: true,
        });
        return plan;
    }
    let present: BTreeMap<&str, &Parameter> =
        standby.iter().map(|parameter| (parameter.name.as_str(), parameter)).collect();
    let mut wanted: BTreeMap<String, (PutParameter, &str)> = BTreeMap::new();
    // Their namesakes in the standby stay as they are.
    let mut untouched: BTreeSet<String> = BTreeSet::new();
    for parameter in primary {
        let is_secret = parameter.kind == ParameterType::SecureString;
        if let Some(held) = HeldBack::of(rewrite, &parameter.name, parameter.value.expose(), is_secret) {
            plan.problems.push(ParameterProblem {
                place: parameter.name.clone(),
                text: format!("not written: it {}", held.why),
                blocks: held.unread,
            });
            plan.held.push(parameter.name.clone());
            untouched.insert(rewrite.apply(&parameter.name));
            continue;
        }
        let put = PutParameter {
            name: rewrite.apply(&parameter.name),
            kind: parameter.kind,
            tier: parameter.tier,
            value: SecretText::new(rewrite.apply(parameter.value.expose())),
            data_type: parameter.data_type.clone(),
            description: parameter.description.clone(),
            allowed_pattern: parameter.allowed_pattern.clone(),
            key_id: if is_secret { rule.key.clone() } else { None },
        };
        if put.value.expose().contains(primary_region.as_str()) {
            plan.problems.push(ParameterProblem {
                place: parameter.name.clone(),
                text: format!(
                    "its value still names the primary Region {primary_region} after rewriting; add a `rewrite:` or `map:` entry"
                ),
                blocks: false,
            });
        }
        if put.value.expose().is_empty() {
            // SSM refuses empty values, so this is a read that went wrong, not a value.
            plan.problems.push(ParameterProblem {
                place: parameter.name.clone(),
                text: "its value would be empty after rewriting".to_owned(),
                blocks: true,
            });
            continue;
        }
        let name = put.name.clone();
        if let Some((_, other)) = wanted.insert(name.clone(), (put, &parameter.name)) {
            plan.problems.push(ParameterProblem {
                place: parameter.name.clone(),
                text: format!("rewriting gives it the name {name}, which {other} has already"),
                blocks: true,
            });
        }
    }
    for (name, (put, _)) in &wanted {
        match present.get(name.as_str()) {
            None => plan.steps.push(ParameterStep::Put { put: put.clone(), differs: vec![], before: None }),
            Some(there) => {
                let differs = differences(put, there);
                if differs.is_empty() {
                    plan.in_step += 1;
                } else {
                    let open = put.kind != ParameterType::SecureString && there.kind != ParameterType::SecureString;
                    let before = open.then(|| there.value.expose().to_owned());
                    plan.steps.push(ParameterStep::Put { put: put.clone(), differs, before });
                }
            }
        }
    }
    // A name that is not known yet may be that of anything below the path.
    let is_sure = primary.iter().all(|parameter| rewrite.held(&parameter.name).is_empty());
    for name in present.keys().filter(|name| !wanted.contains_key(**name) && !untouched.contains(**name)) {
        if rule.delete && is_sure {
            plan.steps.push(ParameterStep::Delete { name: (*name).to_owned() });
        } else {
            plan.extra.push((*name).to_owned());
        }
    }
    plan.problems.sort();
    plan.held.sort();
    plan
}

fn differences(put: &PutParameter, there: &Parameter) -> Vec<&'static str> {
    let mut differs = Vec::new();
    if put.value != there.value {
        differs.push("value");
    }
    if put.kind != there.kind {
        differs.push("type");
    }
    // An advanced parameter cannot be made standard in place (SSM PutParameter), so a larger tier there is no difference.
    if put.tier == ParameterTier::Advanced && there.tier == ParameterTier::Standard {
        differs.push("tier");
    }
    if put.description != there.description {
        differs.push("description");
    }
    if put.allowed_pattern != there.allowed_pattern {
        differs.push("allowed pattern");
    }
    if put.data_type != there.data_type {
        differs.push("data type");
    }
    if let (Some(wanted), Some(key)) = (&put.key_id, &there.key_id)
        && wanted != key
        && !key.ends_with(wanted.as_str())
    {
        differs.push("key");
    }
    differs
}

impl ParameterStep {
    /// The step in words. A secret value is never shown.
    pub fn describe(&self) -> String {
        match self {
            ParameterStep::Put { put, differs, before } => {
                let secret = put.kind == ParameterType::SecureString;
                match (differs.is_empty(), secret, before) {
                    (true, true, _) => format!("create {} (secret, not shown)", put.name),
                    (true, false, _) => format!("create {} = {}", put.name, shown(put.value.expose())),
                    (false, false, Some(before)) if differs.contains(&"value") => {
                        format!("update {}: {} -> {}", put.name, shown(before), shown(put.value.expose()))
                    }
                    (false, true, _) => format!("update {}: {} (secret, not shown)", put.name, differs.join(", ")),
                    (false, _, _) => format!("update {}: {}", put.name, differs.join(", ")),
                }
            }
            ParameterStep::Delete { name } => format!("delete {name}"),
        }
    }
}

/// A value on one line, cut where a line would become unreadable.
fn shown(value: &str) -> String {
    let mut text: String = value.chars().take(80).flat_map(char::escape_debug).collect();
    if value.chars().count() > 80 {
        text.push('…');
    }
    format!("\"{text}\"")
}

#[cfg(test)]
#[path = "parameters_tests.rs"]
mod tests;
