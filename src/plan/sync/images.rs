//! Owns deciding what images to copy, publish and remove.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{CopyImage, ImageFacts, ImageState, Tags};
use crate::model::{
    ENVIRONMENT_TAG, Environment, SOURCE_IMAGE_TAG, SOURCE_REGION_TAG, TIER_TAG, copied_from, image_parameter_name,
};

/// What is known when images are planned.
#[derive(Debug, Clone)]
pub struct ImageWorld<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The image each tier launches from in production now, by tier.
    pub sources: &'a BTreeMap<String, ImageFacts>,
    /// The copies in the standby: images that carry the environment's tag.
    pub copies: &'a [ImageFacts],
    /// Images of the standby that production's are copies of: a failback brought them home. They are other people's.
    pub origins: &'a [ImageFacts],
    /// The image published for each tier, by tier; absent when nothing is published.
    pub published: &'a BTreeMap<String, String>,
    /// Who uses a copy that might be removed, by image id; an absent entry means nobody looked, so it is kept.
    pub users: &'a BTreeMap<String, Vec<String>>,
    /// Distinguishes this run's copies from another's in idempotency tokens.
    pub run_id: &'a str,
}

/// What a sync does about images.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImagePlan {
    /// Steps, copies first, removals last.
    pub steps: Vec<ImageStep>,
    /// Tiers whose published image is a good copy of production's already.
    pub in_step: Vec<String>,
    /// What cannot be done, and why: one sentence each.
    pub problems: Vec<String>,
}

/// One thing to do about images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageStep {
    /// Copy a source image and publish the copy.
    Copy {
        /// The tiers that launch from it.
        tiers: Vec<String>,
        /// The copy.
        copy: CopyImage,
    },
    /// A copy is there, perhaps not finished: wait for it, see to its tags, publish it.
    Publish {
        /// The tiers that launch from it.
        tiers: Vec<String>,
        /// The source image.
        source_image: String,
        /// The copy.
        image: String,
        /// Tags it should carry.
        tags: Tags,
    },
    /// Remove an old copy.
    Remove {
        /// The copy.
        image: ImageFacts,
    },
}

/// Decides what a sync does about images.
pub fn plan_images(world: &ImageWorld<'_>) -> ImagePlan {
    let mut plan = ImagePlan::default();
    let mut wanted: BTreeMap<&str, (Vec<String>, &ImageFacts)> = BTreeMap::new();
    for (tier, source) in world.sources {
        wanted.entry(&source.id).or_insert_with(|| (Vec::new(), source)).0.push(tier.clone());
    }
    let mut needed: BTreeSet<String> = world.published.values().cloned().collect();
    for (tiers, source) in wanted.into_values() {
        if source.state != ImageState::Available {
            plan.problems.push(format!(
                "production's image {} ({}) of tier {} is not available, so it cannot be copied",
                source.id,
                source.name,
                tiers.join(", ")
            ));
            continue;
        }
        if let Some(origin) = origin(world, source) {
            // Copied back, it would go in a circle: another copy with every failback, of one and the same image.
            needed.insert(origin.id.clone());
            let (in_step, rest): (Vec<String>, Vec<String>) =
                tiers.into_iter().partition(|tier| world.published.get(tier) == Some(&origin.id));
            plan.in_step.extend(in_step);
            if !rest.is_empty() {
                let (source_image, image, tags) = (source.id.clone(), origin.id.clone(), Tags::new());
                plan.steps.push(ImageStep::Publish { tiers: rest, source_image, image, tags });
            }
            continue;
        }
        match best_copy(world, source) {
            Some(copy) => {
                needed.insert(copy.id.clone());
                let tags = tags_of(world.environment, source, &tiers);
                let tags_right = tags.iter().all(|(key, value)| copy.tags.get(key) == Some(value));
                let ready = copy.state == ImageState::Available && tags_right;
                let (in_step, rest): (Vec<String>, Vec<String>) =
                    tiers.into_iter().partition(|tier| ready && world.published.get(tier) == Some(&copy.id));
                plan.in_step.extend(in_step);
                if !rest.is_empty() {
                    plan.steps.push(ImageStep::Publish {
                        tiers: rest,
                        source_image: source.id.clone(),
                        image: copy.id.clone(),
                        tags,
                    });
                }
            }
            None => plan.steps.push(copy_step(world, source, tiers)),
        }
    }
    plan.in_step.sort();
    let removals = removable(world, &needed);
    plan.steps.extend(removals.into_iter().map(|image| ImageStep::Remove { image }));
    plan
}

/// The ids of copies that are old enough to go, if nobody uses them: whose users are worth asking for.
pub fn removal_candidates(world: &ImageWorld<'_>) -> Vec<String> {
    let mut needed: BTreeSet<String> = world.published.values().cloned().collect();
    for source in world.sources.values() {
        needed.extend(best_copy(world, source).map(|copy| copy.id.clone()));
    }
    beyond_keep(world, &needed).into_iter().map(|image| image.id.clone()).collect()
}

/// The newest copy of an image with the wanted encryption that has not failed.
fn best_copy<'a>(world: &ImageWorld<'a>, source: &ImageFacts) -> Option<&'a ImageFacts> {
    let mut copies: Vec<&ImageFacts> = world
        .copies
        .iter()
        .filter(|copy| copy.tags.get(SOURCE_IMAGE_TAG) == Some(&source.id))
        .filter(|copy| copy.tags.get(SOURCE_REGION_TAG) == Some(&world.environment.primary.region.0))
        .filter(|copy| matches!(copy.state, ImageState::Available | ImageState::Pending))
        .collect();
    copies.sort_by(|a, b| (&a.created, &a.id).cmp(&(&b.created, &b.id)));
    copies.pop()
}

