//! Owns the port for load balancers over the simulated account.

use async_trait::async_trait;
use jiff::Timestamp;

use super::SideDesk;
use crate::cloud::{CloudErrorKind, CloudResult, ReadBalancing};
use crate::facts::{ListenerAction, LoadBalancerFacts, TargetGroupFacts, TargetHealth};
use crate::sim::call::Refusal;
use crate::sim::state::{Instance, RegionState, after};

/// Elastic Load Balancing answers with at most 400 a page; DescribeTags takes 20 ARNs.
const PAGE: usize = 400;
const TAGS: usize = 20;

#[async_trait]
impl ReadBalancing for SideDesk {
    async fn target_groups(&self, arns: &[String]) -> CloudResult<Vec<TargetGroupFacts>> {
        if arns.is_empty() {
            return Ok(Vec::new());
        }
        self.list("DescribeTargetGroups", PAGE, |region, _| {
            Ok(arns
                .iter()
                .filter_map(|arn| region.target_groups.get(arn))
                .map(|group| TargetGroupFacts { load_balancer_arns: users_of(region, &group.arn), ..group.clone() })
                .collect())
        })
        .await
    }

    async fn load_balancers(&self, arns: &[String]) -> CloudResult<Vec<LoadBalancerFacts>> {
        if arns.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = self
            .list("DescribeLoadBalancers", PAGE, |region, _| {
                Ok(arns.iter().filter_map(|arn| region.load_balancers.get(arn)).cloned().collect())
            })
            .await?;
        // DescribeListeners takes one load balancer.
        for balancer in &mut found {
            let listeners = self.call("DescribeListeners", |_, _| Ok(std::mem::take(&mut balancer.listeners))).await?;
            balancer.listeners = listeners;
        }
        for _ in found.chunks(TAGS) {
            self.call("DescribeTags", |_, _| Ok(())).await?;
        }
        Ok(found)
    }

    async fn target_health(&self, target_group_arn: &str) -> CloudResult<Vec<TargetHealth>> {
        self.call("DescribeTargetHealth", |region, now| {
            let Some(target_group) = region.target_groups.get(target_group_arn) else {
                return Err(Refusal::new(
                    CloudErrorKind::NotFound,
                    "TargetGroupNotFound",
                    format!("Target groups '{target_group_arn}' not found"),
                ));
            };
            let used = !users_of(region, target_group_arn).is_empty();
            let mut health: Vec<TargetHealth> = region
                .groups
                .values()
                .filter(|group| group.facts.target_group_arns.iter().any(|arn| arn == target_group_arn))
                .filter(|group| !group.suspends("AddToLoadBalancer"))
                .flat_map(|group| &group.instances)
                .filter_map(|instance| health_of(region, target_group, instance, used, now))
                .collect();
            health.sort();
            Ok(health)
        })
        .await
    }
}

/// The load balancers whose listeners forward to a target group.
fn users_of(region: &RegionState, target_group_arn: &str) -> Vec<String> {
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
