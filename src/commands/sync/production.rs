//! Owns what a sync needs to know of production: the images it launches from, and whether its settings moved on.

use std::collections::BTreeMap;

use crate::cloud::ReadPorts;
use crate::commands::context::Session;
use crate::facts::{Baseline, GroupFacts, ImageFacts, LaunchTemplateFacts};
use crate::ui::Failure;

/// Production as far as a sync needs it.
pub(super) struct Production {
    /// The image each tier launches from, by tier.
    pub sources: BTreeMap<String, ImageFacts>,
    /// Launch settings that changed since the baseline, one sentence each.
    pub moved: Vec<String>,
}

/// Looks at what production launches from.
pub(super) async fn production(
    session: &Session,
    primary: &ReadPorts,
    baseline: Option<&Baseline>,
) -> Result<Production, Failure> {
    let environment = &session.environment;
    let names: Vec<String> = environment.tiers.iter().map(|tier| tier.auto_scaling_group.clone()).collect();
    let groups: BTreeMap<String, GroupFacts> =
        primary.groups.groups(&names).await?.into_iter().map(|group| (group.name.clone(), group)).collect();
    let references: Vec<_> = groups.values().filter_map(|group| group.launch_template.clone()).collect();
    let versions = primary.launch_templates.launch_templates(&references).await?;
    let mut ids = Vec::new();
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    let mut moved = Vec::new();
    let mut missing = Vec::new();
    for tier in &environment.tiers {
        let Some(group) = groups.get(&tier.auto_scaling_group) else {
            missing
                .push(format!("production has no Auto Scaling group {} (tier {})", tier.auto_scaling_group, tier.name));
            continue;
        };
        let version = group.launch_template.as_ref().and_then(|reference| versions.get(reference));
        match version.and_then(|version| version.image_id.clone()) {
            Some(id) => {
                wanted.insert(tier.name.clone(), id.clone());
                ids.push(id);
            }
            None => missing.push(format!(
                "the launch template of {} (tier {}) names no image or could not be found",
                tier.auto_scaling_group, tier.name
            )),
        }
        moved.extend(moved_on(&tier.name, &tier.auto_scaling_group, version, baseline));
    }
    ids.sort();
    ids.dedup();
    let images: BTreeMap<String, ImageFacts> =
        primary.images.images(&ids).await?.into_iter().map(|image| (image.id.clone(), image)).collect();
    let mut sources = BTreeMap::new();
    for (tier, id) in wanted {
        match images.get(&id) {
            Some(image) => {
                sources.insert(tier, image.clone());
            }
            None => missing.push(format!(
                "tier {tier} launches from {id}, which does not exist in {} or is not shared with this account",
                environment.primary.region
            )),
        }
    }
    if missing.is_empty() {
        return Ok(Production { sources, moved });
    }
    let mut failure = Failure::failed("production is not as the environment file says, so nothing was synced");
    failure.why = missing;
    Err(failure)
}

/// Settings that images and parameters do not carry reach the standby through the baseline and a deploy.
fn moved_on(
    tier: &str,
    group: &str,
    version: Option<&LaunchTemplateFacts>,
    baseline: Option<&Baseline>,
) -> Option<String> {
    let known = baseline?.facts.launch_templates.get(group)?;
    let version = version?;
    let settings = |facts: &LaunchTemplateFacts| LaunchTemplateFacts { image_id: None, version: 0, ..facts.clone() };
    (settings(known) != settings(version)).then(|| {
        format!(
            "tier {tier}: production's launch settings changed since the baseline (version {} -> {}); run `lifeboat baseline`, then `lifeboat provision`",
            known.version, version.version
        )
    })
}
