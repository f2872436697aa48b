//! Owns facts about volumes.

use serde::{Deserialize, Serialize};

use super::Tags;
use crate::model::{LeftVolume, Region, TIER_TAG};

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

impl VolumeFacts {
    /// What is told of it once no instance will take it along.
    pub fn left_in(&self, region: &Region) -> LeftVolume {
        LeftVolume {
            id: self.id.clone(),
            size_gib: self.size_gib,
            tier: self.tags.get(TIER_TAG).cloned(),
            region: region.clone(),
        }
    }

    /// Whether it goes when its instance does.
    pub fn goes_with_instance(&self) -> bool {
        self.attached.as_ref().is_some_and(|how| how.delete_on_termination)
    }
}
