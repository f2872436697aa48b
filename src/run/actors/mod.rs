//! Owns the carrying out of single steps: one file per action. Which steps, and in which order, is the engine's business.

mod again;
mod checkers;
mod connected;
mod copy;
mod copy_prove;
mod copy_remove;
mod copy_verify;
mod data;
mod database;
mod endpoint;
mod events;
mod fence;
mod fence_events;
mod fence_missing;
mod follow;
mod gate;
mod home;
mod image_copy_home;
mod image_launch_home;
mod lag;
mod looks;
mod order;
mod poller;
mod probe;
mod promote;
mod prove;
mod prove_volumes;
mod raise;
mod replica;
mod report;
mod reseed;
mod scale;
mod schedules;
mod schedules_off;
mod serving;
mod sides;
mod stand_down;
mod substitution;
mod switch;
mod sync_home;
mod trouble;
mod vigil;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::engine::{ActError, Actor, Done, Look};
use super::{Stop, Watch};
use crate::cloud::{Clock, DatabaseCopies, Outside, ReadPorts, WritePorts};
use crate::facts::GroupFacts;
use crate::model::{AccountId, SideName};
use crate::plan::runbook::{Action, Step};

pub use gate::{Answer, GateKeeper};
pub use report::Reports;

use copy::Copies;
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
    /// Groups that were seen just now, and when: not asked for again while that holds.
    pub seen: Option<(Timestamp, Vec<GroupFacts>)>,
}

/// Carries out the steps of a runbook on a cloud.
pub struct Actors {
    standby: SidePorts,
    primary: Option<SidePorts>,
    clock: Arc<dyn Clock>,
    outside: Arc<dyn Outside>,
    gate: Arc<dyn GateKeeper>,
    reports: Arc<dyn Reports>,
    looks: Looks,
    poller: Poller,
    /// How many waits have asked why launches failed.
    explained: AtomicU32,
    /// The same, turned round: the side it acts on is the primary.
    home: Option<Box<Actors>>,
    /// What a drill copies data with.
    copies: Option<Copies>,
}

impl Actors {
    /// Actors on those sides. Without ports for the primary, steps that concern it fail without a call.
    pub fn new(
        mut standby: SidePorts,
        primary: Option<SidePorts>,
        clock: Arc<dyn Clock>,
        outside: Arc<dyn Outside>,
        gate: Arc<dyn GateKeeper>,
        reports: Arc<dyn Reports>,
    ) -> Self {
        let looks = Looks::new(standby.read.groups.clone(), clock.clone());
        if let Some((at, groups)) = standby.seen.take() {
            looks.remember(at, groups);
        }
        let (groups, balancing) = (standby.read.groups.clone(), standby.read.balancing.clone());
        let poller = Poller::new(groups, balancing, clock.clone(), POLL);
        let turned = |ports| Actors::new(ports, None, clock.clone(), outside.clone(), gate.clone(), reports.clone());
        let home = primary.clone().map(|ports| Box::new(turned(ports)));
        let explained = AtomicU32::new(0);
        Actors { standby, primary, clock, outside, gate, reports, looks, poller, explained, home, copies: None }
    }

    /// The same, with the means to copy databases of the standby and to remove the copies of that one run: for drills.
    pub fn with_copies(self, run: &str, port: Arc<dyn DatabaseCopies>) -> Self {
        Actors { copies: Some(Copies { run: run.to_owned(), port }), ..self }
    }
}

