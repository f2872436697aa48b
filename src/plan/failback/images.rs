//! Owns the way home of images: which tiers' standby launches what production does not know, and the steps that copy it
//! home and have production launch it. Where that is not sure, a person is told.

use std::collections::{BTreeMap, BTreeSet};

use super::FailbackInput;
use crate::facts::{ImageFacts, ImageState, LaunchTemplateFacts, Tags};
use crate::model::{
    ENVIRONMENT_TAG, Environment, SOURCE_IMAGE_TAG, SOURCE_REGION_TAG, SideName, TAG_PREFIX, TIER_TAG, copied_from,
};
use crate::plan::declare::estimates::default;
use crate::plan::runbook::{Action, ImageHome, Step, StepId};

/// The longest name an image takes (CopyImage, Name).
const LONGEST_NAME: usize = 128;

/// The first copy of an image between two Regions, which is a full one.
const COPY_S: u64 = 600;

/// The id of the step that copies the image of a tier home; of the first one where several launch the same.
pub fn copy_image_home_id(tier: &str) -> StepId {
    StepId(format!("copy-image-home-{tier}"))
}

/// The id of the step that has production's tier launch the copy.
pub fn launch_image_home_id(tier: &str) -> StepId {
    StepId(format!("launch-image-home-{tier}"))
}

/// What a tier launches from on either side.
#[derive(Debug, Clone, Copy)]
pub struct TierImages<'a> {
    /// The tier.
    pub tier: &'a str,
    /// Production's group.
    pub group: &'a str,
    /// The version of its launch template; none where it has none, or it is not there.
    pub launches: Option<&'a LaunchTemplateFacts>,
    /// What that version's image is.
    pub production: Option<&'a ImageFacts>,
    /// The image that the baseline recorded.
    pub recorded: Option<&'a str>,
    /// The image in the standby.
    pub standby_image: &'a str,
    /// What it is; none where it cannot be seen.
    pub standby: Option<&'a ImageFacts>,
    /// Copies of the standby's image that are in the primary.
    pub copies: &'a [ImageFacts],
}

/// A tier whose image comes home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierHome {
    /// The tier.
    pub tier: String,
    /// Production's group.
    pub group: String,
    /// Its launch template's name, or id.
    pub template: String,
    /// What production launches now.
    pub now: String,
    /// The copy.
    pub copy: ImageHome,
}

/// What becomes of a tier's image.
enum Verdict {
    InStep,
    Home(Box<TierHome>),
    /// A person brings it home or decides: one sentence.
    Told(String),
}

