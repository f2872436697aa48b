//! Owns the intent of a provisioning: rendered stacks, with the minimums a posture keeps.

use std::collections::BTreeMap;

use super::sizes::{Raised, TierParameters, raise_minimums};
use crate::facts::Tags;
use crate::model::{Digest, ENVIRONMENT_TAG, Environment, Part, StackName};
use crate::render::stack::{Input, Rendered};

/// What should be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The environment's name.
    pub environment: String,
    /// The stacks, producers before consumers.
    pub stacks: Vec<StackIntent>,
    /// The parameters that hold each tier's sizes.
    pub tiers: Vec<TierParameters>,
    /// Tags of every stack.
    pub tags: Tags,
    /// Minimums that the posture keeps higher than the file says.
    pub raised: Vec<Raised>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// One stack as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackIntent {
    /// Which part.
    pub part: Part,
    /// Stack name.
    pub name: StackName,
    /// The template.
    pub body: String,
    /// Its digest.
    pub digest: Digest,
    /// Parameters whose value is known now.
    pub parameters: BTreeMap<String, String>,
    /// Parameters whose value is known only when the stack is deployed.
    pub inputs: BTreeMap<String, Input>,
}

/// Which posture the standby was last put in (the store's posture record).
#[derive(Debug, Clone, Copy)]
pub struct Posture<'a> {
    /// `full`, `standby` or a percent.
    pub target: &'a str,
    /// Minimum sizes set, by tier.
    pub minimums: &'a BTreeMap<String, u32>,
    /// Whether a declaration set it: then only a failback ends it.
    pub declared: bool,
}

/// The intent of a rendered environment. A posture other than `standby` raises the tiers' minimums, so that an ordinary
/// deploy cannot shrink a standby that was scaled up.
pub fn intend(environment: &Environment, rendered: &Rendered, posture: Option<Posture<'_>>) -> Intent {
    let tiers: Vec<TierParameters> =
        environment.tiers.iter().map(|tier| TierParameters::of(&environment.name, &tier.name)).collect();
    let mut stacks: Vec<StackIntent> = rendered
        .stacks
        .iter()
        .map(|stack| StackIntent {
            part: stack.part,
            name: stack.name.clone(),
            body: stack.body.clone(),
            digest: stack.digest.clone(),
            parameters: stack.parameters.clone(),
            inputs: stack.inputs.clone(),
        })
        .collect();
    let mut raised = Vec::new();
    let mut warnings = Vec::new();
    if let Some(posture) = posture.filter(|posture| posture.target != "standby") {
        for stack in &mut stacks {
            raised.extend(raise_minimums(&mut stack.parameters, &tiers, posture.minimums));
        }
        if !raised.is_empty() {
            let what: Vec<String> = raised.iter().map(ToString::to_string).collect();
            let ends = match posture.declared {
                true => "`lifeboat failback`, which brings service home,",
                false => "`lifeboat scale --to standby`",
            };
            warnings.push(format!(
                "the standby was scaled to {}, which this deploy keeps: {}; {ends} ends it",
                posture.target,
                what.join(", ")
            ));
        }
    }
    warnings.extend(
        rendered
            .untranslated
            .iter()
            .map(|u| format!("{}: `{}` is not translated: {}", u.place, u.identifier, u.advice)),
    );
    Intent {
        environment: environment.name.clone(),
        stacks,
        tiers,
        tags: Tags::from([(ENVIRONMENT_TAG.to_owned(), environment.name.clone())]),
        raised,
        warnings,
    }
}

#[cfg(test)]
#[path = "intent_tests.rs"]
mod tests;
