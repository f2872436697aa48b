//! Owns making a copy of a database for a drill: a snapshot of the standby's instance, and an instance restored from it.
//!
//! Both have identifiers that follow from the run, so a look tells what an earlier sitting has done.

use std::sync::Arc;
use std::time::Duration;

use super::database::LOOK;
use super::order::Order;
use super::vigil::Next;
use super::{Actors, trouble};
use crate::cloud::DatabaseCopies;
use crate::facts::{CopyLike, DatabaseFacts, RestoreCopy, SnapshotFacts, TakeSnapshot};
use crate::model::CopyMark;
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::{Stop, Watch};

/// What a drill may copy with, and the only run whose copies it may touch.
pub(super) struct Copies {
    pub run: String,
    pub port: Arc<dyn DatabaseCopies>,
}

impl Actors {
    /// The port for a copy; none but the drill that made it has one.
    pub(super) fn copies(&self, mark: &CopyMark) -> Result<&dyn DatabaseCopies, ActError> {
        let copies = self.copies.as_ref().filter(|copies| copies.run == mark.run);
        let copies = copies.ok_or_else(|| trouble::not_here("only the drill that copies data has the means to"))?;
        Ok(copies.port.as_ref())
    }

    pub(super) async fn look_snapshot(&self, mark: &CopyMark) -> Result<Look, ActError> {
        let what = format!("cannot look at the snapshot {}", mark.id());
        match self.copies(mark)?.snapshot(&mark.id()).await {
            Ok(Some(snapshot)) if snapshot.is_available() && mark.is_on(&snapshot.tags) => {
                Ok(Look::AlreadySo(format!("the snapshot {} is there", mark.id())))
            }
            Ok(_) => Ok(Look::Needed),
            Err(error) => Err(trouble::cloud(what, &error)),
        }
    }

    pub(super) async fn take_snapshot(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::SnapshotDatabase { copy: mark, timeout_s } = &step.action else {
            return Err(trouble::not_here("it takes no snapshot"));
        };
        let (port, database, id) = (self.copies(mark)?, mark.database(), mark.id());
        let what = format!("cannot take a snapshot of {database}");
        let vigil = self.vigil(step, *timeout_s, LOOK, watch, stop);
        let mut order = Order::default();
        loop {
            let seen = match port.snapshot(&id).await {
                Ok(Some(snapshot)) => match made(mark, &snapshot) {
                    Ok(None) => {
                        return Ok(done(format!("the snapshot {id} is there, {}", behind(&snapshot)), vigil.waited()));
                    }
                    Ok(Some(seen)) => seen,
                    Err(why) => return Err(trouble::plain(&what, why, None)),
                },
                Ok(None) if order.is_due(self.clock.now()) => {
                    match self.standby.read.databases.database(&database).await {
                        Ok(Some(facts)) if facts.is_available() => {
                            let ask = TakeSnapshot { id: id.clone(), database: database.clone(), tags: mark.tags() };
                            let answer = port.take_snapshot(&ask).await;
                            let taken = order.take(self.clock.now(), answer);
                            taken.map_err(|error| trouble::cloud(&what, &error))?;
                            waiting(&format!("the snapshot {id} is ordered"), &order)
                        }
                        Ok(Some(facts)) => format!("{database} is {}; its snapshot waits for that", facts.status),
                        Ok(None) => {
                            return Err(trouble::plain(&what, format!("the standby has no database {database}"), None));
                        }
                        Err(error) if error.kind.may_retry() => error.to_string(),
                        Err(error) => return Err(trouble::cloud(&what, &error)),
                    }
                }
                Ok(None) => waiting(&format!("the snapshot {id} is ordered and does not show yet"), &order),
                Err(error) if error.kind.may_retry() => error.to_string(),
                Err(error) => return Err(left(trouble::cloud(&what, &error), &order, &id)),
            };
            match vigil.next(&seen).await {
                Next::Look => {}
                Next::Stopped => {
                    return Err(left(
                        trouble::interrupted(format!("stopped waiting for the snapshot {id}")),
                        &order,
                        &id,
                    ));
                }
                Next::TimeUp => {
                    let error = trouble::plain(&what, format!("{seen}, after {timeout_s} s"), None);
                    return Err(left(error, &order, &id));
                }
            }
        }
    }

    pub(super) async fn look_restore(&self, mark: &CopyMark) -> Result<Look, ActError> {
        self.copies(mark)?;
        let id = mark.id();
        match self.standby.read.databases.database(&id).await {
            Ok(Some(facts)) if facts.is_available() && mark.is_on(&facts.tags) => {
                Ok(Look::AlreadySo(format!("{id} is {}", facts.status)))
            }
            Ok(_) => Ok(Look::Needed),
            Err(error) => Err(trouble::cloud(format!("cannot look at {id}"), &error)),
        }
    }

