//! Owns how a drill and a failback begin: what the store and the standby say, and whether an earlier run is in the way.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::future::join;

use super::carry::side;
use super::context::{Context, Session};
use super::declare::{groups, is_open};
use super::earlier::past_runs;
use super::run_id::run_id;
use super::runs::sitting::host;
use super::unfinished::unfinished;
use crate::facts::{Baseline, GroupFacts};
use crate::model::{Caller, SideName};
use crate::plan::declare::Declaration;
use crate::plan::runbook::Mode;
use crate::run::Basis;
use crate::run::actors::SidePorts;
use crate::run::engine::RunRecord;
use crate::run::spent::declared_in;
use crate::ui::Failure;

/// What a run that takes capacity from the standby is planned from.
pub struct Opening {
    /// The session.
    pub session: Session,
    /// The sealed baseline.
    pub baseline: Baseline,
    /// How far the runs had come, and the posture, before anything else was looked at.
    pub basis: Basis,
    /// The run that declared, where the standby is scaled for a declaration.
    declared_in: Option<String>,
    /// Ports of the standby, whose account has been checked.
    pub standby: SidePorts,
    /// Who we are there.
    pub caller: Caller,
    /// The standby's groups, by name.
    pub groups: BTreeMap<String, GroupFacts>,
    /// The last runs, oldest first.
    pub past: Vec<RunRecord>,
}

/// Opens an environment. It reads the store and the standby.
pub async fn open(file: &Path, context: &Context) -> Result<Opening, Failure> {
    let session = context.open(file).await?;
    let store = session.store.as_ref();
    let baseline = session.bundle.baseline(store).await?;
    // First: what a run changes while the rest is looked at must show once the lease is held.
    let (basis, past) = past_runs(&session, file).await?;
    let standby = side(&session, SideName::Standby).await?;
    let (caller, groups) = join(session.caller(&standby.read), groups(&session, &standby.read)).await;
    let (caller, groups) = (caller?, groups?);
    let declared_in = declared_in(basis.posture.as_ref(), &past);
    Ok(Opening { session, baseline, basis, declared_in, standby, caller, groups, past })
}

impl Opening {
    /// Refuses while an earlier run is not finished: what it left is nothing to plan from.
    pub async fn refuse_unfinished(&self, file: &Path) -> Result<(), Failure> {
        match self.past.iter().rev().find(|record| is_open(record)) {
            Some(open) => Err(unfinished(&self.session, open, &self.past, file).await),
            None => Ok(()),
        }
    }

    /// The run that declared, where the standby is scaled for a declaration.
    pub fn declared_in(&self) -> Option<&str> {
        self.declared_in.as_deref()
    }

    /// The decision of a person to begin now.
    pub fn declaration(&self, mode: Mode, reason: &str) -> Declaration {
        let now = self.session.clock().now();
        Declaration {
            run_id: run_id(now, &self.past),
            mode,
            reason: reason.to_owned(),
            by: self.caller.arn.clone(),
            host: host(),
            at: now,
            incident_at: None,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
