//! Owns why a database cannot be brought home, in words, and what to do about it.

use crate::model::Environment;
use crate::plan::data::DataTrouble;

/// Why a database cannot be brought home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// The standby's instance is not there.
    StandbyGone,
    /// How far the primary's replica is behind is not known.
    LagUnknown,
    /// Both instances stand alone, and no run tells which was promoted last.
    BothAlone,
    /// Both stand alone: a run promoted the standby's, and led no users to it.
    NotLedOut {
        /// That run.
        run: String,
    },
    /// Both stand alone: a run had made the standby's a replica again, and none tells who promoted it.
    NobodyPromoted {
        /// That run.
        run: String,
    },
    /// Both stand alone: a run promoted the primary's and led no users home, and the standby runs.
    NotLedHome {
        /// That run.
        run: String,
    },
    /// Both took writes that the other lacks: a declaration led users to the standby after the writes had come home.
    Diverged,
    /// The primary's is no leftover: something that this environment does not know follows it.
    Followed {
        /// Its replicas, as RDS names them.
        replicas: Vec<String>,
    },
    /// The primary has no instance, and the baseline does not tell what it was.
    NotRecorded,
}

/// In words, with what to do. Both sides may call their instance the same.
pub(super) fn trouble(
    environment: &Environment,
    data: &str,
    (primary, standby): (&str, &str),
    why: &Why,
) -> DataTrouble {
    DataTrouble { why: words(data, primary, standby, why), hint: hint(environment, primary, standby, why) }
}

fn words(data: &str, primary: &str, standby: &str, why: &Why) -> String {
    match why {
        Why::StandbyGone => {
            format!("{data}: the standby's database {standby} is no longer there, so nothing can be brought home")
        }
        Why::LagUnknown => {
            format!("{data}: how far the replica {primary} in the primary is behind is not known")
        }
        Why::BothAlone => format!(
            "{data}: {primary} in the primary and {standby} in the standby both stand alone, and no run tells which \
             was promoted last"
        ),
        Why::NotLedOut { run } => format!(
            "{data}: {primary} in the primary and {standby} in the standby both stand alone: run {run} promoted {standby}, \
             and no run has led the users to it since, so either may have their writes"
        ),
        Why::NobodyPromoted { run } => format!(
            "{data}: {primary} in the primary and {standby} in the standby both stand alone: run {run} made {standby} a \
             replica again, and no run tells who promoted it after that or led the users to it"
        ),
        Why::NotLedHome { run } => format!(
            "{data}: {primary} in the primary and {standby} in the standby both stand alone: run {run} promoted {primary} \
             and led no users home, and the standby is not frozen any more, so either may have their writes"
        ),
        Why::Diverged => format!(
            "{data}: {primary} in the primary and {standby} in the standby have both taken writes that the other lacks: \
             a failback had brought them home, and a declaration led the users to the standby again"
        ),
        Why::Followed { replicas } => format!(
            "{data}: {primary} in the primary is followed by {}, which is not of this environment: {primary} may have the \
             users of another environment by now, and a failback would put it aside with what they wrote",
            replicas.join(", ")
        ),
        Why::NotRecorded => {
            format!("{data}: the primary has no {primary} any more, and the baseline does not tell what it was")
        }
    }
}

fn hint(environment: &Environment, primary: &str, standby: &str, why: &Why) -> String {
    let (east, west) = (&environment.primary.region, &environment.standby.region);
    match why {
        Why::StandbyGone => format!(
            "bring {standby} back from a backup (restore it under this name), then fail back; if the primary's \
             {primary} has what counts, there is nothing to bring home: take the data out of the environment file \
             for this failback"
        ),
        Why::LagUnknown => format!(
            "see whether {primary} still replicates: aws rds describe-db-instances --region {east} \
             --db-instance-identifier {primary} (StatusInfos), and the metric ReplicaLag; a replica that has stopped is to \
             be renamed or deleted, then fail back: a new one is made"
        ),
        Why::BothAlone
        | Why::NotLedOut { .. }
        | Why::NobodyPromoted { .. }
        | Why::NotLedHome { .. }
        | Why::Diverged => format!(
            "compare what both hold. If the standby's {standby} ({west}) has what counts, rename the primary's out of \
             the way and fail back (a replica takes its name): aws rds modify-db-instance --region {east} \
             --db-instance-identifier {primary} --new-db-instance-identifier {primary}-aside --apply-immediately; if \
             the primary's {primary} ({east}) has, rename the standby's and provision: aws rds modify-db-instance \
             --region {west} --db-instance-identifier {standby} --new-db-instance-identifier {standby}-aside \
             --apply-immediately"
        ),
        Why::Followed { replicas } => format!(
            "find out whose that is, and whether another environment over {primary} serves from the primary ({east}): \
             `lifeboat status` of that one, and what writes to {primary}. If it does, {primary} has what counts: compare \
             what both hold, and do not fail back. If nothing writes to {primary} and {} only stood by, delete or promote \
             that, then fail back, and provision its environment again",
            replicas.join(", ")
        ),
        Why::NotRecorded => {
            format!("make a replica of {standby} called {primary} in the primary, then fail back")
        }
    }
}
