//! Owns why rendering was refused: every problem at once, each with its place and what to do.

use std::fmt;

use crate::model::Part;

/// One reason why nothing was rendered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum RenderProblem {
    /// There are no templates for the strategy.
    #[error(
        "strategy {strategy} has no templates yet: use pilot-light, warm-standby or multi-site, or wait for a later lifeboat"
    )]
    NoTemplates {
        /// The strategy.
        strategy: String,
    },
    /// The baseline does not hold what a tier needs.
    #[error("{place}: {what}; {next}")]
    Baseline {
        /// The tier, and what of it.
        place: String,
        /// What is missing.
        what: String,
        /// What to do.
        next: String,
    },
    /// A value cannot stand in a template.
    #[error("{place}: {why}")]
    Value {
        /// Where it comes from.
        place: String,
        /// Why not, and what to do.
        why: String,
    },
    /// A template does not read or does not render.
    #[error("templates/{template}{}: {message}", place(*line, *column))]
    Template {
        /// File name relative to `templates/`.
        template: String,
        /// Line, from 1; 0 when the whole file is meant.
        line: usize,
        /// Column, from 1; 0 when unknown.
        column: usize,
        /// What is wrong and what to do.
        message: String,
    },
    /// A stack is larger than CloudFormation takes.
    #[error("stack {stack}: the template has {count} {what}, CloudFormation takes {limit}; {next}")]
    Limit {
        /// The stack's part.
        stack: Part,
        /// How many there are.
        count: usize,
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: usize,
        /// What to do.
        next: String,
    },
    /// What a template rendered is not a template CloudFormation takes.
    #[error("stack {stack}: {message}")]
    Stack {
        /// The stack's part.
        stack: String,
        /// What is wrong.
        message: String,
    },
}

fn place(line: usize, column: usize) -> String {
    match (line, column) {
        (0, _) => String::new(),
        (line, 0) => format!(":{line}"),
        (line, column) => format!(":{line}:{column}"),
    }
}

/// All reasons why nothing was rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderProblems(pub Vec<RenderProblem>);

impl RenderProblems {
    /// Sorted and without repetitions; `Ok` when there are none.
    pub fn none_of(mut problems: Vec<RenderProblem>) -> Result<(), RenderProblems> {
        if problems.is_empty() {
            return Ok(());
        }
        problems.sort();
        problems.dedup();
        Err(RenderProblems(problems))
    }
}

impl From<RenderProblem> for RenderProblems {
    fn from(problem: RenderProblem) -> Self {
        RenderProblems(vec![problem])
    }
}

impl fmt::Display for RenderProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RenderProblems {}
