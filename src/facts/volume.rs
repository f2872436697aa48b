//! Owns facts about volumes.

use serde::{Deserialize, Serialize};

use super::Tags;

/// An EBS volume that is not being deleted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VolumeFacts {
    /// Id.
    pub id: String,
    /// Size in GiB.
    pub size_gib: u32,
    /// The instance that has it; none: it is free, or on its way to or from one that is not told.
    pub attached: Option<VolumeAttachment>,
    /// Tags.
    pub tags: Tags,
}

/// How an instance has a volume.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VolumeAttachment {
    /// The instance.
    pub instance: String,
    /// Whether the volume goes with the instance (DeleteOnTermination).
    pub delete_on_termination: bool,
}
