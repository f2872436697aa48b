//! Owns the standby's groups of tiers that the file does not name any more: whoever takes a tier out of the file does not
//! stop what runs of it, and it would write on while its data goes home.

use std::collections::BTreeMap;

use super::FailbackInput;
use crate::facts::GroupFacts;
use crate::model::{ENVIRONMENT_TAG, Environment, GroupSize, TIER_TAG, standby_group_name};
use crate::plan::scale::ScaleStep;

/// What is said of such a tier in a title.
pub const UNLISTED: &str = "no longer in the file";

/// The file knows no footprint of it.
const NOTHING: GroupSize = GroupSize { min: 0, max: 0, desired: 0 };

/// Those of a Region's groups that lifeboat made for this environment and that no tier of the file has, by name.
pub fn unlisted(environment: &Environment, all: Vec<GroupFacts>) -> BTreeMap<String, GroupFacts> {
    let listed = |group: &GroupFacts| {
        environment.tiers.iter().any(|tier| standby_group_name(&environment.name, &tier.name) == group.name)
    };
    let ours = |group: &GroupFacts| group.tags.get(ENVIRONMENT_TAG) == Some(&environment.name);
    all.into_iter().filter(|group| ours(group) && !listed(group)).map(|group| (group.name.clone(), group)).collect()
}

/// What stands them down: to nothing, because they have no footprint.
pub(super) fn steps(input: &FailbackInput<'_>) -> Vec<ScaleStep> {
    let step = |group: &GroupFacts| ScaleStep {
        // A tier that was renamed in the file may have the name of one that is in it: the group's is its own.
        tier: tier(input.environment, group),
        group: group.name.clone(),
        before: group.size,
        in_service: group.in_service(),
        after: NOTHING,
        warning: None,
        target_group_arns: group.target_group_arns.clone(),
    };
    input.seen.unlisted.values().map(step).collect()
}

fn tier(environment: &Environment, group: &GroupFacts) -> String {
    let tier = group.tags.get(TIER_TAG).filter(|tier| environment.tier(tier).is_none());
    tier.unwrap_or(&group.name).clone()
}
