//! Owns fencing a side: its groups go to zero, and in the primary their scheduled actions, which would raise them, are
//! suspended. For the primary mostly best effort: one that is dark cannot be fenced, and
//! says so. Where something relies on it, it ends only when nothing runs there any more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::{join, join_all};

use super::fence_events::{are_off, order_off};
use super::fence_missing::{events_missing, groups_missing, refuse, told};
use super::sides::{PATIENCE, right_account, silent};
use super::vigil::Next;
use super::{Actors, SidePorts, trouble};
use crate::cloud::{CloudError, CloudResult};
use crate::facts::GroupFacts;
use crate::model::{GroupSize, SideName, Trigger};
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;
use crate::run::{Stop, Watch};

/// Give up on instances that do not end after this: load balancers drain for 300 s unless told otherwise.
const SILENCE_S: u64 = 1_200;

/// How often they are looked at.
const SILENCE_LOOK: Duration = Duration::from_secs(5);

/// What to do where a primary that must be fenced does not answer.
const LOST: &str = "resume once it answers; if the primary is lost, give this run up (`lifeboat runs abandon`) and declare \
                    without --graceful";

/// Nothing runs, and no policy raises a maximum of zero. A scheduled action that states a maximum does.
const ZERO: GroupSize = GroupSize { min: 0, max: 0, desired: 0 };

impl Actors {
    /// `silent`: nothing may run there any more, either.
    pub(super) async fn look_fence(
        &self,
        side: SideName,
        groups: &[String],
        events: &BTreeMap<String, Trigger>,
        silent: bool,
    ) -> Result<Look, ActError> {
        let ports = self.ports(side)?;
        let (found, quiet) = join(groups_of(ports, groups), are_off(ports, events)).await;
        let found = found.map_err(|error| match silent && side == SideName::Primary {
            true => ActError { hint: error.hint.clone().or_else(|| Some(LOST.to_owned())), ..error },
            false => error,
        })?;
        let missing = missing(ports, groups, &found, events).await;
        if silent {
            refuse(side, &missing)?;
        }
        let fenced = |group: &GroupFacts| group.size == ZERO && !may_rise(side, group);
        let open = found.iter().any(|group| !fenced(group) || (silent && !group.instances.is_empty()));
        if open || !quiet {
            return Ok(Look::Needed);
        }
        let events = if events.is_empty() { "" } else { "; its event sources are off" };
        let told = told(&missing);
        Ok(Look::AlreadySo(format!("{} of {} groups exist and are at zero{events}{told}", found.len(), groups.len())))
    }

