//! Owns AWS::EC2::LaunchTemplate, and reading launch template data.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::props::{flag, list, number, tags_at, text, texts};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::{BlockDevice, LaunchTemplateFacts, MetadataOptions, Tags};
use crate::sim::state::{LaunchTemplate, RegionState};

pub(super) const LAUNCH_TEMPLATE: ResourceType = ResourceType {
    name: "AWS::EC2::LaunchTemplate",
    properties: &["LaunchTemplateData", "LaunchTemplateName", "TagSpecifications", "VersionDescription"],
    required: &["LaunchTemplateData"],
    create_only: &["LaunchTemplateName", "TagSpecifications"],
    // The registry schema calls these write-only: drift detection cannot see them.
    write_only: &["LaunchTemplateData", "TagSpecifications", "VersionDescription"],
    name_property: Some("LaunchTemplateName"),
    tags: TagStyle::None,
    moving: &["LatestVersionNumber"],
    seconds: [6, 6, 5],
    create,
    update,
    delete: |place, id, _| {
        place.region.launch_templates.remove(id);
        Ok(())
    },
    attribute,
    live: |region, id, _| region.launch_templates.get(id).map(|template| json!({"LaunchTemplateName": template.name})),
};

/// The keys of LaunchTemplateData.
const DATA: &[&str] = &[
    "BlockDeviceMappings",
    "CapacityReservationSpecification",
    "CpuOptions",
    "CreditSpecification",
    "DisableApiStop",
    "DisableApiTermination",
    "EbsOptimized",
    "EnclaveOptions",
    "HibernationOptions",
    "IamInstanceProfile",
    "ImageId",
    "InstanceInitiatedShutdownBehavior",
    "InstanceMarketOptions",
    "InstanceRequirements",
    "InstanceType",
    "KernelId",
    "KeyName",
    "LicenseSpecifications",
    "MaintenanceOptions",
    "MetadataOptions",
    "Monitoring",
    "NetworkInterfaces",
    "Placement",
    "PrivateDnsNameOptions",
    "RamDiskId",
    "SecurityGroupIds",
    "SecurityGroups",
    "TagSpecifications",
    "UserData",
];

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let name = match text(properties, "LaunchTemplateName") {
        Some(name) => name,
        None => place.generated_name(128),
    };
    if place.region.launch_templates.values().any(|template| template.name == name) {
        return Err("Launch template name already in use. (InvalidLaunchTemplateName.AlreadyExistsException)".into());
    }
    let id = place.region.next_id("lt");
    let first = facts_of(&id, &name, 1, properties)?;
    let template = LaunchTemplate {
        id: id.clone(),
        name,
        default_version: 1,
        versions: BTreeMap::from([(1, first)]),
        tags: specified_tags(properties, "launch-template"),
        tokens: BTreeMap::new(),
    };
    place.region.launch_templates.insert(id.clone(), template);
    Ok(id)
}

/// "Update behavior of LaunchTemplateData": a new version is made; the default version stays.
fn update(place: &mut Place<'_>, id: &str, old: &Value, new: &Value) -> Result<(), String> {
    let template = place
        .region
        .launch_templates
        .get_mut(id)
        .ok_or_else(|| format!("The launch template '{id}' does not exist (InvalidLaunchTemplateId.NotFound)"))?;
    if old.get("LaunchTemplateData") != new.get("LaunchTemplateData") {
        let number = template.latest() + 1;
        let facts = facts_of(id, &template.name, number, new)?;
        template.versions.insert(number, facts);
    }
    Ok(())
}

fn attribute(region: &RegionState, id: &str, name: &str) -> Option<String> {
    let template = region.launch_templates.get(id)?;
    match name {
        "LatestVersionNumber" => Some(template.latest().to_string()),
        "DefaultVersionNumber" => Some(template.default_version.to_string()),
        "LaunchTemplateId" => Some(id.to_owned()),
        _ => None,
    }
}

fn facts_of(id: &str, name: &str, version: u64, properties: &Value) -> Result<LaunchTemplateFacts, String> {
    let data = properties.get("LaunchTemplateData").ok_or("Property LaunchTemplateData cannot be empty.")?;
    if let Some(odd) = data.as_object().and_then(|map| map.keys().find(|key| !DATA.contains(&key.as_str()))) {
        return Err(format!("Encountered unsupported property {odd}"));
    }
    let interface = list(data, "NetworkInterfaces").first();
    let own_groups = texts(data, "SecurityGroupIds");
    if !own_groups.is_empty() && interface.is_some() {
        return Err(
            "Network interfaces and an instance-level security groups may not be specified on the same request \
                    (InvalidParameterCombination)"
                .to_owned(),
        );
    }
    if let Some(user_data) = text(data, "UserData")
        && base64::Engine::decode(&base64::engine::general_purpose::STANDARD, user_data.trim()).is_err()
    {
        return Err("Invalid BASE64 encoding of user data. (InvalidUserData.Malformed)".to_owned());
    }
    let profile = data.get("IamInstanceProfile");
    Ok(LaunchTemplateFacts {
        id: id.to_owned(),
        name: name.to_owned(),
        version,
        image_id: text(data, "ImageId"),
        instance_type: text(data, "InstanceType"),
        key_name: text(data, "KeyName"),
        user_data: text(data, "UserData"),
        instance_profile: profile.and_then(|p| text(p, "Name").or_else(|| text(p, "Arn"))),
        security_group_ids: interface.map_or(own_groups, |interface| texts(interface, "Groups")),
        associate_public_ip: interface.and_then(|interface| flag(interface, "AssociatePublicIpAddress")),
        block_devices: list(data, "BlockDeviceMappings").iter().map(device_of).collect::<Result<_, _>>()?,
        metadata_options: data.get("MetadataOptions").map(metadata_of).transpose()?,
        monitoring: data.get("Monitoring").and_then(|monitoring| flag(monitoring, "Enabled")),
        ebs_optimized: flag(data, "EbsOptimized"),
        instance_tags: specified_tags(data, "instance"),
        volume_tags: specified_tags(data, "volume"),
    })
}

fn specified_tags(data: &Value, resource: &str) -> Tags {
    list(data, "TagSpecifications")
        .iter()
        .find(|specification| text(specification, "ResourceType").as_deref() == Some(resource))
        .map(|specification| tags_at(specification, "Tags"))
        .unwrap_or_default()
}

fn device_of(mapping: &Value) -> Result<BlockDevice, String> {
    let empty = json!({});
    let ebs = mapping.get("Ebs").unwrap_or(&empty);
    Ok(BlockDevice {
        device_name: text(mapping, "DeviceName").unwrap_or_default(),
        volume_size_gib: number(ebs, "VolumeSize")?,
        volume_type: text(ebs, "VolumeType"),
        iops: number(ebs, "Iops")?,
        throughput_mib_s: number(ebs, "Throughput")?,
        encrypted: flag(ebs, "Encrypted"),
        kms_key_id: text(ebs, "KmsKeyId"),
        snapshot_id: text(ebs, "SnapshotId"),
        delete_on_termination: flag(ebs, "DeleteOnTermination"),
    })
}

fn metadata_of(options: &Value) -> Result<MetadataOptions, String> {
    Ok(MetadataOptions {
        http_endpoint: text(options, "HttpEndpoint"),
        http_tokens: text(options, "HttpTokens"),
        http_put_response_hop_limit: number(options, "HttpPutResponseHopLimit")?,
        instance_metadata_tags: text(options, "InstanceMetadataTags"),
    })
}
