//! Owns what a runbook says of an image that a failback brings home.

use serde::{Deserialize, Serialize};

use crate::facts::{CopyImage, ImageFacts, ImageState, Tags};
use crate::model::{Region, copied_from};

/// A copy, in the primary, of an image that came into the standby while it served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageHome {
    /// The standby Region.
    pub source_region: Region,
    /// The image there.
    pub source_image: String,
    /// The copy's name.
    pub name: String,
    /// The copy's description.
    pub description: String,
    /// Whether the copy is encrypted.
    pub encrypted: bool,
    /// The KMS key of the primary; absent with encryption: the key that the Region encrypts volumes with.
    pub key: Option<String>,
    /// The copy's tags: they tell whose it is, and of what.
    pub tags: Tags,
}

impl ImageHome {
    /// The call that starts the copy.
    pub fn wish(&self, token: &str) -> CopyImage {
        CopyImage {
            source_region: self.source_region.clone(),
            source_image: self.source_image.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            encrypted: self.encrypted,
            key: self.key.clone(),
            token: token.to_owned(),
            tags: self.tags.clone(),
        }
    }
}

/// The newest copy of an image of another Region that can be launched, or that may be launched soon.
pub fn newest_copy<'a>(images: &'a [ImageFacts], of: &str, from: &Region) -> Option<&'a ImageFacts> {
    let rank = |image: &&ImageFacts| match image.state {
        ImageState::Available => Some(1),
        ImageState::Pending => Some(0),
        ImageState::Failed { .. } | ImageState::Other(_) => None,
    };
    let copies = images.iter().filter(|image| copied_from(&image.tags, from) == Some(of));
    copies.filter(|image| rank(image).is_some()).max_by_key(|image| (rank(image), &image.created, &image.id))
}
