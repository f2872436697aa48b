//! Owns the plan of a failback: from fresh facts of both sides, the primary serves again and the standby stands by again.
//!
//! Where data comes home the standby is frozen for that time. Otherwise nothing is taken from it before the users are home:
//! data and every primary tier come first, then traffic. What was frozen stands up again once its databases are replicas.
//! Nothing is deleted: what a replica replaces is kept under another name.

mod data;
mod events;
mod hands;
mod images;
mod input;
mod refusal;
mod steps;
mod traffic;
mod unlisted;

use std::collections::BTreeMap;

use super::data::homeward;
use super::declare::assemble;
use super::runbook::{RunKind, Runbook};
use super::scale::{ScaleTarget, plan_scale};
use crate::facts::GroupFacts;
use crate::model::{GroupSize, standby_group_name};

pub use super::data::DataTrouble;
pub use data::{lower_id, promote_home_id, reseed_home_id, reseed_standby_id};
pub use events::{disable_events_id, enable_home_events_id};
pub use hands::{COPY_GATE, DATA_GATE, FREEZE, FREEZE_GATE, HAND_GATE};
pub use images::{TierHome, TierImages, copy_image_home_id, images_home, launch_image_home_id};
pub use input::{DataSeen, EventSeen, FailbackInput, Seen};
pub use refusal::FailbackRefusal;
pub use steps::{TRAFFIC_GATE, await_primary_id, resume_schedules_id, scale_primary_id};
pub use unlisted::{UNLISTED, unlisted};

/// A tier's group in the primary: as it is, and as it has to be before anybody goes home.
#[derive(Debug, Clone)]
struct Home<'a> {
    tier: &'a str,
    group: &'a GroupFacts,
    size: GroupSize,
    /// Where its number comes from, where that is not production's own: users who come home want as many as served them.
    because: Option<String>,
    /// Whether a fence suspended its scheduled actions: they were in force when the baseline was recorded.
    fenced_schedules: bool,
}

impl Home<'_> {
    fn is_ready(&self) -> bool {
        self.group.size == self.size && self.group.in_service() >= self.size.desired && !self.fenced_schedules
    }

    /// Whether users or other tiers come to it by a load balancer. Without one it works by itself: it takes from queues and
    /// tables, and would do so beside the standby's.
    fn is_served(&self) -> bool {
        !self.group.target_group_arns.is_empty()
    }
}

/// Builds the plan, sealed. It is deterministic: the same input gives the same digest.
pub fn plan_failback(input: &FailbackInput<'_>) -> Result<Runbook, FailbackRefusal> {
    if input.declaration.reason.trim().is_empty() {
        return Err(FailbackRefusal::NoReason);
    }
    let primary = match &input.primary {
        Ok(groups) => *groups,
        Err(why) => return Err(FailbackRefusal::PrimarySilent { why: why.clone() }),
    };
    let homes = homes(input, primary)?;
    let data = homeward(input).map_err(|troubles| FailbackRefusal::Data { troubles })?;
    let mut down = plan_scale(input.environment, &input.baseline.capacity, input.groups, ScaleTarget::Standby, &[])
        .map_err(FailbackRefusal::Scale)?;
    let nothing = homes.iter().all(Home::is_ready)
        && down.steps.iter().all(|step| !step.changes())
        && data.iter().all(|(_, way)| !way.moves())
        && input.seen.schedules.values().all(Vec::is_empty)
        && events::are_home(input);
    if input.declared_in.is_none() && nothing {
        return Err(FailbackRefusal::AtHome);
    }
    down.steps.extend(unlisted::steps(input));
    let steps = steps::all(input, &homes, &data, &down)?;
    Ok(assemble(input.environment, input.baseline, &input.declaration, RunKind::Failback, steps).sealed())
}

/// What each tier's group in the primary has to be.
fn homes<'a>(
    input: &FailbackInput<'a>,
    primary: &'a BTreeMap<String, GroupFacts>,
) -> Result<Vec<Home<'a>>, FailbackRefusal> {
    let (mut homes, mut gone, mut unknown, mut fenced) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for tier in &input.environment.tiers {
        let name = &tier.auto_scaling_group;
        let recorded = input.baseline.facts.groups.get(name);
        match (primary.get(name), recorded) {
            (None, _) => gone.push(name.clone()),
            (_, None) => unknown.push(name.clone()),
            // Only a fence sets a maximum of zero: the baseline was recorded while the primary was fenced.
            (_, Some(GroupFacts { size: GroupSize { max: 0, .. }, .. })) => fenced.push(name.clone()),
            (Some(group), Some(recorded)) => {
                let standby = input.groups.get(&standby_group_name(&input.environment.name, &tier.name));
                let serving = standby.map_or(0, |standby| standby.size.desired);
                let (size, because) = raised(group.size, recorded.size, serving);
                homes.push(Home {
                    tier: &tier.name,
                    group,
                    size,
                    because,
                    fenced_schedules: group.schedules_suspended() && !recorded.schedules_suspended(),
                });
            }
        }
    }
    if !gone.is_empty() {
        return Err(FailbackRefusal::GroupsGone { groups: gone });
    }
    if !unknown.is_empty() {
        return Err(FailbackRefusal::NotRecorded { groups: unknown });
    }
    if !fenced.is_empty() {
        return Err(FailbackRefusal::RecordedFenced { groups: fenced });
    }
    Ok(homes)
}

/// Nothing smaller than it is, than it was recorded, or than what serves in the standby now; and why, where that decides.
fn raised(now: GroupSize, recorded: GroupSize, serving: u32) -> (GroupSize, Option<String>) {
    let own = now.desired.max(recorded.desired);
    let desired = own.max(serving);
    let max = now.max.max(recorded.max);
    let mut because = (desired > own)
        .then(|| format!("as many as run in the standby; {} were recorded in production", recorded.desired));
    if let Some(because) = because.as_mut().filter(|_| desired > max) {
        because.push_str(&format!(", with a maximum of {max}"));
    }
    (GroupSize { min: now.min.max(recorded.min), max: max.max(desired), desired }, because)
}

#[cfg(test)]
mod tests;
