//! Owns a loopback server that keeps the Auto Scaling groups of one Region: every effect counted, every answer a round
//! trip late, and if asked one bucket for all Auto Scaling calls, which answers `Throttling` when it is empty.
//!
//! The bucket's figures are an assumption: AWS publishes none for EC2 Auto Scaling.

// Each crate that includes this file uses a part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::replay::{Answer, Call, Replay, query_error, xml};

/// The account of both sides.
pub const ACCOUNT: &str = "111122223333";

/// Tokens at first, and tokens a second.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    pub burst: f64,
    pub refill: f64,
}

/// A group as the service keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub min: u32,
    pub desired: u32,
    pub max: u32,
}

/// What happened so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Calls that were carried out, by action.
    pub carried_out: BTreeMap<String, usize>,
    /// Calls that were answered with `Throttling`, by action.
    pub throttled: BTreeMap<String, usize>,
    /// Writes that changed a group, by its name.
    pub effects: BTreeMap<String, usize>,
    /// Writes that found the group as they would have left it.
    pub repeated: usize,
    /// When the first call came, the last write was carried out, and the last call came.
    pub first_call: Option<Instant>,
    pub last_write: Option<Instant>,
    pub last_call: Option<Instant>,
}

impl Tally {
    /// Calls of Auto Scaling, carried out or throttled.
    pub fn calls(&self) -> usize {
        let ours = |(action, _): &(&String, &usize)| action.contains("AutoScaling");
        self.carried_out.iter().chain(&self.throttled).filter(ours).map(|(_, count)| count).sum()
    }

    /// Calls that were throttled.
    pub fn throttles(&self) -> usize {
        self.throttled.values().sum()
    }

    /// Calls of one action that were carried out.
    pub fn of(&self, action: &str) -> usize {
        self.carried_out.get(action).copied().unwrap_or(0)
    }
}

struct State {
    groups: BTreeMap<String, Size>,
    bucket: Option<Bucket>,
    tokens: f64,
    counted_at: Instant,
    tally: Tally,
}

/// The server; it ends with its process.
#[derive(Clone)]
pub struct Loopback {
    replay: Replay,
    state: Arc<Mutex<State>>,
}

impl Loopback {
    /// Starts a server with those groups at a size.
    pub fn start(names: &[String], size: Size, round_trip: Duration, bucket: Option<Bucket>) -> Self {
        let state = State {
            groups: names.iter().map(|name| (name.clone(), size)).collect(),
            bucket,
            tokens: bucket.map_or(0.0, |bucket| bucket.burst),
            counted_at: Instant::now(),
            tally: Tally::default(),
        };
        let server = Loopback { replay: Replay::start(), state: Arc::new(Mutex::new(state)) };
        server.answer("sts", "GetCallerIdentity", round_trip, |_, _| Ok(identity()));
        server.answer("autoscaling", "DescribeAutoScalingGroups", round_trip, describe);
        server.answer("autoscaling", "UpdateAutoScalingGroup", round_trip, update);
        server.answer("autoscaling", "DescribeScalingActivities", round_trip, |_, _| {
            Ok(result("DescribeScalingActivities", "<Activities/>"))
        });
        server
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.replay.url()
    }

    /// What happened so far.
    pub fn tally(&self) -> Tally {
        self.state().tally.clone()
    }

    /// The groups that do not have a size.
    pub fn others_than(&self, size: Size) -> Vec<String> {
        self.state().groups.iter().filter(|(_, now)| **now != size).map(|(name, _)| name.clone()).collect()
    }

