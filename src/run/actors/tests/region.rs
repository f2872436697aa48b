//! Owns a Region for the tests of actors: its state by a clock of its own, with calls that are refused, lost before their
//! effect, or lost after it.

mod copies;
mod data;
mod events;
mod groups;
mod launching;
mod unused;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::super::{Actors, Answer, GateKeeper, Reports, SidePorts};
use crate::cloud::*;
use crate::facts::*;
use crate::model::{AccountId, Caller, Region as RegionName, SideName};
use crate::run::journal::Noted;

/// What befalls a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Refused: no effect.
    Refused(CloudErrorKind),
    /// The request is lost: no effect, no answer.
    Vanished,
    /// The answer is lost: the effect has happened.
    Unanswered,
}

/// What a name resolves to.
type Resolved = Result<Vec<String>, String>;

#[derive(Default)]
pub struct State {
    pub now: Timestamp,
    /// How far the laptop's clock is ahead of AWS's, in seconds.
    pub ahead_s: i64,
    /// CloudWatch does not tell when it answered.
    pub untimed: bool,
    pub databases: BTreeMap<String, DatabaseFacts>,
    pub snapshots: BTreeMap<String, SnapshotFacts>,
    /// What becomes of snapshots, and when.
    pub made: Vec<(Timestamp, SnapshotFacts)>,
    /// Databases that are deleted, and when they are gone.
    pub going: Vec<(Timestamp, String)>,
    /// What becomes of databases, and when.
    pub coming: Vec<(Timestamp, DatabaseFacts)>,
    /// Whether a change of class comes to nothing.
    pub no_capacity: bool,
    /// Lags by time from which they hold; none: not known.
    pub lag: Vec<(Timestamp, Option<u64>)>,
    /// How many are connected to each database, and since when that is known; none: not known.
    pub connected: Option<(Timestamp, u32)>,
    pub parameters: BTreeMap<String, Parameter>,
    pub tables: BTreeMap<String, TableFacts>,
    pub buckets: BTreeMap<String, BucketFacts>,
    pub objects: BTreeMap<(String, String), Vec<u8>>,
    /// Whether nobody may read an object without credentials.
    pub closed: bool,
    /// Whether this machine reaches no public address.
    pub offline: bool,
    pub records: Vec<RecordFacts>,
    pub schedules: BTreeMap<String, Vec<ScheduleFacts>>,
    /// Event sources as [`Trigger`] writes them; a mapping takes 20 s to follow.
    pub events: BTreeMap<String, EventSourceFacts>,
    /// What becomes of mappings, and when.
    pub following: Vec<(Timestamp, String, &'static str)>,
    pub groups: BTreeMap<String, GroupFacts>,
    /// Versions of the launch template `lt-1`, by number.
    pub versions: BTreeMap<u64, LaunchTemplateFacts>,
    pub default_version: u64,
    pub images: BTreeMap<String, ImageFacts>,
    /// When copies are available.
    pub copied: BTreeMap<String, Timestamp>,
    /// What names resolve to from a time on.
    pub names: BTreeMap<String, Vec<(Timestamp, Resolved)>>,
    /// What the service answers, one after another; the last stays.
    pub answers: VecDeque<Result<u16, String>>,
    pub faults: BTreeMap<String, VecDeque<Fault>>,
    pub volumes: Vec<VolumeFacts>,
    /// Effects, in order.
    pub effects: Vec<String>,
    /// What happens elsewhere while the next looks of that name are under way, one after another.
    pub meanwhile: BTreeMap<&'static str, VecDeque<Box<dyn FnOnce() + Send>>>,
}

/// The Region. Clones share it.
#[derive(Clone, Default)]
pub struct Region(Arc<Mutex<State>>);

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn error(kind: CloudErrorKind, operation: &str) -> CloudError {
    let region = RegionName("us-west-2".into());
    let message = String::new();
    CloudError { kind, operation: operation.into(), side: None, region, code: None, message, request_id: None }
}

impl Region {
    pub fn edit<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().expect("unpoisoned"))
    }

    pub fn fault(&self, operation: &str, faults: &[Fault]) {
        self.edit(|state| state.faults.entry(operation.to_owned()).or_default().extend(faults.iter().copied()));
    }

    /// Has something happen while the next look of that name is under way.
    pub fn meanwhile(&self, look: &'static str, happens: impl FnOnce() + Send + 'static) {
        self.edit(|state| state.meanwhile.entry(look).or_default().push_back(Box::new(happens)));
    }

    fn time_passes(&self, look: &'static str) {
        if let Some(happens) = self.edit(|state| state.meanwhile.get_mut(look).and_then(VecDeque::pop_front)) {
            happens();
        }
    }

    pub fn effects(&self) -> Vec<String> {
        self.edit(|state| state.effects.clone())
    }

    /// What is there after so much of the time has passed.
    fn look<T>(&self, read: impl FnOnce(&State) -> T) -> CloudResult<T> {
        self.edit(|state| {
            let now = state.now;
            let (due, coming): (Vec<_>, Vec<_>) =
                std::mem::take(&mut state.coming).into_iter().partition(|(when, _)| *when <= now);
            state.coming = coming;
            for (_, facts) in due {
                state.databases.insert(facts.id.clone(), facts);
            }
            let (due, made): (Vec<_>, Vec<_>) =
                std::mem::take(&mut state.made).into_iter().partition(|(when, _)| *when <= now);
            state.made = made;
            state.snapshots.extend(due.into_iter().map(|(_, facts)| (facts.id.clone(), facts)));
            let State { going, databases, .. } = state;
            going.retain(|(when, id)| *when > now || databases.remove(id).is_none());
            Ok(read(state))
        })
    }

    fn write(&self, operation: &str, effect: impl FnOnce(&mut State)) -> CloudResult<()> {
        self.edit(|state| match state.faults.get_mut(operation).and_then(VecDeque::pop_front) {
            Some(Fault::Refused(kind)) => Err(error(kind, operation)),
            Some(Fault::Vanished) => Err(error(CloudErrorKind::Unreachable, operation)),
            fault => {
                state.effects.push(operation.to_owned());
                effect(state);
                match fault {
                    Some(_) => Err(error(CloudErrorKind::Unreachable, operation)),
                    None => Ok(()),
                }
            }
        })
    }

    pub fn actors(&self) -> Actors {
        let all = || Arc::new(self.clone());
        let side = |side| SidePorts {
            account: AccountId("1".into()),
            read: ReadPorts {
                side,
                region: RegionName("us-west-2".into()),
                identity: all(),
                groups: all(),
                launch_templates: all(),
                images: all(),
                network: all(),
                balancing: Arc::new(super::Fake::default()),
                metrics: all(),
                parameters: all(),
                stacks: all(),
                databases: all(),
                tables: all(),
                buckets: all(),
                dns: all(),
                schedules: all(),
                events: all(),
                volumes: all(),
            },
            write: WritePorts {
                groups: all(),
                launch_templates: all(),
                images: all(),
                parameters: all(),
                stacks: all(),
                databases: all(),
                objects: all(),
                dns: all(),
                schedules: all(),
                events: all(),
            },
            seen: None,
        };
        Actors::new(side(SideName::Standby), Some(side(SideName::Primary)), all(), all(), all(), all())
    }
}