/// The standby's own image that production's is a copy of, where it is there and can be launched.
fn origin<'a>(world: &ImageWorld<'a>, source: &ImageFacts) -> Option<&'a ImageFacts> {
    let id = copied_from(&source.tags, &world.environment.standby.region)?;
    world.origins.iter().find(|image| image.id == id && image.state == ImageState::Available)
}

fn copy_step(world: &ImageWorld<'_>, source: &ImageFacts, tiers: Vec<String>) -> ImageStep {
    let environment = world.environment;
    let key = environment.sync.images.key.clone();
    let tags = tags_of(environment, source, &tiers);
    ImageStep::Copy {
        copy: CopyImage {
            source_region: environment.primary.region.clone(),
            source_image: source.id.clone(),
            name: copy_name(&environment.name, source),
            description: format!("copy of {} from {} by lifeboat", source.id, environment.primary.region),
            encrypted: key.is_some() || source.encrypted,
            key,
            // 64 characters at most (EC2 API idempotency); a digest keeps it so whatever the ids are.
            token: crate::model::digest::hex(
                crate::model::Digest::of_bytes(format!("{}/{}", world.run_id, source.id).as_bytes()).short().as_bytes(),
            ),
            tags,
        },
        tiers,
    }
}

/// Image names take 3 to 128 characters of a small set (EC2 CopyImage); the source's own name is inside already.
fn copy_name(environment: &str, source: &ImageFacts) -> String {
    let base: String = source
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || " ()[]./-'@_".contains(c) { c } else { '-' })
        .take(128 - 3 - environment.len().min(40) - source.id.len().min(40))
        .collect();
    format!("{environment} {base} {}", source.id)
}

fn tags_of(environment: &Environment, source: &ImageFacts, tiers: &[String]) -> Tags {
    let mut tags = source.tags.clone();
    tags.insert("Name".to_owned(), source.tags.get("Name").unwrap_or(&source.name).clone());
    tags.insert(ENVIRONMENT_TAG.to_owned(), environment.name.clone());
    tags.insert(TIER_TAG.to_owned(), tiers.join(" "));
    tags.insert(SOURCE_IMAGE_TAG.to_owned(), source.id.clone());
    tags.insert(SOURCE_REGION_TAG.to_owned(), environment.primary.region.0.clone());
    tags
}

/// Copies beyond the newest `keep` of every tier they belong to, and failed ones.
fn beyond_keep<'a>(world: &ImageWorld<'a>, needed: &BTreeSet<String>) -> Vec<&'a ImageFacts> {
    let keep = usize::try_from(world.environment.sync.images.keep.max(1)).unwrap_or(usize::MAX);
    let mut kept: BTreeSet<&str> = needed.iter().map(String::as_str).collect();
    let mut newest: Vec<&ImageFacts> =
        world.copies.iter().filter(|copy| !matches!(copy.state, ImageState::Failed { .. })).collect();
    newest.sort_by(|a, b| (&b.created, &b.id).cmp(&(&a.created, &a.id)));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for copy in &newest {
        for tier in copy.tags.get(TIER_TAG).map(String::as_str).unwrap_or_default().split_whitespace() {
            let count = counts.entry(tier).or_default();
            if *count < keep {
                *count += 1;
                kept.insert(&copy.id);
            }
        }
    }
    let mut beyond: Vec<&ImageFacts> = world
        .copies
        .iter()
        .filter(|copy| !kept.contains(copy.id.as_str()) && copy.state != ImageState::Pending)
        .collect();
    beyond.sort_by(|a, b| (&a.created, &a.id).cmp(&(&b.created, &b.id)));
    beyond
}

fn removable(world: &ImageWorld<'_>, needed: &BTreeSet<String>) -> Vec<ImageFacts> {
    beyond_keep(world, needed)
        .into_iter()
        .filter(|image| world.users.get(&image.id).is_some_and(Vec::is_empty))
        .cloned()
        .collect()
}

impl ImageStep {
    /// The step in words, for a person who decides whether to go on.
    pub fn describe(&self, environment: &Environment) -> String {
        match self {
            ImageStep::Copy { tiers, copy } => {
                let key = copy.key.as_ref().map(|key| format!(", encrypted with {key}")).unwrap_or_default();
                format!(
                    "copy {} from {} to {}{key}, publish as {}",
                    copy.source_image,
                    copy.source_region,
                    environment.standby.region,
                    published_names(environment, tiers)
                )
            }
            // Only what lifeboat copied gets its tags.
            ImageStep::Publish { tiers, source_image, image, tags } if tags.is_empty() => {
                let names = published_names(environment, tiers);
                format!("publish {image} ({source_image} in production is a copy of it) as {names}")
            }
            ImageStep::Publish { tiers, source_image, image, .. } => {
                format!("publish {image} (copy of {source_image}) as {}", published_names(environment, tiers))
            }
            ImageStep::Remove { image } => format!("remove old copy {} ({}, {})", image.id, image.name, image.created),
        }
    }
}

fn published_names(environment: &Environment, tiers: &[String]) -> String {
    let names: Vec<String> = tiers.iter().map(|tier| image_parameter_name(&environment.name, tier)).collect();
    names.join(", ")
}

#[cfg(test)]
#[path = "images_tests.rs"]
mod tests;
