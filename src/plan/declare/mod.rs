//! Owns the plan of a declaration: what the bundle, the standby's facts and the declaration make necessary, in order.
//!
//! An ungraceful plan has no step that needs the primary: fencing is left out unless it is asked for, and then nothing
//! waits for it. A graceful plan fences the primary once the standby serves. Where databases are promoted, that is before
//! the promotion, so that no write is lost; elsewhere it is after the users have moved, so that there is no time at which
//! nobody serves.

pub(super) mod data;
pub(super) mod estimates;
pub(super) mod events;
mod input;
mod refusal;
mod remarks;
mod schedules;
mod skips;
pub(super) mod steps;
mod times;
mod traffic;

use std::collections::BTreeSet;

use super::runbook::{BasedOn, RUNBOOK_SCHEMA, RunKind, Runbook, Scope, Step};
use super::scale::{ScalePlan, plan_scale};
use crate::facts::Baseline;
use crate::model::{Digest, Environment};

pub(super) use data::check;
pub use data::{check_id, measure_id, promote_id, protect_id, publish_id, raise_id};
pub use events::{EVENTS_TIMEOUT_S, enable_events_id};
pub use input::{Declaration, DeclareInput, DeclareOptions, PrimaryReach, Skip, StandbySeen};
pub use refusal::{DeclareRefusal, Lacking, Stale};
pub use remarks::{Loss, LossBy, Remarks, UNFENCED, remarks, returns};
pub use schedules::still_due;
pub use steps::{APPROVAL, FENCE, REPORT, TRAFFIC_GATE, await_id, scale_id};
pub use times::{PastStep, PastTime, PastTimes};
pub use traffic::{ASK_STANDBY, AWAIT_TRAFFIC, PROBE, SWITCH_TRAFFIC};

use super::runbook::Mode;

/// Builds the plan, sealed. It is deterministic: the same input gives the same digest.
pub fn plan_declare(input: &DeclareInput<'_>) -> Result<Runbook, DeclareRefusal> {
    let environment = input.environment;
    let declaration = &input.declaration;
    if declaration.reason.trim().is_empty() {
        return Err(DeclareRefusal::NoReason);
    }
    if declaration.mode == Mode::Graceful
        && let PrimaryReach::Silent { why } = &input.primary
    {
        return Err(DeclareRefusal::PrimarySilent { why: why.clone() });
    }
    let scale =
        plan_scale(environment, &input.baseline.capacity, input.groups, input.options.target, &input.options.tiers)?;
    let missing = data::missing(input);
    if !missing.is_empty() {
        return Err(DeclareRefusal::NoReplica { databases: missing });
    }
    let old = data::stale(input);
    if declaration.mode == Mode::Graceful && input.options.tiers.is_empty() && !old.is_empty() {
        return Err(DeclareRefusal::Stale { databases: old });
    }
    let doubtful = data::doubtful(input);
    if declaration.mode == Mode::Graceful && input.options.tiers.is_empty() && !doubtful.is_empty() {
        return Err(DeclareRefusal::Doubtful { databases: doubtful });
    }
    let mut steps = steps::all(input, &scale);
    skips::apply(&mut steps, &input.options.skips, &scale)?;
    let relied_on = |step: &Step| step.id.0 == FENCE && !step.best_effort && step.skipped.is_none();
    if let PrimaryReach::Lacks { missing } = &input.primary
        && steps.iter().any(relied_on)
    {
        return Err(DeclareRefusal::NothingToFence { missing: missing.clone() });
    }
    let scope = Scope { percent: input.options.target.percent(), tiers: input.options.tiers.clone() };
    Ok(assemble(environment, input.baseline, declaration, RunKind::Declare, steps).for_scope(scope))
}

/// The steps of a declaration, for a drill that rehearses a part of them.
pub(super) fn declared_steps(input: &DeclareInput<'_>, scale: &ScalePlan) -> Vec<Step> {
    steps::all(input, scale)
}

/// The runbook of those steps, to be sealed for its scope.
pub(super) fn assemble(
    environment: &Environment,
    baseline: &Baseline,
    declaration: &Declaration,
    kind: RunKind,
    steps: Vec<Step>,
) -> Runbook {
    debug_assert!(is_in_order(&steps));
    Runbook {
        schema_version: RUNBOOK_SCHEMA,
        id: declaration.run_id.clone(),
        environment: environment.name.clone(),
        kind,
        mode: declaration.mode,
        reason: declaration.reason.trim().to_owned(),
        declared_by: declaration.by.clone(),
        host: declaration.host.clone(),
        declared_at: declaration.at,
        incident_at: declaration.incident_at,
        tool_version: declaration.tool_version.clone(),
        objectives: environment.objectives,
        scope: Scope::default(),
        rehearses: Vec::new(),
        based_on: BasedOn { environment: Digest::of_value(environment), baseline: baseline.digest.clone() },
        steps,
        digest: Digest(String::new()),
    }
}

/// Whether every step comes after those it needs.
fn is_in_order(steps: &[Step]) -> bool {
    let mut seen = BTreeSet::new();
    steps.iter().all(|step| {
        let ready = step.needs.iter().all(|id| seen.contains(id));
        seen.insert(step.id.clone()) && ready
    })
}

#[cfg(test)]
pub(in crate::plan) mod tests;

#[cfg(test)]
mod data_tests;

#[cfg(test)]
mod events_tests;
