//! Owns the four strategies and the two footprints.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much of the estate stands ready (AWS's four disaster recovery strategies).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Backups and templates only; nothing runs.
    BackupAndRestore,
    /// Everything is there, the groups stand at zero.
    PilotLight,
    /// A small, working copy.
    WarmStandby,
    /// A full copy.
    MultiSite,
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Strategy::BackupAndRestore => "backup-and-restore",
            Strategy::PilotLight => "pilot-light",
            Strategy::WarmStandby => "warm-standby",
            Strategy::MultiSite => "multi-site",
        })
    }
}

/// What runs on a side and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Footprint {
    /// What stands ready in ordinary times.
    Standby,
    /// Full production size.
    Full,
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Footprint::Standby => "standby",
            Footprint::Full => "full",
        })
    }
}
