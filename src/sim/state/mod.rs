//! Owns the account: everything the simulated cloud knows, as it lies in its file.

mod bucket;
mod compute;
mod database;
mod dns;
mod event_source;
mod kept;
mod network;
mod parameter;
mod region;
mod stack;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::AccountId;

pub use bucket::{Bucket, Object};
pub use compute::{Activity, Group, Image, Instance, LaunchTemplate, Refresh, after};
pub use database::{Database, DbSnapshot, DbSubnetGroup, Outcome, Stage};
pub use dns::{Answer, Check, Dns, Family, Zone};
pub use event_source::{EventMapping, EventRule};
pub use kept::Kept;
pub use network::{SecurityGroup, SecurityRule, Subnet, Thing, Vpc};
pub use parameter::{Parameter, ParameterVersion};
pub use region::{RegionState, Timings, WebRule};
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
    /// How far the laptop's clock is ahead of it, in seconds: negative where it is behind.
    #[serde(default, skip_serializing_if = "is_right")]
    pub laptop_ahead_s: i64,
    /// IAM instance profiles: global, so there in every Region.
    pub instance_profiles: BTreeSet<String>,
    /// Whether Block Public Access of the whole account keeps the public out of every bucket.
    #[serde(default)]
    pub blocks_public_access: bool,
    /// Route 53, which is global.
    #[serde(default)]
    pub dns: Dns,
    /// Regions, by code.
    pub regions: BTreeMap<String, RegionState>,
}

fn is_right(ahead_s: &i64) -> bool {
    *ahead_s == 0
}

impl SimState {
    /// An account with nothing in it.
    pub fn empty(account: AccountId, now: Timestamp) -> Self {
        SimState {
            schema_version: SIM_SCHEMA,
            account,
            now,
            laptop_ahead_s: 0,
            instance_profiles: BTreeSet::new(),
            blocks_public_access: false,
            dns: Dns::default(),
            regions: BTreeMap::new(),
        }
    }

    /// A Region, made on first use.
    pub fn region_mut(&mut self, name: &str) -> &mut RegionState {
        let account = self.account.clone();
        self.regions.entry(name.to_owned()).or_insert_with(|| RegionState::new(name, account))
    }

    /// Works on a Region, made on first use, beside the rest of the account.
    pub fn with_region<T>(&mut self, name: &str, work: impl FnOnce(&mut RegionState, &mut SimState) -> T) -> T {
        let mut region = self.regions.remove(name).unwrap_or_else(|| RegionState::new(name, self.account.clone()));
        let outcome = work(&mut region, self);
        self.regions.insert(name.to_owned(), region);
        outcome
    }

    /// How often an operation was called in a Region.
    pub fn calls(&self, region: &str, operation: &str) -> u64 {
        self.regions.get(region).and_then(|region| region.calls.get(operation)).copied().unwrap_or(0)
    }
}
