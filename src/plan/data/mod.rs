//! Owns what data contributes to plans: what a declaration, a drill and a failback ask of every kind, and the one place
//! that tells the kinds apart. Where a kind has nothing to say, the answer is the default. A teardown asks about what is
//! there, and not what the environment names: stacks may hold more.

mod dynamodb;
mod rds;
mod s3;

use std::collections::BTreeSet;
use std::fmt;

use super::declare::{DeclareInput, Lacking, PastTimes, Remarks, Stale};
use super::drill::{CopyInput, CopyProblem};
use super::failback::FailbackInput;
use super::runbook::{Runbook, Step, StepId};
use crate::model::{CopyMark, DataKind, DataSet, Environment};
pub use rds::{databases_concerned, databases_wanted};
pub(super) use rds::{databases_that_stay, stands_on};

/// A kind of data store, as plans are made with it.
trait Kind {
    /// How a declaration sees it.
    fn declared<'a>(&'a self, data: &'a DataSet, input: &'a DeclareInput<'_>) -> Box<dyn Declared + 'a>;

    /// How a failback sees it; or why it cannot be brought home.
    fn homeward<'a>(
        &'a self,
        data: &'a DataSet,
        input: &FailbackInput<'a>,
    ) -> Result<Box<dyn Homeward + 'a>, DataTrouble>;

    /// How a drill copies it. What is never restored says what it is instead.
    fn restored(&self) -> Result<&dyn Restored, &'static str>;
}

fn of(kind: &DataKind) -> &dyn Kind {
    match kind {
        DataKind::Rds(rds) => rds,
        DataKind::Dynamodb(table) => table,
        DataKind::S3(buckets) => buckets,
    }
}

/// A data store in a declaration. What replicates by itself is only looked at.
pub(super) trait Declared {
    /// What the standby does not have of it, although it was looked at.
    fn missing(&self, _input: &DeclareInput<'_>) -> Option<Lacking> {
        None
    }

    /// Since when the standby's lacks everything, because a run led the writes home.
    fn stale(&self) -> Option<Stale> {
        None
    }

    /// Why it is not known whether the standby's has every write.
    fn doubt(&self) -> Option<String> {
        None
    }

    /// Tells applications where it is, before anything that reads that comes up.
    fn publish(&self, _input: &DeclareInput<'_>, _needs: &BTreeSet<StepId>) -> Option<Step> {
        None
    }

    /// Looks whether it is there, where nothing could be done about it now.
    fn check(&self, _input: &DeclareInput<'_>, _needs: &BTreeSet<StepId>) -> Option<Step> {
        None
    }

    /// Gives it production's size while production still serves.
    fn raise_first(&self, _input: &DeclareInput<'_>, _needs: &BTreeSet<StepId>) -> Option<Step> {
        None
    }

    /// Makes the standby's take the writes. Traffic waits for the last of these steps.
    fn promote(&self, _input: &DeclareInput<'_>, _needs: &BTreeSet<StepId>) -> Vec<Step> {
        Vec::new()
    }

    /// Gives it production's protection, once users are served.
    fn protect(&self, _input: &DeclareInput<'_>, _needs: &BTreeSet<StepId>) -> Option<Step> {
        None
    }

    /// That all of its kind could not be looked at; told once.
    fn unseen(&self, _input: &DeclareInput<'_>) -> Option<String> {
        None
    }

    /// What would be lost of it, and what a person should know.
    fn remark(&self, _input: &DeclareInput<'_>, _runbook: &Runbook, _found: &mut Remarks) {}
}

/// A data store in a failback. What replicates both ways has nothing to be done about it.
pub(super) trait Homeward {
    /// Whether a failback has something to do about it.
    fn moves(&self) -> bool {
        false
    }

    /// Whether the standby has to be stopped before it comes home. `both_serve`: users come to both sides by intent.
    fn freezes(&self, both_serve: bool) -> bool;

    /// Makes the primary's follow the standby's.
    fn reseed_home(&self, _input: &FailbackInput<'_>) -> Option<Step> {
        None
    }

    /// Shows how far the primary's is behind, before anybody is asked to stop writing.
    fn lag_home(&self, _input: &FailbackInput<'_>, _needs: &BTreeSet<StepId>) -> Option<Step> {
        None
    }

    /// What becomes of what was written to it, for those who are asked to stop; none: nobody has to stop for it. `frozen`:
    /// the standby is stopped next.
    fn when_writing_stops(&self, frozen: bool) -> Option<String>;

    /// What a person copies home, because nothing replicates it that way.
    fn copied_by_hand(&self) -> Option<String> {
        None
    }

    /// Waits until the primary's has everything.
    fn caught_up(&self, _input: &FailbackInput<'_>, _needs: &BTreeSet<StepId>) -> Option<Step> {
        None
    }

    /// Makes the primary's take the writes.
    fn promote_home(&self, _input: &FailbackInput<'_>, _needs: &BTreeSet<StepId>) -> Option<Step> {
        None
    }

    /// Makes the standby's follow the primary's again.
    fn reseed_standby(&self, _input: &FailbackInput<'_>, _needs: &BTreeSet<StepId>) -> Option<Step> {
        None
    }

    /// Brings one that never left back to the standby footprint, where a declaration had raised it.
    fn stand_down(&self, _needs: &BTreeSet<StepId>) -> Option<Step> {
        None
    }
}

/// A data store that a drill copies.
pub(super) trait Restored {
    /// How, or why not.
    fn copy(&self, data: &str, drill: &CopyDrill<'_>) -> Result<Copied, CopyProblem>;
}

/// The drill that copies.
pub(super) struct CopyDrill<'a> {
    pub environment: &'a Environment,
    /// Its run.
    pub run: &'a str,
    pub input: &'a CopyInput<'a>,
    /// How long steps took in earlier runs.
    pub past: &'a PastTimes,
}

/// How a drill copies a data store.
pub(super) struct Copied {
    /// By what the copy is known.
    pub mark: CopyMark,
    /// Up to a verified copy. One that does not come is what a drill is there to find: they are best effort, and what they
    /// left is removed all the same.
    pub make: Vec<Step>,
    pub remove: Vec<Step>,
}

/// Why a data store cannot be brought home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataTrouble {
    why: String,
    hint: String,
}

impl DataTrouble {
    /// What to do.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for DataTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// A data store, and how a declaration sees it.
pub(super) type DeclaredData<'a> = (&'a DataSet, Box<dyn Declared + 'a>);

/// A data store, and how a failback sees it.
pub(super) type HomewardData<'a> = (&'a DataSet, Box<dyn Homeward + 'a>);

/// All data of a declaration.
pub(super) fn declared<'a>(input: &'a DeclareInput<'_>) -> Vec<DeclaredData<'a>> {
    let one = |data: &'a DataSet| (data, of(&data.kind).declared(data, input));
    input.environment.data.iter().map(one).collect()
}

/// All data of a failback, or every reason why some cannot be brought home.
pub(super) fn homeward<'a>(input: &FailbackInput<'a>) -> Result<Vec<HomewardData<'a>>, Vec<DataTrouble>> {
    let (mut ways, mut troubles) = (Vec::new(), Vec::new());
    for data in &input.environment.data {
        match of(&data.kind).homeward(data, input) {
            Ok(way) => ways.push((data, way)),
            Err(trouble) => troubles.push(trouble),
        }
    }
    if troubles.is_empty() { Ok(ways) } else { Err(troubles) }
}

/// How a drill copies a data store. What is never restored says what it is instead.
pub(super) fn restored(data: &DataSet) -> Result<&dyn Restored, &'static str> {
    of(&data.kind).restored()
}
