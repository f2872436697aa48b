//! Owns the account: everything the simulated cloud knows, as it lies in its file.

mod compute;
mod network;
mod parameter;
mod region;
mod stack;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::AccountId;

pub use compute::{Activity, Group, Image, Instance, LaunchTemplate, Refresh, after};
pub use network::{SecurityGroup, SecurityRule, Subnet, Thing, Vpc};
pub use parameter::{Parameter, ParameterVersion};
pub use region::{RegionState, Timings};
pub use stack::{Act, Deployment, Operation, OperationKind, SimChangeSet, Stack, StackPart, Step, StepState};

/// The version of the file's format; a reader refuses another one.
pub const SIM_SCHEMA: u32 = 1;

/// An account over all its Regions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimState {
    /// Version of this format.
    pub schema_version: u32,
    /// The account's id.
    pub account: AccountId,
    /// The time on the virtual clock.
    pub now: Timestamp,
    /// IAM instance profiles: global, so there in every Region.
    pub instance_profiles: BTreeSet<String>,
    /// Regions, by code.
    pub regions: BTreeMap<String, RegionState>,
}

impl SimState {
    /// An account with nothing in it.
    pub fn empty(account: AccountId, now: Timestamp) -> Self {
        SimState {
            schema_version: SIM_SCHEMA,
            account,
            now,
            instance_profiles: BTreeSet::new(),
            regions: BTreeMap::new(),
        }
    }

    /// A Region, made on first use.
    pub fn region_mut(&mut self, name: &str) -> &mut RegionState {
        let account = self.account.clone();
        self.regions.entry(name.to_owned()).or_insert_with(|| RegionState::new(name, account))
    }

    /// How often an operation was called in a Region.
    pub fn calls(&self, region: &str, operation: &str) -> u64 {
        self.regions.get(region).and_then(|region| region.calls.get(operation)).copied().unwrap_or(0)
    }
}
