//! Owns the health of load balancers' targets.

use jiff::Timestamp;

use super::state::{Instance, RegionState, after};
use crate::facts::{ListenerAction, TargetGroupFacts, TargetHealth};

/// The load balancers whose listeners forward to a target group.
pub fn users_of(region: &RegionState, target_group_arn: &str) -> Vec<String> {
    let forwards = |action: &ListenerAction| match action {
        ListenerAction::Forward { target_group_arns } => target_group_arns.iter().any(|arn| arn == target_group_arn),
        _ => false,
    };
    region
        .load_balancers
        .values()
        .filter(|balancer| balancer.listeners.iter().any(|listener| listener.actions.iter().any(forwards)))
        .map(|balancer| balancer.arn.clone())
        .collect()
}

/// The health of a target group's targets, sorted.
pub fn health_of_targets(region: &RegionState, target_group: &TargetGroupFacts, now: Timestamp) -> Vec<TargetHealth> {
    let used = !users_of(region, &target_group.arn).is_empty();
    let mut health: Vec<TargetHealth> = region
        .groups
        .values()
        .filter(|group| group.facts.target_group_arns.contains(&target_group.arn))
        .filter(|group| !group.suspends("AddToLoadBalancer"))
        .flat_map(|group| &group.instances)
        .filter_map(|instance| health_of(region, target_group, instance, used, now))
        .collect();
    health.sort();
    health
}

/// "Target health status": registered with its instance in service, `initial` until enough checks went well, `unused`
/// (Target.NotInUse) while no listener forwards to the group, `draining` while it is being deregistered.
fn health_of(
    region: &RegionState,
    target_group: &TargetGroupFacts,
    instance: &Instance,
    used: bool,
    now: Timestamp,
) -> Option<TargetHealth> {
    let registered = instance.in_service_at(&region.timings);
    if registered > now {
        return None;
    }
    let checks = target_group.health_check.interval_s * target_group.health_check.healthy_threshold;
    let (state, reason) = if instance.terminated_at.is_some() {
        ("draining", Some("Target.DeregistrationInProgress"))
    } else if !used {
        ("unused", Some("Target.NotInUse"))
    } else if after(registered, checks) > now {
        ("initial", Some("Elb.RegistrationInProgress"))
    } else {
        ("healthy", None)
    };
    Some(TargetHealth { target_id: instance.id.clone(), state: state.to_owned(), reason: reason.map(str::to_owned) })
}

/// Whether a target group has a healthy target.
pub fn has_healthy(region: &RegionState, target_group_arn: &str, now: Timestamp) -> bool {
    region
        .target_groups
        .get(target_group_arn)
        .is_some_and(|group| health_of_targets(region, group, now).iter().any(|target| target.state == "healthy"))
}
