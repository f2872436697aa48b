//! Owns the wish for a copy of an image.

use super::Tags;
use crate::model::Region;

/// One copy of an image into the port's own Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyImage {
    /// The Region the image is in.
    pub source_region: Region,
    /// The image.
    pub source_image: String,
    /// Name of the copy, at most 128 characters.
    pub name: String,
    /// Description of the copy.
    pub description: String,
    /// Whether the copy is encrypted whatever the source is.
    pub encrypted: bool,
    /// The KMS key, in the port's own Region.
    pub key: Option<String>,
    /// Idempotency token, at most 64 ASCII characters (EC2 API idempotency).
    pub token: String,
    /// Tags of the copy and its snapshots.
    pub tags: Tags,
}
