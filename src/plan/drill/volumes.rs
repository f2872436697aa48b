//! Owns what a drill knows of the environment's volumes before it begins, so that the proof tells what it has left.
//!
//! Ours are those with the environment's tag. Only the launch templates that lifeboat renders put it on volumes, so another's
//! volume is never told as left behind. What is left are those that no instance of the groups has in the end, except those
//! that were so before: whether the drill started their instance, or stopped an older one in its place, makes no difference.

use std::collections::{BTreeMap, BTreeSet};

use super::DrillInput;
use crate::facts::{GroupFacts, VolumeFacts};
use crate::model::TIER_TAG;
use crate::plan::kept_volumes::keeping;
use crate::plan::runbook::VolumesBefore;

/// The tiers that leave volumes behind: those whose launch template says so, and those whose instances have volumes that stay
/// for another reason, such as what the image says.
pub(super) fn kept_by(input: &DrillInput<'_>) -> BTreeSet<String> {
    let stays = |volume: &&VolumeFacts| volume.attached.as_ref().is_some_and(|how| !how.delete_on_termination);
    let seen = input.volumes.as_ref().map(Vec::as_slice).unwrap_or_default();
    let tiers = seen.iter().filter(|volume| is_used(volume, input.groups)).filter(stays);
    let mut kept_by: BTreeSet<String> = tiers.filter_map(|volume| volume.tags.get(TIER_TAG).cloned()).collect();
    kept_by.extend(keeping(input.environment, input.baseline));
    kept_by
}

pub(super) fn before(input: &DrillInput<'_>, kept_by: &BTreeSet<String>) -> VolumesBefore {
    match input.volumes {
        Err(because) => VolumesBefore::NotSeen { because: because.clone() },
        Ok(volumes) => VolumesBefore::Seen {
            environment: input.environment.name.clone(),
            loose: volumes
                .iter()
                .filter(|volume| !is_used(volume, input.groups))
                .map(|volume| volume.id.clone())
                .collect(),
            kept_by: kept_by.clone(),
        },
    }
}

/// Whether an instance of a group has it that was not on its way out before the drill.
fn is_used(volume: &VolumeFacts, groups: &BTreeMap<String, GroupFacts>) -> bool {
    let Some(how) = &volume.attached else { return false };
    let instances = groups.values().flat_map(|group| &group.instances);
    instances.filter(|one| !one.lifecycle_state.starts_with("Terminat")).any(|one| one.id == how.instance)
}
