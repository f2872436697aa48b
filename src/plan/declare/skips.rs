//! Owns skipping: a step that a person leaves out stays in the plan, with the reason, and takes no time.

use super::steps::TRAFFIC_GATE;
use super::{DeclareRefusal, Skip};
use crate::plan::runbook::{Action, Step};
use crate::plan::scale::ScalePlan;

/// Marks steps as skipped, and the waits that only watch their effect. The report cannot be skipped: it is the record that
/// something was.
pub(super) fn apply(steps: &mut [Step], skips: &[Skip], scale: &ScalePlan) -> Result<(), DeclareRefusal> {
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
    skip_what_watches(steps, scale);
    tell_users_fate(steps);
    Ok(())
}

/// A wait for what nobody does any more would end in a failure. One for a tier that has its size already is as good as ever.
fn skip_what_watches(steps: &mut [Step], scale: &ScalePlan) {
    let has_its_size = |group: &str| scale.steps.iter().any(|tier| tier.group == group && !tier.changes());
    let without_effect = |step: &&Step| match &step.action {
        Action::Scale { group, .. } => step.skipped.is_some() && !has_its_size(group),
        _ => step.skipped.is_some(),
    };
    let gone: Vec<Step> = steps.iter().filter(without_effect).cloned().collect();
    for step in steps.iter_mut().filter(|step| step.skipped.is_none()) {
        if let Some(of) = gone.iter().find(|of| step.only_watches(of)) {
            step.skipped.clone_from(&of.skipped);
        }
    }
}

/// Users are led wherever the plan leads them: the step that does it says which data takes no writes there, and comes
/// after what was skipped.
fn tell_users_fate(steps: &mut [Step]) {
    let skipped = |step: &&Step| step.skipped.is_some();
    let (mut data, mut ids) = (Vec::new(), Vec::new());
    for step in steps.iter().filter(skipped) {
        if let Action::Promote { data: name, .. } = &step.action {
            data.push(name.clone());
            ids.push(step.id.clone());
        }
    }
    if data.is_empty() {
        return;
    }
    for step in steps.iter_mut() {
        if step.id.0 == TRAFFIC_GATE || matches!(step.action, Action::SwitchTraffic { .. }) {
            step.title.push_str(&format!(" (the promotion of {} is skipped)", data.join(", ")));
            step.needs.extend(ids.iter().cloned());
        }
    }
}
