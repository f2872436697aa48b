//! Owns one attempt at a step: look, wait until the intent is durable, act; and which of the four endings it has.

use std::sync::Mutex;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch::Receiver;

use super::actor::{ActError, Actor, Look};
use super::grounds::shaken;
use super::keep::{Keeper, Kept};
use crate::cloud::Clock;
use crate::model::Digest;
use crate::plan::runbook::{Step, StepId};
use crate::run::event::{RunEvent, Watch};
use crate::run::journal::{Event, Measures, Noted};
use crate::run::stop::Stop;

/// How far intents are durable, and whether acting is still allowed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Permit {
    /// Entries up to this number are durable.
    pub durable: u64,
    /// Nothing new may begin: the journal or the lease is lost.
    pub withdrawn: bool,
}

/// How an attempt ended.
pub(super) struct Ending {
    pub step: StepId,
    pub at: Timestamp,
    /// What the journal says of it; none where it never acted because it was not allowed to any more.
    pub event: Option<Event>,
}

/// What all attempts of a run share.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub actor: &'a dyn Actor,
    pub clock: &'a dyn Clock,
    pub watch: &'a dyn Watch,
    pub stop: &'a Stop,
    pub keep: &'a UnboundedSender<Kept>,
    /// What the step that reports the run reads.
    pub noted: &'a Mutex<Option<Noted>>,
}

/// The token of a step's calls: the same whenever the step of this run is repeated.
pub(super) fn token(run: &str, step: &StepId) -> String {
    let digest = Digest::of_bytes(format!("{run}/{step}").as_bytes());
    // 32 hex digits: AWS's client tokens take 64 characters at most, some only 36.
    digest.0.trim_start_matches("sha256:").chars().take(32).collect()
}

/// Carries one step out. Looking goes on while the intent (entry `intent`) is made durable; acting waits for it.
/// `unsure`: an earlier attempt may have had its effect, so a look that fails leaves that unknown. `grounds`: what it rests
/// on.
pub(super) async fn attempt(
    step: &Step,
    grounds: Vec<&Step>,
    token: String,
    intent: u64,
    unsure: bool,
    means: Means<'_>,
    mut permit: Receiver<Permit>,
) -> Ending {
    let Means { actor, clock, watch, stop, keep, noted } = means;
    watch.event(RunEvent::Started { subject: step.id.to_string(), text: step.title.clone() });
    let event = match actor.look(step).await {
        Ok(Look::AlreadySo(text)) => Some(Event::AlreadySo { text }),
        Err(error) => Some(if unsure { unknown(&error) } else { failed(error) }),
        Ok(Look::Needed) => {
            let allowed = permit.wait_for(|permit| permit.withdrawn || permit.durable >= intent).await;
            let allowed = allowed.is_ok_and(|permit| !permit.withdrawn);
            if !allowed {
                None
            } else if let Some(error) = shaken(actor, step, &grounds).await {
                Some(if unsure { unknown(&error) } else { failed(error) })
            } else {
                let keeper = Keeper { step: &step.id, watch, keep, noted };
                Some(match actor.act(step, &token, &keeper, stop).await {
                    Ok(done) => Event::Succeeded { text: done.text, measures: finite(done.measures) },
                    Err(error) if error.effect_known => failed(error),
                    Err(error) => unknown(&error),
                })
            }
        }
    };
    tell(step, event.as_ref(), watch);
    Ending { step: step.id.clone(), at: clock.now(), event }
}

fn failed(error: ActError) -> Event {
    let ActError { what, why, left_behind, hint, measures, .. } = error;
    Event::Failed { what, why, left_behind, hint, measures: finite(*measures) }
}

fn unknown(error: &ActError) -> Event {
    let why: String = error.why.iter().map(|why| format!(": {why}")).collect();
    Event::Unknown { what: format!("{}{why}", error.what) }
}

/// A number that is none cannot be read back from JSON.
fn finite(mut measures: Measures) -> Measures {
    for number in [&mut measures.ours_s, &mut measures.aws_s] {
        if !number.is_finite() {
            *number = 0.0;
        }
    }
    measures
}

fn tell(step: &Step, event: Option<&Event>, watch: &dyn Watch) {
    let subject = step.id.to_string();
    watch.event(match event {
        Some(Event::Succeeded { text, .. }) => RunEvent::Done { subject, text: text.clone() },
        Some(Event::AlreadySo { text }) => RunEvent::Done { subject, text: format!("already so: {text}") },
        Some(Event::Failed { what, .. }) if step.best_effort => {
            RunEvent::Failed { subject, text: format!("{what} (best effort: the run goes on)") }
        }
        Some(Event::Failed { what, .. }) => RunEvent::Failed { subject, text: what.clone() },
        Some(Event::Unknown { what }) => RunEvent::Failed { subject, text: format!("no answer: {what}") },
        _ => RunEvent::Note { subject, text: "not begun".to_owned() },
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_until_a_failure_is_kept() {
        let measures = Measures { aws_s: 1_200.0, ours_s: f64::NAN, came: Some(9), ..Measures::default() };
        let event = failed(ActError { measures: measures.into(), ..ActError::default() });
        let Event::Failed { measures, .. } = event else { panic!("{event:?}") };
        assert_eq!((measures.aws_s, measures.ours_s, measures.came), (1_200.0, 0.0, Some(9)));
    }
}
