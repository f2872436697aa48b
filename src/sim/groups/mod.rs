//! Owns what EC2 Auto Scaling does: sizes, launching, terminating, refreshing.

mod launch;
mod reconcile;

use jiff::Timestamp;

use super::call::Refusal;
use super::state::{Refresh, RegionState, SimState};
use crate::cloud::CloudErrorKind;
use crate::facts::{LaunchTemplateFacts, LaunchTemplateRef};
use crate::model::GroupSize;

pub use launch::check_template;
pub use reconcile::{reconcile_groups, record_metrics, remove_group};

/// UpdateAutoScalingGroup with the three sizes.
pub fn set_size(state: &mut SimState, region: &str, name: &str, size: GroupSize) -> Result<(), Refusal> {
    let region = state.region_mut(region);
    let group = region.groups.get_mut(name).ok_or_else(|| no_group(name))?;
    check_size(size)?;
    group.facts.size = size;
    Ok(())
}

/// UpdateAutoScalingGroup with a version of a launch template, which has to be one that can be launched.
pub fn set_version(
    state: &mut SimState,
    region: &str,
    name: &str,
    template: &str,
    version: u64,
) -> Result<(), Refusal> {
    let profiles = state.instance_profiles.clone();
    let region = state.region_mut(region);
    let group = region.groups.get(name).ok_or_else(|| no_group(name))?;
    let pinned = |known: &LaunchTemplateRef| LaunchTemplateRef { version: version.to_string(), ..known.clone() };
    let Some(reference) = group.facts.launch_template.as_ref().filter(|known| known.id == template).map(pinned) else {
        return Err(Refusal::invalid(format!("{name} does not launch from {template}")));
    };
    check_template(region, &profiles, &reference, &group.facts.subnet_ids)
        .map_err(|why| Refusal::invalid(format!("You must use a valid fully-formed launch template. {why}")))?;
    if let Some(group) = region.groups.get_mut(name) {
        group.facts.launch_template = Some(reference);
    }
    Ok(())
}

/// UpdateAutoScalingGroup must satisfy minimum <= desired <= maximum.
fn check_size(size: GroupSize) -> Result<(), Refusal> {
    if size.max < size.min {
        return Err(Refusal::invalid(format!(
            "Max bound, {}, must be greater than or equal to min bound, {}",
            size.max, size.min
        )));
    }
    if size.desired < size.min || size.desired > size.max {
        return Err(Refusal::invalid(format!(
            "Desired capacity:{} must be between the specified min size:{} and max size:{}",
            size.desired, size.min, size.max
        )));
    }
    Ok(())
}

/// StartInstanceRefresh, with the default of replacing a tenth of the group at a time.
pub fn start_refresh(region: &mut RegionState, now: Timestamp, name: &str) -> Result<String, Refusal> {
    let id = region.next_uuid("refresh");
    let group = region.groups.get_mut(name).ok_or_else(|| no_group(name))?;
    if group.refresh.is_some() {
        return Err(Refusal::new(
            CloudErrorKind::Conflict,
            "InstanceRefreshInProgress",
            format!("An Instance Refresh is already in progress for {name}"),
        ));
    }
    let left = group.instances.iter().filter(|instance| instance.counts()).map(|i| i.id.clone()).collect();
    group.refresh = Some(Refresh { id: id.clone(), next_at: now, left });
    Ok(id)
}

/// SuspendProcesses with one process; one that is suspended stays so.
pub fn suspend(region: &mut RegionState, name: &str, process: &str) -> Result<(), Refusal> {
    let group = region.groups.get_mut(name).ok_or_else(|| no_group(name))?;
    if !group.suspends(process) {
        group.facts.suspended_processes.push(process.to_owned());
    }
    Ok(())
}

/// ResumeProcesses with one process; one that is not suspended stays so.
pub fn resume(region: &mut RegionState, name: &str, process: &str) -> Result<(), Refusal> {
    let group = region.groups.get_mut(name).ok_or_else(|| no_group(name))?;
    group.facts.suspended_processes.retain(|suspended| suspended != process);
    Ok(())
}

/// The launch template version a reference names, its image resolved where it is an SSM parameter (ResolveAlias).
pub fn resolved_image(region: &RegionState, reference: &LaunchTemplateRef) -> Option<LaunchTemplateFacts> {
    let template = region.launch_template(&reference.id, &reference.name)?;
    let mut facts = template.version(&reference.version)?.clone();
    if let Some(name) = facts.image_id.as_deref().and_then(|image| image.strip_prefix("resolve:ssm:")) {
        facts.image_id = region.parameters.get(name).map(|parameter| parameter.value().to_owned());
    }
    Some(facts)
}

fn no_group(name: &str) -> Refusal {
    Refusal::not_found(format!("AutoScalingGroup name not found - AutoScalingGroup {name} not found"))
}
