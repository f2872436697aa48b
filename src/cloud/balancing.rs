//! Owns the port for load balancers and target groups.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{LoadBalancerFacts, TargetGroupFacts, TargetHealth};

/// Looks at load balancers.
#[async_trait]
pub trait ReadBalancing: Send + Sync {
    /// The target groups of those ARNs, by the page. ARNs that do not exist are absent.
    async fn target_groups(&self, arns: &[String]) -> CloudResult<Vec<TargetGroupFacts>>;

    /// The load balancers of those ARNs with their listeners. ARNs that do not exist are absent.
    async fn load_balancers(&self, arns: &[String]) -> CloudResult<Vec<LoadBalancerFacts>>;

    /// The health of every target of a target group.
    async fn target_health(&self, target_group_arn: &str) -> CloudResult<Vec<TargetHealth>>;
}
