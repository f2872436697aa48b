//! Owns the keys of the tags lifeboat puts on what it makes, and what they tell of an image.

use std::collections::BTreeMap;

use super::Region;

/// What every tag key of lifeboat begins with.
pub const TAG_PREFIX: &str = "lifeboat:";

/// On a copied image: the id of the production image it is a copy of.
pub const SOURCE_IMAGE_TAG: &str = "lifeboat:source-image";

/// On a copied image: the Region it was copied from.
pub const SOURCE_REGION_TAG: &str = "lifeboat:source-region";

/// The environment a thing belongs to.
pub const ENVIRONMENT_TAG: &str = "lifeboat:environment";

/// On a copy of data: the run of the drill that made it, and that removes it.
pub const DRILL_TAG: &str = "lifeboat:drill";

/// The tier a thing belongs to.
pub const TIER_TAG: &str = "lifeboat:tier";

/// The image of that Region which one with these tags is a copy of, where lifeboat made it.
pub fn copied_from<'a>(tags: &'a BTreeMap<String, String>, region: &Region) -> Option<&'a str> {
    let from_there = tags.get(SOURCE_REGION_TAG) == Some(&region.0);
    tags.get(SOURCE_IMAGE_TAG).filter(|_| from_there).map(String::as_str)
}
