//! Owns the check of templates before they render: unknown variables, helpers and partials, also where no value leads
//! today. Handlebars itself takes an unknown variable in `{{#if}}` for false, even in strict mode.

use std::collections::BTreeMap;

use handlebars::Template;
use handlebars::template::{BlockParam, DecoratorTemplate, HelperTemplate, Parameter, TemplateElement};

use super::helpers::{BLOCKS, INLINE, WORD};
use super::scope::{Frame, Shape, ViewSchema, follow};
use super::source::{SUFFIX, Templates};
use crate::render::problem::RenderProblem;
use crate::render::suggest::did_you_mean;

/// Checks one stack's template with every partial it includes; templates by stem, free of circles.
pub(super) fn lint(schema: &ViewSchema, templates: &BTreeMap<String, Template>, stem: &str) -> Vec<RenderProblem> {
    let mut linter = Linter { schema, templates, problems: Vec::new() };
    if let Some(template) = templates.get(stem) {
        linter.template(template, stem, &mut vec![Frame::of(schema.root())]);
    }
    linter.problems
}

struct Linter<'s> {
    schema: &'s ViewSchema,
    templates: &'s BTreeMap<String, Template>,
    problems: Vec<RenderProblem>,
}

#[derive(Clone, Copy)]
struct Place<'a> {
    stem: &'a str,
    line: usize,
    column: usize,
}

impl<'s> Linter<'s> {
    fn problem(&mut self, at: Place<'_>, message: String) {
        let template = format!("{}{SUFFIX}", Templates::stem(at.stem));
        self.problems.push(RenderProblem::Template { template, line: at.line, column: at.column, message });
    }

    fn template(&mut self, template: &Template, stem: &str, frames: &mut Vec<Frame<'s>>) {
        for (i, element) in template.elements.iter().enumerate() {
            let (line, column) = template.mapping.get(i).map_or((0, 0), |place| (place.0, place.1));
            let at = Place { stem, line, column };
            match element {
                TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
                TemplateElement::Expression(call) | TemplateElement::HtmlExpression(call) => {
                    self.expression(call, at, frames);
                }
                TemplateElement::HelperBlock(block) => self.block(block, at, frames),
                TemplateElement::PartialExpression(partial) => self.partial(partial, at, frames),
                TemplateElement::PartialBlock(_)
                | TemplateElement::DecoratorExpression(_)
                | TemplateElement::DecoratorBlock(_) => {
                    self.problem(
                        at,
                        "inline partials and partial blocks are not supported; use a file of `partials/`".into(),
                    );
                }
                _ => self.problem(at, "lifeboat does not know this handlebars construct".into()),
            }
        }
    }

    fn expression(&mut self, call: &HelperTemplate, at: Place<'_>, frames: &[Frame<'s>]) {
        let name = call.name.as_name().unwrap_or_default();
        if name == WORD {
            for value in &call.params {
                let shape = self.parameter(value, at, frames);
                if !self.schema.is_scalar(shape) {
                    let path = value.as_name().unwrap_or("this");
                    self.problem(at, format!("`{path}` is not a single value; write `{{{{json {path}}}}}`"));
                }
            }
            return;
        }
        self.call(call, name, at, frames);
    }

    fn call(&mut self, call: &HelperTemplate, name: &str, at: Place<'_>, frames: &[Frame<'s>]) {
        if !INLINE.contains(&name) {
            self.problem(at, format!("unknown helper `{name}`{}", did_you_mean(name, INLINE)));
        }
        for parameter in call.params.iter().chain(call.hash.values()) {
            self.parameter(parameter, at, frames);
        }
    }

    fn parameter(&mut self, parameter: &Parameter, at: Place<'_>, frames: &[Frame<'s>]) -> Shape<'s> {
        match parameter {
            Parameter::Literal(_) => Shape::Any,
            Parameter::Subexpression(inner) => {
                if let TemplateElement::Expression(call) = inner.as_element() {
                    let name = call.name.as_name().unwrap_or_default();
                    self.call(call, name, at, frames);
                }
                Shape::Any
            }
            named => {
                let path = named.as_name().unwrap_or_default();
                follow(self.schema, frames, path).unwrap_or_else(|nowhere| {
                    let within = if nowhere.name == path { String::new() } else { format!(" in `{path}`") };
                    let at_root = within.is_empty() && self.schema.field(self.schema.root(), path).is_ok();
                    let hint = if at_root {
                        format!("; did you mean `@root.{path}`?")
                    } else {
                        did_you_mean(&nowhere.name, nowhere.known.iter().copied())
                    };
                    self.problem(at, format!("unknown variable `{}`{within}{hint}", nowhere.name));
                    Shape::Any
                })
            }
        }
    }

    fn block(&mut self, block: &HelperTemplate, at: Place<'_>, frames: &mut Vec<Frame<'s>>) {
        let name = block.name.as_name().unwrap_or_default();
        if !BLOCKS.contains(&name) {
            self.problem(at, format!("unknown block helper `{name}`{}", did_you_mean(name, BLOCKS)));
            return;
        }
        let shapes: Vec<Shape<'s>> = block.params.iter().map(|value| self.parameter(value, at, frames)).collect();
        let subject = shapes.first().copied().unwrap_or(Shape::Any);
        let inner = match name {
            "with" => Some(subject),
            "each" => Some(self.schema.item(subject).unwrap_or_else(|| {
                let path = block.params.first().and_then(Parameter::as_name).unwrap_or("this");
                self.problem(at, format!("`{path}` is not a list"));
                Shape::Any
            })),
            _ => None,
        };
        if let Some(inner) = inner {
            let mut frame = Frame::of(inner);
            match &block.block_param {
                Some(BlockParam::Single(value)) => name_it(&mut frame, value, inner),
                Some(BlockParam::Pair((value, index))) => {
                    name_it(&mut frame, value, inner);
                    name_it(&mut frame, index, Shape::Any);
                }
                _ => {}
            }
            frames.push(frame);
        }
        if let Some(template) = block.template.as_ref().filter(|_| name != "raw") {
            self.template(template, at.stem, frames);
        }
        if inner.is_some() {
            frames.pop();
        }
        if let Some(template) = &block.inverse {
            self.template(template, at.stem, frames);
        }
    }

    fn partial(&mut self, partial: &DecoratorTemplate, at: Place<'_>, frames: &mut Vec<Frame<'s>>) {
        let name = partial.name.as_name().unwrap_or_default().to_owned();
        let this = match partial.params.first() {
            Some(value) => self.parameter(value, at, frames),
            None => frames.last().map_or(Shape::Any, |frame| frame.this),
        };
        let mut frame = Frame::of(this);
        for (key, value) in &partial.hash {
            let shape = self.parameter(value, at, frames);
            frame.names.insert(key.clone(), shape);
        }
        let Some(template) = self.templates.get(&name) else {
            let hint = did_you_mean(&name, self.templates.keys().map(String::as_str));
            self.problem(at, format!("there is no partial `{name}`{hint}"));
            return;
        };
        frames.push(frame);
        self.template(template, &name, frames);
        frames.pop();
    }
}

fn name_it<'s>(frame: &mut Frame<'s>, name: &Parameter, shape: Shape<'s>) {
    if let Some(name) = name.as_name() {
        frame.names.insert(name.to_owned(), shape);
    }
}
