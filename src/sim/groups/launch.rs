//! Owns launching one instance: what must be there, what it counts against, where it goes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::resolved_image;
use crate::facts::{GroupFacts, ImageState, LaunchTemplateFacts, LaunchTemplateRef, VolumeAttachment, VolumeFacts};
use crate::sim::state::{Instance, RegionState};

/// Whether an instance could be launched from the template, as CreateAutoScalingGroup and UpdateAutoScalingGroup check
/// when they are given one ("You must use a valid fully-formed launch template").
pub fn check_template(
    region: &RegionState,
    profiles: &BTreeSet<String>,
    reference: &LaunchTemplateRef,
    subnet_ids: &[String],
) -> Result<LaunchTemplateFacts, String> {
    let template = resolved_image(region, reference)
        .ok_or_else(|| format!("The specified launch template, with template ID {}, does not exist", reference.id))?;
    let Some(image_id) = template.image_id.as_deref().filter(|image| !image.is_empty()) else {
        return Err("The request must contain the parameter ImageId".to_owned());
    };
    match region.images.get(image_id).map(|image| &image.facts.state) {
        None => return Err(format!("The image id '[{image_id}]' does not exist")),
        Some(ImageState::Available) => {}
        Some(_) => return Err(format!("The image id '[{image_id}]' is not available")),
    }
    if let Some(key) = template.key_name.as_deref().filter(|key| !region.key_pairs.contains(*key)) {
        return Err(format!("The key pair '{key}' does not exist"));
    }
    if let Some(profile) = template.instance_profile.as_deref() {
        let name = profile.rsplit('/').next().unwrap_or(profile);
        if !profiles.contains(name) {
            return Err(format!("Invalid IAM Instance Profile name: {name}"));
        }
    }
    let vpcs: BTreeSet<&str> =
        subnet_ids.iter().filter_map(|id| region.subnets.get(id)).map(|s| s.facts.vpc_id.as_str()).collect();
    for id in &template.security_group_ids {
        match region.security_groups.get(id) {
            None => return Err(format!("The security group '{id}' does not exist")),
            Some(group) if !vpcs.contains(group.facts.vpc_id.as_str()) => {
                return Err(format!(
                    "Security group {id} and subnet {} belong to different networks",
                    subnet_ids.join(",")
                ));
            }
            Some(_) => {}
        }
    }
    for device in &template.block_devices {
        if let Some(key) = device.kms_key_id.as_deref().filter(|key| !region.has_key(key)) {
            return Err(format!("The KMS key {key} provided is in an incorrect state"));
        }
        if let Some(snapshot) = &device.snapshot_id {
            let known = region.images.values().any(|image| image.facts.snapshot_ids.contains(snapshot));
            if !known {
                return Err(format!("The snapshot '{snapshot}' does not exist"));
            }
        }
    }
    Ok(template)
}

/// Launches one instance of a group, or says why none comes; and what had to be passed over for it.
pub(super) fn launch_one(
    region: &mut RegionState,
    profiles: &BTreeSet<String>,
    now: Timestamp,
    group: &GroupFacts,
    own: &[Instance],
) -> Result<(Instance, Option<String>), String> {
    let reference = group.launch_template.as_ref().ok_or("the group has no launch template")?;
    let template = check_template(region, profiles, reference, &group.subnet_ids)
        .map_err(|why| format!("{why}. Launching EC2 instance failed."))?;
    let mut types: Vec<String> = group.overrides.clone();
    if types.is_empty() {
        types.extend(template.instance_type.clone());
    }
    let subnets = subnets_by_need(region, &group.subnet_ids, own);
    let mut passed_over = None;
    // "Allocation strategies", prioritized: types in their order, each in every zone.
    for instance_type in &types {
        if let Some(quota) = over_quota(region, instance_type) {
            passed_over = Some(quota);
            continue;
        }
        for (subnet_id, zone) in &subnets {
            if let Some(short) = short_of(region, instance_type, zone) {
                passed_over = Some(short);
                continue;
            }
            let id = region.next_id("i");
            let keeps = kept_volumes(region, &template, &id);
            let instance = Instance {
                id,
                instance_type: instance_type.clone(),
                availability_zone: zone.clone(),
                subnet_id: subnet_id.clone(),
                image_id: template.image_id.clone().unwrap_or_default(),
                security_group_ids: template.security_group_ids.clone(),
                weight: group.weights.get(instance_type).copied().unwrap_or(1),
                keeps,
                launched_at: now,
                terminated_at: None,
            };
            return Ok((instance, passed_over));
        }
    }
    Err(passed_over.unwrap_or_else(|| "the launch template names no instance type".to_owned()))
}

