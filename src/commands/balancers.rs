//! Owns asking the standby for the host names of its load balancers and databases, for the rules parameters are rewritten
//! with.

use std::collections::BTreeMap;

use super::data;
use crate::cloud::{CloudResult, ReadPorts};
use crate::facts::Baseline;
use crate::model::{BalancerNames, Environment, StackName};
use crate::plan::sync::BalancerQuery;
use crate::render::counterparts;

/// What stands in the standby for the load balancers and databases the baseline saw. A standby that cannot be asked is told
/// with each.
pub async fn balancer_names(environment: &Environment, baseline: &Baseline, standby: &ReadPorts) -> BalancerNames {
    let query = BalancerQuery::of(baseline, &counterparts(environment, baseline));
    let (balancers, databases) =
        futures_util::future::join(ask(environment, &query, standby), data::host_names(environment, baseline, standby))
            .await;
    let mut names = balancers.unwrap_or_else(|error| query.unread(&error.to_string()));
    names.extend(databases);
    names
}

async fn ask(environment: &Environment, query: &BalancerQuery, standby: &ReadPorts) -> CloudResult<BalancerNames> {
    let parts = query.parts();
    if parts.is_empty() {
        return Ok(query.names(&BTreeMap::new(), &[]));
    }
    let names: Vec<String> = parts.iter().map(|part| StackName::of(&environment.name, *part).0).collect();
    let found = standby.stacks.stacks(&names).await?;
    let mut resources = BTreeMap::new();
    for (part, name) in parts.into_iter().zip(&names) {
        if found.get(name).is_some_and(|stack| !stack.status.is_review()) {
            resources.insert(part, standby.stacks.resources(name).await?);
        }
    }
    let balancers = standby.balancing.load_balancers(&query.arns(&resources)).await?;
    Ok(query.names(&resources, &balancers))
}
