//! Owns what a declaration looks at on the standby besides its groups. What cannot be seen is no failure: it is told.

use std::collections::BTreeMap;

use futures_util::future::join;

use super::context::Session;
use super::data;
use crate::cloud::ReadPorts;
use crate::facts::{AliasFacts, GroupFacts, LoadBalancerFacts};
use crate::model::standby_group_name;
use crate::plan::declare::StandbySeen;
use crate::ui::Failure;

/// Looks at the standby: its groups, without which nothing can be planned, and what else the environment has there.
pub async fn look(
    session: &Session,
    ports: &ReadPorts,
) -> Result<(BTreeMap<String, GroupFacts>, StandbySeen), Failure> {
    let environment = &session.environment;
    let groups = async {
        let groups = super::declare::groups(session, ports).await?;
        let balancer = match &environment.traffic {
            Some(traffic) => balancer(ports, groups.get(&standby_group_name(&environment.name, &traffic.tier))).await,
            None => StandbySeen::default().balancer,
        };
        Ok::<_, Failure>((groups, balancer))
    };
    let (groups, seen) = join(groups, data::in_standby(session, ports)).await;
    let (groups, balancer) = groups?;
    Ok((groups, StandbySeen { balancer, ..seen }))
}

/// The load balancer in front of a group.
async fn balancer(ports: &ReadPorts, group: Option<&GroupFacts>) -> Result<AliasFacts, String> {
    let group = group.ok_or("the standby has no such group")?;
    let none = || format!("{} is behind no load balancer", group.name);
    if group.target_group_arns.is_empty() {
        return Err(none());
    }
    let targets = ports.balancing.target_groups(&group.target_group_arns).await.map_err(|error| error.to_string())?;
    let arns: Vec<String> = targets.into_iter().flat_map(|target| target.load_balancer_arns).collect();
    if arns.is_empty() {
        return Err(none());
    }
    let balancers = ports.balancing.load_balancers(&arns).await.map_err(|error| error.to_string())?;
    let balancer = LoadBalancerFacts::users_come_to(&balancers).ok_or_else(none)?;
    let zone_id = balancer.zone_id.clone().ok_or_else(|| format!("the zone of {} is not told", balancer.name))?;
    Ok(AliasFacts { dns_name: balancer.full_dns_name(), zone_id, evaluate_target_health: true })
}
