//! Owns why no declaration can be planned.

use std::fmt;

use jiff::Timestamp;

use super::data::instant;
use crate::model::closest;
use crate::plan::scale::ScaleRefusal;

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclareRefusal {
    /// Sizes cannot be decided: not provisioned, no capacity basis, unknown tier.
    Scale(ScaleRefusal),
    /// The declaration gives no reason.
    NoReason,
    /// A graceful declaration needs both sides, and the primary does not answer.
    PrimarySilent {
        /// What its silence looked like.
        why: String,
    },
    /// Promoting relies on a fence, and the primary does not have everything that it names.
    NothingToFence {
        /// What was not found.
        missing: Vec<String>,
    },
    /// The standby has no replica of databases.
    NoReplica {
        /// Which.
        databases: Vec<Lacking>,
    },
    /// A graceful declaration loses no write, and databases of the standby lack some.
    Stale {
        /// Which.
        databases: Vec<Stale>,
    },
    /// A graceful declaration loses no write, and whether databases of the standby that stand alone have every write is not
    /// known.
    Doubtful {
        /// The data's names, and why.
        databases: Vec<(String, String)>,
    },
    /// `--skip` names steps that the plan does not have.
    UnknownSteps {
        /// What was asked for.
        names: Vec<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// `--skip` came without a reason.
    NoBecause {
        /// The steps.
        steps: Vec<String>,
    },
}

/// A database that the standby does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// The data's name.
    pub data: String,
    /// The identifier that was looked for.
    pub id: String,
    /// What a failback kept of it when it put it aside, where that is there.
    pub kept: Option<String>,
}

/// A database of the standby that lacks what was written since a run led the writes home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The data's name.
    pub data: String,
    /// The standby's instance.
    pub id: String,
    /// Since when.
    pub since: Timestamp,
    /// That run.
    pub run: String,
}

impl fmt::Display for DeclareRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeclareRefusal::Scale(refusal) => refusal.fmt(f),
            DeclareRefusal::NoReason => f.write_str("a declaration is recorded with its reason, and none was given"),
            DeclareRefusal::PrimarySilent { why } => {
                write!(f, "a graceful declaration needs both sides, and the primary does not answer: {why}")
            }
            DeclareRefusal::NothingToFence { missing } => write!(
                f,
                "a graceful declaration relies on a primary in which nothing runs any more, and the primary has no {}: what goes \
                 by another name would go on serving and writing",
                missing.join(", no ")
            ),
            DeclareRefusal::NoReplica { databases } => {
                let lacks: Vec<String> = databases.iter().map(|one| format!("{} ({})", one.data, one.id)).collect();
                write!(f, "the standby has no database for {}: there is nothing to promote", lacks.join(", "))?;
                databases.iter().filter_map(|one| Some((one, one.kept.as_ref()?))).try_for_each(|(one, kept)| {
                    write!(
                        f,
                        "; a failback put {} aside, and {kept} is there: it has everything that was written in the standby, \
                         and nothing since the writes went home",
                        one.id
                    )
                })
            }
            DeclareRefusal::Stale { databases } => {
                let told = databases.iter().map(|old| {
                    let since = instant(old.since);
                    format!(
                        "{} ({}) has nothing that was written since {since}, when run {} led the writes home",
                        old.data, old.id, old.run
                    )
                });
                let told: Vec<String> = told.collect();
                write!(f, "a graceful declaration loses no write, and in the standby {}", told.join("; "))
            }
            DeclareRefusal::Doubtful { databases } => {
                let told: Vec<String> = databases.iter().map(|(data, why)| format!("{data}: {why}")).collect();
                write!(
                    f,
                    "a graceful declaration loses no write, and whether the standby has all of them is not known: {}",
                    told.join("; ")
                )
            }
            DeclareRefusal::UnknownSteps { names, known } => {
                for (index, name) in names.iter().enumerate() {
                    let gap = if index > 0 { "; " } else { "" };
                    write!(f, "{gap}the plan has no step `{name}`")?;
                    if let Some(meant) = closest(name, &known.iter().map(String::as_str).collect::<Vec<_>>()) {
                        write!(f, " (did you mean `{meant}`?)")?;
                    }
                }
                write!(f, "; it has {}", known.join(", "))
            }
            DeclareRefusal::NoBecause { steps } => {
                write!(f, "skipping {} is recorded with its reason, and none was given", steps.join(", "))
            }
        }
    }
}

impl std::error::Error for DeclareRefusal {}

impl From<ScaleRefusal> for DeclareRefusal {
    fn from(refusal: ScaleRefusal) -> Self {
        DeclareRefusal::Scale(refusal)
    }
}
