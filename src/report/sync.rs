//! Owns how a sync is told: what it will do, and what it did.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::style::{ADDED, ALARM, CHANGED, HEADING, Paint, QUIET};
use crate::model::Environment;
use crate::plan::sync::{ImagePlan, ImageStep, ParameterPlan, ParameterStep};

/// The version of the JSON document.
pub const SCHEMA_VERSION: u32 = 1;

/// A sync as planned: images, then each parameter path.
pub struct SyncPlanView<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// Images.
    pub images: &'a ImagePlan,
    /// Parameters, by path.
    pub parameters: &'a [(String, ParameterPlan)],
    /// Whether production's image or launch settings moved on since the baseline: what to do about it.
    pub stale: &'a [String],
    /// What a person should know besides.
    pub notes: &'a [String],
}

impl SyncPlanView<'_> {
    /// How many writes the plan holds.
    pub fn writes(&self) -> usize {
        self.images.steps.len() + self.parameters.iter().map(|(_, plan)| plan.steps.len()).sum::<usize>()
    }

    /// What must be seen to before anything is written.
    pub fn blocking(&self) -> Vec<String> {
        let parameters = self.parameters.iter().flat_map(|(_, plan)| &plan.problems);
        self.images
            .problems
            .iter()
            .cloned()
            .chain(
                parameters
                    .filter(|problem| problem.blocks)
                    .map(|problem| format!("{}: {}", problem.place, problem.text)),
            )
            .collect()
    }

    /// The plan for people.
    pub fn text(&self, color: bool) -> String {
        let paint = Paint::new(color);
        let environment = self.environment;
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "sync of {}: {} -> {}",
            paint.text(HEADING, &environment.name),
            environment.primary.region,
            environment.standby.region
        );
        let _ = writeln!(out, "{}", paint.text(HEADING, "images"));
        for step in &self.images.steps {
            let glyph = match step {
                ImageStep::Copy { .. } => paint.text(ADDED, "+"),
                ImageStep::Publish { .. } => paint.text(CHANGED, "~"),
                ImageStep::Remove { .. } => paint.text(ALARM, "-"),
            };
            let _ = writeln!(out, "  {glyph} {}", step.describe(environment));
        }
        if !self.images.in_step.is_empty() {
            let _ = writeln!(out, "  = in step: {}", self.images.in_step.join(", "));
        }
        for problem in &self.images.problems {
            let _ = writeln!(out, "  {} {problem}", paint.text(ALARM, "!"));
        }
        for (path, plan) in self.parameters {
            let _ = writeln!(out, "{} {path}", paint.text(HEADING, "parameters"));
            for step in &plan.steps {
                let glyph = match step {
                    ParameterStep::Put { differs, .. } if differs.is_empty() => paint.text(ADDED, "+"),
                    ParameterStep::Put { .. } => paint.text(CHANGED, "~"),
                    ParameterStep::Delete { .. } => paint.text(ALARM, "-"),
                };
                let _ = writeln!(out, "  {glyph} {}", step.describe());
            }
            if plan.in_step > 0 {
                let _ = writeln!(out, "  = {} in step", plan.in_step);
            }
            for name in &plan.extra {
                let _ =
                    writeln!(out, "  {}", paint.text(QUIET, &format!("? {name} is in the standby only; left alone")));
            }
            for problem in &plan.problems {
                let glyph = if problem.blocks { paint.text(ALARM, "!") } else { paint.text(CHANGED, "!") };
                let _ = writeln!(out, "  {glyph} {}: {}", problem.place, problem.text);
            }
        }
        for text in self.stale.iter().chain(self.notes) {
            let _ = writeln!(out, "{} {text}", paint.text(CHANGED, "!"));
        }
        out
    }

    /// The plan for programs; never a value.
    pub fn json(&self) -> Value {
        json!({
            "schema_version": SCHEMA_VERSION,
            "environment": self.environment.name,
            "images": {
                "steps": self.images.steps.iter().map(|step| step.describe(self.environment)).collect::<Vec<_>>(),
                "in_step": self.images.in_step,
                "problems": self.images.problems,
            },
            "parameters": self.parameters.iter().map(|(path, plan)| json!({
                "path": path,
                "create": names(plan, |step| matches!(step, ParameterStep::Put { differs, .. } if differs.is_empty())),
                "update": names(plan, |step| matches!(step, ParameterStep::Put { differs, .. } if !differs.is_empty())),
                "delete": names(plan, |step| matches!(step, ParameterStep::Delete { .. })),
                "in_step": plan.in_step,
                "extra": plan.extra,
                "held": plan.held,
                "problems": plan.problems.iter().map(|problem| json!({
                    "place": problem.place, "text": problem.text, "blocks": problem.blocks,
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "stale": self.stale,
            "notes": self.notes,
            "writes": self.writes(),
        })
    }
}

fn names(plan: &ParameterPlan, wanted: impl Fn(&ParameterStep) -> bool) -> Vec<&str> {
    plan.steps
        .iter()
        .filter(|step| wanted(step))
        .map(|step| match step {
            ParameterStep::Put { put, .. } => put.name.as_str(),
            ParameterStep::Delete { name } => name.as_str(),
        })
        .collect()
}