/// The volumes that stay when their instance goes: those of which the template says so, or of which the image does and the
/// template does not say otherwise (EC2 user guide, "Preserve data when an instance is terminated"). One without a size is
/// as large as a small image.
fn kept_volumes(region: &mut RegionState, template: &LaunchTemplateFacts, instance: &str) -> Vec<VolumeFacts> {
    let image = template.image_id.as_ref().and_then(|id| region.images.get(id));
    let mut stays: BTreeMap<&str, Option<u32>> =
        image.into_iter().flat_map(|image| &image.facts.keeps).map(|device| (device.as_str(), None)).collect();
    for device in &template.block_devices {
        match device.delete_on_termination {
            Some(false) => drop(stays.insert(&device.device_name, device.volume_size_gib)),
            Some(true) => drop(stays.remove(device.device_name.as_str())),
            None => {}
        }
    }
    let sizes: Vec<Option<u32>> = stays.into_values().collect();
    let mut one = |size: Option<u32>| VolumeFacts {
        id: region.next_id("vol"),
        size_gib: size.unwrap_or(8),
        attached: Some(VolumeAttachment { instance: instance.to_owned(), delete_on_termination: false }),
        tags: template.volume_tags.clone(),
    };
    sizes.into_iter().map(&mut one).collect()
}

/// The group's subnets, those in the emptiest zones first ("Distribution of instances across Availability Zones").
fn subnets_by_need(region: &RegionState, subnet_ids: &[String], own: &[Instance]) -> Vec<(String, String)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for instance in own.iter().filter(|instance| instance.counts()) {
        *counts.entry(instance.availability_zone.as_str()).or_insert(0) += 1;
    }
    let mut subnets: Vec<(String, String)> = subnet_ids
        .iter()
        .filter_map(|id| region.subnets.get(id))
        .map(|subnet| (subnet.facts.id.clone(), subnet.facts.availability_zone.clone()))
        .collect();
    subnets.sort_by(|a, b| {
        let count = |zone: &str| counts.get(zone).copied().unwrap_or(0);
        count(&a.1).cmp(&count(&b.1)).then_with(|| a.1.cmp(&b.1)).then_with(|| a.0.cmp(&b.0))
    });
    subnets
}

/// Why no more instances of a type come in a zone: RunInstances, InsufficientInstanceCapacity.
fn short_of(region: &RegionState, instance_type: &str, zone: &str) -> Option<String> {
    let both = format!("{instance_type}@{zone}");
    region.faults.capacity.iter().find_map(|(what, most)| {
        let matches = |kind: &str, place: &str| {
            what == "*" || what == kind || what == place || *what == format!("{kind}@{place}")
        };
        if !(matches(instance_type, zone) || *what == both) {
            return None;
        }
        let have = running(region).filter(|i| matches(&i.instance_type, &i.availability_zone)).count();
        (have >= usize::try_from(*most).unwrap_or(usize::MAX)).then(|| {
            format!(
                "We currently do not have sufficient {instance_type} capacity in the Availability Zone you requested \
                 ({zone}). Launching EC2 instance failed. (InsufficientInstanceCapacity)"
            )
        })
    })
}

/// Why the account's quota allows no more instances of a type: RunInstances, VcpuLimitExceeded.
fn over_quota(region: &RegionState, instance_type: &str) -> Option<String> {
    let used: u32 = running(region).map(|instance| vcpus(&instance.instance_type)).sum();
    (used + vcpus(instance_type) > region.vcpu_quota).then(|| {
        format!(
            "You have requested more vCPU capacity than your current vCPU limit of {} allows for the instance bucket that \
             the specified instance type belongs to. Launching EC2 instance failed. (VcpuLimitExceeded)",
            region.vcpu_quota
        )
    })
}

fn running(region: &RegionState) -> impl Iterator<Item = &Instance> {
    region.groups.values().flat_map(|group| &group.instances).filter(|instance| instance.counts())
}

/// The vCPUs of an instance type, by its size. Quotas count vCPUs, not instances (EC2 user guide, "On-Demand Instance
/// quotas").
pub fn vcpus(instance_type: &str) -> u32 {
    let size = instance_type.rsplit('.').next().unwrap_or("");
    match size {
        "nano" | "micro" | "small" | "medium" | "large" => 2,
        "xlarge" => 4,
        _ => size.strip_suffix("xlarge").and_then(|n| n.parse::<u32>().ok()).map_or(2, |n| n.saturating_mul(4)),
    }
}
