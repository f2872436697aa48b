//! Owns which steps may start: those whose needs have ended well or were best effort; what a skipped one needed counts in its
//! place.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::runbook::{Runbook, Step, StepId};
use crate::run::journal::{Progress, StepState};

/// How often a step whose effect is unknown is looked at again before the run stops. A reply lost three times in a row
/// is no accident.
pub(super) const ATTEMPTS: u32 = 3;

/// What this sitting has done: attempts per step, and which are in flight.
#[derive(Debug, Default)]
pub(super) struct Tries {
    pub attempts: BTreeMap<StepId, u32>,
    pub in_flight: BTreeSet<StepId>,
}

/// Whether nothing more is to be done about a step.
pub(super) fn is_settled(step: &Step, progress: &Progress, tries: &Tries) -> bool {
    let tried = tries.attempts.get(&step.id).copied().unwrap_or(0);
    match progress.step(&step.id) {
        StepState::Succeeded | StepState::AlreadySo | StepState::Skipped => true,
        // The failure of a best-effort step is its explicit outcome; a resumed run does not wait for it again.
        StepState::Failed => step.best_effort,
        StepState::Unknown => step.best_effort && tried >= ATTEMPTS,
        StepState::Pending | StepState::Started => false,
    }
}

/// The steps that those after them need not wait for. A step that was skipped is passed once all it needs is: whoever
/// leaves out a wait does not want what comes after it to come before what it was to wait for.
fn passed<'a>(runbook: &'a Runbook, progress: &Progress, tries: &Tries) -> BTreeSet<&'a StepId> {
    let mut passed = BTreeSet::new();
    // Every step comes after those it needs.
    for step in &runbook.steps {
        let is_skipped = progress.step(&step.id) == StepState::Skipped;
        if is_settled(step, progress, tries) && (!is_skipped || step.needs.iter().all(|need| passed.contains(need))) {
            passed.insert(&step.id);
        }
    }
    passed
}

/// The steps that may start now.
pub(super) fn ready<'a>(runbook: &'a Runbook, progress: &Progress, tries: &Tries) -> Vec<&'a Step> {
    let passed = passed(runbook, progress, tries);
    runbook
        .steps
        .iter()
        .filter(|step| !is_settled(step, progress, tries) && !tries.in_flight.contains(&step.id))
        .filter(|step| {
            let tried = tries.attempts.get(&step.id).copied().unwrap_or(0);
            // A failed step starts again when a person resumes; an unknown one is looked at again at once.
            tried == 0 || (progress.step(&step.id) == StepState::Unknown && tried < ATTEMPTS)
        })
        .filter(|step| step.needs.iter().all(|need| passed.contains(need)))
        .collect()
}

/// What is wrong with the order of a runbook's steps; none when every step comes after those it needs.
pub(super) fn flaw(runbook: &Runbook) -> Option<String> {
    let mut before = BTreeSet::new();
    for step in &runbook.steps {
        if let Some(need) = step.needs.iter().find(|need| !before.contains(need)) {
            return Some(format!("step {} needs {need}, which does not come before it", step.id));
        }
        if !before.insert(&step.id) {
            return Some(format!("there are two steps called {}", step.id));
        }
    }
    None
}
