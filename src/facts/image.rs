//! Owns facts about machine images.

use serde::{Deserialize, Serialize};

use super::Tags;

/// The state of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageState {
    /// Being made or copied.
    Pending,
    /// Ready to launch from.
    Available,
    /// Making or copying it failed; the reason as AWS gave it.
    Failed {
        /// StateReason.
        reason: String,
    },
    /// Any other state, by its AWS name.
    Other(String),
}

/// An AMI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// Image id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// `x86_64`, `arm64`, ...
    pub architecture: String,
    /// Creation date as AWS states it (RFC 3339).
    pub created: String,
    /// State.
    pub state: ImageState,
    /// Root device name.
    pub root_device: Option<String>,
    /// Snapshots behind it, by device order.
    pub snapshot_ids: Vec<String>,
    /// Whether every EBS snapshot behind it is encrypted.
    pub encrypted: bool,
    /// Devices whose volume stays when an instance goes, unless the launch says otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keeps: Vec<String>,
    /// Tags.
    pub tags: Tags,
}
