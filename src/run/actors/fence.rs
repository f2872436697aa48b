//! Owns fencing a side: its groups go to zero. For the primary mostly best effort: one that is dark cannot be fenced, and
//! says so. Where something relies on it, it ends only when nothing runs there any more.

use std::time::Duration;

use futures_util::future::join_all;

use super::sides::{PATIENCE, right_account, silent};
use super::vigil::Next;
use super::{Actors, SidePorts, trouble};
use crate::facts::GroupFacts;
use crate::model::{GroupSize, SideName};
use crate::plan::runbook::Step;
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;
use crate::run::{Stop, Watch};

/// Give up on instances that do not end after this: load balancers drain for 300 s unless told otherwise.
const SILENCE_S: u64 = 1_200;

/// How often they are looked at.
const SILENCE_LOOK: Duration = Duration::from_secs(5);

/// Nothing runs, and nothing may start anything: no policy, no scheduled action raises a maximum of zero.
const ZERO: GroupSize = GroupSize { min: 0, max: 0, desired: 0 };

impl Actors {
    /// `silent`: nothing may run there any more, either.
    pub(super) async fn look_fence(&self, side: SideName, groups: &[String], silent: bool) -> Result<Look, ActError> {
        let found = groups_of(self.ports(side)?, groups).await?;
        let open = found.iter().any(|group| group.size != ZERO || (silent && !group.instances.is_empty()));
        if !open {
            return Ok(Look::AlreadySo(format!("{} of {} groups exist and are at zero", found.len(), groups.len())));
        }
        Ok(Look::Needed)
    }

    pub(super) async fn fence(
        &self,
        side: SideName,
        step: &Step,
        groups: &[String],
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let ports = self.ports(side)?;
        right_account(ports).await.map_err(|error| left(side, error))?;
        let found = groups_of(ports, groups).await?;
        let open: Vec<&GroupFacts> = found.iter().filter(|group| group.size != ZERO).collect();
        let writes = open.iter().map(|group| async {
            match tokio::time::timeout(PATIENCE, ports.write.groups.set_size(&group.name, ZERO)).await {
                Ok(Ok(())) => Ok(format!("{} (was {})", group.name, group.size)),
                Ok(Err(error)) => Err((group.name.clone(), error.to_string(), error.kind.no_effect(), error.hint())),
                Err(_) => Err((group.name.clone(), silent(), false, None)),
            }
        });
        let (mut fenced, mut failed) = (Vec::new(), Vec::new());
        for result in join_all(writes).await {
            match result {
                Ok(text) => fenced.push(text),
                Err(error) => failed.push(error),
            }
        }
        if !failed.is_empty() {
            return Err(ActError {
                what: format!("cannot fence {} of {} groups of the {side}", failed.len(), open.len()),
                why: failed.iter().map(|(name, why, ..)| format!("{name}: {why}")).collect(),
                left_behind: failed.iter().map(|(name, ..)| format!("{name} may go on serving")).collect(),
                hint: failed.iter().find_map(|(.., hint)| hint.clone()),
                effect_known: failed.iter().all(|(_, _, known, _)| *known),
                interrupted: false,
                measures: Box::default(),
            });
        }
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        let text = match fenced.is_empty() {
            true => format!("{} groups are at zero", found.len()),
            false => format!("at zero: {}", fenced.join(", ")),
        };
        if step.best_effort {
            return Ok(Done { text, measures: Measures { ours_s, ..Measures::default() } });
        }
        let aws_s = self.silence(side, step, groups, watch, stop).await?.as_secs_f64();
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
                    let hint = "resume to wait again; skip the step to go on although it may still write".to_owned();
                    return Err(trouble::plain(what, format!("{seen}, after {SILENCE_S} s"), Some(hint)));
                }
            }
        }
    }
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
