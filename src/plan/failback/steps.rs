//! Owns the steps of a failback and what each of them needs first.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{Journey, Stage};
use super::{FailbackInput, FailbackRefusal, Home, data_steps, events, images, traffic};
use crate::model::{DataKind, SideName};
use crate::plan::declare::estimates::{BOOT_S, default};
use crate::plan::declare::steps::{gate, report};
use crate::plan::drill::stand_down_id;
use crate::plan::runbook::{Action, Step, StepId};
use crate::plan::scale::{ScalePlan, ScaleStep};

/// The id of the gate behind which people bring home what only they can.
pub const HAND_GATE: &str = "gate-by-hand";
/// The id of the gate behind which people bring data home that is not configured.
pub const DATA_GATE: &str = "gate-data";
/// The id of the gate behind which people have stopped writing in the standby.
pub const FREEZE_GATE: &str = "gate-freeze";
/// The id of the step that stops what writes in the standby.
pub const FREEZE: &str = "freeze-standby";
/// The id of the gate behind which people point the users back at the primary.
pub const TRAFFIC_GATE: &str = "gate-traffic";
/// The id of the step that brings parameters home.
const SYNC_HOME: &str = "sync-home";

/// The id of the step that scales a tier of the primary.
pub fn scale_primary_id(tier: &str) -> StepId {
    StepId(format!("scale-primary-{tier}"))
}

/// The id of the step that waits for a tier of the primary.
pub fn await_primary_id(tier: &str) -> StepId {
    StepId(format!("await-primary-{tier}"))
}

/// Steps in the making: each new one comes after those that it needs.
#[derive(Default)]
struct Way {
    steps: Vec<Step>,
    /// What the next steps need.
    last: BTreeSet<StepId>,
}

impl Way {
    /// Goes on with steps that run together; without any, what was last stays so.
    fn then(&mut self, steps: Vec<Step>) {
        if !steps.is_empty() {
            self.last = steps.iter().map(|step| step.id.clone()).collect();
            self.steps.extend(steps);
        }
    }
}

pub(super) fn all(
    input: &FailbackInput<'_>,
    homes: &[Home<'_>],
    journeys: &[Journey<'_>],
    down: &ScalePlan,
) -> Result<Vec<Step>, FailbackRefusal> {
    let mut way = Way::default();
    // Replicas take long to make, so people bring home what they must meanwhile.
    let mut first = data_steps::reseed_home(input, journeys);
    first.extend(images::copies(input));
    first.extend(by_hand(input));
    way.then(first);
    // What boots from now on boots what the standby has come to launch.
    way.then(images::launches(input, &way.last));
    let data_first = traffic::returns_by_itself(input);
    if !data_first {
        climb(input, homes, &mut way);
    }
    // Data before users: who went home before it would read what was true before the disaster.
    way.then(data_steps::lag_home(input, journeys, &way.last));
    way.then(data_gate(input, journeys, &way.last).into_iter().collect());
    // What starts code writes, too. Service is away meanwhile, so they do not wait for each other.
    let mut quiet = events::disable(input, &way.last);
    quiet.extend(freeze(input, journeys, down, &way.last));
    way.then(quiet);
    way.then(data_steps::caught_up(input, journeys, &way.last));
    way.then(data_steps::promote_home(input, journeys, &way.last));
    way.then(sync_home(input, &way.last).into_iter().collect());
    if data_first {
        climb(input, homes, &mut way);
    }
    let users = traffic::home(input, &way.last)?;
    let home: BTreeSet<StepId> = users.last().map(|step| step.id.clone()).into_iter().collect();
    way.steps.extend(users);
    way.last = home;
    let mut beside: BTreeSet<StepId> = BTreeSet::new();
    let enable = events::enable_home(input, &way.last);
    beside.extend(enable.iter().map(|step| step.id.clone()));
    way.steps.extend(enable);
    stand_by(input, down, &mut way);
    way.then(data_steps::reseed_standby(input, journeys, &way.last));
    beside.extend(way.last.clone());
    way.steps.push(report(beside));
    Ok(way.steps)
}

/// Brings the primary's tiers to size, in recovery order.
fn climb(input: &FailbackInput<'_>, homes: &[Home<'_>], way: &mut Way) {
    for homes in in_recovery_order(input, homes).into_values() {
        let scales: Vec<Step> = homes.iter().map(|home| scale(home, &way.last)).collect();
        way.steps.extend(scales);
        way.then(homes.iter().map(|home| wait(input, home)).collect());
    }
}

/// Brings the standby back to its footprint: first what would resize its groups, then the groups.
fn stand_by(input: &FailbackInput<'_>, down: &ScalePlan, way: &mut Way) {
    let home = way.last.clone();
    let disable: Vec<Step> = down.steps.iter().filter_map(|tier| disable(input, tier, &home)).collect();
    let quiet = |tier: &ScaleStep| disable.iter().map(|step| step.id.clone()).find(|id| *id == disable_id(&tier.tier));
    let downs = down.steps.iter().map(|tier| {
        let needs = quiet(tier).map_or_else(|| home.clone(), |id| BTreeSet::from([id]));
        stand_down(tier, &needs)
    });
    let downs: Vec<Step> = downs.collect();
    way.steps.extend(disable);
    way.then(downs);
}

fn by_hand(input: &FailbackInput<'_>) -> Option<Step> {
    let told = &input.seen.by_hand;
    if told.is_empty() {
        return None;
    }
    let title = format!("a person brings home or decides: {}", told.join("; "));
    let question =
        format!("This changed in the standby, and only a person can bring it home:\n- {}\nGo on?", told.join("\n- "));
    Some(gate(HAND_GATE, &title, &question, &BTreeSet::new()))
}

fn data_gate(input: &FailbackInput<'_>, journeys: &[Journey<'_>], needs: &BTreeSet<StepId>) -> Option<Step> {
    let data = &input.environment.data;
    if data.is_empty() {
        let title = "data written in the standby has been brought home (data is not configured in this environment)";
        let question = "The primary serves. Bring home what was written in the standby (data is not configured in this \
                        environment): stop writing there, copy it back, then go on.";
        return Some(gate(DATA_GATE, title, question, needs));
    }
    let (mut names, mut told) = (Vec::new(), Vec::new());
    for one in data {
        match &one.kind {
            DataKind::Rds(_) => {
                let away = |journey: &&Journey<'_>| matches!(journey.stage, Stage::Away { .. });
                let Some(journey) = journeys.iter().filter(away).find(|journey| journey.data == one.name) else {
                    continue;
                };
                told.push(format!("{} waits until the primary has everything of it", journey.standby_id));
            }
            DataKind::Dynamodb(table) => {
                told.push(format!("the global table {} brings its writes home by itself", table.table));
            }
            DataKind::S3(bucket) => told.push(format!(
                "copy what was written to {} to {}, unless S3 replicates that way too",
                bucket.replica, bucket.bucket
            )),
        }
        names.push(one.name.as_str());
    }
    if names.is_empty() {
        return None;
    }
    let away = journeys.iter().any(|journey| matches!(journey.stage, Stage::Away { .. }));
    let then = match away {
        // Everything is there to have the users home in minutes, and nothing has been stopped yet.
        true => "Next the standby is stopped, and there is no service until the users are home.",
        false => "Then go on.",
    };
    let title = format!("writing to {} in the standby has stopped", names.join(", "));
    let question = format!(
        "Stop writing to {} in the standby: what is written there from now on is lost ({}). {then}",
        names.join(", "),
        told.join("; ")
    );
    Some(gate(FREEZE_GATE, &title, &question, needs))
}

