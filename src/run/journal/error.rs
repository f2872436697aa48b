//! Owns why a journal could not be read or written.

use std::fmt;

use super::entry::JOURNAL_SCHEMA;
use super::moves::IllegalMove;
use crate::store::StoreError;

/// Why a journal could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalError {
    /// The store failed.
    Store(StoreError),
    /// What is there is torn, missing, reordered or was altered.
    Damaged {
        /// Which object.
        place: String,
        /// Which line of it, from 1; none for the object as a whole.
        line: Option<usize>,
        /// What is wrong.
        reason: String,
    },
    /// A newer lifeboat wrote in it: it may be read, and not be written.
    Newer {
        /// Where the journal is.
        place: String,
        /// The version found; none for an event this lifeboat does not know.
        found: Option<u32>,
    },
    /// Another writer wrote where this one was about to.
    Overtaken {
        /// Which object.
        place: String,
        /// The journal's run.
        run: String,
    },
    /// The event may not happen where the run stands.
    Illegal(IllegalMove),
    /// An earlier write failed; nothing may be written after a gap.
    Broken {
        /// The earlier failure.
        reason: String,
    },
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalError::Store(error) => write!(f, "the store failed: {error}"),
            JournalError::Damaged { place, line: Some(line), reason } => {
                write!(f, "{place}, line {line}: the journal is damaged: {reason}")
            }
            JournalError::Damaged { place, line: None, reason } => {
                write!(f, "{place}: the journal is damaged: {reason}")
            }
            JournalError::Newer { place, found: Some(found) } => {
                write!(f, "{place} has format version {found}; this lifeboat writes version {JOURNAL_SCHEMA}")
            }
            JournalError::Newer { place, found: None } => {
                write!(f, "{place} holds events that this lifeboat does not know")
            }
            JournalError::Overtaken { place, .. } => {
                write!(f, "{place} was written by somebody else: another process carries this run out")
            }
            JournalError::Illegal(illegal) => write!(f, "the journal cannot go on: {illegal}"),
            JournalError::Broken { reason } => write!(f, "nothing more is written after a failed write: {reason}"),
        }
    }
}

impl std::error::Error for JournalError {}

impl JournalError {
    /// What to do next, where that can be said.
    pub fn hint(&self) -> Option<String> {
        match self {
            JournalError::Damaged { .. } => Some(
                "bring the object back from the bucket's versions or a backup; or give the run up with `lifeboat runs \
                 abandon` and declare again: every step looks before it acts, so what is done is not done twice"
                    .to_owned(),
            ),
            JournalError::Newer { .. } => Some("use a lifeboat at least as new as the one that wrote it".to_owned()),
            JournalError::Store(error) => error.hint(),
            // How to watch that process takes the environment file, which only the command knows.
            JournalError::Overtaken { .. } | JournalError::Illegal(_) | JournalError::Broken { .. } => None,
        }
    }
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> Self {
        JournalError::Store(error)
    }
}

impl From<IllegalMove> for JournalError {
    fn from(illegal: IllegalMove) -> Self {
        JournalError::Illegal(illegal)
    }
}
