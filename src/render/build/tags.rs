//! Owns the tags of everything lifeboat makes.

use crate::facts::Tags;
use crate::model::Environment;
use crate::render::translate::Translator;
use crate::render::view::TagView;

/// The key of the tag that names the environment.
const ENVIRONMENT: &str = "lifeboat:environment";
/// The key of the tag that names the tiers a resource serves.
const TIER: &str = "lifeboat:tier";

/// Our own tags; `tiers` are joined by blanks, and without any there is no tag of that name.
pub(super) fn own(environment: &Environment, tiers: &[String], name: Option<String>) -> Vec<TagView> {
    let mut tags = Tags::new();
    if let Some(name) = name {
        tags.insert("Name".into(), name);
    }
    with_own(environment, tiers, tags)
}

/// Production's tags, translated, with our own. `place` is the resource's, such as `web`.
pub(super) fn mirrored(
    environment: &Environment,
    tiers: &[String],
    tags: &Tags,
    place: &str,
    translator: &mut Translator<'_>,
) -> Vec<TagView> {
    // A side that was a standby once carries our tags; they are ours to write anew.
    let foreign = tags.iter().filter(|(key, _)| !key.starts_with("lifeboat:"));
    let translated = foreign
        .map(|(key, value)| {
            let place = format!("{place}/tags/{key}");
            (translator.text(&place, key), translator.text(&place, value))
        })
        .collect();
    with_own(environment, tiers, translated)
}

fn with_own(environment: &Environment, tiers: &[String], mut tags: Tags) -> Vec<TagView> {
    tags.insert(ENVIRONMENT.into(), environment.name.clone());
    if !tiers.is_empty() {
        tags.insert(TIER.into(), tiers.join(" "));
    }
    tags.into_iter().map(|(key, value)| TagView { key, value }).collect()
}
