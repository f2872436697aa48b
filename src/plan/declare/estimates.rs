//! Owns how long the steps of a declaration should take: what earlier runs took, else documented defaults.

use super::{DeclareInput, PastStep};
use crate::facts::{Baseline, TargetHealthCheck};
use crate::plan::runbook::{Estimate, EstimateSource, StepId};
use crate::plan::scale::ScaleStep;

/// From a launch until an instance is in service: API, pending to running, boot and bootstrap. Measured cold starts reach
/// SSH in 26 to 29 s; an application needs about a minute more.
pub(in crate::plan) const BOOT_S: u64 = 90;

/// RunInstances gives this many instances at once, and so many a second after that (EC2 API throttling, resource bucket).
const LAUNCH_BURST: u64 = 1_000;
const LAUNCH_PER_S: u64 = 2;

/// What a load balancer checks by default: five times, every 30 s.
const DEFAULT_CHECKS: (u64, u64) = (5, 30);

pub(super) fn scale(input: &DeclareInput<'_>, id: &StepId, tier: &ScaleStep) -> Estimate {
    if !tier.changes() {
        return default(0, "it is that size already");
    }
    past(input, id).unwrap_or_else(|| default(1, "one UpdateAutoScalingGroup"))
}

pub(super) fn serving(input: &DeclareInput<'_>, id: &StepId, tier: &ScaleStep) -> Estimate {
    let missing = u64::from(tier.after.desired.saturating_sub(tier.in_service));
    if missing == 0 {
        return default(1, "everything is in service already");
    }
    let mut seconds = BOOT_S;
    let mut why = format!("{BOOT_S} s to launch and boot");
    let waiting = missing.saturating_sub(LAUNCH_BURST).div_ceil(LAUNCH_PER_S);
    if waiting > 0 {
        seconds += waiting;
        why.push_str(&format!(" + {waiting} s to launch {missing} at {LAUNCH_PER_S}/s after {LAUNCH_BURST}"));
    }
    if !tier.target_group_arns.is_empty() {
        let (checks, interval) = slowest_check(input, &tier.tier).unwrap_or(DEFAULT_CHECKS);
        seconds += checks * interval;
        why.push_str(&format!(" + {checks} health checks of {interval} s"));
    }
    let Some(slowest) = input.past.slowest(id) else { return default(seconds, &why) };
    let past = input.past.steps(id);
    if slowest.seconds >= seconds || past.iter().any(|past| past.stands_for(missing)) {
        return of_run(slowest);
    }
    // What brought a part of it does not stand for the whole.
    if let Some(most) = past.iter().max_by_key(|past| past.grew)
        && let Some(grew) = most.grew
    {
        why.push_str(&format!("; run {} brought {grew} of {missing} in {} s", most.run, most.seconds));
    }
    default(seconds, &why)
}

pub(in crate::plan) fn gate() -> Estimate {
    default(0, "the time a person takes is not counted")
}

pub(super) fn fence() -> Estimate {
    default(
        5,
        "one SuspendProcesses and one UpdateAutoScalingGroup per group; a primary that does not answer costs at most 30 s",
    )
}

/// Fencing, until nothing runs any more.
pub(super) fn silence(input: &DeclareInput<'_>, id: &StepId) -> Estimate {
    past(input, id).unwrap_or_else(|| emptied(input.baseline))
}

/// Groups at zero, until their instances have ended.
pub(in crate::plan) fn emptied(baseline: &Baseline) -> Estimate {
    // Auto Scaling lets a load balancer drain an instance before it ends it: 300 s unless the target group says otherwise
    // (deregistration_delay.timeout_seconds).
    match baseline.tiers.values().any(|tier| !tier.target_group_arns.is_empty()) {
        true => default(360, "300 s in which load balancers drain instances + 60 s to end them"),
        false => default(60, "60 s to end the instances"),
    }
}

pub(in crate::plan) fn report() -> Estimate {
    default(1, "one object in the store")
}

/// Production's health check that takes longest to pass: the standby's target groups mirror it.
fn slowest_check(input: &DeclareInput<'_>, tier: &str) -> Option<(u64, u64)> {
    let source = input.baseline.tiers.get(tier)?;
    let groups = source.target_group_arns.iter().filter_map(|arn| input.baseline.facts.target_groups.get(arn));
    let check = |check: &TargetHealthCheck| (u64::from(check.healthy_threshold), u64::from(check.interval_s));
    groups.map(|group| check(&group.health_check)).max_by_key(|(checks, interval)| checks * interval)
}

fn past(input: &DeclareInput<'_>, id: &StepId) -> Option<Estimate> {
    input.past.slowest(id).map(of_run)
}

/// What an earlier run took.
pub(in crate::plan) fn of_run(past: &PastStep) -> Estimate {
    Estimate { seconds: past.seconds, source: EstimateSource::Run { id: past.run.clone() } }
}

/// What an earlier run took, else a documented default.
pub(in crate::plan) fn or_past(input: &DeclareInput<'_>, id: &StepId, seconds: u64, why: &str) -> Estimate {
    past(input, id).unwrap_or_else(|| default(seconds, why))
}

/// A documented default.
pub(in crate::plan) fn default(seconds: u64, why: &str) -> Estimate {
    Estimate { seconds, source: EstimateSource::Default { why: why.to_owned() } }
}
