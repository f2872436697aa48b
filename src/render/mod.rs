//! Owns rendering: environment + baseline + footprint -> CloudFormation templates, parsed back and checked. No I/O.

mod build;
mod check;
mod cidr;
mod logical;
pub mod problem;
mod spread;
pub mod stack;
mod suggest;
pub mod template;
mod translate;
pub mod view;

use std::collections::BTreeMap;

use serde_json::Value;

pub use problem::{RenderProblem, RenderProblems};
pub use stack::{Counterpart, Input, Rendered, RenderedStack, Untranslated};
pub use template::Templates;

use crate::facts::Baseline;
use crate::model::{Digest, Environment, Footprint, Part, StackName};
use crate::yaml::node::Node;
use build::{Built, Offers};
use template::Engine;

/// Renders every stack of the standby in one footprint.
///
/// The templates of the environment's strategy are filled with what the baseline saw, primary-Region identifiers are
/// translated, and the result is parsed back and checked. Identifiers nobody could translate do not fail the rendering:
/// they are in [`Rendered::untranslated`], each with its place. The same arguments give the same bytes.
pub fn render(
    environment: &Environment,
    baseline: &Baseline,
    footprint: Footprint,
    templates: &Templates,
) -> Result<Rendered, RenderProblems> {
    let strategy = environment.strategy;
    if !build::has_templates(strategy) {
        return Err(RenderProblem::NoTemplates { strategy: strategy.to_string() }.into());
    }
    let engine = Engine::new(templates, strategy)?;
    rendered(&engine, environment, baseline, footprint).map_err(|problems| {
        spread::advise(problems, environment, |wider| rendered(&engine, wider, baseline, footprint))
    })
}

fn rendered(
    engine: &Engine,
    environment: &Environment,
    baseline: &Baseline,
    footprint: Footprint,
) -> Result<Rendered, RenderProblems> {
    let Built { view, parts, compute, offers, counterparts, mut leftover } =
        build::build(environment, baseline, footprint);
    RenderProblems::none_of(std::mem::take(&mut leftover.problems))?;

    let texts = engine.fill(environment.strategy, &parts, &view, &compute)?;
    let mut problems = Vec::new();
    let mut documents = Vec::new();
    for (part, text) in parts.iter().zip(&texts) {
        match document(*part, text) {
            Ok(document) => documents.push((*part, document)),
            Err(problem) => problems.push(problem),
        }
    }
    RenderProblems::none_of(problems)?;
    let stacks: Vec<RenderedStack> =
        documents.iter().map(|(part, document)| stack(environment, *part, document, &offers)).collect();
    let checked = check::check(&stacks);
    RenderProblems::none_of(checked.problems)?;
    let mut notes = leftover.notes;
    notes.extend(checked.notes);
    Ok(Rendered { stacks, counterparts, untranslated: leftover.untranslated, notes })
}

/// What lifeboat makes for primary resources, without rendering anything: see [`Rendered::counterparts`].
pub fn counterparts(environment: &Environment, baseline: &Baseline) -> BTreeMap<String, Counterpart> {
    build::counterparts(environment, baseline)
}

/// The YAML a template rendered, as the JSON that is sent.
fn document(part: Part, yaml: &str) -> Result<Value, RenderProblem> {
    Node::read(yaml).and_then(|node| node.to_json()).map_err(|error| {
        let line = usize::try_from(error.line).unwrap_or_default();
        let text = yaml.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim();
        let shown: String = text.chars().take(120).collect();
        RenderProblem::Stack {
            stack: part.to_string(),
            message: format!("what the template rendered does not read as YAML: {error}: `{shown}`"),
        }
    })
}

fn stack(environment: &Environment, part: Part, document: &Value, offers: &Offers) -> RenderedStack {
    let mut body = serde_json::to_string_pretty(document).unwrap_or_default();
    body.push('\n');
    let declared = |name: &String| document.get("Parameters").is_some_and(|parameters| parameters.get(name).is_some());
    let earlier = |input: &Input| input.needs().is_none_or(|(from, _)| from < part);
    RenderedStack {
        part,
        name: StackName::of(&environment.name, part),
        digest: Digest::of_bytes(body.as_bytes()),
        body,
        parameters: taken(&offers.literal, |name, _| declared(name)),
        inputs: taken(&offers.inputs, |name, input| declared(name) && earlier(input)),
    }
}

fn taken<T: Clone>(offered: &BTreeMap<String, T>, takes: impl Fn(&String, &T) -> bool) -> BTreeMap<String, T> {
    let chosen = offered.iter().filter(|(name, value)| takes(name, value));
    chosen.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
#[path = "../../tests/support/estate.rs"]
mod estate;
#[cfg(test)]
#[path = "../../tests/support/large_estate.rs"]
mod large_estate;
#[cfg(test)]
mod spread_tests;
#[cfg(test)]
mod tests;
