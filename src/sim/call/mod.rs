//! Owns the way of a call through the simulated cloud: clock, faults, count, settling, effect, saving.

mod clock;
mod keep;
mod outside;
mod refusal;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::fault::Obstacle;
use super::ports::SideDesk;
use super::settle::settle_region;
use super::state::{RegionState, SimState};
use crate::cloud::{
    Clock, Cloud, CloudError, CloudErrorKind, CloudResult, DatabaseCopies, Outside, ReadPorts, WritePorts,
};
use crate::model::{Region, Side, SideName};

pub use clock::SimClock;
use keep::Keeper;
pub use keep::SimError;
use outside::SimOutside;
pub use refusal::Refusal;

/// One round trip to a regional endpoint.
const ROUND_TRIP: Duration = Duration::from_millis(50);

/// How often a call that is throttled, or meets another change, is made before it counts as refused.
const PATIENT_ATTEMPTS: u32 = 12;

/// The simulated cloud. Clones share the account.
#[derive(Clone)]
pub struct SimCloud {
    keeper: Arc<Keeper>,
}

impl SimCloud {
    /// The account in a file. Fails when there is none there, or none this lifeboat can read.
    pub fn open(path: &Path) -> Result<Self, SimError> {
        Ok(SimCloud { keeper: Arc::new(Keeper::open(path)?) })
    }

    /// Puts an account into a file, over whatever is there.
    pub fn create(path: &Path, state: SimState) -> Result<Self, SimError> {
        Ok(SimCloud { keeper: Arc::new(Keeper::create(path, state)?) })
    }

    /// An account that goes away with the process.
    pub fn in_memory(state: SimState) -> Self {
        SimCloud { keeper: Arc::new(Keeper::in_memory(state)) }
    }

    /// The account as it is now, everything that takes time settled.
    pub fn snapshot(&self) -> Result<SimState, SimError> {
        let mut state = self.keeper.peek(SimState::clone)?;
        settle_all(&mut state);
        Ok(state)
    }

    /// Changes the account by other hands than the ports': faults, drift, the passing of time. Settles before and after.
    pub fn edit<T>(&self, change: impl FnOnce(&mut SimState) -> T) -> Result<T, SimError> {
        self.keeper.transact(|state| {
            settle_all(state);
            let outcome = change(state);
            settle_all(state);
            outcome
        })
    }

    /// Lets time pass.
    pub fn advance(&self, length: Duration) -> Result<Timestamp, SimError> {
        self.edit(|state| {
            state.now = clock::later(state.now, length);
            state.now
        })
    }

    fn now(&self) -> Timestamp {
        self.keeper.peek(|state| state.now).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// One API call. The round trip is awaited, so that calls made together take the time of one.
    pub(super) async fn call<T: Send>(
        &self,
        side: SideName,
        region: &Region,
        operation: &str,
        act: impl FnOnce(&mut RegionState, Timestamp) -> Result<T, Refusal> + Send,
    ) -> CloudResult<T> {
        self.call_account(side, region, operation, |state, region| {
            let now = state.now;
            act(state.region_mut(region), now)
        })
        .await
    }

    /// One API call that looks beyond its Region: CopyImage reads its source, identity reads the account.
    pub(super) async fn call_account<T: Send>(
        &self,
        side: SideName,
        region: &Region,
        operation: &str,
        act: impl FnOnce(&mut SimState, &str) -> Result<T, Refusal> + Send,
    ) -> CloudResult<T> {
        let answered = clock::later(self.now(), ROUND_TRIP);
        self.keeper.turns.note_call();
        tokio::task::yield_now().await;
        let outcome = self.keeper.transact(|state| {
            let place = state.region_mut(region.as_str());
            *place.calls.entry(operation.to_owned()).or_insert(0) += 1;
            let mut met = place.faults.meet(operation);
            // The ports promise to retry what passes, as the AWS adapters do; the pauses pass on this clock.
            let mut answered = answered;
            for attempt in 1..PATIENT_ATTEMPTS {
                if !met.is_some_and(Obstacle::passes) {
                    break;
                }
                *place.calls.entry(operation.to_owned()).or_insert(0) += 1;
                answered = clock::later(answered, ROUND_TRIP * attempt);
                met = place.faults.meet(operation);
            }
            let number: u64 = place.calls.values().sum();
            if let Some(obstacle) = met {
                if obstacle != Obstacle::Dark {
                    state.now = state.now.max(answered);
                }
                return Err((met_refusal(obstacle, operation, region), number));
            }
            state.now = state.now.max(answered);
            settle_region(state, region.as_str());
            let result = act(state, region.as_str());
            settle_region(state, region.as_str());
            if state.region_mut(region.as_str()).faults.loses_reply(operation) {
                return Err((Refusal::unreachable("connection closed before the answer came"), number));
            }
            result.map_err(|refusal| (refusal, number))
        });
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err((refusal, number))) => Err(refusal.told(side, region, operation, number)),
            Err(error) => Err(CloudError {
                kind: CloudErrorKind::Other,
                operation: operation.to_owned(),
                side: Some(side),
                region: region.clone(),
                code: None,
                message: error.to_string(),
                request_id: None,
            }),
        }
    }
}

