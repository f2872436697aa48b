//! Owns the advice when a compute stack is larger than CloudFormation takes: over how many the tiers would have to be
//! spread.

use super::problem::{RenderProblem, RenderProblems};
use super::stack::Rendered;
use crate::model::{Environment, MAX_COMPUTE_STACKS};

/// The problems, with the smallest number of compute stacks that would do where there is one. It is found by rendering,
/// because which tiers share a stack, and what they need, follows no formula.
pub(super) fn advise(
    problems: RenderProblems,
    environment: &Environment,
    render: impl Fn(&Environment) -> Result<Rendered, RenderProblems>,
) -> RenderProblems {
    if !has_large_compute(&problems) {
        return problems;
    }
    let fits = |compute: &u8| {
        let mut wider = environment.clone();
        wider.stacks.compute = *compute;
        render(&wider).err().is_none_or(|problems| !has_large_compute(&problems))
    };
    let Some(enough) = (environment.stacks.compute + 1..=MAX_COMPUTE_STACKS).find(fits) else { return problems };
    let advised = problems.0.into_iter().map(|problem| match problem {
        RenderProblem::Limit { stack, count, what, limit, .. } if stack.is_compute() => {
            RenderProblem::Limit { stack, count, what, limit, next: format!("raise `stacks.compute` to {enough}") }
        }
        other => other,
    });
    RenderProblems(advised.collect())
}

fn has_large_compute(problems: &RenderProblems) -> bool {
    problems.0.iter().any(|problem| matches!(problem, RenderProblem::Limit { stack, .. } if stack.is_compute()))
}