#[async_trait]
impl Actor for Actors {
    async fn look(&self, step: &Step) -> Result<Look, ActError> {
        match &step.action {
            Action::Scale { group, size, .. } => self.look_scale(group, *size).await,
            Action::AwaitServing { tier, group, wanted, .. } => self.look_serving(tier, group, *wanted).await,
            Action::StandDown { group, size, .. } => self.look_stand_down(group, *size).await,
            Action::FencePrimary { groups, events } => {
                self.look_fence(SideName::Primary, groups, events, !step.best_effort).await
            }
            Action::FreezeStandby { groups } => {
                self.look_fence(SideName::Standby, groups, &BTreeMap::new(), true).await
            }
            Action::ScalePrimary { group, size, .. } => self.look_scale_primary(group, *size).await,
            Action::AwaitPrimary { tier, group, wanted, .. } => self.home()?.look_serving(tier, group, *wanted).await,
            Action::Promote { side, database, .. } => self.look_promote(*side, database).await,
            Action::MeasureReplica { side, database, .. } => self.look_lag(*side, database).await,
            Action::RaiseDatabase { .. } => self.look_raise(step).await,
            Action::PublishEndpoint { side, database, parameter, .. } => {
                self.look_endpoint(*side, database, parameter).await
            }
            Action::AwaitReplica { side, database, .. } => self.look_replica(*side, database).await,
            Action::EnableSchedules { group, schedules, .. } => self.look_enable(group, schedules).await,
            Action::EnableEvents { side, trigger, .. } => self.look_events(*side, trigger, true).await,
            Action::DisableEvents { side, trigger, .. } => self.look_events(*side, trigger, false).await,
            Action::SwitchTraffic { to, record, by } => self.look_switch(*to, record, by).await,
            Action::Reseed { .. } => self.look_reseed(step).await,
            Action::ResumeSchedules { group, .. } => self.look_resume_schedules(group).await,
            Action::CopyImageHome { copy, .. } => self.look_copy_image(copy).await,
            Action::LaunchImageHome { .. } => self.look_launch_image(step).await,
            Action::SyncHome { parameters, rules, .. } => self.look_sync_home(parameters, rules).await,
            Action::DisableSchedules { group, names, .. } => self.look_schedules_off(group, names).await,
            Action::SnapshotDatabase { copy, .. } => self.look_snapshot(copy).await,
            Action::RestoreCopy { copy, .. } => self.look_restore(copy).await,
            Action::RemoveCopy { .. } | Action::RemoveSnapshot { .. } => self.look_remove(step).await,
            // A person, a proof, a report, time that passes and a question have no state that could be so already.
            Action::Gate { .. }
            | Action::ProveClean { .. }
            | Action::Report
            | Action::CheckData { .. }
            | Action::AwaitTraffic { .. }
            | Action::Probe { .. }
            | Action::ProveLever { .. }
            | Action::AskStandby { .. }
            | Action::VerifyCopy { .. } => Ok(Look::Needed),
        }
    }

    async fn act(&self, step: &Step, token: &str, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        match &step.action {
            Action::Gate { question } => self.gate(question).await,
            Action::Scale { tier, group, size, .. } => self.scale(tier, group, *size, stop).await,
            Action::AwaitServing { .. } => self.serving(step, watch, stop).await,
            Action::StandDown { tier, group, size } => self.stand_down(tier, group, *size, stop).await,
            Action::FencePrimary { .. } | Action::FreezeStandby { .. } => self.fence(step, watch, stop).await,
            Action::ScalePrimary { tier, group, size } => self.scale_primary(tier, group, *size, stop).await,
            Action::AwaitPrimary { .. } => self.home()?.serving(step, watch, stop).await,
            Action::ProveClean { .. } => self.prove_clean(step, watch, stop).await,
            Action::Reseed { .. } => self.reseed(step, watch, stop).await,
            Action::ResumeSchedules { tier, group } => self.resume_schedules(tier, group, stop).await,
            Action::CopyImageHome { .. } => self.copy_image(step, token, watch, stop).await,
            Action::LaunchImageHome { .. } => self.launch_image(step, token, watch, stop).await,
            Action::SyncHome { .. } => self.sync_home(step, stop).await,
            Action::DisableSchedules { tier, group, names } => self.schedules_off(tier, group, names, stop).await,
            Action::Report => self.report(step, watch).await,
            Action::Promote { .. } => self.promote(step, watch, stop).await,
            Action::MeasureReplica { .. } => self.measure_lag(step).await,
            Action::RaiseDatabase { .. } => self.raise(step, watch, stop).await,
            Action::PublishEndpoint { data, side, database, parameter } => {
                self.publish_endpoint(*side, data, database, parameter, stop).await
            }
            Action::AwaitReplica { .. } => self.await_replica(step, watch, stop).await,
            Action::CheckData { data } => self.check_data(data).await,
            Action::EnableSchedules { group, schedules, .. } => self.enable(group, schedules, stop).await,
            Action::EnableEvents { .. } | Action::DisableEvents { .. } => self.switch_events(step, watch, stop).await,
            Action::SwitchTraffic { to, record, by } => self.switch(*to, record, by, stop).await,
            Action::ProveLever { bucket, key } => self.prove_lever(bucket, key).await,
            Action::AwaitTraffic { .. } => self.follow(step, watch, stop).await,
            Action::Probe { .. } => self.probe(step, watch, stop).await,
            Action::AskStandby { .. } => self.ask_standby(step, watch, stop).await,
            Action::SnapshotDatabase { .. } => self.take_snapshot(step, watch, stop).await,
            Action::RestoreCopy { .. } => self.restore_copy(step, watch, stop).await,
            Action::VerifyCopy { copy, encrypted, kms_key } => {
                self.verify_copy(copy, *encrypted, kms_key.as_deref()).await
            }
            Action::RemoveCopy { .. } | Action::RemoveSnapshot { .. } => self.remove(step, watch, stop).await,
        }
    }
}

#[cfg(test)]
mod tests;
