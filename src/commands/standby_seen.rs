//! Owns what a declaration looks at on the standby besides its groups. What cannot be seen is no failure: it is told.

use std::collections::BTreeMap;

use futures_util::future::join3;

use super::context::Session;
use crate::cloud::ReadPorts;
use crate::facts::{AliasFacts, GroupFacts, LoadBalancerFacts};
use crate::model::{standby_database_name, standby_group_name};
use crate::plan::aside;
use crate::plan::declare::StandbySeen;
use crate::ui::Failure;

/// Looks at the standby: its groups, without which nothing can be planned, and what else the environment has there.
pub async fn look(
    session: &Session,
    ports: &ReadPorts,
) -> Result<(BTreeMap<String, GroupFacts>, StandbySeen), Failure> {
    let environment = &session.environment;
    let databases = environment.data.iter().filter(|data| data.rds().is_some());
    let ids: Vec<String> = databases.map(|data| standby_database_name(&environment.name, &data.name)).collect();
    let seen = StandbySeen::default();
    let databases = async {
        if ids.is_empty() {
            return (seen.databases.clone(), BTreeMap::new());
        }
        let found = match ports.databases.databases(&ids).await {
            Ok(found) => found.into_iter().map(|database| (database.id.clone(), database)).collect::<BTreeMap<_, _>>(),
            Err(error) => return (Err(error.to_string()), BTreeMap::new()),
        };
        let lacking: Vec<&String> = ids.iter().filter(|id| !found.contains_key(*id)).collect();
        let kept = kept(ports, &lacking).await;
        (Ok(found), kept)
    };
    let lags = async {
        if ids.is_empty() {
            return (seen.lags.clone(), BTreeMap::new());
        }
        let now = session.clock().now();
        let lags = ports.metrics.replica_lags(&ids, now).await.map(|told| told.lags).map_err(|error| error.to_string());
        let told = |id: &String| lags.as_ref().is_ok_and(|lags| lags.contains_key(id));
        let silent: Vec<String> = ids.iter().filter(|id| !told(id)).cloned().collect();
        let last = match (lags.is_ok(), silent.is_empty()) {
            // What could not be asked once is not asked again: nobody waits twice for a metric.
            (true, false) => ports.metrics.last_replica_lags(&silent, now).await.unwrap_or_default().lags,
            _ => BTreeMap::new(),
        };
        (lags, last)
    };
    let groups = async {
        let groups = super::declare::groups(session, ports).await?;
        let balancer = match &environment.traffic {
            Some(traffic) => balancer(ports, groups.get(&standby_group_name(&environment.name, &traffic.tier))).await,
            None => seen.balancer.clone(),
        };
        Ok::<_, Failure>((groups, balancer))
    };
    let (groups, (databases, kept), (lags, last_lags)) = join3(groups, databases, lags).await;
    let (groups, balancer) = groups?;
    Ok((groups, StandbySeen { databases, lags, last_lags, kept, balancer, past: BTreeMap::new() }))
}

/// What failbacks kept of databases that are not there. Without one nothing is promoted, so nothing waits for this look.
async fn kept(ports: &ReadPorts, lacking: &[&String]) -> BTreeMap<String, String> {
    let all = match lacking.is_empty() {
        true => Vec::new(),
        false => ports.databases.all_databases().await.unwrap_or_default(),
    };
    let of = |id: &&String| Some(((*id).clone(), aside::kept(id, &all)?.id.clone()));
    lacking.iter().filter_map(of).collect()
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
