//! Owns settling: bringing a Region to the time on the clock.

use super::databases::settle_databases;
use super::dns::settle_dns;
use super::groups::{reconcile_groups, record_metrics};
use super::stack::{due_stack, step_stack};
use super::state::SimState;

/// Lets everything happen in a Region that has happened by now: stack steps in the order of time, then copies, groups,
/// metrics; then what spans Regions: databases, health checks and what names lead to.
pub fn settle_region(state: &mut SimState, name: &str) {
    let now = state.now;
    state.with_region(name, |region, account| {
        while let Some((at, stack)) = due_stack(region).filter(|(at, _)| *at <= now) {
            for image in region.images.values_mut() {
                image.settle(at);
            }
            step_stack(region, account, &stack, at);
        }
        for image in region.images.values_mut() {
            image.settle(now);
        }
        let profiles = &account.instance_profiles;
        while let Some(at) = next_refresh(region).filter(|at| *at <= now) {
            reconcile_groups(region, profiles, at);
        }
        reconcile_groups(region, profiles, now);
        record_metrics(region, now);
    });
    settle_databases(state);
    settle_dns(state);
}

fn next_refresh(region: &super::state::RegionState) -> Option<jiff::Timestamp> {
    region.groups.values().filter_map(|group| group.refresh.as_ref()).map(|refresh| refresh.next_at).min()
}
