//! Owns where runs are in the store: runbook, journal and record side by side, so that another laptop can go on.
//!
//! `<environment>/runs/<run>/runbook.json`, `.../journal/000001.jsonl`, ..., `.../record.json`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::plan::runbook::{RUNBOOK_SCHEMA, Runbook};
use crate::run::engine::RunRecord;
use crate::run::journal::{JournalError, Tail};
use crate::store::{Condition, Store, StoreError};

/// The runs of one environment in a store.
#[derive(Clone)]
pub struct Shelf {
    store: Arc<dyn Store>,
    environment: String,
}

/// Why a run could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShelfError {
    /// The store failed.
    Store(StoreError),
    /// There is no such run, or several begin so.
    NoRun {
        /// What was asked for.
        named: String,
        /// The runs that begin so; empty: none does.
        candidates: Vec<String>,
    },
    /// The runbook is damaged, was changed by hand, or is newer than this lifeboat.
    Damaged {
        /// Which object.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The journal cannot be read.
    Journal(JournalError),
}

impl fmt::Display for ShelfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShelfError::Store(error) => write!(f, "the store failed: {error}"),
            ShelfError::NoRun { named, candidates } if candidates.is_empty() => write!(f, "there is no run {named}"),
            ShelfError::NoRun { named, candidates } => {
                write!(f, "several runs begin with {named}: {}", candidates.join(", "))
            }
            ShelfError::Damaged { place, reason } => write!(f, "{place} is damaged: {reason}"),
            ShelfError::Journal(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ShelfError {}

impl From<StoreError> for ShelfError {
    fn from(error: StoreError) -> Self {
        ShelfError::Store(error)
    }
}

impl Shelf {
    /// The runs of an environment.
    pub fn new(store: Arc<dyn Store>, environment: &str) -> Self {
        Shelf { store, environment: environment.to_owned() }
    }

    fn key(&self, run: &str, name: &str) -> String {
        format!("{}/runs/{run}/{name}", self.environment)
    }

    /// Saves a runbook once: it is immutable, so a second save of another one under its id is refused by the store.
    pub async fn save(&self, runbook: &Runbook) -> Result<(), ShelfError> {
        let key = self.key(&runbook.id, "runbook.json");
        let bytes = to_bytes(runbook);
        let Err(error) = self.store.put(&key, &bytes, &Condition::Absent).await else { return Ok(()) };
        // The answer to our own write may have been lost.
        match self.store.get(&key).await? {
            Some(stored) if stored.bytes == bytes => Ok(()),
            _ => Err(error.into()),
        }
    }

    /// The ids of all runs, oldest first.
    pub async fn runs(&self) -> Result<Vec<String>, ShelfError> {
        let prefix = format!("{}/runs/", self.environment);
        let keys = self.store.list(&prefix).await?;
        let ids: BTreeSet<&str> =
            keys.iter().filter_map(|key| key.strip_prefix(&prefix)?.strip_suffix("/runbook.json")).collect();
        Ok(ids.into_iter().map(str::to_owned).collect())
    }

    /// The id of the run whose id begins so.
    pub async fn find(&self, named: &str) -> Result<String, ShelfError> {
        let mut candidates: Vec<String> =
            self.runs().await?.into_iter().filter(|run| run == named || run.starts_with(named)).collect();
        match (candidates.iter().position(|run| run == named), candidates.len()) {
            (Some(exact), _) => Ok(candidates.swap_remove(exact)),
            (None, 1) => Ok(candidates.swap_remove(0)),
            _ => Err(ShelfError::NoRun { named: named.to_owned(), candidates }),
        }
    }

    /// The runbook of a run, checked against its digest.
    pub async fn runbook(&self, run: &str) -> Result<Runbook, ShelfError> {
        let key = self.key(run, "runbook.json");
        let Some(stored) = self.store.get(&key).await? else {
            return Err(ShelfError::NoRun { named: run.to_owned(), candidates: Vec::new() });
        };
        let damaged = |reason: String| ShelfError::Damaged { place: format!("{}/{key}", self.store.place()), reason };
        let value: serde_json::Value = serde_json::from_slice(&stored.bytes).map_err(|e| damaged(e.to_string()))?;
        let version = value.get("schema_version").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if version > u64::from(RUNBOOK_SCHEMA) {
            return Err(damaged(format!("a newer lifeboat wrote it (format version {version})")));
        }
        let runbook: Runbook = serde_json::from_value(value).map_err(|e| damaged(e.to_string()))?;
        if !runbook.is_intact() || runbook.id != run {
            return Err(damaged("its contents do not match its digest".to_owned()));
        }
        Ok(runbook)
    }

    /// What the journal says about a runbook, as far as it is durable.
    pub async fn record(&self, runbook: &Runbook) -> Result<RunRecord, ShelfError> {
        let mut tail = Tail::new(self.store.clone(), &self.environment, &runbook.id);
        let entries = tail.read_all().await.map_err(ShelfError::Journal)?;
        Ok(RunRecord::of(runbook, &entries))
    }

    /// Saves the record of a run, replacing an earlier one; where it is.
    pub async fn save_record(&self, record: &RunRecord) -> Result<String, ShelfError> {
        let key = self.key(&record.run, "record.json");
        self.store.put(&key, &to_bytes(record), &Condition::Always).await?;
        Ok(format!("{}/{key}", self.store.place()))
    }
}

fn to_bytes<T: serde::Serialize>(value: &T) -> Vec<u8> {
    // Our own records are plain data with text keys, so serialising cannot fail.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
