//! Owns switching off what starts code on a side that is fenced: once and best effort, or until it is so.

use std::collections::BTreeMap;

use futures_util::future::{join_all, try_join_all};

use super::events::Wanted;
use super::fence::Unfenced;
use super::sides::PATIENCE;
use super::{Actors, SidePorts};
use crate::cloud::{CloudErrorKind, CloudResult};
use crate::facts::Phase;
use crate::model::Trigger;
use crate::plan::declare::EVENTS_TIMEOUT_S;
use crate::plan::runbook::Step;
use crate::run::engine::ActError;
use crate::run::{Stop, Watch};

/// What an event source may go on doing.
const RUNNING: &str = "running";

/// What became of a side's event sources.
#[derive(Debug, Default)]
pub(super) struct Quieted {
    pub done: Vec<String>,
    pub failed: Vec<Unfenced>,
}

/// Whether all of them are known to be off, or not to be there.
pub(super) async fn are_off(ports: &SidePorts, events: &BTreeMap<String, Trigger>) -> bool {
    let looks = events.values().map(|trigger| async {
        match tokio::time::timeout(PATIENCE, ports.read.events.event_source(trigger)).await {
            Ok(Ok(seen)) => seen.is_none_or(|facts| facts.phase() == Phase::Off),
            // Acting tells why it could not be seen.
            Ok(Err(_)) | Err(_) => false,
        }
    });
    join_all(looks).await.into_iter().all(|off| off)
}

/// Orders each off, once. One that is on its way takes no orders, which is a failure unless it is `waited_for` after.
pub(super) async fn order_off(ports: &SidePorts, events: &BTreeMap<String, Trigger>, waited_for: bool) -> Quieted {
    let orders = events.values().map(|trigger| async move {
        match tokio::time::timeout(PATIENCE, order_one(ports, trigger)).await {
            Ok(Ok(told)) => Ok(told),
            Ok(Err(error)) if waited_for && matches!(error.kind, CloudErrorKind::Conflict | CloudErrorKind::Busy) => {
                Ok(None)
            }
            Ok(Err(error)) => Err(Unfenced::of(trigger.to_string(), &error, RUNNING)),
            Err(_) => Err(Unfenced::silent(trigger.to_string(), RUNNING)),
        }
    });
    let mut quiet = Quieted::default();
    for result in join_all(orders).await {
        match result {
            Ok(told) => quiet.done.extend(told),
            Err(one) => quiet.failed.push(one),
        }
    }
    quiet
}

/// Orders one off where it runs; what was done, in words.
async fn order_one(ports: &SidePorts, trigger: &Trigger) -> CloudResult<Option<String>> {
    let Some(facts) = ports.read.events.event_source(trigger).await? else { return Ok(None) };
    if !facts.runs() {
        return Ok(None);
    }
    ports.write.events.switch_event_source(trigger, &facts, false).await?;
    Ok(Some(format!("{trigger} switched off (was {})", facts.state)))
}

impl Actors {
    /// Waits until each is off.
    pub(super) async fn silence_events(
        &self,
        ports: &SidePorts,
        step: &Step,
        events: &BTreeMap<String, Trigger>,
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<(), ActError> {
        let waits = events.values().map(|trigger| {
            let wanted = Wanted { trigger, on: false, timeout_s: EVENTS_TIMEOUT_S };
            self.settle(ports, step, wanted, watch, stop)
        });
        try_join_all(waits).await.map(drop)
    }
}
