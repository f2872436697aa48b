//! Owns rendering one stack's template: compiled, checked for circles and unknown names, then filled from the view.

use std::collections::BTreeMap;

use handlebars::{Context, Handlebars, RenderError, RenderErrorReason, Template, TemplateError};

use super::bare::guard;
use super::cycle::circle;
use super::helpers::register;
use super::lint::lint;
use super::protect::protect;
use super::scope::ViewSchema;
use super::source::{SUFFIX, Templates};
use crate::model::{Part, Strategy};
use crate::render::problem::{RenderProblem, RenderProblems};
use crate::render::view::{ComputeView, View};

/// Templates ready to be filled.
pub struct Engine {
    registry: Handlebars<'static>,
}

impl Engine {
    /// Compiles every template and checks those of one strategy, with every partial they include.
    pub fn new(templates: &Templates, strategy: Strategy) -> Result<Self, RenderProblems> {
        let mut problems = Vec::new();
        let mut compiled = BTreeMap::new();
        for (file, text) in templates.iter() {
            match compile(file, text) {
                Ok(template) => {
                    compiled.insert(Templates::stem(file).to_owned(), template);
                }
                Err(problem) => problems.push(problem),
            }
        }
        RenderProblems::none_of(problems)?;
        if let Some(circle) = circle(&compiled) {
            let first = circle.first().cloned().unwrap_or_default();
            return Err(
                at_file(&first, format!("partials include each other in a circle: {}", circle.join(" -> "))).into()
            );
        }
        let schema = ViewSchema::new();
        let found =
            Part::all(1).into_iter().flat_map(|part| lint(&schema, &compiled, &Templates::of_part(strategy, part)));
        RenderProblems::none_of(found.collect())?;
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_escape_fn(handlebars::no_escape);
        register(&mut registry);
        for (stem, template) in compiled {
            registry.register_template(&stem, template);
        }
        Ok(Engine { registry })
    }

    /// The YAML of some stacks, in the order asked for. A part that is in `own` sees its own `compute` instead of the
    /// view's, which holds every tier.
    pub fn fill(
        &self,
        strategy: Strategy,
        parts: &[Part],
        view: &View,
        own: &BTreeMap<Part, ComputeView>,
    ) -> Result<Vec<String>, RenderProblems> {
        let unfit = |error: String| at_file("", error);
        let shared = Context::wraps(view).map_err(|error| unfit(error.to_string()))?;
        let mut narrowed = shared.clone();
        let mut out = Vec::new();
        let mut problems = Vec::new();
        for part in parts {
            let context = match own.get(part) {
                None => &shared,
                Some(compute) => {
                    let compute = serde_json::to_value(compute).map_err(|error| unfit(error.to_string()))?;
                    if let Some(seen) = narrowed.data_mut().get_mut("compute") {
                        *seen = compute;
                    }
                    &narrowed
                }
            };
            match self.registry.render_with_context(&Templates::of_part(strategy, *part), context) {
                Ok(yaml) => out.push(yaml),
                Err(error) => problems.push(told(&error)),
            }
        }
        RenderProblems::none_of(problems)?;
        Ok(out)
    }
}

fn compile(file: &str, text: &str) -> Result<Template, RenderProblem> {
    let protected = protect(text).map_err(|(line, column)| RenderProblem::Template {
        template: file.to_owned(),
        line,
        column,
        message: "write `{{resolve:` without a blank; CloudFormation would take this literally".into(),
    })?;
    let stem = Templates::stem(file).to_owned();
    let mut template =
        Template::compile_with_name(&protected.text, stem).map_err(|error| unread(file, &protected.text, &error))?;
    guard(&mut template, &protected);
    Ok(template)
}

fn unread(file: &str, text: &str, error: &TemplateError) -> RenderProblem {
    let (line, column) = error.pos().unwrap_or((0, 0));
    // The parser's own words begin with an excerpt; the sentence is their last line.
    let reason = error.reason().to_string();
    let sentence = reason.lines().last().unwrap_or_default().trim().trim_start_matches("= ").to_owned();
    let excerpt = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim().to_owned();
    RenderProblem::Template {
        template: file.to_owned(),
        line,
        column,
        message: format!("this is not handlebars: `{excerpt}`: {sentence}"),
    }
}

fn told(error: &RenderError) -> RenderProblem {
    let message = match error.reason() {
        RenderErrorReason::MissingVariable(name) => {
            format!("unknown variable `{}`", name.as_deref().unwrap_or("this"))
        }
        other => other.to_string(),
    };
    let stem = error.template_name.as_deref().unwrap_or_default();
    RenderProblem::Template {
        template: format!("{stem}{SUFFIX}"),
        line: error.line_no.unwrap_or(0),
        column: error.column_no.unwrap_or(0),
        message,
    }
}

fn at_file(stem: &str, message: String) -> RenderProblem {
    RenderProblem::Template { template: format!("{stem}{SUFFIX}"), line: 0, column: 0, message }
}
