//! Owns which databases a drill copies, why one cannot be copied, and the steps that make a copy, verify it and remove it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::facts::{CopyLike, DatabaseFacts};
use crate::model::{CopyMark, DataKind, DataSet, Environment, Region, SideName, closest, standby_database_name};
use crate::plan::declare::PastTimes;
use crate::plan::declare::estimates::{default, of_run};
use crate::plan::runbook::{Action, Step, StepId};

/// Give up on a snapshot after this: the first one of an instance copies all of its storage.
const SNAPSHOT_TIMEOUT_S: u64 = 4 * 3_600;

/// Give up on a restored instance after this.
const RESTORE_TIMEOUT_S: u64 = 2 * 3_600;

/// Give up on a removal after this.
const REMOVE_TIMEOUT_S: u64 = 3_600;

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
    /// The standby has no such instance.
    Missing {
        /// The data.
        data: String,
        /// The instance.
        id: String,
    },
    /// RDS takes no snapshots of such a replica.
    NoSnapshots {
        /// The instance.
        id: String,
        /// Its engine.
        engine: String,
    },
    /// RDS takes a snapshot of such a replica only while it has automated backups.
    NeedsBackups {
        /// The instance.
        id: String,
        /// Its engine.
        engine: String,
        /// Its Region.
        region: Region,
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
            CopyProblem::Missing { data, id } => {
                write!(f, "{data}: the standby has no database {id}; `lifeboat provision` makes it")
            }
            CopyProblem::NoSnapshots { id, engine } => {
                write!(f, "{id} is a replica of {engine}, and RDS takes no snapshots of those")
            }
            CopyProblem::NeedsBackups { id, engine, region } => write!(
                f,
                "{id} is a replica of {engine} without automated backups, and RDS takes no snapshot of such a one; switch \
                 them on: aws rds modify-db-instance --region {region} --db-instance-identifier {id} \
                 --backup-retention-period 1 --apply-immediately"
            ),
        }
    }
}

/// Data that is not copied because there is nothing to restore, in words: one line each.
pub fn not_restored(environment: &Environment) -> Vec<String> {
    environment.data.iter().filter_map(unrestored).collect()
}

fn unrestored(data: &DataSet) -> Option<String> {
    let what = match &data.kind {
        DataKind::Rds(_) => return None,
        DataKind::Dynamodb(_) => "a DynamoDB global table",
        DataKind::S3(_) => "a bucket that S3 replicates",
    };
    Some(format!("{} is {what}: it is not copied, because there is nothing to restore", data.name))
}

/// A database that is copied, as it is now.
pub(super) struct Copied<'a> {
    pub mark: CopyMark,
    pub facts: &'a DatabaseFacts,
}

/// The databases that are copied, or every reason why not.
pub(super) fn chosen<'a>(
    environment: &Environment,
    run: &str,
    input: &CopyInput<'a>,
) -> Result<Vec<Copied<'a>>, Vec<CopyProblem>> {
    if !environment.data.iter().any(|data| data.rds().is_some()) {
        let (environment, others) = (environment.name.clone(), not_restored(environment));
        return Err(vec![CopyProblem::NoDatabase { environment, others }]);
    }
    let (mut copied, mut problems) = (Vec::new(), Vec::new());
    let names: BTreeSet<&str> = input.wanted.iter().map(String::as_str).collect();
    for data in environment.data.iter().filter(|data| names.is_empty() || names.contains(data.name.as_str())) {
        if let Some(what) = unrestored(data) {
            if !names.is_empty() {
                problems.push(CopyProblem::NotRestored { what });
            }
            continue;
        }
        let id = standby_database_name(&environment.name, &data.name);
        match input.databases.get(&id) {
            None => problems.push(CopyProblem::Missing { data: data.name.clone(), id }),
            Some(facts) => match refused(facts, &environment.standby.region) {
                Some(problem) => problems.push(problem),
                None => {
                    let (environment, run) = (environment.name.clone(), run.to_owned());
                    copied.push(Copied { mark: CopyMark { environment, run, data: data.name.clone() }, facts });
                }
            },
        }
    }
    let known: Vec<&str> = environment.data.iter().map(|data| data.name.as_str()).collect();
    for name in names.into_iter().filter(|name| !known.contains(name)) {
        let meant = closest(name, &known).map(str::to_owned);
        problems.push(CopyProblem::Unknown { name: name.to_owned(), meant });
    }
    if problems.is_empty() { Ok(copied) } else { Err(problems) }
}

