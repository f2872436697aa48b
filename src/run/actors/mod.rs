//! Owns the carrying out of single steps: one file per action. Which steps, and in which order, is the engine's business.

mod fence;
mod gate;
mod home;
mod looks;
mod poller;
mod prove;
mod report;
mod reseed;
mod scale;
mod schedules_off;
mod serving;
mod stand_down;
mod sync_home;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::engine::{ActError, Actor, Done, Look};
use super::{Stop, Watch};
use crate::cloud::{Clock, ReadPorts, WritePorts};
use crate::model::AccountId;
use crate::plan::runbook::{Action, Step};

pub use gate::{Answer, GateKeeper};
pub use report::Reports;

use looks::Looks;
use poller::Poller;

/// How often instances and targets are looked at while something waits for them: one batched describe for all tiers.
const POLL: Duration = Duration::from_secs(2);

/// The ports of one side.
#[derive(Clone)]
pub struct SidePorts {
    /// The account it must be; asked before the primary is changed, whose credentials nobody has checked by then.
    pub account: AccountId,
    /// Looks.
    pub read: ReadPorts,
    /// Changes.
    pub write: WritePorts,
}

/// Carries out the steps of a runbook on a cloud.
pub struct Actors {
    standby: SidePorts,
    primary: Option<SidePorts>,
    clock: Arc<dyn Clock>,
    gate: Arc<dyn GateKeeper>,
    reports: Arc<dyn Reports>,
    looks: Looks,
    poller: Poller,
    /// The same, turned round: the side it acts on is the primary.
    home: Option<Box<Actors>>,
}

impl Actors {
    /// Actors on those sides. Without ports for the primary, steps that concern it fail without a call.
    pub fn new(
        standby: SidePorts,
        primary: Option<SidePorts>,
        clock: Arc<dyn Clock>,
        gate: Arc<dyn GateKeeper>,
        reports: Arc<dyn Reports>,
    ) -> Self {
        let looks = Looks::new(standby.read.groups.clone());
        let (groups, balancing) = (standby.read.groups.clone(), standby.read.balancing.clone());
        let poller = Poller::new(groups, balancing, clock.clone(), POLL);
        let turned = |ports| Actors::new(ports, None, clock.clone(), gate.clone(), reports.clone());
        let home = primary.clone().map(|ports| Box::new(turned(ports)));
        Actors { standby, primary, clock, gate, reports, looks, poller, home }
    }
}

#[async_trait]
impl Actor for Actors {
    async fn look(&self, step: &Step) -> Result<Look, ActError> {
        match &step.action {
            Action::Scale { group, size, .. } => self.look_scale(group, *size).await,
            Action::AwaitServing { group, wanted, .. } => self.look_serving(group, *wanted).await,
            Action::StandDown { group, size, .. } => self.look_stand_down(group, *size).await,
            Action::FencePrimary { groups } => self.look_fence(groups).await,
            Action::ScalePrimary { group, size, .. } => self.look_scale_primary(group, *size).await,
            Action::AwaitPrimary { group, wanted, .. } => self.home()?.look_serving(group, *wanted).await,
            Action::Reseed { .. } => self.look_reseed(step).await,
            Action::SyncHome { parameters, rules } => self.look_sync_home(parameters, rules).await,
            Action::DisableSchedules { group, names, .. } => self.look_schedules_off(group, names).await,
            // A person, a proof and a report have no state that could be so already.
            Action::Gate { .. } | Action::ProveClean { .. } | Action::Report => Ok(Look::Needed),
            _ => Err(trouble::plain(format!("cannot {}", step.title), "it is not built yet".to_owned(), None)),
        }
    }

    async fn act(&self, step: &Step, _token: &str, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        match &step.action {
            Action::Gate { question } => self.gate(question).await,
            Action::Scale { tier, group, size, .. } => self.scale(tier, group, *size, stop).await,
            Action::AwaitServing { .. } => self.serving(step, watch, stop).await,
            Action::StandDown { tier, group, size } => self.stand_down(tier, group, *size, stop).await,
            Action::FencePrimary { groups } => self.fence(groups).await,
            Action::ScalePrimary { tier, group, size } => self.scale_primary(tier, group, *size, stop).await,
            Action::AwaitPrimary { .. } => self.home()?.serving(step, watch, stop).await,
            Action::ProveClean { .. } => self.prove_clean(step, watch, stop).await,
            Action::Reseed { .. } => self.reseed(step, watch, stop).await,
            Action::SyncHome { parameters, rules } => self.sync_home(parameters, rules, stop).await,
            Action::DisableSchedules { tier, group, names } => self.schedules_off(tier, group, names).await,
            Action::Report => self.report(step).await,
            _ => Err(trouble::plain(format!("cannot {}", step.title), "it is not built yet".to_owned(), None)),
        }
    }
}

#[cfg(test)]
mod tests;
