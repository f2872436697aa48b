//! Owns the reading of a launch template version in our words.

use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMapping, LaunchTemplateVersion, ResourceType, ResponseLaunchTemplateData,
};

use super::tags::ec2_tags;
use crate::facts::{BlockDevice, LaunchTemplateFacts, MetadataOptions, Tags};

/// A version in our words.
pub(super) fn facts(version: &LaunchTemplateVersion) -> LaunchTemplateFacts {
    let named = LaunchTemplateFacts {
        id: version.launch_template_id().unwrap_or_default().to_owned(),
        name: version.launch_template_name().unwrap_or_default().to_owned(),
        version: version.version_number().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        ..LaunchTemplateFacts::default()
    };
    match version.launch_template_data() {
        Some(data) => with_data(named, data),
        None => named,
    }
}

fn with_data(named: LaunchTemplateFacts, data: &ResponseLaunchTemplateData) -> LaunchTemplateFacts {
    let interface = data.network_interfaces().iter().min_by_key(|i| i.device_index().unwrap_or(0));
    let own_groups = data.security_group_ids();
    let groups = if own_groups.is_empty() { interface.map(|i| i.groups()).unwrap_or_default() } else { own_groups };
    let profile = data.iam_instance_profile();
    let mut block_devices: Vec<BlockDevice> = data.block_device_mappings().iter().filter_map(block_device).collect();
    block_devices.sort();
    LaunchTemplateFacts {
        image_id: text(data.image_id()),
        instance_type: data.instance_type().map(|kind| kind.as_str().to_owned()),
        key_name: text(data.key_name()),
        user_data: text(data.user_data()),
        instance_profile: profile.and_then(|p| text(p.arn()).or_else(|| text(p.name()))),
        security_group_ids: groups.to_vec(),
        associate_public_ip: interface.and_then(|i| i.associate_public_ip_address()),
        block_devices,
        metadata_options: data.metadata_options().map(|options| MetadataOptions {
            http_endpoint: options.http_endpoint().map(|v| v.as_str().to_owned()),
            http_tokens: options.http_tokens().map(|v| v.as_str().to_owned()),
            http_put_response_hop_limit: count(options.http_put_response_hop_limit()),
            instance_metadata_tags: options.instance_metadata_tags().map(|v| v.as_str().to_owned()),
        }),
        monitoring: data.monitoring().and_then(|monitoring| monitoring.enabled()),
        ebs_optimized: data.ebs_optimized(),
        instance_tags: tags_for(data, &ResourceType::Instance),
        volume_tags: tags_for(data, &ResourceType::Volume),
        ..named
    }
}

fn tags_for(data: &ResponseLaunchTemplateData, kind: &ResourceType) -> Tags {
    data.tag_specifications()
        .iter()
        .filter(|specification| specification.resource_type() == Some(kind))
        .flat_map(|specification| ec2_tags(specification.tags()))
        .collect()
}

/// An EBS device; instance store and suppressed devices are none.
fn block_device(mapping: &LaunchTemplateBlockDeviceMapping) -> Option<BlockDevice> {
    let ebs = mapping.ebs()?;
    Some(BlockDevice {
        device_name: mapping.device_name().unwrap_or_default().to_owned(),
        volume_size_gib: count(ebs.volume_size()),
        volume_type: ebs.volume_type().map(|kind| kind.as_str().to_owned()),
        iops: count(ebs.iops()),
        throughput_mib_s: count(ebs.throughput()),
        encrypted: ebs.encrypted(),
        kms_key_id: text(ebs.kms_key_id()),
        snapshot_id: text(ebs.snapshot_id()),
        delete_on_termination: ebs.delete_on_termination(),
    })
}

fn text(value: Option<&str>) -> Option<String> {
    value.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn count(number: Option<i32>) -> Option<u32> {
    number.and_then(|n| u32::try_from(n).ok())
}
