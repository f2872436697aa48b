//! Owns which tiers leave volumes behind when their instances go, because a launch template says so.

use std::collections::BTreeSet;

use crate::facts::Baseline;
use crate::model::{Environment, Tier};

/// What is said of a tier that loses instances and keeps volumes.
pub const STAY: &str = "volumes that do not go with their instance stay, and cost until they are deleted";

/// The tiers whose launch template keeps volumes: the standby's is made after production's.
pub fn keeping(environment: &Environment, baseline: &Baseline) -> BTreeSet<String> {
    environment.tiers.iter().filter(|tier| keeps(baseline, tier)).map(|tier| tier.name.clone()).collect()
}

/// A volume goes with its instance unless the template says that it stays: what a template does not say is true at a launch
/// by API (EC2 user guide, "Preserve data when an instance is terminated"), except where the image says otherwise.
fn keeps(baseline: &Baseline, tier: &Tier) -> bool {
    let template = baseline.facts.launch_templates.get(&tier.auto_scaling_group);
    template
        .is_some_and(|template| template.block_devices.iter().any(|device| device.delete_on_termination == Some(false)))
}
