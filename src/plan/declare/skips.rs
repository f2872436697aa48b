//! Owns skipping: a step that a person leaves out stays in the plan, with the reason, and takes no time.

use super::{DeclareRefusal, Skip};
use crate::plan::runbook::{Action, Step};

/// Marks steps as skipped. The report cannot be skipped: it is the record that something was.
pub(super) fn apply(steps: &mut [Step], skips: &[Skip]) -> Result<(), DeclareRefusal> {
    let can = |step: &Step| step.action != Action::Report;
    let unknown: Vec<String> = skips
        .iter()
        .filter(|skip| !steps.iter().any(|step| can(step) && step.id.0 == skip.step))
        .map(|skip| skip.step.clone())
        .collect();
    if !unknown.is_empty() {
        let known = steps.iter().filter(|step| can(step)).map(|step| step.id.0.clone()).collect();
        return Err(DeclareRefusal::UnknownSteps { names: unknown, known });
    }
    let silent: Vec<String> =
        skips.iter().filter(|skip| skip.because.trim().is_empty()).map(|skip| skip.step.clone()).collect();
    if !silent.is_empty() {
        return Err(DeclareRefusal::NoBecause { steps: silent });
    }
    for skip in skips {
        for step in steps.iter_mut().filter(|step| step.id.0 == skip.step) {
            step.skipped = Some(skip.because.trim().to_owned());
        }
    }
    Ok(())
}
