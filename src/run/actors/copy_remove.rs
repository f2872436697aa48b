//! Owns removing what a drill copied. Each deletion is judged by a look just before it, and waited for until the thing is
//! gone.

use std::fmt;

use super::copy::{done, waiting};
use super::database::LOOK;
use super::order::Order;
use super::vigil::Next;
use super::{Actors, trouble};
use crate::cloud::{CloudErrorKind, CloudResult, DatabaseCopies, RemovableInstance, RemovableSnapshot, Spared};
use crate::model::{CopyMark, Region, remove_instance_command, remove_snapshot_command};
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::{Stop, Watch};

/// What is to be gone.
#[derive(Clone, Copy)]
enum Thing<'a> {
    Copy(&'a CopyMark),
    Snapshot(&'a CopyMark),
}

/// What was judged to be this drill's own.
enum Removable {
    Copy(RemovableInstance),
    Snapshot(RemovableSnapshot),
}

/// What a look just before a deletion says.
enum Seen {
    Gone,
    /// It goes away by itself.
    Going(String),
    /// It may be deleted; and as what it was seen.
    Removable(Removable, String),
}

impl fmt::Display for Thing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thing::Copy(mark) => write!(f, "{}", mark.id()),
            Thing::Snapshot(mark) => write!(f, "the snapshot {}", mark.id()),
        }
    }
}

impl<'a> Thing<'a> {
    fn of(step: &'a Step) -> Result<(Self, &'a CopyMark, u64), ActError> {
        match &step.action {
            Action::RemoveCopy { copy, timeout_s } => Ok((Thing::Copy(copy), copy, *timeout_s)),
            Action::RemoveSnapshot { copy, timeout_s } => Ok((Thing::Snapshot(copy), copy, *timeout_s)),
            _ => Err(trouble::not_here("it deletes nothing")),
        }
    }

    /// The command by which a person could.
    fn command(&self, region: &Region) -> String {
        match self {
            Thing::Copy(mark) => remove_instance_command(&mark.id(), region),
            Thing::Snapshot(mark) => remove_snapshot_command(&mark.id(), region),
        }
    }
}

impl Actors {
    pub(super) async fn look_remove(&self, step: &Step) -> Result<Look, ActError> {
        let (thing, mark, _) = Thing::of(step)?;
        match self.seen(thing, self.copies(mark)?).await {
            Ok(Ok(Seen::Gone)) => Ok(Look::AlreadySo(format!("there is no {}", mark.id()))),
            Ok(_) => Ok(Look::Needed),
            Err(error) => Err(trouble::cloud(format!("cannot look at {thing}"), &error)),
        }
    }

    async fn seen(&self, thing: Thing<'_>, port: &dyn DatabaseCopies) -> CloudResult<Result<Seen, Spared>> {
        match thing {
            Thing::Copy(mark) => Ok(match self.standby.read.databases.database(&mark.id()).await? {
                None => Ok(Seen::Gone),
                Some(facts) if facts.status == "deleting" => Ok(Seen::Going(format!("{} is deleting", facts.id))),
                Some(facts) => RemovableInstance::judged(mark, &facts)
                    .map(|one| Seen::Removable(Removable::Copy(one), format!("{} is {}", facts.id, facts.status))),
            }),
            Thing::Snapshot(mark) => Ok(match port.snapshot(&mark.id()).await? {
                None => Ok(Seen::Gone),
                Some(facts) => RemovableSnapshot::judged(mark, &facts)
                    .map(|one| Seen::Removable(Removable::Snapshot(one), format!("{thing} is {}", facts.status))),
            }),
        }
    }

    pub(super) async fn remove(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let (thing, mark, timeout_s) = Thing::of(step)?;
        let port = self.copies(mark)?;
        let what = format!("cannot delete {thing}");
        let vigil = self.vigil(step, timeout_s, LOOK, watch, stop);
        let mut order = Order::new("deletion", "it is still there");
        let left = |error: ActError, order: &Order| {
            let command = thing.command(&self.standby.read.region);
            let left_behind = vec![format!("{thing}, which costs until it is deleted: {command}")];
            ActError { left_behind, effect_known: error.effect_known && !order.is_in_doubt(), ..error }
        };
        loop {
            let seen = match self.seen(thing, port).await {
                Ok(Ok(Seen::Gone)) => return Ok(done(format!("{thing} is gone"), vigil.waited())),
                Ok(Ok(Seen::Going(seen))) => seen,
                Ok(Ok(Seen::Removable(removable, seen))) if vigil.is_due(&order) => {
                    let answer = match &removable {
                        Removable::Copy(copy) => port.delete_instance(copy).await,
                        Removable::Snapshot(snapshot) => port.delete_snapshot(snapshot).await,
                    };
                    // It is gone by now: the next look says so.
                    let answer = answer.or_else(|error| match error.kind {
                        CloudErrorKind::NotFound => Ok(()),
                        _ => Err(error),
                    });
                    let taken = order.take(self.clock.now(), answer);
                    taken.map_err(|error| left(trouble::cloud(&what, &error), &order))?;
                    waiting(&seen, &order)
                }
                Ok(Ok(Seen::Removable(_, seen))) => waiting(&seen, &order),
                Ok(Err(spared)) => {
                    let hint = "see whose it is; delete it by hand if nobody needs it, then resume".to_owned();
                    return Err(left(trouble::plain(&what, spared.to_string(), Some(hint)), &order));
                }
                Err(error) if error.kind.may_retry() => error.to_string(),
                Err(error) => return Err(left(trouble::cloud(&what, &error), &order)),
            };
            match vigil.next(&seen).await {
                Next::Look => {}
                Next::Stopped => {
                    return Err(left(trouble::interrupted(format!("stopped waiting until {thing} is gone")), &order));
                }
                Next::TimeUp => {
                    let hint = "resume to look and go on".to_owned();
                    let error = trouble::plain(&what, format!("{seen}, after {timeout_s} s"), Some(hint));
                    return Err(left(error, &order));
                }
            }
        }
    }
}
