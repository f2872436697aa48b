//! Owns the port for load balancers over the simulated account.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudErrorKind, CloudResult, ReadBalancing};
use crate::facts::{LoadBalancerFacts, TargetGroupFacts, TargetHealth};
use crate::sim::call::Refusal;
use crate::sim::resource::balancer_zone;
use crate::sim::targets::{health_of_targets, users_of};

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
                let found = arns.iter().filter_map(|arn| region.load_balancers.get(arn)).cloned();
                Ok(found
                    .map(|balancer| LoadBalancerFacts {
                        zone_id: Some(balancer_zone(&region.name, &balancer.kind)),
                        ..balancer
                    })
                    .collect())
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
            Ok(health_of_targets(region, target_group, now))
        })
        .await
    }
}
