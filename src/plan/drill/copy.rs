//! Owns what a drill copies of an environment's data, and why something is not copied.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::facts::DatabaseFacts;
use crate::model::{DataSet, Environment, closest};
use crate::plan::data::{Copied, CopyDrill, restored};
use crate::plan::runbook::StepId;

/// What a drill is asked to copy.
#[derive(Debug, Clone, Copy)]
pub struct CopyInput<'a> {
    /// The names of data; empty: every database.
    pub wanted: &'a [String],
    /// The standby's instances, by identifier.
    pub databases: &'a BTreeMap<String, DatabaseFacts>,
}

/// Why data cannot be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyProblem {
    /// The environment has no database.
    NoDatabase {
        /// The environment.
        environment: String,
        /// Its other data, in words.
        others: Vec<String>,
    },
    /// No data is called that.
    Unknown {
        /// The name.
        name: String,
        /// What may have been meant.
        meant: Option<String>,
    },
    /// It is of a kind that is not restored.
    NotRestored {
        /// What it is, in words.
        what: String,
    },
    /// It is of a kind that is restored, and cannot be.
    Refused {
        /// Why.
        why: String,
    },
}

impl CopyProblem {
    /// Whether what was asked for cannot be, whatever the standby is like.
    pub fn is_usage(&self) -> bool {
        matches!(self, CopyProblem::NoDatabase { .. } | CopyProblem::Unknown { .. } | CopyProblem::NotRestored { .. })
    }
}

impl fmt::Display for CopyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CopyProblem::NoDatabase { environment, others } if others.is_empty() => {
                write!(f, "{environment} has no RDS database, so there is nothing to copy")
            }
            CopyProblem::NoDatabase { environment, others } => {
                write!(f, "{environment} has no RDS database to copy: {}", others.join("; "))
            }
            CopyProblem::Unknown { name, meant } => {
                let meant = meant.as_ref().map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
                write!(f, "the environment has no data called `{name}`{meant}")
            }
            CopyProblem::NotRestored { what } => f.write_str(what),
            CopyProblem::Refused { why } => f.write_str(why),
        }
    }
}

/// Data that is not copied because there is nothing to restore, in words: one line each.
pub fn not_restored(environment: &Environment) -> Vec<String> {
    environment.data.iter().filter_map(|data| Some(unrestored(data, restored(data).err()?))).collect()
}

fn unrestored(data: &DataSet, what: &str) -> String {
    format!("{} is {what}: it is not copied, because there is nothing to restore", data.name)
}

/// How data is copied, or every reason why not.
pub(super) fn chosen(drill: &CopyDrill<'_>) -> Result<Vec<Copied>, Vec<CopyProblem>> {
    let environment = drill.environment;
    if environment.data.iter().all(|data| restored(data).is_err()) {
        let (environment, others) = (environment.name.clone(), not_restored(environment));
        return Err(vec![CopyProblem::NoDatabase { environment, others }]);
    }
    let (mut copied, mut problems) = (Vec::new(), Vec::new());
    let names: BTreeSet<&str> = drill.input.wanted.iter().map(String::as_str).collect();
    for data in environment.data.iter().filter(|data| names.is_empty() || names.contains(data.name.as_str())) {
        match restored(data) {
            Ok(restored) => match restored.copy(&data.name, drill) {
                Ok(copy) => copied.push(copy),
                Err(problem) => problems.push(problem),
            },
            Err(_) if names.is_empty() => {}
            Err(what) => problems.push(CopyProblem::NotRestored { what: unrestored(data, what) }),
        }
    }
    let known: Vec<&str> = environment.data.iter().map(|data| data.name.as_str()).collect();
    for name in names.into_iter().filter(|name| !known.contains(name)) {
        let meant = closest(name, &known).map(str::to_owned);
        problems.push(CopyProblem::Unknown { name: name.to_owned(), meant });
    }
    if problems.is_empty() { Ok(copied) } else { Err(problems) }
}

/// The id of the step that takes a snapshot.
pub(in crate::plan) fn snapshot_id(data: &str) -> StepId {
    StepId(format!("snapshot-{data}"))
}

/// The id of the step that restores a copy.
pub(in crate::plan) fn restore_id(data: &str) -> StepId {
    StepId(format!("restore-{data}"))
}

/// The id of the step that verifies a copy.
pub(in crate::plan) fn verify_id(data: &str) -> StepId {
    StepId(format!("verify-{data}"))
}

/// The id of the step that removes a copy.
pub(in crate::plan) fn remove_copy_id(data: &str) -> StepId {
    StepId(format!("remove-copy-{data}"))
}

/// The id of the step that removes a snapshot.
pub(in crate::plan) fn remove_snapshot_id(data: &str) -> StepId {
    StepId(format!("remove-snapshot-{data}"))
}

#[cfg(test)]
#[path = "copy_tests.rs"]
mod tests;