/// Decides about every tier; also gives what a person has to bring home or to decide, one sentence each.
pub fn images_home(environment: &Environment, tiers: &[TierImages<'_>]) -> (Vec<TierHome>, Vec<String>) {
    let (mut homes, mut told) = (Vec::new(), Vec::new());
    for tier in tiers {
        match judge(environment, tier) {
            Verdict::InStep => {}
            Verdict::Home(home) => homes.push(*home),
            Verdict::Told(text) => told.push(format!("{}: {text}", tier.tier)),
        }
    }
    (homes, told)
}

fn judge(environment: &Environment, seen: &TierImages<'_>) -> Verdict {
    let (primary, standby) = (&environment.primary, &environment.standby);
    let there = seen.standby_image;
    let Some(image) = seen.standby else {
        return Verdict::Told(format!(
            "the standby launches {there}, which does not exist in {} or is not shared with this account: nothing can \
             be copied home",
            standby.region
        ));
    };
    let here = seen.launches.and_then(|version| version.image_id.as_deref());
    let in_production = here.unwrap_or("nothing that could be seen");
    if let Some(source) = copied_from(&image.tags, &primary.region) {
        if here == Some(source) {
            return Verdict::InStep;
        }
        return Verdict::Told(format!(
            "the standby launches {there}, a copy of {source}, and production launches {in_production}: decide which is \
             right before the next sync follows production"
        ));
    }
    let came_home = seen.production.and_then(|image| copied_from(&image.tags, &standby.region));
    if came_home == Some(there) {
        return Verdict::InStep;
    }
    match obstacle(environment, seen, image, came_home.is_some()) {
        Some(why) => Verdict::Told(format!(
            "the standby launches {there}, which is no copy of production's {in_production}: {why}"
        )),
        None => match seen.launches {
            Some(version) => Verdict::Home(Box::new(home(environment, seen, version, image, in_production))),
            None => Verdict::InStep,
        },
    }
}

/// Why the standby's image cannot be brought home without a person, and what that person does.
fn obstacle(
    environment: &Environment,
    seen: &TierImages<'_>,
    image: &ImageFacts,
    production_came_home: bool,
) -> Option<String> {
    let (primary, group) = (&environment.primary, seen.group);
    let by_hand = format!("copy it to {} and put it into what production launches", primary.region);
    if primary.account != environment.standby.account {
        return Some(format!("it belongs to another account, which has to share it and its key first; then {by_hand}"));
    }
    let Some(version) = seen.launches else {
        return Some(format!("{group} launches from no launch template that could be seen; {by_hand}"));
    };
    let Some(here) = version.image_id.as_deref() else {
        return Some(format!("the launch template of {group} names no image; {by_hand}"));
    };
    if version.block_devices.iter().any(|device| device.snapshot_id.is_some()) {
        // A device's snapshot goes before that of the image, so that the old disk would boot.
        return Some(format!("the launch template of {group} names snapshots beside its image; {by_hand}"));
    }
    if image.state != ImageState::Available {
        return Some(format!("it is not available, so it cannot be copied; {by_hand} when it is"));
    }
    if let Some(production) = seen.production
        && production.architecture != image.architecture
    {
        let (theirs, ours) = (&image.architecture, &production.architecture);
        return Some(format!(
            "it is for {theirs} and production's is for {ours}: {by_hand}, with instance types for it"
        ));
    }
    let decide = "decide which is right, and put it into what production launches if it is the standby's";
    let Some(recorded) = seen.recorded else {
        return Some(format!("the baseline does not tell which side changed; {decide}"));
    };
    if here != recorded && !production_came_home {
        return Some(format!("production changed as well since the baseline, from {recorded}; {decide}"));
    }
    let later = |copy: &ImageFacts| seen.production.is_some_and(|production| production.created > copy.created);
    if seen.copies.iter().any(later) {
        return Some(format!("it came home before, and production has moved on since; {decide}"));
    }
    None
}

fn home(
    environment: &Environment,
    seen: &TierImages<'_>,
    version: &LaunchTemplateFacts,
    image: &ImageFacts,
    now: &str,
) -> TierHome {
    let from = &environment.standby.region;
    let key = version.block_devices.iter().find_map(|device| device.kms_key_id.clone());
    let mut tags: Tags = image.tags.clone();
    tags.retain(|key, _| !key.starts_with(TAG_PREFIX));
    tags.entry("Name".to_owned()).or_insert_with(|| image.name.clone());
    for (tag, value) in [
        (ENVIRONMENT_TAG, &environment.name),
        (TIER_TAG, &seen.tier.to_owned()),
        (SOURCE_IMAGE_TAG, &image.id),
        (SOURCE_REGION_TAG, &from.0),
    ] {
        tags.insert(tag.to_owned(), value.clone());
    }
    TierHome {
        tier: seen.tier.to_owned(),
        group: seen.group.to_owned(),
        template: if version.name.is_empty() { version.id.clone() } else { version.name.clone() },
        now: now.to_owned(),
        copy: ImageHome {
            source_region: from.clone(),
            source_image: image.id.clone(),
            name: name(environment, image),
            description: format!("copy of {} from {from} by lifeboat", image.id),
            encrypted: key.is_some() || image.encrypted || seen.production.is_some_and(|image| image.encrypted),
            key,
            tags,
        },
    }
}

/// Two images of one name can be in a Region, but not two of one account's (CopyImage): the id keeps them apart.
fn name(environment: &Environment, image: &ImageFacts) -> String {
    let (before, after) = (format!("{} ", environment.name), format!(" {}", image.id));
    let room = LONGEST_NAME.saturating_sub(before.len() + after.len());
    let base: String = image.name.chars().filter(char::is_ascii).take(room).collect();
    format!("{before}{base}{after}")
}

/// One copy for every image that comes home.
pub(super) fn copies(input: &FailbackInput<'_>) -> Vec<Step> {
    let steps = by_image(input).into_values().map(|homes| {
        let (tiers, copy) = (names(&homes), &homes[0].copy);
        let key = match (&copy.key, copy.encrypted) {
            (Some(key), _) => format!(", encrypted with {key}"),
            (None, true) => ", encrypted with the Region's own key for volumes".to_owned(),
            (None, false) => String::new(),
        };
        let (image, region) = (&copy.source_image, &input.environment.primary.region);
        Step {
            id: copy_image_home_id(&homes[0].tier),
            title: format!("copy {image}, which {tiers} came to launch in the standby, to {region}{key}"),
            action: Action::CopyImageHome { copy: copy.clone(), timeout_s: input.data_timeout_s },
            needs: BTreeSet::new(),
            sides: BTreeSet::from([SideName::Primary, SideName::Standby]),
            estimate: default(COPY_S, "a full copy between two Regions; a later one takes less"),
            best_effort: false,
            skipped: None,
        }
    });
    steps.collect()
}

/// One change of what a group launches for every tier; before any of its instances is launched.
pub(super) fn launches(input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
    let steps = input.seen.images.iter().map(|home| {
        let TierHome { tier, group, template, now, copy } = home;
        let image = &copy.source_image;
        Step {
            id: launch_image_home_id(tier),
            title: format!(
                "have {group} launch the copy of {image} instead of {now}: one more version of launch template {template}, \
                 only its image changed. What deploys production has to take that image over too, or its next deployment \
                 takes it back"
            ),
            action: Action::LaunchImageHome {
                tier: tier.clone(),
                group: group.clone(),
                source_image: image.clone(),
                source_region: copy.source_region.clone(),
            },
            needs: needs.clone(),
            sides: BTreeSet::from([SideName::Primary]),
            estimate: default(2, "one CreateLaunchTemplateVersion, and the group pointed at it"),
            best_effort: false,
            skipped: None,
        }
    });
    steps.collect()
}

fn by_image<'a>(input: &FailbackInput<'a>) -> BTreeMap<&'a str, Vec<&'a TierHome>> {
    let mut by_image: BTreeMap<&str, Vec<&TierHome>> = BTreeMap::new();
    for home in &input.seen.images {
        by_image.entry(&home.copy.source_image).or_default().push(home);
    }
    by_image
}

fn names(homes: &[&TierHome]) -> String {
    let names: Vec<&str> = homes.iter().map(|home| home.tier.as_str()).collect();
    names.join(", ")
}
