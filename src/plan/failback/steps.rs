//! Owns the steps of a failback and what each of them needs first.

use std::collections::{BTreeMap, BTreeSet};

use super::{FailbackInput, Home};
use crate::model::SideName;
use crate::plan::declare::estimates::{BOOT_S, default};
use crate::plan::declare::steps::{gate, report};
use crate::plan::drill::stand_down_id;
use crate::plan::runbook::{Action, Step, StepId};
use crate::plan::scale::{ScalePlan, ScaleStep};

/// The id of the gate behind which people bring data home.
pub const DATA_GATE: &str = "gate-data";
/// The id of the gate behind which people point the users back at the primary.
pub const TRAFFIC_GATE: &str = "gate-traffic";

/// The id of the step that scales a tier of the primary.
pub fn scale_primary_id(tier: &str) -> StepId {
    StepId(format!("scale-primary-{tier}"))
}

/// The id of the step that waits for a tier of the primary.
pub fn await_primary_id(tier: &str) -> StepId {
    StepId(format!("await-primary-{tier}"))
}

pub(super) fn all(input: &FailbackInput<'_>, homes: &[Home<'_>], down: &ScalePlan) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut before = BTreeSet::new();
    for homes in in_recovery_order(input, homes).into_values() {
        steps.extend(homes.iter().map(|home| scale(home, &before)));
        let waits: Vec<Step> = homes.iter().map(|home| wait(input, home)).collect();
        before = waits.iter().map(|step| step.id.clone()).collect();
        steps.extend(waits);
    }
    // Data first: users who went home before it would read what was true before the disaster.
    let data = gate(
        DATA_GATE,
        "data written in the standby has been brought home (data is not configured in this version)",
        "The primary serves. Bring home what was written in the standby (data is not configured in this version): \
         stop writing there, copy it back, then go on.",
        &before,
    );
    let traffic = gate(
        TRAFFIC_GATE,
        "point your users back at the primary (traffic is not configured in this version)",
        "Point your users back at the primary (traffic is not configured in this version) and wait until nobody is \
         left in the standby: twice the records' TTL. Then go on: the standby is stood down.",
        &BTreeSet::from([data.id.clone()]),
    );
    let home = BTreeSet::from([traffic.id.clone()]);
    steps.extend([data, traffic]);
    let downs: Vec<Step> = down.steps.iter().map(|tier| stand_down(tier, &home)).collect();
    let last = downs.iter().map(|step| step.id.clone()).collect();
    steps.extend(downs);
    steps.push(report(last));
    steps
}

fn in_recovery_order<'h, 'a>(input: &FailbackInput<'_>, homes: &'h [Home<'a>]) -> BTreeMap<u32, Vec<&'h Home<'a>>> {
    let mut orders: BTreeMap<u32, Vec<&Home<'_>>> = BTreeMap::new();
    for home in homes {
        let order = input.environment.tier(home.tier).map_or(u32::MAX, |tier| tier.order);
        orders.entry(order).or_default().push(home);
    }
    orders
}

fn scale(home: &Home<'_>, needs: &BTreeSet<StepId>) -> Step {
    let (now, wanted) = (home.group.size, home.size);
    let (title, estimate) = if now == wanted {
        (format!("{} has its size in the primary: {}", home.tier, wanted.desired), 0)
    } else {
        (format!("scale {} in the primary from {} to {}", home.tier, now.desired, wanted.desired), 1)
    };
    Step {
        id: scale_primary_id(home.tier),
        title,
        action: Action::ScalePrimary { tier: home.tier.to_owned(), group: home.group.name.clone(), size: wanted },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Primary]),
        estimate: default(estimate, "one UpdateAutoScalingGroup where it is smaller than recorded"),
        best_effort: false,
        skipped: None,
    }
}

fn wait(input: &FailbackInput<'_>, home: &Home<'_>) -> Step {
    let wanted = home.size.desired;
    let estimate = if home.is_ready() {
        default(1, "everything is in service already")
    } else {
        default(BOOT_S, &format!("{BOOT_S} s to launch and boot"))
    };
    Step {
        id: await_primary_id(home.tier),
        title: format!("wait until {wanted} of {} serve in the primary", home.tier),
        action: Action::AwaitPrimary {
            tier: home.tier.to_owned(),
            group: home.group.name.clone(),
            wanted,
            accept_percent: 0,
            timeout_s: input.timeout_s,
        },
        needs: BTreeSet::from([scale_primary_id(home.tier)]),
        sides: BTreeSet::from([SideName::Primary]),
        estimate,
        best_effort: false,
        skipped: None,
    }
}

fn stand_down(tier: &ScaleStep, needs: &BTreeSet<StepId>) -> Step {
    let (now, after) = (tier.before.desired, tier.after.desired);
    Step {
        id: stand_down_id(&tier.tier),
        title: format!("stand {} down from {now} to its standby footprint of {after}", tier.tier),
        action: Action::StandDown { tier: tier.tier.clone(), group: tier.group.clone(), size: tier.after },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: default(1, "one UpdateAutoScalingGroup"),
        best_effort: false,
        skipped: None,
    }
}
