//! Owns bringing groups to their desired capacity: launching, terminating, refreshing, and recording what is in service.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::launch::launch_one;
use crate::facts::VolumeFacts;
use crate::sim::state::{Group, Instance, RegionState, after};

/// Brings every group of a Region to where it is by then.
pub fn reconcile_groups(region: &mut RegionState, profiles: &BTreeSet<String>, now: Timestamp) {
    let busy: Vec<String> =
        region.groups.iter().filter(|(_, group)| needs_work(group)).map(|(name, _)| name.clone()).collect();
    for name in busy {
        // Taken out while it is worked on, so its own instances must be counted from a copy left behind.
        let Some(mut group) = region.groups.get(&name).cloned() else { continue };
        forget_terminated(&mut group, region, now);
        refresh(&mut group, region, now);
        terminate_excess(&mut group, now);
        region.groups.insert(name.clone(), group);
        launch_missing(region, profiles, &name, now);
    }
}

/// Cheap look before a group is copied: accounts with hundreds of quiet groups stay quick.
fn needs_work(group: &Group) -> bool {
    group.refresh.is_some()
        || group.instances.iter().any(|instance| instance.terminated_at.is_some())
        || group.units() != group.facts.size.desired
}

/// What its template keeps of an instance stays behind.
fn forget_terminated(group: &mut Group, region: &mut RegionState, now: Timestamp) {
    let terminate_s = region.timings.terminate_s;
    let gone = |instance: &Instance| instance.terminated_at.is_some_and(|at| after(at, terminate_s) <= now);
    let (ended, there): (Vec<Instance>, Vec<Instance>) =
        std::mem::take(&mut group.instances).into_iter().partition(gone);
    group.instances = there;
    leave_volumes(region, ended);
}

fn leave_volumes(region: &mut RegionState, ended: Vec<Instance>) {
    for volume in ended.into_iter().flat_map(|instance| instance.keeps) {
        region.volumes.insert(volume.id.clone(), VolumeFacts { attached: None, ..volume });
    }
}

/// Terminates what is too much: from the fullest zone, there the oldest ("Default termination policy", simplified to its
/// zone balance and age). Of weighted ones, none that would leave less than desired.
fn terminate_excess(group: &mut Group, now: Timestamp) {
    if group.suspends("Terminate") {
        return;
    }
    loop {
        let excess = group.units().saturating_sub(group.facts.size.desired);
        let may_go = |instance: &Instance| instance.counts() && instance.weight <= excess;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for instance in group.instances.iter().filter(|instance| may_go(instance)) {
            *counts.entry(instance.availability_zone.as_str()).or_insert(0) += 1;
        }
        let fullest = counts.iter().max_by_key(|(_, count)| **count).map(|(zone, _)| (*zone).to_owned());
        let oldest = group
            .instances
            .iter_mut()
            .filter(|instance| may_go(instance) && Some(&instance.availability_zone) == fullest.as_ref())
            .min_by(|a, b| (a.launched_at, &a.id).cmp(&(b.launched_at, &b.id)));
        match oldest {
            Some(instance) => instance.terminated_at = Some(now),
            None => return,
        }
    }
}

fn launch_missing(region: &mut RegionState, profiles: &BTreeSet<String>, name: &str, now: Timestamp) {
    loop {
        let Some(group) = region.groups.get(name) else { return };
        // "Suspend and resume processes": Launch.
        if group.units() >= group.facts.size.desired || group.suspends("Launch") {
            return;
        }
        let (facts, own) = (group.facts.clone(), group.instances.clone());
        let launched = launch_one(region, profiles, now, &facts, &own);
        let Some(group) = region.groups.get_mut(name) else { return };
        match launched {
            Ok((instance, passed_over)) => {
                group.instances.push(instance);
                // A zone or type that has none is a failed activity of its own, before another one serves.
                if let Some(why) = passed_over {
                    group.note(now, why);
                }
            }
            Err(why) => {
                // Desired capacity stays; Auto Scaling tries again, and so does the next look.
                group.note(now, why);
                return;
            }
        }
    }
}

/// Replaces a tenth of the group at a time, each batch when the one before has booted.
fn refresh(group: &mut Group, region: &RegionState, now: Timestamp) {
    let Some(mut refresh) = group.refresh.take() else { return };
    let batch = group.counted().div_ceil(10).max(1);
    if refresh.next_at <= now {
        let count = batch.min(refresh.left.len());
        let replaced: Vec<String> = refresh.left.drain(..count).collect();
        for instance in &mut group.instances {
            if replaced.contains(&instance.id) && instance.counts() {
                instance.terminated_at = Some(now);
            }
        }
        refresh.next_at = after(now, region.timings.boot_s);
    }
    if !refresh.left.is_empty() {
        group.refresh = Some(refresh);
    }
}

/// Writes down how many instances are in service, when that changed, for groups that collect metrics.
pub fn record_metrics(region: &mut RegionState, now: Timestamp) {
    let timings = region.timings;
    for (name, group) in &region.groups {
        if !group.facts.metrics_enabled {
            continue;
        }
        let units = group.in_service(now, &timings);
        let changes = region.metrics.entry(name.clone()).or_default();
        if changes.last().is_none_or(|(_, last)| *last != units) {
            changes.push((now, units));
        }
    }
}

/// Deletes a group with its instances (DeleteAutoScalingGroup with ForceDelete).
pub fn remove_group(region: &mut RegionState, name: &str) {
    if let Some(group) = region.groups.remove(name) {
        leave_volumes(region, group.instances);
    }
}
