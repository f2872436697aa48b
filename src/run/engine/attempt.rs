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
            let shaken = if allowed { shaken(actor, step, &grounds).await } else { None };
            // Looking at what it rests on takes its time: what was allowed before is not allowed for that reason now.
            let withdrawn = !allowed || permit.borrow().withdrawn;
            if withdrawn {
                None
            } else if let Some(error) = shaken {
                Some(if unsure { unknown(&error) } else { failed(error) })
            } else if stop.requested() {
                // A best-effort step that failed is not waited for again, and this one has not been tried.
                let error = not_begun(step);
                Some(if unsure || step.best_effort { unknown(&error) } else { failed(error) })
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

/// What is left behind is part of the sentence: the journal has no place of its own for it.
fn unknown(error: &ActError) -> Event {
    let why = error.why.iter().map(|why| format!(": {why}"));
    let left = error.left_behind.iter().map(|left| format!("; {left}"));
    Event::Unknown { what: std::iter::once(error.what.clone()).chain(why).chain(left).collect() }
}

/// A person asked to stop before its first call.
fn not_begun(step: &Step) -> ActError {
    let (what, why) = (format!("{} was not begun", step.id), vec!["asked to stop".to_owned()]);
    ActError { what, why, effect_known: true, interrupted: true, ..ActError::default() }
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
    use std::sync::atomic::{AtomicU32, Ordering};

    use async_trait::async_trait;

    use super::super::actor::Done;
    use super::super::tests::world::{Ticking, step};
    use super::*;
    use crate::model::SideName;
    use crate::plan::runbook::{Action, Stood};
    use crate::run::event::Recorded;

    /// What happens while a promotion looks at what it rests on.
    struct Meanwhile<F>(F, AtomicU32);

    #[async_trait]
    impl<F: Fn() + Send + Sync> Actor for Meanwhile<F> {
        async fn look(&self, step: &Step) -> Result<Look, ActError> {
            Ok(match step.action {
                Action::Promote { .. } => Look::Needed,
                _ => {
                    (self.0)();
                    Look::AlreadySo("fenced".to_owned())
                }
            })
        }

        async fn act(&self, _: &Step, _: &str, _: &dyn Watch, _: &Stop) -> Result<Done, ActError> {
            self.1.fetch_add(1, Ordering::SeqCst);
            Ok(Done::default())
        }
    }

    /// How often it acted, and how it ended.
    async fn promoted(
        happens: impl Fn(&tokio::sync::watch::Sender<Permit>, &crate::run::StopSwitch) + Send + Sync,
    ) -> (u32, Option<Event>) {
        let (data, side, database) = ("orders".to_owned(), SideName::Standby, "shop-orders".to_owned());
        let action =
            Action::Promote { data, side, database, backup_retention_days: 7, stood: Stood::Replica, timeout_s: 60 };
        let (promote, fence) = (Step { action, ..step("promote", &["fence"]) }, step("fence", &[]));
        let (switch, stop) = Stop::new();
        let (sender, permit) = tokio::sync::watch::channel(Permit { durable: 9, withdrawn: false });
        let (keep, _kept) = tokio::sync::mpsc::unbounded_channel();
        let actor = Meanwhile(|| happens(&sender, &switch), AtomicU32::new(0));
        let (clock, watch) = (Ticking::default(), Recorded::default());
        let noted = Mutex::default();
        let means = Means { actor: &actor, clock: &clock, watch: &watch, stop: &stop, keep: &keep, noted: &noted };
        let ending = attempt(&promote, vec![&fence], "t".to_owned(), 1, false, means, permit).await;
        (actor.1.load(Ordering::SeqCst), ending.event)
    }

    #[tokio::test]
    async fn what_was_allowed_before_a_promotion_looked_at_what_it_rests_on_is_asked_again_after() {
        let (acts, event) = promoted(|_, _| {}).await;
        assert!(acts == 1 && matches!(event, Some(Event::Succeeded { .. })), "{acts} {event:?}");
        let (acts, event) = promoted(|permit, _| permit.send_modify(|permit| permit.withdrawn = true)).await;
        assert_eq!((acts, event), (0, None), "the journal or the lease was lost");
        let (acts, event) = promoted(|_, switch| switch.stop()).await;
        let Some(Event::Failed { what, why, .. }) = event else { panic!("{event:?}") };
        assert_eq!(
            (acts, what.as_str(), why.as_slice()),
            (0, "promote was not begun", &["asked to stop".to_owned()][..])
        );
    }

    #[test]
    fn what_was_measured_until_a_failure_is_kept() {
        let measures = Measures { aws_s: 1_200.0, ours_s: f64::NAN, came: Some(9), ..Measures::default() };
        let event = failed(ActError { measures: measures.into(), ..ActError::default() });
        let Event::Failed { measures, .. } = event else { panic!("{event:?}") };
        assert_eq!((measures.aws_s, measures.ours_s, measures.came), (1_200.0, 0.0, Some(9)));
    }
}
