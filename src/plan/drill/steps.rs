//! Owns the steps of a drill: up as a declaration goes, down to what was there before, and the proof.

use std::collections::BTreeSet;

use super::DrillInput;
use super::volumes;
use crate::model::{SideName, Switch, proof_key};
use crate::plan::data::Copied;
use crate::plan::declare::DeclareInput;
use crate::plan::declare::estimates::default;
use crate::plan::declare::steps::{climb, report};
use crate::plan::kept_volumes::STAY;
use crate::plan::runbook::{Action, Before, Step, StepId, Untouched};
use crate::plan::scale::{ScalePlan, ScaleStep};

/// The id of the step that proves that nothing is left.
pub const PROVE: &str = "prove-clean";

/// The id of the step that proves that the lever of traffic works.
const LEVER: &str = "prove-lever";

/// How long the proof waits for instances to be gone, in seconds: a target's deregistration delay (300 s by default), a
/// lifecycle hook's heartbeat (up to an hour, mostly minutes) and the termination itself.
const PROOF_S: u64 = 900;

/// The id of the step that stands a tier down.
pub fn stand_down_id(tier: &str) -> StepId {
    StepId(format!("stand-down-{tier}"))
}

pub(super) fn all(
    input: &DrillInput<'_>,
    as_declared: &DeclareInput<'_>,
    scale: &ScalePlan,
    copied: &[Copied],
) -> Vec<Step> {
    let (mut steps, _) = climb(as_declared, scale, BTreeSet::new());
    let mut awaits = BTreeSet::new();
    for step in steps.iter_mut().filter(|step| matches!(step.action, Action::AwaitServing { .. })) {
        // A tier that does not come is what a drill is there to find; the clean-up follows all the same.
        step.best_effort = true;
        awaits.insert(step.id.clone());
    }
    // Beside the tiers: nothing waits for a copy, because the service goes on with the replica.
    steps.extend(copied.iter().flat_map(|one| one.make.iter().cloned()));
    let kept_by = volumes::kept_by(input);
    let mut downs: Vec<Step> =
        scale.steps.iter().map(|tier| down(tier, &awaits, kept_by.contains(&tier.tier))).collect();
    downs.extend(copied.iter().flat_map(|one| one.remove.iter().cloned()));
    let proof = prove(input, scale, copied, &kept_by, downs.iter().map(|step| step.id.clone()).collect());
    let mut last = BTreeSet::from([proof.id.clone()]);
    steps.extend(downs);
    steps.push(proof);
    if let Some(lever) = lever(input) {
        last.insert(lever.id.clone());
        steps.push(lever);
    }
    steps.push(report(last));
    steps
}

/// A drill leads nobody, so it shows beside everything else that the lever would.
fn lever(input: &DrillInput<'_>) -> Option<Step> {
    let Switch::StandbyTakesOver { bucket, key } = &input.environment.traffic.as_ref()?.switch else { return None };
    let key = proof_key(key);
    Some(Step {
        id: StepId(LEVER.to_owned()),
        title: format!("see that health checkers can read s3://{bucket}/{key}, and so what would lead the users over"),
        action: Action::ProveLever { bucket: bucket.clone(), key },
        needs: BTreeSet::new(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: default(1, "one question"),
        // What it finds is told; the clean-up does not depend on it.
        best_effort: true,
        skipped: None,
    })
}

fn down(tier: &ScaleStep, needs: &BTreeSet<StepId>, keeps_volumes: bool) -> Step {
    let leaves = keeps_volumes && tier.after.desired > tier.before.desired;
    let stay = if leaves { format!("; {STAY}") } else { String::new() };
    Step {
        id: stand_down_id(&tier.tier),
        title: format!("stand {} down to the {} it had before{stay}", tier.tier, tier.before.desired),
        action: Action::StandDown { tier: tier.tier.clone(), group: tier.group.clone(), size: tier.before },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: default(1, "one UpdateAutoScalingGroup"),
        best_effort: false,
        skipped: None,
    }
}

fn prove(
    input: &DrillInput<'_>,
    scale: &ScalePlan,
    copied: &[Copied],
    kept_by: &BTreeSet<String>,
    needs: BTreeSet<StepId>,
) -> Step {
    let before = scale.steps.iter().map(|tier| {
        let there = input.groups.get(&tier.group).map_or(0, |group| group.instances.len());
        Before {
            tier: tier.tier.clone(),
            group: tier.group.clone(),
            size: tier.before,
            instances: u32::try_from(there).unwrap_or(u32::MAX).max(tier.before.desired),
        }
    });
    Step {
        id: StepId(PROVE.to_owned()),
        title: proof_title(input.untouched, !kept_by.is_empty()),
        action: Action::ProveClean {
            before: before.collect(),
            untouched: input.untouched.clone(),
            copies: copied.iter().map(|one| one.mark.clone()).collect(),
            volumes: Some(volumes::before(input, kept_by)),
            timeout_s: PROOF_S,
        },
        needs,
        sides: BTreeSet::from([SideName::Standby]),
        estimate: default(60, "60 s until the instances are gone"),
        best_effort: false,
        skipped: None,
    }
}

fn proof_title(untouched: &Untouched, volumes_stay: bool) -> String {
    let left = match (volumes_stay, untouched.is_empty()) {
        (true, _) => "nothing is left but volumes that stay",
        (false, true) => "nothing is left that was not there before",
        (false, false) => "nothing is left",
    };
    let alone = match (untouched.is_empty(), untouched.events.is_empty()) {
        (true, _) => "",
        (false, true) => ", and that data, traffic and scheduled actions were left alone",
        (false, false) => ", and that data, traffic, scheduled actions and event sources were left alone",
    };
    format!("prove that {left}{alone}")
}
