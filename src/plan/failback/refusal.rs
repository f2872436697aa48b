//! Owns why no failback can be planned.

use std::fmt;

use crate::plan::data::DataTrouble;
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

impl std::error::Error for FailbackRefusal {}
