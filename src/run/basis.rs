//! Owns what a plan was made from besides what was seen in the cloud: how far the runs of an environment had come, and the
//! posture. A plan is carried out only if both are still so once nobody else can write.

use std::collections::BTreeMap;
use std::fmt;

use futures_util::future::join;

use crate::plan::runbook::RunKind;
use crate::store::bundle::PostureRecord;
use crate::store::{Bundle, BundleError, Runs, RunsError, Store};

/// How far the runs had come, and in which posture the standby was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Basis {
    /// Every run, with how much is on record of it.
    pub marks: BTreeMap<String, usize>,
    /// The posture; none before the first scale.
    pub posture: Option<PostureRecord>,
}

/// Why the basis could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BasisError {
    /// The runs could not be listed.
    Runs(RunsError),
    /// The posture could not be read.
    Posture(BundleError),
}

/// Why a plan does not stand any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// Another run was begun.
    Begun {
        /// Which.
        run: String,
    },
    /// A run that was there went on, or was given up.
    WentOn {
        /// Which.
        run: String,
    },
    /// The standby was scaled, or is serving, or is not any more.
    Posture {
        /// By whom, and to what; none where the record is gone.
        now: Option<Box<PostureRecord>>,
    },
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stale::Begun { run } => write!(f, "another run, {run}, came in between"),
            Stale::WentOn { run } => write!(f, "run {run} went on in between"),
            Stale::Posture { now: Some(now) } => {
                write!(f, "{} brought the standby to {} in between, at {}", now.by, now.target, now.at)
            }
            Stale::Posture { now: None } => f.write_str("the record of the standby's posture was removed in between"),
        }
    }
}

impl Basis {
    /// How the runs and the posture of an environment stand now.
    pub async fn read(store: &dyn Store, environment: &str) -> Result<Basis, BasisError> {
        let (runs, bundle) = (Runs::of(environment), Bundle::of(environment));
        let (marks, posture) = join(runs.marks(store), bundle.posture(store)).await;
        Ok(Basis { marks: marks.map_err(BasisError::Runs)?, posture: posture.map_err(BasisError::Posture)? })
    }

    /// The run that declared, where the standby is scaled for a declaration.
    fn declared_in(&self) -> Option<&str> {
        self.posture.as_ref().and_then(|posture| posture.declared_in.as_deref())
    }

    /// What has changed that a plan of that kind cannot bear; none where it still stands. `own` is the plan's own run.
    ///
    /// A run that is only planned changes nothing: of two that plan at the same moment one must be let in. A declaration
    /// never shrinks and looks before it acts, so of the posture only whether the standby is serving concerns it.
    pub fn stale(&self, now: &Basis, kind: RunKind, own: &str) -> Option<Stale> {
        // The newest tells the most.
        for (run, marks) in now.marks.iter().rev().filter(|(run, marks)| run.as_str() != own && **marks > 0) {
            match self.marks.get(run).copied().unwrap_or(0) {
                0 => return Some(Stale::Begun { run: run.clone() }),
                before if before != *marks => return Some(Stale::WentOn { run: run.clone() }),
                _ => {}
            }
        }
        let same = match kind {
            RunKind::Declare => self.declared_in() == now.declared_in(),
            RunKind::Drill | RunKind::Failback => self.posture == now.posture,
        };
        (!same).then(|| Stale::Posture { now: now.posture.clone().map(Box::new) })
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn posture(target: &str, declared_in: Option<&str>) -> Option<PostureRecord> {
        Some(PostureRecord {
            schema_version: 1,
            at: Timestamp::UNIX_EPOCH,
            by: "arn:ana".to_owned(),
            target: target.to_owned(),
            minimums: BTreeMap::new(),
            declared_in: declared_in.map(str::to_owned),
        })
    }

    fn basis(marks: &[(&str, usize)], posture: Option<PostureRecord>) -> Basis {
        Basis { marks: marks.iter().map(|(run, marks)| ((*run).to_owned(), *marks)).collect(), posture }
    }

    #[test]
    fn a_plan_stands_only_while_no_run_and_no_posture_changed() {
        let before = || basis(&[("r1", 2), ("r2", 0)], posture("full", Some("r1")));
        let full = || posture("full", Some("r1"));
        for (now, failback, declare) in [
            (basis(&[("r1", 2), ("r2", 0)], full()), None, None),
            // Our own runbook is saved before the lease is asked for, and so is that of somebody who is refused.
            (basis(&[("r1", 2), ("r2", 0), ("own", 1), ("r9", 0)], full()), None, None),
            (basis(&[("r1", 2)], full()), None, None),
            (basis(&[("r1", 2), ("r3", 1)], full()), Some("another run, r3, came in between"), Some("another run, r3")),
            // A declaration that was planned, and has stopped part-way since.
            (basis(&[("r1", 2), ("r2", 4)], full()), Some("another run, r2, came in between"), Some("another run, r2")),
            (basis(&[("r1", 3), ("r2", 0)], full()), Some("run r1 went on in between"), Some("run r1 went on")),
            // A failback came home: the way home that was planned before would take the live database.
            (
                basis(&[("r1", 2)], posture("standby", None)),
                Some("arn:ana brought the standby to standby"),
                Some("arn:ana"),
            ),
            // Somebody scaled by hand: nothing to a declaration, and everything to who takes capacity away.
            (basis(&[("r1", 2)], posture("120%", Some("r1"))), Some("brought the standby to 120%"), None),
            (basis(&[("r1", 2)], None), Some("was removed"), Some("was removed")),
        ] {
            for (kind, words) in
                [(RunKind::Failback, failback), (RunKind::Drill, failback), (RunKind::Declare, declare)]
            {
                let stale = before().stale(&now, kind, "own").map(|stale| stale.to_string());
                match (&stale, words) {
                    (Some(told), Some(words)) => assert!(told.contains(words), "{kind:?}: {told}"),
                    (None, None) => {}
                    _ => panic!("{kind:?}: {stale:?} where {words:?} was expected, for {now:?}"),
                }
            }
        }
    }
}
