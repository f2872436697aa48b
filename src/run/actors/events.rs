//! Owns switching event sources on and off, and waiting until AWS has followed: a mapping of Lambda takes a while, and takes
//! no orders meanwhile.

use std::time::Duration;

use super::vigil::Next;
use super::{Actors, SidePorts, trouble};
use crate::cloud::{CloudError, CloudErrorKind};
use crate::facts::{EventSourceFacts, Phase};
use crate::model::{SideName, Trigger};
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;
use crate::run::{Stop, Watch};

/// How often one that was switched is looked at.
const EVENTS_LOOK: Duration = Duration::from_secs(5);

/// How an event source should be, and how long to wait for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub trigger: &'a Trigger,
    pub on: bool,
    pub timeout_s: u64,
}

/// What switching came to.
pub(super) struct Settled {
    pub text: String,
    /// Since it was switched.
    pub waited: Duration,
}

impl Actors {
    pub(super) async fn look_events(&self, side: SideName, trigger: &Trigger, on: bool) -> Result<Look, ActError> {
        let ports = self.ports(side)?;
        let seen = ports.read.events.event_source(trigger).await;
        let seen = seen.map_err(|error| trouble::cloud(format!("cannot look at {trigger} in the {side}"), &error))?;
        Ok(match seen {
            Some(facts) if is(&facts, on) => Look::AlreadySo(format!("{trigger} is {}", facts.state)),
            None if !on => Look::AlreadySo(format!("there is no {trigger}")),
            _ => Look::Needed,
        })
    }

    pub(super) async fn switch_events(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let (side, wanted) = match &step.action {
            Action::EnableEvents { side, trigger, timeout_s, .. } => {
                (*side, Wanted { trigger, on: true, timeout_s: *timeout_s })
            }
            Action::DisableEvents { side, trigger, timeout_s, .. } => {
                (*side, Wanted { trigger, on: false, timeout_s: *timeout_s })
            }
            _ => return Err(trouble::not_here("it switches no event source")),
        };
        let begun = self.clock.now();
        let ports = self.ports_to_change(side, stop).await?;
        let settled = self.settle(ports, step, wanted, watch, stop).await?;
        let all = elapsed(begun, self.clock.now());
        let (ours_s, aws_s) = (all.saturating_sub(settled.waited).as_secs_f64(), settled.waited.as_secs_f64());
        Ok(Done { text: settled.text, measures: Measures { ours_s, aws_s, ..Measures::default() } })
    }

    /// Switches one, and waits until it is so.
    pub(super) async fn settle(
        &self,
        ports: &SidePorts,
        step: &Step,
        wanted: Wanted<'_>,
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<Settled, ActError> {
        let Wanted { trigger, on, timeout_s } = wanted;
        let side = ports.read.side;
        let cannot = format!("cannot switch {trigger} {} in the {side}", if on { "on" } else { "off" });
        let vigil = self.vigil(step, timeout_s, EVENTS_LOOK, watch, stop);
        let mut before: Option<String> = None;
        let mut ordered = None;
        loop {
            let seen = self.again(stop, || ports.read.events.event_source(trigger)).await;
            let failed = |error: &CloudError| {
                let failure = trouble::cloud(cannot.clone(), error);
                // A look changes nothing, but an order has gone out before.
                ActError { effect_known: failure.effect_known && ordered.is_none(), ..failure }
            };
            let now = match seen.map_err(|error| failed(&error))? {
                None if on => return Err(missing(ports, trigger, cannot)),
                None => return Ok(Settled { text: format!("there is no {trigger}"), waited: Duration::ZERO }),
                Some(facts) if is(&facts, on) => {
                    let was = before.map(|state| format!(" (was {state})")).unwrap_or_default();
                    let waited = ordered.map_or(Duration::ZERO, |at| elapsed(at, self.clock.now()));
                    return Ok(Settled { text: format!("{trigger} is {}{was}", facts.state), waited });
                }
                Some(facts) => facts,
            };
            let state = now.state.clone();
            if ordered.is_none() && now.phase() != Phase::Changing {
                match self.again(stop, || ports.write.events.switch_event_source(trigger, &now, on)).await {
                    Ok(()) => {
                        before = Some(state);
                        ordered = Some(self.clock.now());
                        // A rule follows at once.
                        continue;
                    }
                    // It began to change, or it went away, since it was looked at: the next look tells.
                    Err(error) if is_overtaken(error.kind) => {}
                    Err(error) => return Err(failed(&error)),
                }
            }
            match vigil.next(format!("{trigger} is {state}")).await {
                Next::Look => {}
                Next::Stopped => return Err(trouble::interrupted(format!("stopped waiting for {trigger}"))),
                Next::TimeUp => {
                    let hint = "resume to wait again".to_owned();
                    return Err(trouble::plain(cannot, format!("it is {state} after {timeout_s} s"), Some(hint)));
                }
            }
        }
    }
}

fn is(facts: &EventSourceFacts, on: bool) -> bool {
    facts.phase() == if on { Phase::On } else { Phase::Off }
}

fn is_overtaken(kind: CloudErrorKind) -> bool {
    matches!(kind, CloudErrorKind::Conflict | CloudErrorKind::Busy | CloudErrorKind::NotFound)
}

fn missing(ports: &SidePorts, trigger: &Trigger, cannot: String) -> ActError {
    let (side, region) = (ports.read.side, &ports.read.region);
    trouble::plain(
        cannot,
        format!("the {side} has no {trigger} in {region}: it is deployed by other means than lifeboat's"),
        Some("deploy it there, then resume".to_owned()),
    )
}
