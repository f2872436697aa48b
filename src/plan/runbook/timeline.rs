//! Owns the timeline of a runbook: when each step can start and end, and which chain decides the whole.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Runbook, StepId};

/// When each step starts and ends by its estimates, in seconds from the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// Start and end, by step.
    pub spans: BTreeMap<StepId, (u64, u64)>,
    /// The end of the last step.
    pub total_s: u64,
    /// The chain of steps that decides the end, first to last.
    pub critical_path: Vec<StepId>,
}

impl Timeline {
    /// Whether the objective holds by these estimates.
    pub fn holds(&self, objective_s: u64) -> bool {
        self.total_s <= objective_s
    }
}

/// The timeline of a runbook: every step starts as soon as all it needs has ended. Skipped steps take no time.
pub fn timeline(runbook: &Runbook) -> Timeline {
    let mut spans: BTreeMap<StepId, (u64, u64)> = BTreeMap::new();
    let mut decides: BTreeMap<StepId, Option<StepId>> = BTreeMap::new();
    for step in &runbook.steps {
        let last = step.needs.iter().filter_map(|id| Some((spans.get(id)?.1, id))).max();
        let start = last.map_or(0, |(end, _)| end);
        let length = if step.skipped.is_some() { 0 } else { step.estimate.seconds };
        spans.insert(step.id.clone(), (start, start.saturating_add(length)));
        decides.insert(step.id.clone(), last.map(|(_, id)| id.clone()));
    }
    let end = spans.iter().map(|(id, (_, end))| (*end, id.clone())).max();
    let total_s = end.as_ref().map_or(0, |(end, _)| *end);
    let mut critical_path = Vec::new();
    let mut at = end.map(|(_, id)| id);
    while let Some(id) = at {
        at = decides.get(&id).cloned().flatten();
        critical_path.push(id);
    }
    critical_path.reverse();
    Timeline { spans, total_s, critical_path }
}
