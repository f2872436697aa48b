//! Owns the ports for machine images.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{CopyImage, ImageFacts, Tags};

/// Looks at images.
#[async_trait]
pub trait ReadImages: Send + Sync {
    /// The images of those ids, whoever owns them. Ids that do not exist are absent.
    async fn images(&self, ids: &[String]) -> CloudResult<Vec<ImageFacts>>;

    /// The account's own images that carry a tag.
    async fn images_tagged(&self, key: &str, value: &str) -> CloudResult<Vec<ImageFacts>>;

    /// Whether something refers to the image and so needs it: a running instance, a launch template version. The answer
    /// names the users.
    async fn image_users(&self, id: &str) -> CloudResult<Vec<String>>;
}

/// Changes images.
#[async_trait]
pub trait WriteImages: Send + Sync {
    /// Starts a copy; the id of the copy, which is pending at first.
    async fn copy_image(&self, copy: &CopyImage) -> CloudResult<String>;

    /// Sets tags on an image and its snapshots.
    async fn tag_image(&self, image: &ImageFacts, tags: &Tags) -> CloudResult<()>;

    /// Deregisters an image and deletes the snapshots behind it.
    async fn remove_image(&self, image: &ImageFacts) -> CloudResult<()>;
}