/// Why RDS takes no snapshot of an instance ("Differences between read replicas for DB engines", and the backup
/// considerations for replicas of Oracle and of Db2). Of one that stands alone it always does.
fn refused(facts: &DatabaseFacts, region: &Region) -> Option<CopyProblem> {
    let (id, engine) = (facts.id.clone(), facts.engine.clone());
    if !facts.is_replica() {
        return None;
    }
    if engine.contains("sqlserver-") {
        return Some(CopyProblem::NoSnapshots { id, engine });
    }
    let wants_backups = engine.contains("oracle-") || engine.starts_with("db2-");
    (wants_backups && facts.backup_retention_days == 0).then(|| CopyProblem::NeedsBackups {
        id,
        engine,
        region: region.clone(),
    })
}

/// The id of the step that takes a snapshot.
pub fn snapshot_id(data: &str) -> StepId {
    StepId(format!("snapshot-{data}"))
}

/// The id of the step that restores a copy.
pub fn restore_id(data: &str) -> StepId {
    StepId(format!("restore-{data}"))
}

/// The id of the step that verifies a copy.
pub fn verify_id(data: &str) -> StepId {
    StepId(format!("verify-{data}"))
}

/// The id of the step that removes a copy.
pub fn remove_copy_id(data: &str) -> StepId {
    StepId(format!("remove-copy-{data}"))
}

/// The id of the step that removes a snapshot.
pub fn remove_snapshot_id(data: &str) -> StepId {
    StepId(format!("remove-snapshot-{data}"))
}

/// The steps up to a verified copy. A copy that does not come is what a drill is there to find: they are best effort, and
/// what they left is removed all the same.
pub(super) fn make(copied: &Copied<'_>, past: &PastTimes) -> Vec<Step> {
    let Copied { mark, facts } = copied;
    let (data, of, name) = (&mark.data, mark.database(), mark.id());
    let size = format!("{}, {} GiB", facts.class, facts.storage_gb);
    let steps = [
        (
            snapshot_id(data),
            format!("take a snapshot of {of}: {name}"),
            Action::SnapshotDatabase { copy: mark.clone(), timeout_s: SNAPSHOT_TIMEOUT_S },
            (300, "5 min for a snapshot of what changed; the first one copies all of the storage"),
        ),
        (
            restore_id(data),
            format!("restore a copy of {of} from it ({size})"),
            Action::RestoreCopy { copy: mark.clone(), like: CopyLike::from(*facts), timeout_s: RESTORE_TIMEOUT_S },
            (600, "10 min for an instance from a snapshot"),
        ),
        (
            verify_id(data),
            format!("verify the copy of {of}: engine, storage, key, age of its data"),
            Action::VerifyCopy { copy: mark.clone(), encrypted: facts.encrypted, kms_key: facts.kms_key.clone() },
            (1, "two looks"),
        ),
    ];
    let mut needs = BTreeSet::new();
    let mut made = Vec::new();
    for (id, title, action, estimate) in steps {
        let one = Step { best_effort: true, ..step(id, title, action, needs, past, estimate) };
        needs = BTreeSet::from([one.id.clone()]);
        made.push(one);
    }
    made
}

/// The steps that remove a copy and its snapshot.
pub(super) fn remove(copied: &Copied<'_>, past: &PastTimes) -> Vec<Step> {
    let mark = &copied.mark;
    let (data, of) = (&mark.data, mark.database());
    let copy = step(
        remove_copy_id(data),
        format!("delete the copy of {of}"),
        Action::RemoveCopy { copy: mark.clone(), timeout_s: REMOVE_TIMEOUT_S },
        BTreeSet::from([verify_id(data)]),
        past,
        (300, "5 min until a deleted instance is gone"),
    );
    let snapshot = step(
        remove_snapshot_id(data),
        format!("delete the snapshot of {of} it came from"),
        Action::RemoveSnapshot { copy: mark.clone(), timeout_s: REMOVE_TIMEOUT_S },
        BTreeSet::from([copy.id.clone()]),
        past,
        (5, "one DeleteDBSnapshot"),
    );
    vec![copy, snapshot]
}

fn step(
    id: StepId,
    title: String,
    action: Action,
    needs: BTreeSet<StepId>,
    past: &PastTimes,
    (seconds, why): (u64, &str),
) -> Step {
    let measured = past.slowest(&id).map(of_run);
    Step {
        id,
        title,
        action,
        needs,
        sides: BTreeSet::from([SideName::Standby]),
        estimate: measured.unwrap_or_else(|| default(seconds, why)),
        best_effort: false,
        skipped: None,
    }
}

#[cfg(test)]
#[path = "copy_tests.rs"]
mod tests;
