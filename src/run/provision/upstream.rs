//! Owns the look at a deployed stack as those that depend on it see it: physical ids, and the names of load balancers.

use super::outcome::ProvisionError;
use super::session::Session;
use crate::model::{Part, StackName};
use crate::plan::provision::inputs::dns_names_wanted;
use crate::plan::provision::{Intent, Upstream};

/// What a stack that is there holds now.
pub(super) async fn deployed(
    session: &Session<'_>,
    intent: &Intent,
    part: Part,
    name: &StackName,
) -> Result<Upstream, ProvisionError> {
    let cloud = |error| ProvisionError::Cloud { stack: Some(name.clone()), error };
    let resources = session.retry(async || session.ports.stacks.resources(name.as_str()).await).await.map_err(cloud)?;
    let mut upstream = Upstream::settled(&resources);
    let wanted = dns_names_wanted(&intent.stacks, part);
    let arns: Vec<String> = wanted.iter().filter_map(|id| upstream.resources.get(id).cloned()).collect();
    if arns.is_empty() {
        return Ok(upstream);
    }
    let balancers = session.retry(async || session.ports.balancing.load_balancers(&arns).await).await.map_err(cloud)?;
    for logical_id in wanted {
        let Some(arn) = upstream.resources.get(&logical_id) else { continue };
        if let Some(balancer) = balancers.iter().find(|balancer| balancer.arn == *arn) {
            upstream.dns_names.insert(logical_id, balancer.dns_name.clone());
        }
    }
    Ok(upstream)
}
