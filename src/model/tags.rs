//! Owns the tag keys lifeboat writes.

/// The image a copy was made from.
pub const SOURCE_IMAGE_TAG: &str = "lifeboat:source-image";
/// The Region the copied image is in.
pub const SOURCE_REGION_TAG: &str = "lifeboat:source-region";
/// The environment a resource belongs to.
pub const ENVIRONMENT_TAG: &str = "lifeboat:environment";
/// The tier a resource belongs to; for images several, separated by spaces.
pub const TIER_TAG: &str = "lifeboat:tier";
