//! Owns what commands look at of RDS instances: how they stand, what runs tell of them, and their host names.

use std::collections::BTreeMap;

use futures_util::future::join;

use super::{Kind, Row};
use crate::cloud::{CloudResult, ReadPorts};
use crate::commands::context::Session;
use crate::commands::promoted::pasts;
use crate::facts::{Baseline, DatabaseFacts, Noun};
use crate::model::{BalancerName, BalancerNames, Environment, RdsData, SideName, standby_database_name};
use crate::observe::DataSeen;
use crate::plan::aside;
use crate::plan::declare::StandbySeen;
use crate::plan::failback;
use crate::ui::Failure;

impl Kind for RdsData {
    fn status(&self, data: &str, environment: &str, seen: &DataSeen) -> Row {
        let name = standby_database_name(environment, data);
        let found = seen.databases.get(&name);
        Row {
            noun: Noun::Database,
            kind: "database",
            follows: found.map(DatabaseFacts::is_replica),
            status: found.map(|database| database.status.clone()),
            lag_s: seen.replica_lags.get(&name).map(|lag| lag.seconds),
            name,
        }
    }
}

pub(super) async fn in_standby(session: &Session, ports: &ReadPorts) -> StandbySeen {
    let seen = StandbySeen::default();
    let ids = session.environment.instances(SideName::Standby);
    if ids.is_empty() {
        return seen;
    }
    let databases = async {
        let found = match ports.databases.databases(&ids).await {
            Ok(found) => found.into_iter().map(|database| (database.id.clone(), database)).collect::<BTreeMap<_, _>>(),
            Err(error) => return (Err(error.to_string()), BTreeMap::new()),
        };
        let lacking: Vec<&String> = ids.iter().filter(|id| !found.contains_key(*id)).collect();
        let kept = kept(ports, &lacking).await;
        (Ok(found), kept)
    };
    let lags = async {
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
    let ((databases, kept), (lags, last_lags)) = join(databases, lags).await;
    StandbySeen { databases, lags, last_lags, kept, ..seen }
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

pub(super) fn stands_alone(seen: &StandbySeen) -> bool {
    seen.databases.iter().flatten().any(|(_, database)| !database.is_replica())
}

pub(super) async fn on_both_sides(
    session: &Session,
    primary: &ReadPorts,
    standby: &ReadPorts,
) -> Result<BTreeMap<String, failback::DataSeen>, Failure> {
    let environment = &session.environment;
    let databases: Vec<(&str, String, String)> = environment
        .data
        .iter()
        .filter_map(|data| {
            let of = |side| data.instance(&environment.name, side);
            Some((data.name.as_str(), of(SideName::Primary)?, of(SideName::Standby)?))
        })
        .collect();
    if databases.is_empty() {
        return Ok(BTreeMap::new());
    }
    let here: Vec<String> = databases.iter().map(|(_, source, _)| source.clone()).collect();
    let there: Vec<String> = databases.iter().map(|(.., there)| there.clone()).collect();
    let (here, there) = join(primary.databases.databases(&here), standby.databases.databases(&there)).await;
    let by_id = |found: Vec<DatabaseFacts>| -> BTreeMap<String, DatabaseFacts> {
        found.into_iter().map(|one| (one.id.clone(), one)).collect()
    };
    let (here, there) = (by_id(here?), by_id(there?));
    let all = match databases.iter().all(|(.., id)| there.contains_key(id)) {
        true => Vec::new(),
        false => standby.databases.all_databases().await?,
    };
    let replicas: Vec<String> = here.values().filter(|one| one.is_replica()).map(|one| one.id.clone()).collect();
    let lags = match replicas.is_empty() {
        true => BTreeMap::new(),
        false => primary.metrics.replica_lags(&replicas, session.clock().now()).await?.lags,
    };
    let mut pasts = pasts(session).await?;
    let seen = databases.into_iter().map(|(name, source, standby)| {
        let seen = failback::DataSeen {
            standby: there.get(&standby).cloned(),
            kept: aside::kept(&standby, &all).filter(|_| !there.contains_key(&standby)).cloned(),
            primary: here.get(&source).cloned(),
            lag: lags.get(&source).copied(),
            past: pasts.remove(name).unwrap_or_default(),
        };
        (name.to_owned(), seen)
    });
    Ok(seen.collect())
}

pub(super) async fn to_copy(
    environment: &Environment,
    standby: &ReadPorts,
) -> CloudResult<BTreeMap<String, DatabaseFacts>> {
    let ids = environment.instances(SideName::Standby);
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = standby.databases.databases(&ids).await?;
    Ok(found.into_iter().map(|database| (database.id.clone(), database)).collect())
}

pub(super) async fn sources(
    environment: &Environment,
    standby: &ReadPorts,
) -> CloudResult<BTreeMap<String, Option<String>>> {
    let mut sources = BTreeMap::new();
    for id in environment.instances(SideName::Standby) {
        if let Some(database) = standby.databases.database(&id).await? {
            sources.insert(id, database.source);
        }
    }
    Ok(sources)
}

/// The host names of production's databases, each with that of its replica: it keeps it when it is promoted.
pub(super) async fn host_names(environment: &Environment, baseline: &Baseline, standby: &ReadPorts) -> BalancerNames {
    let wanted: BTreeMap<String, String> = environment
        .data
        .iter()
        .filter_map(|data| {
            let of = |side| data.instance(&environment.name, side);
            let production = baseline.facts.databases.get(&of(SideName::Primary)?)?.endpoint.as_ref()?;
            Some((production.host.clone(), of(SideName::Standby)?))
        })
        .collect();
    if wanted.is_empty() {
        return BalancerNames::new();
    }
    let ids: Vec<String> = wanted.values().cloned().collect();
    let found = standby.databases.databases(&ids).await;
    let standing = |id: &String| match &found {
        Err(error) => BalancerName::Unread(error.to_string()),
        Ok(found) => {
            let host = found.iter().find(|one| one.id == *id).and_then(|one| Some(one.endpoint.as_ref()?.host.clone()));
            host.map_or(BalancerName::NotYet, BalancerName::Known)
        }
    };
    wanted.iter().map(|(host, id)| (host.clone(), standing(id))).collect()
}
