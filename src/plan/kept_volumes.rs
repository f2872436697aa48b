//! Owns which tiers leave volumes behind when their instances go, because a launch template or its image says so.

use std::collections::BTreeSet;

use crate::facts::{Baseline, BlockDevice};
use crate::model::{Environment, Tier};

/// What is said of a tier that loses instances and keeps volumes.
pub const STAY: &str = "volumes that do not go with their instance stay, and cost until they are deleted";

/// The tiers whose instances keep volumes: the standby's launch template is made after production's, and its image is a
/// copy of production's.
pub fn keeping(environment: &Environment, baseline: &Baseline) -> BTreeSet<String> {
    environment.tiers.iter().filter(|tier| keeps(baseline, tier)).map(|tier| tier.name.clone()).collect()
}

/// A volume of a launch by API goes with its instance unless the template says that it stays, or the image does and the
/// template does not say otherwise (EC2 user guide, "Preserve data when an instance is terminated").
fn keeps(baseline: &Baseline, tier: &Tier) -> bool {
    let Some(template) = baseline.facts.launch_templates.get(&tier.auto_scaling_group) else { return false };
    let said = |device: &BlockDevice| device.delete_on_termination;
    if template.block_devices.iter().any(|device| said(device) == Some(false)) {
        return true;
    }
    let image = template.image_id.as_ref().and_then(|id| baseline.facts.images.get(id));
    let goes = |kept: &String| {
        template.block_devices.iter().any(|device| device.device_name == *kept && said(device) == Some(true))
    };
    image.is_some_and(|image| !image.keeps.iter().all(goes))
}