    pub(super) async fn fence(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let none = BTreeMap::new();
        let (side, groups, events) = match &step.action {
            Action::FencePrimary { groups, events } => (SideName::Primary, groups.as_slice(), events),
            Action::FreezeStandby { groups } => (SideName::Standby, groups.as_slice(), &none),
            _ => return Err(trouble::not_here("it fences nothing")),
        };
        let begun = self.clock.now();
        let ports = self.ports(side)?;
        // Nobody waits again for a best-effort step that failed; one that was stopped before it acted has no outcome yet.
        let untried = |error: ActError| ActError { effect_known: !step.best_effort, ..left(side, error) };
        right_account(ports).await.map_err(|error| left(side, error))?;
        if stop.requested() {
            return Err(untried(trouble::interrupted(format!("the {side} was not fenced"))));
        }
        let missing = missing(ports, groups, &groups_of(ports, groups).await?, events).await;
        if !step.best_effort {
            // Nothing is touched where it would not be enough.
            refuse(side, &missing)?;
        }
        let (quiet, zero) = if step.best_effort {
            join(order_off(ports, events, false), zero(side, ports, groups, stop)).await
        } else {
            // Where event sources cannot be ordered off, production goes on whole.
            let quiet = order_off(ports, events, true).await;
            let zero = match quiet.failed.is_empty() {
                true => zero(side, ports, groups, stop).await,
                false => Ok(Zeroed::default()),
            };
            (quiet, zero)
        };
        // Production that goes on without them misses them.
        let missed = || quiet.done.iter().filter(|_| !step.best_effort).cloned();
        let mut zero = zero.map_err(|error| {
            let error = if error.interrupted { untried(error) } else { error };
            let also = quiet.failed.iter().map(Unfenced::left).chain(missed());
            ActError {
                why: error.why.iter().cloned().chain(quiet.failed.iter().map(Unfenced::sentence)).collect(),
                left_behind: error.left_behind.iter().cloned().chain(also).collect(),
                effect_known: error.effect_known && quiet.failed.iter().all(|one| one.effect_known),
                ..error
            }
        })?;
        let of = match events.is_empty() {
            true => format!("{} groups", zero.open),
            false => format!("{} groups and event sources", zero.open + events.len()),
        };
        let missed: Vec<String> = missed().collect();
        zero.failed.extend(quiet.failed);
        if !zero.failed.is_empty() {
            let failed = &zero.failed;
            return Err(ActError {
                what: format!("cannot fence {} of {of} of the {side}", subjects(failed)),
                why: failed.iter().map(Unfenced::sentence).collect(),
                left_behind: failed.iter().map(Unfenced::left).chain(missed).collect(),
                hint: failed.iter().find_map(|one| one.hint.clone()),
                effect_known: failed.iter().all(|one| one.effect_known),
                interrupted: false,
                measures: Box::default(),
            });
        }
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        let mut text = match zero.done.is_empty() {
            true => format!("{} groups are at zero", zero.found),
            false => format!("at zero: {}", zero.done.join(", ")),
        };
        if !quiet.done.is_empty() {
            text.push_str(&format!("; {}", quiet.done.join(", ")));
        }
        if step.best_effort {
            text.push_str(&told(&missing));
            return Ok(Done { text, measures: Measures { ours_s, ..Measures::default() } });
        }
        let (silent, off) =
            join(self.silence(side, step, groups, watch, stop), self.silence_events(ports, step, events, watch, stop))
                .await;
        off?;
        let aws_s = silent?.as_secs_f64();
        Ok(Done {
            text: format!("{text}; nothing runs any more"),
            measures: Measures { ours_s, aws_s, ..Measures::default() },
        })
    }

    /// Waits until no instance is left: one that a load balancer drains still writes.
    async fn silence(
        &self,
        side: SideName,
        step: &Step,
        groups: &[String],
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<Duration, ActError> {
        let ports = self.ports(side)?;
        let vigil = self.vigil(step, SILENCE_S, SILENCE_LOOK, watch, stop);
        loop {
            let seen = match groups_of(ports, groups).await {
                Ok(found) => {
                    let left: usize = found.iter().map(|group| group.instances.len()).sum();
                    if left == 0 {
                        return Ok(vigil.waited());
                    }
                    format!("{left} instances of the {side} still run")
                }
                Err(error) => error.why.join(": "),
            };
            let what = format!("the {side} may still write");
            match vigil.next(&seen).await {
                Next::Look => {}
                Next::Stopped => {
                    return Err(trouble::interrupted(format!("stopped waiting for the {side}'s instances to end")));
                }
                Next::TimeUp => {
                    let hint = "see what still runs there; resume to wait again".to_owned();
                    return Err(trouble::plain(what, format!("{seen}, after {SILENCE_S} s"), Some(hint)));
                }
            }
        }
    }
}

/// What could not be fenced.
#[derive(Debug)]
pub(super) struct Unfenced {
    pub name: String,
    pub why: String,
    pub effect_known: bool,
    pub hint: Option<String>,
    /// What it may go on doing.
    pub goes_on: &'static str,
}

impl Unfenced {
    pub fn of(name: String, error: &CloudError, goes_on: &'static str) -> Self {
        let (why, effect_known) = (error.to_string(), error.kind.no_effect());
        Unfenced { name, why, effect_known, hint: error.hint(), goes_on }
    }

    pub fn silent(name: String, goes_on: &'static str) -> Self {
        Unfenced { name, why: silent(), effect_known: false, hint: None, goes_on }
    }

    fn sentence(&self) -> String {
        format!("{}: {}", self.name, self.why)
    }

