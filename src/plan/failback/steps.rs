//! Owns the steps of a failback and what each of them needs first.

use std::collections::{BTreeMap, BTreeSet};

use super::hands::{by_hand, copy_gate, data_gate, freeze_for_data, freeze_for_replicas, freezes};
use super::{FailbackInput, FailbackRefusal, Home, UNLISTED, data, events, images, traffic};
use crate::model::SideName;
use crate::plan::data::HomewardData;
use crate::plan::declare::estimates::{BOOT_S, default};
use crate::plan::declare::steps::report;
use crate::plan::drill::stand_down_id;
use crate::plan::kept_volumes::{STAY, keeping};
use crate::plan::runbook::{Action, Step, StepId};
use crate::plan::scale::{ScalePlan, ScaleStep};

/// The id of the gate behind which people point the users back at the primary.
pub const TRAFFIC_GATE: &str = "gate-traffic";
/// The id of the step that brings parameters home before the primary's servers start and read them.
const SYNC_HOME_FIRST: &str = "sync-home-first";
/// The id of the step that brings home what changed in parameters since, once nothing in the standby changes them any more.
const SYNC_HOME: &str = "sync-home";

/// The id of the step that scales a tier of the primary.
pub fn scale_primary_id(tier: &str) -> StepId {
    StepId(format!("scale-primary-{tier}"))
}

/// The id of the step that waits for a tier of the primary.
pub fn await_primary_id(tier: &str) -> StepId {
    StepId(format!("await-primary-{tier}"))
}

/// The id of the step that lets scheduled actions of a tier of the primary go on.
pub fn resume_schedules_id(tier: &str) -> StepId {
    StepId(format!("resume-schedules-{tier}"))
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
    brought: &[HomewardData<'_>],
    down: &ScalePlan,
) -> Result<Vec<Step>, FailbackRefusal> {
    let mut way = Way::default();
    // Replicas take long to make, so people bring home what they must meanwhile.
    let mut first = data::reseed_home(input, brought);
    first.extend(images::copies(input));
    first.extend(by_hand(input));
    // Servers mostly read parameters when they start.
    let up = homes.iter().filter(|home| home.group.size.desired > 0);
    first.extend(sync_home(input, SYNC_HOME_FIRST, up, &BTreeSet::new()));
    way.then(first);
    // What boots from now on boots what the standby has come to launch.
    way.then(images::launches(input, &way.last));
    let data_first = traffic::returns_by_itself(input);
    // What no load balancer leads to works as soon as it runs, and twice while the standby's does: it waits.
    let (served, unserved): (Vec<&Home<'_>>, Vec<&Home<'_>>) = homes.iter().partition(|home| home.is_served());
    if !data_first {
        climb(input, &served, &mut way);
    }
    // Data before users: who went home before it would read what was true before the disaster.
    way.then(data::lag_home(input, brought, &way.last));
    way.then(data_gate(input, brought, &way.last).into_iter().collect());
    // What starts code writes, too. Service is away meanwhile, so they do not wait for each other; but a scheduled action
    // would raise a group that is frozen at zero.
    let mut quiet = events::disable(input, &way.last);
    let unscheduled: Vec<Step> = down.steps.iter().filter_map(|tier| disable(input, tier, &way.last)).collect();
    let frozen = freezes(input, brought);
    match frozen {
        true => {
            let before = match unscheduled.is_empty() {
                true => way.last.clone(),
                false => unscheduled.iter().map(|step| step.id.clone()).collect(),
            };
            way.steps.extend(unscheduled);
            quiet.push(freeze_for_data(input, down, &before));
        }
        false => quiet.extend(unscheduled),
    }
    way.then(quiet);
    let mut arrive = data::caught_up(input, brought, &way.last);
    // What is copied before writing has stopped lacks what was written meanwhile.
    arrive.extend(copy_gate(brought, &way.last).filter(|_| frozen));
    way.then(arrive);
    way.then(data::promote_home(input, brought, &way.last));
    let up = homes.iter().filter(|home| home.group.size.desired > 0 || (home.is_served() && !data_first));
    way.then(sync_home(input, SYNC_HOME, up, &way.last).into_iter().collect());
    match data_first {
        true => climb(input, &homes.iter().collect::<Vec<_>>(), &mut way),
        false => climb(input, &unserved, &mut way),
    }
    let users = traffic::home(input, &way.last)?;
    let home: BTreeSet<StepId> = users.last().map(|step| step.id.clone()).into_iter().collect();
    way.steps.extend(users);
    way.last = home;
    let mut beside: BTreeSet<StepId> = BTreeSet::new();
    let enable = events::enable_home(input, &way.last);
    beside.extend(enable.iter().map(|step| step.id.clone()));
    way.steps.extend(enable);
    let resume: Vec<Step> = homes.iter().filter_map(|home| resume(home, &way.last)).collect();
    beside.extend(resume.iter().map(|step| step.id.clone()));
    way.steps.extend(resume);
    // A smaller class restarts it, and nobody is served from there any more.
    let lower = data::stand_down(brought, &way.last);
    beside.extend(lower.iter().map(|step| step.id.clone()));
    way.steps.extend(lower);
    // What stands by finds a replica: before, it would write to what was there until now, and then find nothing.
    if !frozen && brought.iter().any(|(_, way)| way.moves()) {
        way.then(vec![freeze_for_replicas(input, down, &way.last)]);
    }
    way.then(data::reseed_standby(input, brought, &way.last));
    stand_by(input, down, &mut way);
    beside.extend(way.last.clone());
    way.steps.push(report(beside));
    Ok(way.steps)
}

/// Brings the primary's tiers to size, in recovery order.
fn climb(input: &FailbackInput<'_>, homes: &[&Home<'_>], way: &mut Way) {
    for homes in in_recovery_order(input, homes).into_values() {
        let scales: Vec<Step> = homes.iter().map(|home| scale(home, &way.last)).collect();
        way.steps.extend(scales);
        way.then(homes.iter().map(|home| wait(input, home)).collect());
    }
}

