//! Owns facts about launch template versions.

use base64::Engine as _;
use serde::{Deserialize, Serialize};

use super::Tags;

/// One resolved version of a launch template.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LaunchTemplateFacts {
    /// Launch template id.
    pub id: String,
    /// Launch template name.
    pub name: String,
    /// The version's number: `$Latest` and `$Default` are resolved when observed.
    pub version: u64,
    /// Image id, already resolved where the template names an SSM parameter.
    pub image_id: Option<String>,
    /// Instance type.
    pub instance_type: Option<String>,
    /// Key pair name.
    pub key_name: Option<String>,
    /// User data as AWS keeps it: base64 text.
    pub user_data: Option<String>,
    /// Instance profile name or ARN.
    pub instance_profile: Option<String>,
    /// Security groups, from the template itself or its first network interface.
    pub security_group_ids: Vec<String>,
    /// Whether instances get a public address; none when the subnet decides.
    pub associate_public_ip: Option<bool>,
    /// Block devices, by device name.
    pub block_devices: Vec<BlockDevice>,
    /// Instance metadata options.
    pub metadata_options: Option<MetadataOptions>,
    /// Whether detailed monitoring is on.
    pub monitoring: Option<bool>,
    /// Whether instances are EBS-optimised.
    pub ebs_optimized: Option<bool>,
    /// Tags given to instances at launch.
    pub instance_tags: Tags,
    /// Tags given to volumes at launch.
    pub volume_tags: Tags,
}

impl LaunchTemplateFacts {
    /// The user data as text, where it is text.
    pub fn user_data_text(&self) -> Option<String> {
        let encoded = self.user_data.as_ref()?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// One block device mapping.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct BlockDevice {
    /// Device name, such as `/dev/xvda`.
    pub device_name: String,
    /// Volume size in GiB.
    pub volume_size_gib: Option<u32>,
    /// Volume type, such as `gp3`.
    pub volume_type: Option<String>,
    /// Provisioned IOPS.
    pub iops: Option<u32>,
    /// Provisioned throughput in MiB/s.
    pub throughput_mib_s: Option<u32>,
    /// Whether the volume is encrypted.
    pub encrypted: Option<bool>,
    /// The KMS key it is encrypted with: a primary-Region identifier.
    pub kms_key_id: Option<String>,
    /// The snapshot it starts from: a primary-Region identifier.
    pub snapshot_id: Option<String>,
    /// Whether it goes away with the instance.
    pub delete_on_termination: Option<bool>,
}

/// Instance metadata options.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MetadataOptions {
    /// `enabled` or `disabled`.
    pub http_endpoint: Option<String>,
    /// `required` (IMDSv2 only) or `optional`.
    pub http_tokens: Option<String>,
    /// Hop limit, 1 to 64.
    pub http_put_response_hop_limit: Option<u32>,
    /// `enabled` when instance tags can be read from metadata.
    pub instance_metadata_tags: Option<String>,
}
