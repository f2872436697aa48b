//! Owns the ports over the simulated account: one file per port. Every API call lifeboat would make is one call here, so
//! that they can be counted, throttled and denied.

mod balancing;
mod database_copies;
mod databases;
mod dns;
pub(in crate::sim) mod events;
mod groups;
mod identity;
mod images;
mod launch_templates;
mod launch_versions;
mod metrics;
mod network;
mod parameters;
mod read_stacks;
mod replicated;
mod schedules;
mod volumes;
mod write_stacks;

use jiff::Timestamp;

use super::call::{Refusal, SimCloud};
use super::state::RegionState;
use crate::cloud::CloudResult;
use crate::model::{Region, Side, SideName};

/// One side's way into the account.
pub(super) struct SideDesk {
    cloud: SimCloud,
    side: SideName,
    region: Region,
    role_arn: Option<String>,
}

impl SideDesk {
    pub(super) fn new(cloud: SimCloud, side: SideName, settings: &Side) -> Self {
        SideDesk { cloud, side, region: settings.region.clone(), role_arn: settings.role_arn.clone() }
    }

    async fn call<T: Send>(
        &self,
        operation: &str,
        act: impl FnOnce(&mut RegionState, Timestamp) -> Result<T, Refusal> + Send,
    ) -> CloudResult<T> {
        self.cloud.call(self.side, &self.region, operation, act).await
    }

    /// A call that lists: as many calls as the answer has pages, at least one.
    async fn list<T: Send>(
        &self,
        operation: &str,
        page: usize,
        act: impl FnOnce(&mut RegionState, Timestamp) -> Result<Vec<T>, Refusal> + Send,
    ) -> CloudResult<Vec<T>> {
        let all = self.call(operation, act).await?;
        for _ in 1..all.len().div_ceil(page) {
            self.call(operation, |_, _| Ok(())).await?;
        }
        Ok(all)
    }
}