/// Brings the standby back to its footprint.
fn stand_by(input: &FailbackInput<'_>, down: &ScalePlan, way: &mut Way) {
    let kept_by = keeping(input.environment, input.baseline);
    let stand_down = |tier: &ScaleStep| {
        let listed = !input.seen.unlisted.contains_key(&tier.group);
        stand_down(tier, &way.last, kept_by.contains(&tier.tier), listed)
    };
    way.then(down.steps.iter().map(stand_down).collect());
}

/// `running`: whose servers run by then.
fn sync_home<'h, 'a: 'h>(
    input: &FailbackInput<'_>,
    id: &str,
    running: impl Iterator<Item = &'h Home<'a>>,
    needs: &BTreeSet<StepId>,
) -> Option<Step> {
    let parameters = &input.seen.parameters;
    if parameters.is_empty() {
        return None;
    }
    let noun = if parameters.len() == 1 { "parameter" } else { "parameters" };
    let named = format!("{} {noun}", parameters.len());
    let title = match id {
        SYNC_HOME_FIRST => format!("bring {named} home that changed in the standby: {}", parameters.join(", ")),
        _ => format!("bring home what changed in {named} since"),
    };
    Some(Step {
        id: StepId(id.to_owned()),
        title,
        action: Action::SyncHome {
            parameters: parameters.clone(),
            rules: input.seen.rules.clone(),
            running: running.map(|home| home.group.name.clone()).collect(),
        },
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

fn resume(home: &Home<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
    home.fenced_schedules.then(|| Step {
        id: resume_schedules_id(home.tier),
        title: format!("let scheduled actions of {} go on in the primary, which the fence suspended", home.tier),
        action: Action::ResumeSchedules { tier: home.tier.to_owned(), group: home.group.name.clone() },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Primary]),
        estimate: default(1, "one ResumeProcesses"),
        best_effort: false,
        skipped: None,
    })
}

fn in_recovery_order<'h, 'a>(input: &FailbackInput<'_>, homes: &[&'h Home<'a>]) -> BTreeMap<u32, Vec<&'h Home<'a>>> {
    let mut orders: BTreeMap<u32, Vec<&'h Home<'a>>> = BTreeMap::new();
    for home in homes.iter().copied() {
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
        let because = home.because.as_ref().map(|because| format!(" ({because})")).unwrap_or_default();
        (format!("scale {} in the primary from {} to {}{because}", home.tier, now.desired, wanted.desired), 1)
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

fn stand_down(tier: &ScaleStep, needs: &BTreeSet<StepId>, keeps_volumes: bool, listed: bool) -> Step {
    let (now, after) = (tier.before.desired, tier.after.desired);
    let to = match listed {
        true => format!("to its standby footprint of {after}"),
        false => format!("to {after}: it is {UNLISTED}, and `lifeboat provision` removes it"),
    };
    let stay = if keeps_volumes && tier.shrinks() { format!("; {STAY}") } else { String::new() };
    Step {
        id: stand_down_id(&tier.tier),
        title: format!("stand {} down from {now} {to}{stay}", tier.tier),
        action: Action::StandDown { tier: tier.tier.clone(), group: tier.group.clone(), size: tier.after },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: default(1, "one UpdateAutoScalingGroup"),
        best_effort: false,
        skipped: None,
    }
}
