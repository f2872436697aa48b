//! Owns a small scripted CloudFormation for the tests of this module: it keeps a ledger of every effect.

// The ports' error is what it is; here nothing is passed on in a hot path.
#![allow(clippy::result_large_err)]

mod ports;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::session::{Options, Ports};
use crate::cloud::*;
use crate::facts::*;
use crate::model::{Digest, GroupSize, Part, Region, SideName, StackName};
use crate::plan::provision::{Intent, StackIntent, sizes::TierParameters, template};
use crate::render::stack::Input;

/// One answer to a poll of a running operation: the status, and the events that came with it.
pub type Frame = (&'static str, Vec<StackEvent>);

/// What happens while somebody sleeps.
pub type Meanwhile = Box<dyn FnMut(&mut State) + Send>;

#[derive(Default)]
pub struct State {
    pub stacks: BTreeMap<String, FakeStack>,
    pub sets: BTreeMap<String, (ChangeSetRequest, ChangeSet, u32)>,
    /// Every effect, in order.
    pub ledger: Vec<String>,
    /// What change sets of a stack say, instead of what templates tell.
    pub changes: BTreeMap<String, Vec<ResourceChange>>,
    pub set_state: BTreeMap<String, ChangeSetState>,
    /// How the next operations of a stack go, instead of well.
    pub endings: BTreeMap<String, VecDeque<Vec<Frame>>>,
    /// Errors for the next calls of an operation.
    pub errors: BTreeMap<&'static str, VecDeque<CloudError>>,
    pub zones: Vec<String>,
    pub groups: Vec<GroupFacts>,
    pub balancers: Vec<LoadBalancerFacts>,
    pub databases: Vec<DatabaseFacts>,
    pub bucket: bool,
    pub polls: u32,
}

#[derive(Clone)]
pub struct FakeStack {
    pub facts: StackFacts,
    pub body: String,
    pub resources: Vec<StackResource>,
    pub events: Vec<StackEvent>,
    pub frames: VecDeque<Frame>,
    pub next: Option<(String, BTreeMap<String, String>)>,
}

pub struct Fake {
    pub state: Mutex<State>,
    pub now: Mutex<Timestamp>,
    pub region: Region,
    /// Called at every sleep, to let a test do something meanwhile.
    pub on_sleep: Mutex<Option<Meanwhile>>,
}

pub fn error(kind: CloudErrorKind, operation: &str) -> CloudError {
    CloudError {
        kind,
        operation: operation.to_owned(),
        side: Some(SideName::Standby),
        region: Region("us-west-2".into()),
        code: None,
        message: "as scripted".into(),
        request_id: None,
    }
}

pub fn event(id: &str, logical_id: &str, kind: &str, status: &str, reason: Option<&str>) -> StackEvent {
    StackEvent {
        id: id.into(),
        at: Timestamp::UNIX_EPOCH,
        logical_id: logical_id.into(),
        physical_id: format!("{logical_id}-id"),
        resource_type: kind.into(),
        status: status.into(),
        reason: reason.map(Into::into),
        token: None,
    }
}

pub fn change(id: &str, action: ChangeAction, replacement: Replacement) -> ResourceChange {
    ResourceChange {
        logical_id: id.into(),
        physical_id: None,
        resource_type: "AWS::EC2::VPC".into(),
        action,
        replacement,
        properties: vec![],
    }
}

pub fn body(resources: &[&str]) -> String {
    let list: BTreeMap<&str, _> =
        resources.iter().map(|id| (*id, serde_json::json!({"Type": "AWS::EC2::VPC"}))).collect();
    serde_json::to_string_pretty(&serde_json::json!({ "Resources": list })).unwrap()
}

pub fn stack_intent(part: Part, resources: &[&str]) -> StackIntent {
    let body = body(resources);
    StackIntent {
        part,
        name: StackName::of("shop", part),
        digest: Digest::of_bytes(body.as_bytes()),
        body,
        parameters: BTreeMap::new(),
        inputs: BTreeMap::new(),
    }
}

/// A network and a compute stack that takes the network's Vpc, with the sizes of tier `web`.
pub fn two_stacks() -> Intent {
    let network = stack_intent(Part::Network, &["Subnet", "Vpc"]);
    let mut compute = stack_intent(Part::COMPUTE, &["WebGroup"]);
    compute.parameters = [("WebMin", "2"), ("WebMax", "10")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let vpc = Input::Resources { part: Part::Network, logical_ids: vec!["Vpc".into()] };
    compute.inputs.insert("VpcId".into(), vpc);
    Intent {
        environment: "shop".into(),
        stacks: vec![network, compute],
        tiers: vec![TierParameters::of("shop", "web")],
        tags: Tags::from([("lifeboat:environment".into(), "shop".into())]),
        raised: vec![],
        warnings: vec![],
    }
}

pub fn group(min: u32, max: u32, desired: u32) -> GroupFacts {
    sample::group("shop-web", GroupSize { min, max, desired })
}

impl Fake {
    pub fn new() -> Self {
        Fake {
            state: Mutex::new(State { zones: vec!["us-west-2b".into(), "us-west-2a".into()], ..State::default() }),
            now: Mutex::new(Timestamp::UNIX_EPOCH),
            region: Region("us-west-2".into()),
            on_sleep: Mutex::new(None),
        }
    }

    /// A stack that is there, as an earlier deploy left it.
    pub fn with(self, stack: &StackIntent, status: &str, parameters: &[(&str, &str)]) -> Self {
        let made = FakeStack {
            facts: StackFacts {
                id: format!("arn:{}", stack.name),
                name: stack.name.0.clone(),
                status: StackStatus(status.into()),
                status_reason: None,
                parameters: parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
                resolved_parameters: BTreeMap::new(),
                outputs: BTreeMap::new(),
                tags: Tags::new(),
                updated_at: None,
                termination_protection: false,
            },
            resources: resources(&stack.body),
            body: stack.body.clone(),
            events: vec![event("old", "Vpc", "AWS::EC2::VPC", "CREATE_FAILED", Some("an old story"))],
            frames: VecDeque::new(),
            next: None,
        };
        self.edit(|state| state.stacks.insert(stack.name.0.clone(), made));
        self
    }

    pub fn edit<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    pub fn ledger(&self) -> Vec<String> {
        self.edit(|state| state.ledger.clone())
    }

    /// Name and status of every stack, and how many change sets there are.
    pub fn left(&self) -> (Vec<String>, usize) {
        self.edit(|state| {
            let stacks = state.stacks.values().map(|s| format!("{} {}", s.facts.name, s.facts.status)).collect();
            (stacks, state.sets.len())
        })
    }

    pub fn ports(&self) -> Ports<'_> {
        Ports {
            region: &self.region,
            stacks: self,
            network: self,
            balancing: self,
            groups: self,
            databases: self,
            write: self,
            clock: self,
        }
    }

    pub fn fail(&self, operation: &'static str, kind: CloudErrorKind, times: usize) {
        let errors = (0..times).map(|_| error(kind, operation));
        self.edit(|state| state.errors.entry(operation).or_default().extend(errors));
    }

    fn scripted(&self, operation: &'static str) -> CloudResult<()> {
        self.edit(|state| state.errors.get_mut(operation).and_then(VecDeque::pop_front).map_or(Ok(()), Err))
    }
}

pub fn options() -> Options {
    Options::new("r1", "lifeboat provision shop.yaml")
}

fn resources(body: &str) -> Vec<StackResource> {
    template::logical_ids(body)
        .into_iter()
        .map(|id| StackResource {
            physical_id: format!("{}-1", id.to_lowercase()),
            logical_id: id,
            resource_type: "AWS::EC2::VPC".into(),
            status: "CREATE_COMPLETE".into(),
            status_reason: None,
        })
        .collect()
}

fn going_well(verb: &'static str, body: &str, token: &str) -> VecDeque<Frame> {
    let (busy, done): (&'static str, &'static str) = match verb {
        "CREATE" => ("CREATE_IN_PROGRESS", "CREATE_COMPLETE"),
        "UPDATE" => ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"),
        _ => ("DELETE_IN_PROGRESS", "DELETE_COMPLETE"),
    };
    let own = |id: &str, status: &str| {
        let mut event = event(&format!("{token}-{id}-{status}"), id, "AWS::EC2::VPC", status, None);
        event.token = Some(token.to_owned());
        event
    };
    let events: Vec<StackEvent> = template::logical_ids(body).iter().map(|id| own(id, done)).collect();
    VecDeque::from([(busy, vec![]), (done, events)])
}

#[async_trait]
impl Clock for Fake {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, length: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(jiff::SignedDuration::try_from(length).unwrap()).unwrap();
        drop(now);
        if let Some(act) = self.on_sleep.lock().unwrap().as_mut() {
            act(&mut self.state.lock().unwrap());
        }
    }
}