    fn left(&self) -> String {
        format!("{} may go on {}", self.name, self.goes_on)
    }
}

/// What became of a side's groups.
#[derive(Default)]
struct Zeroed {
    found: usize,
    open: usize,
    done: Vec<String>,
    failed: Vec<Unfenced>,
}

/// How many they are: one group may fail in two ways.
fn subjects(failed: &[Unfenced]) -> usize {
    failed.iter().map(|one| &one.name).collect::<BTreeSet<_>>().len()
}

/// Whether a scheduled action may raise a group of that side. In the standby they are taken off before; in the primary they
/// stay what they are and are only suspended, so that a failback can let them go on.
fn may_rise(side: SideName, group: &GroupFacts) -> bool {
    side == SideName::Primary && !group.schedules_suspended()
}

/// Sets a side's groups to zero, each once; none of them where it is time to stop once they have been seen.
async fn zero(side: SideName, ports: &SidePorts, groups: &[String], stop: &Stop) -> Result<Zeroed, ActError> {
    let found = groups_of(ports, groups).await?;
    if stop.requested() {
        return Err(trouble::interrupted(format!("the groups of the {side} were not set to zero")));
    }
    let open: Vec<&GroupFacts> = found.iter().filter(|group| group.size != ZERO || may_rise(side, group)).collect();
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for (told, unfenced) in join_all(open.iter().map(|group| close(side, ports, group))).await {
        done.extend(told);
        failed.extend(unfenced);
    }
    Ok(Zeroed { found: found.len(), open: open.len(), done, failed })
}

/// Sets one group to zero and suspends what would raise it; what was done, in words, and what could not be. Whatever became
/// of the first, the other is tried: each stops something.
async fn close(side: SideName, ports: &SidePorts, group: &GroupFacts) -> (Option<String>, Vec<Unfenced>) {
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    let mut take = |outcome: Result<String, Unfenced>| match outcome {
        Ok(text) => done.push(text),
        Err(one) => failed.push(one),
    };
    // First what raises it: the other way round one could come between.
    if may_rise(side, group) {
        let call = ports.write.groups.suspend_schedules(&group.name);
        take(ordered(group, call, "being raised by scheduled actions", "its scheduled actions are suspended").await);
    }
    if group.size != ZERO {
        let was = format!("was {}", group.size);
        take(ordered(group, ports.write.groups.set_size(&group.name, ZERO), "serving", &was).await);
    }
    let told = (!done.is_empty()).then(|| format!("{} ({})", group.name, done.join(", ")));
    (told, failed)
}

async fn ordered(
    group: &GroupFacts,
    call: impl Future<Output = CloudResult<()>>,
    goes_on: &'static str,
    told: &str,
) -> Result<String, Unfenced> {
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(Ok(())) => Ok(told.to_owned()),
        Ok(Err(error)) => Err(Unfenced::of(group.name.clone(), &error, goes_on)),
        Err(_) => Err(Unfenced::silent(group.name.clone(), goes_on)),
    }
}

async fn missing(
    ports: &SidePorts,
    names: &[String],
    found: &[GroupFacts],
    events: &BTreeMap<String, Trigger>,
) -> Vec<String> {
    let mut missing = groups_missing(names, found);
    missing.extend(events_missing(ports, events).await);
    missing
}

async fn groups_of(ports: &SidePorts, names: &[String]) -> Result<Vec<GroupFacts>, ActError> {
    let side = ports.read.side;
    let what = format!("cannot look at the {side}'s groups");
    match tokio::time::timeout(PATIENCE, ports.read.groups.groups(names)).await {
        Ok(Ok(groups)) => Ok(groups),
        Ok(Err(error)) => Err(left(side, trouble::cloud(what, &error))),
        Err(_) => Err(left(side, trouble::plain(what, silent(), None))),
    }
}

fn left(side: SideName, error: ActError) -> ActError {
    // A look changes nothing, so what the step did is known: nothing.
    ActError {
        left_behind: vec![format!("the {side} is not fenced: what still runs there may go on serving")],
        effect_known: true,
        ..error
    }
}
