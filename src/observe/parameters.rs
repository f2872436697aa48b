//! Owns looking at parameters below the paths an environment follows.

use std::collections::BTreeMap;

use super::redact::parameter_facts;
use crate::cloud::ReadPorts;
use crate::facts::{Gap, Noun, ParameterFacts};
use crate::model::{Environment, ParameterSync, Rewrite, SecretKey};

/// In whose words the parameters are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterView {
    /// The primary side's, as they are.
    Primary,
    /// The primary side's, rewritten into the standby's names and values: for comparing.
    PrimaryAsStandby,
    /// The standby side's, as they are, below the rewritten paths.
    Standby,
}

/// The rewriting a parameter path asks for: its own rules, then the environment's map.
pub fn rewrite_of(environment: &Environment, rule: &ParameterSync) -> Rewrite {
    Rewrite::new([&rule.rewrite, &environment.map])
}

/// The parameters below every followed path, by name. A path that cannot be read is a gap.
pub async fn observe_parameters(
    ports: &ReadPorts,
    environment: &Environment,
    view: ParameterView,
    key: &SecretKey,
) -> (BTreeMap<String, ParameterFacts>, Vec<Gap>) {
    let mut found = BTreeMap::new();
    let mut gaps = Vec::new();
    for rule in &environment.sync.parameters {
        let rewrite = rewrite_of(environment, rule);
        let path = match view {
            ParameterView::Standby => rewrite.apply(&rule.path),
            ParameterView::Primary | ParameterView::PrimaryAsStandby => rule.path.clone(),
        };
        let rules = (view == ParameterView::PrimaryAsStandby).then_some(&rewrite);
        match ports.parameters.parameters_by_path(&path).await {
            Ok(parameters) => {
                found.extend(parameters.iter().map(|parameter| {
                    let facts = parameter_facts(parameter, rules, key);
                    (facts.name.clone(), facts)
                }));
            }
            Err(error) => gaps.push(Gap { noun: Noun::Parameter, subject: path, reason: error.to_string() }),
        }
    }
    (found, gaps)
}
