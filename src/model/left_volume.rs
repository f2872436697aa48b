//! Owns what is told of a volume that outlived the instance that used it, and the command that deletes it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Region;

/// A volume that no instance uses any more. It costs until a person deletes it: it may hold data, so nothing else does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftVolume {
    /// Id.
    pub id: String,
    /// Size in GiB.
    pub size_gib: u32,
    /// The tier whose instance used it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Where it is.
    pub region: Region,
}

impl LeftVolume {
    /// The command that deletes it.
    pub fn delete_command(&self) -> String {
        format!("aws ec2 delete-volume --volume-id {} --region {}", self.id, self.region)
    }
}

impl fmt::Display for LeftVolume {
    /// `volume vol-1 of web (8 GiB)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "volume {}", self.id)?;
        if let Some(tier) = &self.tier {
            write!(f, " of {tier}")?;
        }
        write!(f, " ({} GiB)", self.size_gib)
    }
}