#[async_trait]
impl Clock for Region {
    fn now(&self) -> Timestamp {
        self.edit(|state| state.now.checked_add(SignedDuration::from_secs(state.ahead_s)).expect("in range"))
    }
    async fn sleep(&self, length: Duration) {
        tokio::task::yield_now().await;
        self.edit(|state| state.now = state.now.checked_add(length).expect("in range"));
    }
}

#[async_trait]
impl Outside for Region {
    async fn resolve(&self, name: &str) -> Result<Vec<String>, String> {
        self.edit(|state| {
            let mut answers = state.names.get(name).into_iter().flatten();
            answers.rfind(|(from, _)| *from <= state.now).map_or(Ok(vec![]), |(_, answer)| answer.clone())
        })
    }
    async fn get_by(&self, _: &Way, url: &str, _: Duration) -> Result<u16, String> {
        let object = url.strip_prefix("https://objects/").and_then(|rest| rest.split_once('/'));
        self.edit(|state| match state.answers.len() {
            _ if state.offline => Err("no way out".to_owned()),
            _ if let Some((bucket, key)) = object => {
                let there = state.objects.contains_key(&(bucket.to_owned(), key.to_owned()));
                Ok(if there && !state.closed { 200 } else { 403 })
            }
            0 => Err("nobody listens".to_owned()),
            1 => state.answers[0].clone(),
            _ => state.answers.pop_front().expect("one"),
        })
    }
}

#[async_trait]
impl GateKeeper for Region {
    async fn ask(&self, _: &str) -> Answer {
        Answer::No
    }
}

#[async_trait]
impl Reports for Region {
    async fn save(&self, _: Noted) -> Result<String, String> {
        Ok(String::new())
    }
}

#[async_trait]
impl ReadParameters for Region {
    async fn parameters_by_path(&self, path: &str) -> CloudResult<Vec<Parameter>> {
        self.look(|state| state.parameters.values().filter(|one| one.name.starts_with(path)).cloned().collect())
    }
    /// Without what only a look at the path tells.
    async fn parameters(&self, names: &[String]) -> CloudResult<Vec<Parameter>> {
        let bare =
            |one: &Parameter| Parameter { tier: ParameterTier::Standard, description: String::new(), ..one.clone() };
        self.look(|state| names.iter().filter_map(|name| state.parameters.get(name).map(bare)).collect())
    }
}

#[async_trait]
impl WriteParameters for Region {
    async fn put_parameter(&self, put: &PutParameter) -> CloudResult<i64> {
        self.write("PutParameter", |state| {
            let one = Parameter {
                name: put.name.clone(),
                kind: put.kind,
                tier: put.tier,
                value: put.value.clone(),
                version: 2,
                data_type: put.data_type.clone(),
                description: put.description.clone(),
                allowed_pattern: put.allowed_pattern.clone(),
                key_id: put.key_id.clone(),
            };
            state.parameters.insert(put.name.clone(), one);
        })?;
        Ok(2)
    }
    async fn delete_parameter(&self, _: &str) -> CloudResult<()> {
        Err(error(CloudErrorKind::Unsupported, "DeleteParameter"))
    }
}

#[async_trait]
impl ReadIdentity for Region {
    async fn caller(&self) -> CloudResult<Caller> {
        self.time_passes("caller");
        Ok(Caller { account: AccountId("1".into()), arn: "arn:aws:iam::1:user/ann".into() })
    }
}
