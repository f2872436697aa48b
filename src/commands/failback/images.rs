//! Owns looking at what the tiers of either side launch, for the images that a failback brings home.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, try_join, try_join_all};

use super::seen::Groups;
use crate::cloud::{CloudResult, ReadPorts};
use crate::commands::context::Session;
use crate::facts::{Baseline, GroupFacts, ImageFacts, LaunchTemplateFacts};
use crate::model::{SOURCE_IMAGE_TAG, copied_from, standby_group_name};
use crate::plan::failback::{TierHome, TierImages, images_home};

/// Tiers whose image comes home, and what a person has to bring home or to decide.
pub(super) async fn images(
    session: &Session,
    baseline: &Baseline,
    primary: &ReadPorts,
    standby: &ReadPorts,
    groups: &Groups<'_>,
) -> CloudResult<(Vec<TierHome>, Vec<String>)> {
    let environment = &session.environment;
    let (here, there) = join(launched(primary, groups.primary), launched(standby, groups.standby)).await;
    let (here, there) = (here?, there?);
    let (ours, theirs) = try_join(known(primary, &here), known(standby, &there)).await?;
    // Only what is no copy of production's may have copies in the primary.
    let fresh = theirs.values().filter(|image| copied_from(&image.tags, &environment.primary.region).is_none());
    let looks = fresh.map(|image| async {
        let found = primary.images.images_tagged(SOURCE_IMAGE_TAG, &image.id).await?;
        let from_there = |copy: &ImageFacts| copied_from(&copy.tags, &environment.standby.region).is_some();
        Ok((image.id.clone(), found.into_iter().filter(from_there).collect()))
    });
    let copies: BTreeMap<String, Vec<ImageFacts>> = try_join_all(looks).await?.into_iter().collect();
    let tiers = environment.tiers.iter().filter_map(|tier| {
        let group = &tier.auto_scaling_group;
        let standby_image = there.get(&standby_group_name(&environment.name, &tier.name))?.image_id.as_deref()?;
        let launches = here.get(group);
        let recorded = baseline.facts.launch_templates.get(group);
        Some(TierImages {
            tier: &tier.name,
            group,
            launches,
            production: launches.and_then(|version| ours.get(version.image_id.as_ref()?)),
            recorded: recorded.and_then(|version| version.image_id.as_deref()),
            standby_image,
            standby: theirs.get(standby_image),
            copies: copies.get(standby_image).map(Vec::as_slice).unwrap_or_default(),
        })
    });
    Ok(images_home(environment, &tiers.collect::<Vec<_>>()))
}

/// The launch template version each group launches from, by group.
async fn launched(
    ports: &ReadPorts,
    groups: &BTreeMap<String, GroupFacts>,
) -> CloudResult<BTreeMap<String, LaunchTemplateFacts>> {
    let references: Vec<_> = groups.values().filter_map(|group| group.launch_template.clone()).collect();
    let versions = ports.launch_templates.launch_templates(&references).await?;
    let launched = groups.iter().filter_map(|(name, group)| {
        let version = versions.get(group.launch_template.as_ref()?)?;
        Some((name.clone(), version.clone()))
    });
    Ok(launched.collect())
}

/// The images of those versions, by id.
async fn known(
    ports: &ReadPorts,
    launched: &BTreeMap<String, LaunchTemplateFacts>,
) -> CloudResult<BTreeMap<String, ImageFacts>> {
    let ids: BTreeSet<String> = launched.values().filter_map(|version| version.image_id.clone()).collect();
    let found = ports.images.images(&ids.into_iter().collect::<Vec<_>>()).await?;
    Ok(found.into_iter().map(|image| (image.id.clone(), image)).collect())
}
