//! Owns how a database stood when its promotion was planned: that tells later what the promotion changed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How it stood.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "kebab-case")]
pub enum Stood {
    /// Nobody looked.
    #[default]
    Unseen,
    /// It was a replica, or is one by the time of its promotion.
    Replica,
    /// It stood alone: there is nothing to promote.
    Alone,
    /// It stood alone, and the primary has taken the writes since.
    Stale {
        /// From when on it lacks what was written.
        since: Timestamp,
        /// The run that led the writes home.
        run: String,
    },
}

impl Stood {
    /// Whether nobody looked.
    pub fn is_unseen(&self) -> bool {
        *self == Stood::Unseen
    }
}