/// Stops what writes in the standby: an application that was asked to stop and did not would lose what it writes. Service
/// is away from here until the users are home.
fn freeze(
    input: &FailbackInput<'_>,
    journeys: &[Journey<'_>],
    down: &ScalePlan,
    needs: &BTreeSet<StepId>,
) -> Option<Step> {
    if !journeys.iter().any(|journey| matches!(journey.stage, Stage::Away { .. })) {
        return None;
    }
    let groups: BTreeSet<String> =
        down.steps.iter().map(|tier| tier.group.clone()).filter(|group| input.groups.contains_key(group)).collect();
    Some(Step {
        id: StepId(FREEZE.to_owned()),
        title: "freeze the standby: its groups go to zero, so that nothing written there is lost".to_owned(),
        action: Action::FreezeStandby { groups: groups.into_iter().collect() },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: default(90, "instances end; a load balancer drains them for up to 300 s"),
        best_effort: false,
        skipped: None,
    })
}

fn sync_home(input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
    let parameters = &input.seen.parameters;
    if parameters.is_empty() {
        return None;
    }
    let noun = if parameters.len() == 1 { "parameter" } else { "parameters" };
    Some(Step {
        id: StepId(SYNC_HOME.to_owned()),
        title: format!("bring {} {noun} home that changed in the standby: {}", parameters.len(), parameters.join(", ")),
        action: Action::SyncHome { parameters: parameters.clone(), rules: input.seen.rules.clone() },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Primary, SideName::Standby]),
        // SSM takes three writes a second (PutParameter, default throughput).
        estimate: default(u64::try_from(parameters.len().div_ceil(3)).unwrap_or(u64::MAX), "three writes a second"),
        best_effort: false,
        skipped: None,
    })
}

fn disable_id(tier: &str) -> StepId {
    StepId(format!("disable-schedules-{tier}"))
}

fn disable(input: &FailbackInput<'_>, tier: &ScaleStep, needs: &BTreeSet<StepId>) -> Option<Step> {
    let schedules = input.seen.schedules.get(&tier.group).filter(|schedules| !schedules.is_empty())?;
    let names: Vec<String> = schedules.iter().map(|schedule| schedule.name.clone()).collect();
    Some(Step {
        id: disable_id(&tier.tier),
        title: format!("take scheduled actions off {} in the standby: {}", tier.tier, names.join(", ")),
        action: Action::DisableSchedules { tier: tier.tier.clone(), group: tier.group.clone(), names },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: default(1, "one BatchDeleteScheduledAction"),
        best_effort: false,
        skipped: None,
    })
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
