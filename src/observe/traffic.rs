//! Owns looking at the record that leads users to a side. Route 53 is global, so only the primary side's observation asks
//! it: in a disaster nothing of the standby waits for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloud::ReadPorts;
use crate::facts::{Gap, HealthCheckFacts, Noun, RecordFacts};
use crate::model::{SideName, Switch, Traffic};

/// What was seen of the record.
#[derive(Debug, Default)]
pub struct TrafficSeen {
    /// Its record sets, in order.
    pub records: Vec<RecordFacts>,
    /// The health checks they name, by id.
    pub health_checks: BTreeMap<String, HealthCheckFacts>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
}

/// The environment's record with its health checks. No call where there is no record of lifeboat's, nor for the standby.
pub async fn observe_traffic(ports: &ReadPorts, traffic: Option<&Traffic>) -> TrafficSeen {
    let asked = traffic.filter(|traffic| ports.side == SideName::Primary && traffic.switch != Switch::Manual);
    match asked {
        Some(traffic) => records(ports, traffic).await,
        None => TrafficSeen::default(),
    }
}

/// The record with its health checks, by whatever side's way to Route 53 there is.
pub async fn records(ports: &ReadPorts, traffic: &Traffic) -> TrafficSeen {
    let mut seen = TrafficSeen::default();
    let mut gap = |error: String| {
        seen.gaps.push(Gap { noun: Noun::Record, subject: traffic.record.clone(), reason: error });
    };
    let mut records = match ports.dns.records(&traffic.zone, &traffic.record).await {
        Ok(records) => records,
        Err(error) => {
            gap(error.to_string());
            return seen;
        }
    };
    records.sort();
    let ids: BTreeSet<String> = records.iter().filter_map(|record| record.health_check_id.clone()).collect();
    if !ids.is_empty() {
        let ids: Vec<String> = ids.into_iter().collect();
        match ports.dns.health_checks(&ids).await {
            Ok(checks) => {
                seen.health_checks = checks.into_iter().map(|check| (check.id.clone(), check)).collect();
            }
            Err(error) => gap(format!("its health checks: {error}")),
        }
    }
    seen.records = records;
    seen
}