    fn answer(
        &self,
        service: &str,
        action: &'static str,
        round_trip: Duration,
        act: impl Fn(&mut State, &BTreeMap<String, String>) -> Result<String, Answer> + Send + 'static,
    ) {
        let state = Arc::clone(&self.state);
        let is_paced = service == "autoscaling";
        self.replay.on_call(service, action, move |call| {
            let fields = fields(call);
            let mut state = state.lock().expect("state");
            let now = Instant::now();
            state.tally.first_call.get_or_insert(now);
            state.tally.last_call = Some(now);
            let answer = if is_paced && !state.has_token() {
                *state.tally.throttled.entry(action.to_owned()).or_insert(0) += 1;
                query_error(400, "Throttling", "Rate exceeded")
            } else {
                *state.tally.carried_out.entry(action.to_owned()).or_insert(0) += 1;
                act(&mut state, &fields).map_or_else(|error| error, xml)
            };
            Answer::Slow(round_trip, Box::new(answer))
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("state")
    }
}

impl State {
    /// Takes a token, where there is a bucket; a refused call takes none.
    fn has_token(&mut self) -> bool {
        let Some(bucket) = self.bucket else { return true };
        let now = Instant::now();
        let passed = now.duration_since(self.counted_at).as_secs_f64();
        self.tokens = (self.tokens + passed * bucket.refill).min(bucket.burst);
        self.counted_at = now;
        let has = self.tokens >= 1.0;
        self.tokens -= if has { 1.0 } else { 0.0 };
        has
    }
}

fn describe(state: &mut State, fields: &BTreeMap<String, String>) -> Result<String, Answer> {
    let names = (1..).map_while(|n| fields.get(&format!("AutoScalingGroupNames.member.{n}")));
    let mut members = String::new();
    for (name, size) in names.filter_map(|name| state.groups.get_key_value(name)) {
        let _ = write!(
            members,
            "<member><AutoScalingGroupName>{name}</AutoScalingGroupName><MinSize>{}</MinSize><MaxSize>{}</MaxSize>\
             <DesiredCapacity>{}</DesiredCapacity><DefaultCooldown>300</DefaultCooldown><HealthCheckType>EC2\
             </HealthCheckType><AvailabilityZones><member>us-west-2a</member></AvailabilityZones><Instances>",
            size.min, size.max, size.desired
        );
        // Instances take no time here: what is measured is the command and not AWS's boots.
        for n in 0..size.desired {
            let _ = write!(
                members,
                "<member><InstanceId>i-{name}-{n}</InstanceId><InstanceType>m6i.large</InstanceType><AvailabilityZone>\
                 us-west-2a</AvailabilityZone><LifecycleState>InService</LifecycleState><HealthStatus>Healthy\
                 </HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn></member>"
            );
        }
        members.push_str("</Instances><CreatedTime>2026-11-01T00:00:00Z</CreatedTime></member>");
    }
    Ok(result("DescribeAutoScalingGroups", &format!("<AutoScalingGroups>{members}</AutoScalingGroups>")))
}

fn update(state: &mut State, fields: &BTreeMap<String, String>) -> Result<String, Answer> {
    let number = |name: &str| fields.get(name).and_then(|text| text.parse::<u32>().ok());
    let name = fields.get("AutoScalingGroupName").cloned().unwrap_or_default();
    let Some(now) = state.groups.get_mut(&name) else {
        return Err(query_error(400, "ValidationError", "AutoScalingGroup name not found"));
    };
    let size = Size {
        min: number("MinSize").unwrap_or(now.min),
        desired: number("DesiredCapacity").unwrap_or(now.desired),
        max: number("MaxSize").unwrap_or(now.max),
    };
    if size == *now {
        state.tally.repeated += 1;
    } else {
        *now = size;
        *state.tally.effects.entry(name).or_insert(0) += 1;
    }
    state.tally.last_write = Some(Instant::now());
    Ok(result("UpdateAutoScalingGroup", ""))
}

fn identity() -> String {
    let caller = format!("<Arn>arn:aws:iam::{ACCOUNT}:user/ann</Arn><UserId>AIDA</UserId><Account>{ACCOUNT}</Account>");
    result("GetCallerIdentity", &caller)
}

fn result(action: &str, body: &str) -> String {
    format!("<{action}Response><{action}Result>{body}</{action}Result></{action}Response>")
}

/// The fields of a form body, read once.
fn fields(call: &Call) -> BTreeMap<String, String> {
    let pairs = call.body.split('&').filter_map(|pair| pair.split_once('='));
    // Names of groups need no escaping, and nothing else here is asked for by value.
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
