//! Owns why no failback can be planned.

use std::fmt;

use super::data::{DataTrouble, DataWhy};
use crate::plan::scale::ScaleRefusal;

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailbackRefusal {
    /// Sizes of the standby cannot be decided.
    Scale(ScaleRefusal),
    /// It gives no reason.
    NoReason,
    /// The primary does not answer.
    PrimarySilent {
        /// What its silence looked like.
        why: String,
    },
    /// The primary has lost groups.
    GroupsGone {
        /// Their names.
        groups: Vec<String>,
    },
    /// The baseline does not know the sizes of groups.
    NotRecorded {
        /// Their names.
        groups: Vec<String>,
    },
    /// The baseline was recorded while groups were fenced.
    RecordedFenced {
        /// Their names.
        groups: Vec<String>,
    },
    /// Databases cannot be brought home.
    Data {
        /// Why, one per database.
        troubles: Vec<DataTrouble>,
    },
    /// The zone does not have the records that weights are set on.
    RecordsGone {
        /// The record's name.
        record: String,
        /// The set identifiers that are missing.
        missing: Vec<String>,
    },
    /// Nothing was declared, the primary has its sizes and the standby its footprint.
    AtHome,
}

impl fmt::Display for FailbackRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FailbackRefusal::Scale(refusal) => refusal.fmt(f),
            FailbackRefusal::NoReason => f.write_str("a failback is recorded with its reason, and none was given"),
            FailbackRefusal::PrimarySilent { why } => {
                write!(f, "a failback needs the primary, and it does not answer: {why}")
            }
            FailbackRefusal::GroupsGone { groups } => {
                write!(f, "the primary has no Auto Scaling group {}", groups.join(", "))
            }
            FailbackRefusal::NotRecorded { groups } => {
                write!(f, "the baseline does not say how large {} was in the primary", groups.join(", "))
            }
            FailbackRefusal::RecordedFenced { groups } => {
                write!(f, "the baseline was recorded while {} was fenced at zero", groups.join(", "))
            }
            FailbackRefusal::Data { troubles } => {
                let told: Vec<String> = troubles.iter().map(ToString::to_string).collect();
                f.write_str(&told.join("; "))
            }
            FailbackRefusal::RecordsGone { record, missing } => {
                write!(f, "the zone has no weighted record {record} called {}", missing.join(", "))
            }
            FailbackRefusal::AtHome => f.write_str(
                "nothing to fail back: nothing was declared, the primary has its sizes, the standby its footprint",
            ),
        }
    }
}

impl fmt::Display for DataTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DataTrouble { data, primary, standby, why, .. } = self;
        match why {
            DataWhy::StandbyGone => {
                write!(f, "{data}: the standby's database {standby} is no longer there, so nothing can be brought home")
            }
            DataWhy::LagUnknown => {
                write!(f, "{data}: how far the replica {primary} in the primary is behind is not known")
            }
            DataWhy::BothAlone => write!(
                f,
                "{data}: {primary} in the primary and {standby} in the standby both stand alone, and no run tells which \
                 was promoted last"
            ),
            DataWhy::NotLedOut { run } => write!(
                f,
                "{data}: {primary} in the primary and {standby} in the standby both stand alone: run {run} promoted {standby}, \
                 and no run has led the users to it since, so either may have their writes"
            ),
            DataWhy::NobodyPromoted { run } => write!(
                f,
                "{data}: {primary} in the primary and {standby} in the standby both stand alone: run {run} made {standby} a \
                 replica again, and no run tells who promoted it after that or led the users to it"
            ),
            DataWhy::NotLedHome { run } => write!(
                f,
                "{data}: {primary} in the primary and {standby} in the standby both stand alone: run {run} promoted {primary} \
                 and led no users home, and the standby is not frozen any more, so either may have their writes"
            ),
            DataWhy::Diverged => write!(
                f,
                "{data}: {primary} in the primary and {standby} in the standby have both taken writes that the other lacks: \
                 a failback had brought them home, and a declaration led the users to the standby again"
            ),
            DataWhy::NotRecorded => {
                write!(f, "{data}: the primary has no {primary} any more, and the baseline does not tell what it was")
            }
        }
    }
}

impl DataTrouble {
    /// What to do.
    pub fn hint(&self) -> String {
        let DataTrouble { primary, standby, regions: (east, west), why, .. } = self;
        match why {
            DataWhy::StandbyGone => format!(
                "bring {standby} back from a backup (restore it under this name), then fail back; if the primary's \
                 {primary} has what counts, there is nothing to bring home: take the data out of the environment file \
                 for this failback"
            ),
            DataWhy::LagUnknown => format!(
                "see whether {primary} still replicates: aws rds describe-db-instances --region {east} \
                 --db-instance-identifier {primary} (StatusInfos), and the metric ReplicaLag; a replica that has stopped is to be renamed or \
                 deleted, then fail back: a new one is made"
            ),
            DataWhy::BothAlone
            | DataWhy::NotLedOut { .. }
            | DataWhy::NobodyPromoted { .. }
            | DataWhy::NotLedHome { .. }
            | DataWhy::Diverged => format!(
                "compare what both hold. If the standby's {standby} ({west}) has what counts, rename the primary's out of \
                 the way and fail back (a replica takes its name): aws rds modify-db-instance --region {east} \
                 --db-instance-identifier {primary} --new-db-instance-identifier {primary}-aside --apply-immediately; if \
                 the primary's {primary} ({east}) has, rename the standby's and provision: aws rds modify-db-instance \
                 --region {west} --db-instance-identifier {standby} --new-db-instance-identifier {standby}-aside \
                 --apply-immediately"
            ),
            DataWhy::NotRecorded => {
                format!("make a replica of {standby} called {primary} in the primary, then fail back")
            }
        }
    }
}

impl std::error::Error for FailbackRefusal {}