fn met_refusal(obstacle: Obstacle, operation: &str, region: &Region) -> Refusal {
    match obstacle {
        Obstacle::Dark => Refusal::unreachable(format!("connection to the endpoint in {region} refused")),
        Obstacle::Throttled => Refusal::new(CloudErrorKind::Throttled, "Throttling", "Rate exceeded"),
        Obstacle::Busy => {
            let (code, message) = busy_words(operation);
            Refusal::new(CloudErrorKind::Busy, code, message)
        }
        Obstacle::Denied => Refusal::new(
            CloudErrorKind::Denied,
            "AccessDenied",
            format!("the caller is not authorized to perform: {operation}"),
        ),
    }
}

/// How a service says that another change of the same thing is under way.
fn busy_words(operation: &str) -> (&'static str, &'static str) {
    match operation {
        "EnableRule" | "DisableRule" => {
            ("ConcurrentModificationException", "There is concurrent modification on the rule.")
        }
        "ChangeResourceRecordSets" => (
            "PriorRequestNotComplete",
            "The request was rejected because Route 53 was still processing a prior request.",
        ),
        "PutObject" | "DeleteObject" => {
            ("OperationAborted", "A conflicting operation is currently in progress against this resource.")
        }
        _ => ("ResourceContention", "You already have a pending update to an Amazon EC2 Auto Scaling resource."),
    }
}

fn settle_all(state: &mut SimState) {
    let names: Vec<String> = state.regions.keys().cloned().collect();
    for name in names {
        settle_region(state, &name);
    }
}

#[async_trait]
impl Cloud for SimCloud {
    async fn read(&self, name: SideName, side: &Side) -> CloudResult<ReadPorts> {
        let desk = Arc::new(SideDesk::new(self.clone(), name, side));
        Ok(ReadPorts {
            side: name,
            region: side.region.clone(),
            identity: desk.clone(),
            groups: desk.clone(),
            launch_templates: desk.clone(),
            images: desk.clone(),
            network: desk.clone(),
            balancing: desk.clone(),
            metrics: desk.clone(),
            parameters: desk.clone(),
            stacks: desk.clone(),
            databases: desk.clone(),
            tables: desk.clone(),
            buckets: desk.clone(),
            dns: desk.clone(),
            schedules: desk.clone(),
            volumes: desk.clone(),
            events: desk,
        })
    }

    async fn write(&self, name: SideName, side: &Side) -> CloudResult<WritePorts> {
        let desk = Arc::new(SideDesk::new(self.clone(), name, side));
        Ok(WritePorts {
            groups: desk.clone(),
            launch_templates: desk.clone(),
            images: desk.clone(),
            parameters: desk.clone(),
            stacks: desk.clone(),
            databases: desk.clone(),
            objects: desk.clone(),
            dns: desk.clone(),
            schedules: desk.clone(),
            events: desk,
        })
    }

    async fn copies(&self, name: SideName, side: &Side) -> CloudResult<Arc<dyn DatabaseCopies>> {
        Ok(Arc::new(SideDesk::new(self.clone(), name, side)))
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SimClock::new(self.keeper.clone()))
    }

    fn outside(&self) -> Arc<dyn Outside> {
        Arc::new(SimOutside::new(self.keeper.clone()))
    }
}
