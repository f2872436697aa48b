//! Owns the plan of a drill: the standby is brought up as a declaration would, and brought back to what it was before.
//!
//! The primary and the users are left alone. Waits are best effort, because a drill is cleaned up whatever came of it.

pub(super) mod copy;
mod steps;
mod volumes;

use std::collections::BTreeMap;
use std::fmt;

use super::data::CopyDrill;
use super::declare::{
    Declaration, DeclareInput, DeclareOptions, PastTimes, PrimaryReach, StandbySeen, assemble, declared_steps,
};
use super::runbook::{Rehearsed, RunKind, Runbook, Scope, Untouched};
use super::scale::{ScaleRefusal, ScaleTarget, plan_scale};
use crate::facts::{Baseline, GroupFacts, VolumeFacts};
use crate::model::Environment;

pub use copy::{CopyInput, CopyProblem, not_restored};
pub use steps::{PROVE, stand_down_id};

/// Everything a drill is planned from.
#[derive(Debug, Clone)]
pub struct DrillInput<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The sealed baseline.
    pub baseline: &'a Baseline,
    /// The standby's groups as they are now, by name: what a drill goes back to.
    pub groups: &'a BTreeMap<String, GroupFacts>,
    /// The run that declared, where the standby is scaled for a declaration.
    pub declared_in: Option<&'a str>,
    /// Data, traffic and scheduled actions as they are now: what a drill leaves alone.
    pub untouched: &'a Untouched,
    /// The volumes with the environment's tag, as they are now; or why they could not be seen.
    pub volumes: &'a Result<Vec<VolumeFacts>, String>,
    /// The objects that are there and lead the users to the standby.
    pub standby_serves: &'a [String],
    /// Who, when and why.
    pub declaration: Declaration,
    /// Full production size, or a percent of it.
    pub target: ScaleTarget,
    /// The shortfall in percent per tier that counts as success.
    pub accept_percent: u32,
    /// How long to wait for a tier, in seconds.
    pub timeout_s: u64,
    /// What else a declaration would see on the standby now: what it has besides is told with estimates.
    pub seen: StandbySeen,
    /// How long steps took in earlier runs.
    pub past: PastTimes,
    /// What data is copied; none: all of it is left alone.
    pub copy: Option<CopyInput<'a>>,
}

/// Why no drill can be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrillRefusal {
    /// Sizes cannot be decided.
    Scale(ScaleRefusal),
    /// The standby is scaled for a declaration: going back to a size would take capacity from the users.
    Declared {
        /// The run.
        run: String,
    },
    /// The users are led to the standby.
    Serves {
        /// The objects that lead them.
        objects: Vec<String>,
    },
    /// Data cannot be copied: every reason.
    Copy(Vec<CopyProblem>),
}

impl fmt::Display for DrillRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DrillRefusal::Scale(refusal) => refusal.fmt(f),
            DrillRefusal::Serves { objects } => {
                write!(
                    f,
                    "the users are led to the standby ({} is there), so there is nothing to rehearse with",
                    objects.join(", ")
                )
            }
            DrillRefusal::Copy(problems) => {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                f.write_str(&problems.join("; "))
            }
            DrillRefusal::Declared { run } => {
                write!(f, "the standby is scaled for a declaration (run {run}), so there is nothing to rehearse with")
            }
        }
    }
}

impl std::error::Error for DrillRefusal {}

/// Builds the plan, sealed. It is deterministic: the same input gives the same digest.
pub fn plan_drill(input: &DrillInput<'_>) -> Result<Runbook, DrillRefusal> {
    if let Some(run) = input.declared_in {
        return Err(DrillRefusal::Declared { run: run.to_owned() });
    }
    if !input.standby_serves.is_empty() {
        return Err(DrillRefusal::Serves { objects: input.standby_serves.to_vec() });
    }
    let run = &input.declaration.run_id;
    let drill = |copy| CopyDrill { environment: input.environment, run, input: copy, past: &input.past };
    let copied = input.copy.as_ref().map(|copy| copy::chosen(&drill(copy))).transpose();
    let copied = copied.map_err(DrillRefusal::Copy)?.unwrap_or_default();
    let scale = plan_scale(input.environment, &input.baseline.capacity, input.groups, input.target, &[])
        .map_err(DrillRefusal::Scale)?;
    let as_declared = DeclareInput {
        environment: input.environment,
        baseline: input.baseline,
        groups: input.groups,
        standby: input.seen.clone(),
        primary: PrimaryReach::NotAsked,
        declaration: input.declaration.clone(),
        options: DeclareOptions {
            target: input.target,
            accept_percent: input.accept_percent,
            timeout_s: input.timeout_s,
            ..DeclareOptions::default()
        },
        past: input.past.clone(),
    };
    let steps = steps::all(input, &as_declared, &scale, &copied);
    let scope = Scope { percent: input.target.percent(), ..Scope::default() };
    let mut runbook = assemble(input.environment, input.baseline, &input.declaration, RunKind::Drill, steps);
    runbook.rehearses = Rehearsed::of(&declared_steps(&as_declared, &scale));
    Ok(runbook.for_scope(scope))
}

#[cfg(test)]
mod tests;
