//! Owns how a drill copies a database: a snapshot of the standby's, restored and verified, and both removed; and when RDS
//! takes none.

use std::collections::BTreeSet;

use crate::facts::{CopyLike, DatabaseFacts};
use crate::model::{CopyMark, RdsData, Region, standby_database_name};
use crate::plan::data::{Copied, CopyDrill, Restored};
use crate::plan::declare::PastTimes;
use crate::plan::declare::estimates::{default, of_run};
use crate::plan::drill::CopyProblem;
use crate::plan::drill::copy::{remove_copy_id, remove_snapshot_id, restore_id, snapshot_id, verify_id};
use crate::plan::runbook::{Action, Step, StepId};

/// Give up on a snapshot after this: the first one of an instance copies all of its storage.
const SNAPSHOT_TIMEOUT_S: u64 = 4 * 3_600;

/// Give up on a restored instance after this.
const RESTORE_TIMEOUT_S: u64 = 2 * 3_600;

/// Give up on a removal after this.
const REMOVE_TIMEOUT_S: u64 = 3_600;

impl Restored for RdsData {
    fn copy(&self, data: &str, drill: &CopyDrill<'_>) -> Result<Copied, CopyProblem> {
        let environment = drill.environment;
        let id = standby_database_name(&environment.name, data);
        let facts = drill.input.databases.get(&id).ok_or_else(|| CopyProblem::Refused {
            why: format!("{data}: the standby has no database {id}; `lifeboat provision` makes it"),
        })?;
        if let Some(why) = refused(facts, &environment.standby.region) {
            return Err(CopyProblem::Refused { why });
        }
        let (environment, run) = (environment.name.clone(), drill.run.to_owned());
        let mark = CopyMark { environment, run, data: data.to_owned() };
        Ok(Copied { make: make(&mark, facts, drill.past), remove: remove(&mark, drill.past), mark })
    }
}

/// Why RDS takes no snapshot of an instance ("Differences between read replicas for DB engines", and the backup
/// considerations for replicas of Oracle and of Db2). Of one that stands alone it always does.
fn refused(facts: &DatabaseFacts, region: &Region) -> Option<String> {
    let (id, engine) = (&facts.id, &facts.engine);
    if !facts.is_replica() {
        return None;
    }
    if engine.contains("sqlserver-") {
        return Some(format!("{id} is a replica of {engine}, and RDS takes no snapshots of those"));
    }
    let wants_backups = engine.contains("oracle-") || engine.starts_with("db2-");
    (wants_backups && facts.backup_retention_days == 0).then(|| {
        format!(
            "{id} is a replica of {engine} without automated backups, and RDS takes no snapshot of such a one; switch them \
             on: aws rds modify-db-instance --region {region} --db-instance-identifier {id} --backup-retention-period 1 \
             --apply-immediately"
        )
    })
}

/// The steps up to a verified copy.
fn make(mark: &CopyMark, facts: &DatabaseFacts, past: &PastTimes) -> Vec<Step> {
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
            Action::RestoreCopy { copy: mark.clone(), like: CopyLike::from(facts), timeout_s: RESTORE_TIMEOUT_S },
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
        let one = Step { best_effort: true, ..measured(id, title, action, needs, past, estimate) };
        needs = BTreeSet::from([one.id.clone()]);
        made.push(one);
    }
    made
}

/// The steps that remove a copy and its snapshot.
fn remove(mark: &CopyMark, past: &PastTimes) -> Vec<Step> {
    let (data, of) = (&mark.data, mark.database());
    let copy = measured(
        remove_copy_id(data),
        format!("delete the copy of {of}"),
        Action::RemoveCopy { copy: mark.clone(), timeout_s: REMOVE_TIMEOUT_S },
        BTreeSet::from([verify_id(data)]),
        past,
        (300, "5 min until a deleted instance is gone"),
    );
    let snapshot = measured(
        remove_snapshot_id(data),
        format!("delete the snapshot of {of} it came from"),
        Action::RemoveSnapshot { copy: mark.clone(), timeout_s: REMOVE_TIMEOUT_S },
        BTreeSet::from([copy.id.clone()]),
        past,
        (5, "one DeleteDBSnapshot"),
    );
    vec![copy, snapshot]
}

fn measured(
    id: StepId,
    title: String,
    action: Action,
    needs: BTreeSet<StepId>,
    past: &PastTimes,
    (seconds, why): (u64, &str),
) -> Step {
    let estimate = past.slowest(&id).map(of_run).unwrap_or_else(|| default(seconds, why));
    super::step(id, title, action, needs, estimate)
}