    pub(super) async fn restore_copy(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::RestoreCopy { copy: mark, like, timeout_s } = &step.action else {
            return Err(trouble::not_here("it restores nothing"));
        };
        let (port, id) = (self.copies(mark)?, mark.id());
        let what = format!("cannot restore {id}");
        let vigil = self.vigil(step, *timeout_s, LOOK, watch, stop);
        let mut order = Order::default();
        loop {
            let seen = match self.standby.read.databases.database(&id).await {
                Ok(Some(facts)) => match restored(mark, &facts) {
                    Ok(None) => {
                        let waited = vigil.waited();
                        let text = format!("{id} is {}, {} s after this began", facts.status, waited.as_secs());
                        return Ok(done(text, waited));
                    }
                    Ok(Some(seen)) => seen,
                    Err(why) => return Err(left(trouble::plain(&what, why, None), &order, &id)),
                },
                Ok(None) if order.is_due(self.clock.now()) => match port.snapshot(&id).await {
                    Ok(Some(snapshot)) if mark.is_on(&snapshot.tags) && snapshot.is_available() => {
                        let answer = port.restore(&ordered(mark, like)).await;
                        let taken = order.take(self.clock.now(), answer);
                        taken.map_err(|error| trouble::cloud(&what, &error))?;
                        waiting(&format!("{id} is ordered"), &order)
                    }
                    Err(error) if error.kind.may_retry() => error.to_string(),
                    Err(error) => return Err(trouble::cloud(&what, &error)),
                    Ok(Some(snapshot)) if mark.is_on(&snapshot.tags) => {
                        return Err(trouble::plain(&what, format!("its snapshot {id} is {}", snapshot.status), None));
                    }
                    Ok(_) => return Err(trouble::plain(&what, format!("its snapshot {id} is not there"), None)),
                },
                Ok(None) => waiting(&format!("{id} is ordered and does not show yet"), &order),
                Err(error) if error.kind.may_retry() => error.to_string(),
                Err(error) => return Err(left(trouble::cloud(&what, &error), &order, &id)),
            };
            match vigil.next(&seen).await {
                Next::Look => {}
                Next::Stopped => {
                    return Err(left(trouble::interrupted(format!("stopped waiting for {id}")), &order, &id));
                }
                Next::TimeUp => {
                    let error = trouble::plain(&what, format!("{seen}, after {timeout_s} s"), None);
                    return Err(left(error, &order, &id));
                }
            }
        }
    }
}

fn ordered(mark: &CopyMark, like: &CopyLike) -> RestoreCopy {
    let mut like = like.clone();
    like.tags.extend(mark.tags());
    RestoreCopy { id: mark.id(), snapshot: mark.id(), like }
}

/// What a snapshot is waited for; none once it is made.
fn made(mark: &CopyMark, snapshot: &SnapshotFacts) -> Result<Option<String>, String> {
    if !mark.is_on(&snapshot.tags) {
        return Err(format!("a snapshot {} is there that is not of this drill", snapshot.id));
    }
    match snapshot.status.as_str() {
        "available" => Ok(None),
        "creating" => Ok(Some(format!("{} is creating, {} %", snapshot.id, snapshot.progress_percent))),
        other => Err(format!("the snapshot {} is {other}", snapshot.id)),
    }
}

/// What a restored instance is waited for; none once it is available.
fn restored(mark: &CopyMark, facts: &DatabaseFacts) -> Result<Option<String>, String> {
    if !mark.is_on(&facts.tags) {
        return Err(format!("a database {} is there that is not of this drill", facts.id));
    }
    if facts.is_available() {
        return Ok(None);
    }
    // RDS user guide, "DB instance status": these end only by a person's hand.
    let stuck = facts.status == "failed" || facts.status.starts_with("incompatible-") || facts.status == "deleting";
    let told = format!("{} is {}", facts.id, facts.status);
    if stuck { Err(told) } else { Ok(Some(told)) }
}

/// How old the data in a snapshot is, in words.
pub(super) fn behind(snapshot: &SnapshotFacts) -> String {
    match snapshot.behind_s() {
        Some(seconds) => format!("with data of {seconds} s before it was taken"),
        None => "and RDS does not tell how old the data in it is".to_owned(),
    }
}

pub(super) fn waiting(text: &str, order: &Order) -> String {
    match &order.against {
        Some(against) => format!("{text} ({against})"),
        None => text.to_owned(),
    }
}

fn left(error: ActError, order: &Order, id: &str) -> ActError {
    if !order.was_given() {
        return error;
    }
    let what = format!("RDS may go on with {id}; the drill's clean-up removes it");
    ActError { left_behind: vec![what], effect_known: !order.is_in_doubt(), ..error }
}

pub(super) fn done(text: String, waited: Duration) -> Done {
    Done { text, measures: Measures { aws_s: waited.as_secs_f64(), ..Measures::default() } }
}
