//! Owns looking at parameters below the paths an environment follows.

use std::collections::BTreeMap;

use super::redact::parameter_facts;
use crate::cloud::ReadPorts;
use crate::facts::{Gap, Noun, Parameter, ParameterFacts, ParameterType};
use crate::model::{BalancerNames, Environment, HeldBack, Rewrite, SecretKey};

/// In whose words the parameters are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterView<'a> {
    /// The primary side's, as they are.
    Primary,
    /// The primary side's, rewritten into the standby's names and values with what stands for load balancers: for
    /// comparing. One that names a load balancer nothing stands for is a gap: what it should be is not known.
    PrimaryAsStandby(&'a BalancerNames),
    /// The standby side's, as they are, below the rewritten paths.
    Standby(&'a BalancerNames),
}

/// The parameters below every followed path, by name. A path that cannot be read is a gap.
pub async fn observe_parameters(
    ports: &ReadPorts,
    environment: &Environment,
    view: ParameterView<'_>,
    key: &SecretKey,
) -> (BTreeMap<String, ParameterFacts>, Vec<Gap>) {
    let mut found = BTreeMap::new();
    let mut gaps = Vec::new();
    for rule in &environment.sync.parameters {
        let (path, rewrite) = match view {
            ParameterView::Primary => (rule.path.clone(), None),
            ParameterView::PrimaryAsStandby(balancers) => {
                (rule.path.clone(), Some(Rewrite::of_parameters(environment, rule, balancers)))
            }
            ParameterView::Standby(balancers) => {
                (Rewrite::of_parameters(environment, rule, balancers).apply(&rule.path), None)
            }
        };
        let rules = rewrite.as_ref();
        match ports.parameters.parameters_by_path(&path).await {
            Ok(parameters) => {
                for parameter in &parameters {
                    let facts = parameter_facts(parameter, rules, key);
                    match rules.and_then(|rules| held(rules, parameter)) {
                        Some(held) => {
                            let reason = format!("it {}", held.why);
                            gaps.push(Gap { noun: Noun::Parameter, subject: facts.name, reason });
                        }
                        None => {
                            found.insert(facts.name.clone(), facts);
                        }
                    }
                }
            }
            Err(error) => gaps.push(Gap { noun: Noun::Parameter, subject: path, reason: error.to_string() }),
        }
    }
    (found, gaps)
}

fn held(rules: &Rewrite, parameter: &Parameter) -> Option<HeldBack> {
    let is_secret = parameter.kind == ParameterType::SecureString;
    HeldBack::of(rules, &parameter.name, parameter.value.expose(), is_secret)
}
