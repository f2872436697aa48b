//! Owns settling: bringing a Region to the time on the clock.

use super::groups::{reconcile_groups, record_metrics};
use super::stack::{due_stack, step_stack};
use super::state::SimState;

/// Lets everything happen in a Region that has happened by now: stack steps in the order of time, then copies, groups and
/// metrics.
pub fn settle_region(state: &mut SimState, name: &str) {
    let now = state.now;
    let profiles = state.instance_profiles.clone();
    let region = state.region_mut(name);
    while let Some((at, stack)) = due_stack(region).filter(|(at, _)| *at <= now) {
        for image in region.images.values_mut() {
            image.settle(at);
        }
        step_stack(region, &profiles, &stack, at);
    }
    for image in region.images.values_mut() {
        image.settle(now);
    }
    while let Some(at) = next_refresh(region).filter(|at| *at <= now) {
        reconcile_groups(region, &profiles, at);
    }
    reconcile_groups(region, &profiles, now);
    record_metrics(region, now);
}

fn next_refresh(region: &super::state::RegionState) -> Option<jiff::Timestamp> {
    region.groups.values().filter_map(|group| group.refresh.as_ref()).map(|refresh| refresh.next_at).min()
}
