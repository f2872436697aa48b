//! Owns a stand-in for RDS that holds effects: instances of several Regions that replicate, are promoted, renamed and
//! changed, each a while after it was ordered. It stands beside moto, whose promotion changes nothing, and takes RDS's
//! instances, the lag of replicas, and the instances of templates; everything else passes.
//!
//! States and refusals follow AWS's documentation: the RDS API reference (CreateDBInstanceReadReplica, PromoteReadReplica,
//! ModifyDBInstance with their errors) and the RDS user guide ("DB instance status", "Working with read replicas", "Renaming
//! a DB instance"). Times do not: what takes minutes there takes [`TAKES`] here.

// Each test crate that includes this file uses a part of it.
#![allow(dead_code)]

#[path = "rds/actions.rs"]
mod actions;
#[path = "rds/instance.rs"]
mod instance;
#[path = "rds/templates.rs"]
mod templates;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub use instance::Instance;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use templates::Templates;

use super::cbor::{array, cbor, map, metric, texts};
use super::proxy::Beside;
use super::replay::{Answer, Call, wire};

/// How long each state of a change lasts.
const TAKES: Duration = Duration::from_millis(300);

/// The stand-in; clones are the same.
#[derive(Clone, Default)]
pub struct Rds {
    state: Arc<Mutex<State>>,
}

/// What is there.
#[derive(Default)]
struct State {
    instances: Vec<Instance>,
    /// Orders that were taken, such as `us-west-2 promote shop-orders`.
    taken: Vec<String>,
    /// How far every replica is behind, in seconds; none: nobody knows.
    lag_s: Option<f64>,
    templates: Templates,
}

impl Rds {
    /// Every instance of a Region, by identifier.
    pub fn instances(&self, region: &str) -> Vec<Instance> {
        let state = self.state();
        let mut found: Vec<Instance> = state.instances.iter().filter(|one| one.region == region).cloned().collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }

    /// One instance.
    pub fn instance(&self, region: &str, id: &str) -> Instance {
        let found = self.instances(region).into_iter().find(|one| one.id == id);
        found.unwrap_or_else(|| panic!("no {id} in {region}"))
    }

    /// An application writes; false when the instance takes no writes.
    pub fn write(&self, region: &str, id: &str, row: &str) -> bool {
        let mut state = self.state();
        let Some(one) = state.instances.iter_mut().find(|one| one.is(region, id)) else { return false };
        if !one.takes_writes() {
            return false;
        }
        one.rows.insert(row.to_owned());
        let arn = one.arn();
        for replica in state.instances.iter_mut().filter(|one| one.source.as_ref() == Some(&arn)) {
            replica.rows.insert(row.to_owned());
        }
        true
    }

    /// Orders that were taken so far, in order.
    pub fn taken(&self) -> Vec<String> {
        self.state().taken.clone()
    }

    /// Forgets the orders.
    pub fn forget(&self) {
        self.state().taken.clear();
    }

    /// Sets how far replicas are behind.
    pub fn lag(&self, seconds: Option<f64>) {
        self.state().lag_s = seconds;
    }

    /// The state by now.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().expect("state");
        let now = Instant::now();
        for one in &mut state.instances {
            one.settle(now);
        }
        state.instances.retain(|one| !one.gone);
        state
    }

    /// CloudWatch's newest lag of each replica that is asked for, or that nobody is connected to an instance; none of what is
    /// no replica or is not there.
    fn lags(&self, call: &Call, wire: &[u8]) -> Option<Answer> {
        let connections = call.body.contains("DatabaseConnections");
        if call.action != "GetMetricData" || !(connections || call.body.contains("ReplicaLag")) {
            return None;
        }
        let state = self.state();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
        let body = wire.windows(4).position(|four| four == b"\r\n\r\n").map_or(wire, |end| &wire[end + 4..]);
        let texts = texts(body);
        let (mut results, mut query) = (Vec::new(), None);
        // Keys and values stand side by side; the order of keys is the sender's.
        let mut replica = None;
        for pair in texts.windows(2) {
            match pair[0].as_str() {
                "Id" => query = Some(pair[1].clone()),
                "Value" => replica = Some(pair[1].clone()),
                _ => continue,
            }
            if let (Some(id), Some(replica)) = (&query, &replica) {
                let there = |one: &&Instance| one.is(&call.region, replica);
                let value = match state.instances.iter().find(there) {
                    Some(_) if connections => Some(0.0),
                    Some(one) if one.is_replica() => state.lag_s,
                    _ => None,
                };
                let points: Vec<(f64, f64)> = value.map(|value| (value, now)).into_iter().collect();
                results.push(metric(id, &points));
            } else {
                continue;
            }
            (query, replica) = (None, None);
        }
        Some(dated(cbor(map(&[("MetricDataResults", array(&results))]))))
    }
}

/// With the time of the service that answers, as every service of AWS tells it: the program waits by CloudWatch's clock.
fn dated(mut answer: Answer) -> Answer {
    if let Answer::Http { headers, .. } = &mut answer {
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now()).expect("a date of now");
        headers.push(("date".to_owned(), date));
    }
    answer
}

impl Beside for Rds {
    fn answer(&self, call: &Call, bytes: &[u8], upstream: &dyn Fn(&[u8]) -> Vec<u8>) -> Option<Vec<u8>> {
        match call.service.as_str() {
            "rds" => actions::act(&mut self.state(), call).map(|answer| wire(&answer)),
            "monitoring" => self.lags(call, bytes).map(|answer| wire(&answer)),
            "cloudformation" => templates::act(&mut self.state(), call, bytes, upstream),
            _ => None,
        }
    }
}
