//! Owns which capacity was asked for and did not come: the last word about each group counts.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::plan::runbook::Action;
use crate::run::engine::StepRecord;

/// Capacity that was asked for and did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// The tier, or the step's title where it is about no tier.
    pub name: String,
    /// How much was asked for.
    pub asked: u32,
    /// How much came.
    pub came: u32,
}

/// The shortfalls that remain, in the order of the plan.
pub(super) fn shortfalls(steps: &[StepRecord]) -> Vec<Shortfall> {
    // The step that scales a group and the one that waits for it both measure it: the later one knows better.
    let mut last: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        if step.measures.asked.is_some() && step.measures.came.is_some() {
            last.insert(subject(step), at);
        }
    }
    let short = |(at, step): (usize, &StepRecord)| {
        let (asked, came) = (step.measures.asked?, step.measures.came?);
        let counts = came < asked && last.get(&subject(step)) == Some(&at);
        counts.then(|| Shortfall { name: subject(step).0.to_owned(), asked, came })
    };
    steps.iter().enumerate().filter_map(short).collect()
}

/// The tier and the group a step is about, or else its title and its id.
fn subject(step: &StepRecord) -> (&str, &str) {
    match &step.action {
        Action::Scale { tier, group, .. } | Action::AwaitServing { tier, group, .. } => (tier, group),
        _ => (&step.title, &step.id.0),
    }
}
