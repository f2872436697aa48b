//! Owns where the runs of an environment live in the store: their runbooks, and which there are.
//!
//! A runbook is opaque here (`<environment>/runs/<run>/runbook.json`): what it means is the plan's business. It is written
//! once and never again.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::port::{Condition, Store, StoreError, StoreErrorKind};

/// The note beside a damaged journal that its run is given up.
const GIVEN_UP: &str = "given-up.json";

/// The runs of one environment.
#[derive(Debug, Clone)]
pub struct Runs {
    environment: String,
}

/// That a person gave a run up whose journal can no longer be written, because it is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {
    /// Version of this format.
    pub schema_version: u32,
    /// When.
    pub at: Timestamp,
    /// The caller's ARN.
    pub by: String,
    /// Why.
    pub because: String,
}

/// Why a run could not be read, written or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunsError {
    /// The store failed.
    Store(StoreError),
    /// No run begins so.
    None {
        /// What was asked for.
        prefix: String,
        /// The runs there are, newest first.
        runs: Vec<String>,
    },
    /// Several runs begin so.
    Several {
        /// What was asked for.
        prefix: String,
        /// Those that begin so, newest first.
        runs: Vec<String>,
    },
    /// Another plan is stored under this id.
    Taken {
        /// The id.
        run: String,
    },
    /// What is there cannot be read.
    Damaged {
        /// Which object.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

impl fmt::Display for RunsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunsError::Store(error) => write!(f, "the store failed: {error}"),
            RunsError::None { prefix, runs } if runs.is_empty() => {
                write!(f, "no run begins with {prefix}: there are none yet")
            }
            RunsError::None { prefix, runs } => {
                write!(f, "no run begins with {prefix}; the newest are {}", some(runs))
            }
            RunsError::Several { prefix, runs } => write!(f, "several runs begin with {prefix}: {}", some(runs)),
            RunsError::Taken { run } => write!(f, "another plan is stored as run {run}"),
            RunsError::Damaged { place, reason } => write!(f, "{place} is damaged: {reason}"),
        }
    }
}

fn some(runs: &[String]) -> String {
    const SHOWN: usize = 5;
    let more = if runs.len() > SHOWN { ", ..." } else { "" };
    format!("{}{more}", runs.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", "))
}

impl std::error::Error for RunsError {}

impl From<StoreError> for RunsError {
    fn from(error: StoreError) -> Self {
        RunsError::Store(error)
    }
}

impl Runs {
    /// The runs of an environment.
    pub fn of(environment: &str) -> Self {
        Runs { environment: environment.to_owned() }
    }

    /// The key of something a run keeps in the store, such as `report.html`.
    pub fn key(&self, run: &str, name: &str) -> String {
        format!("{}/runs/{run}/{name}", self.environment)
    }

    /// Saves a plan under a run's id, once.
    pub async fn save<T: Serialize>(&self, store: &dyn Store, run: &str, runbook: &T) -> Result<(), RunsError> {
        let key = self.key(run, "runbook.json");
        // Our own plans are plain data with text keys, so serialising cannot fail.
        let mut bytes = serde_json::to_vec_pretty(runbook).unwrap_or_default();
        bytes.push(b'\n');
        let bytes = Arc::new(bytes);
        let Err(error) = store.put_shared(&key, bytes.clone(), &Condition::Absent).await else { return Ok(()) };
        // The reply may have been lost and not the write.
        match store.get(&key).await? {
            Some(stored) if stored.bytes == *bytes => Ok(()),
            Some(_) => Err(RunsError::Taken { run: run.to_owned() }),
            None => Err(RunsError::Store(error)),
        }
    }

    /// The plan of a run.
    pub async fn load<T: DeserializeOwned>(&self, store: &dyn Store, run: &str) -> Result<T, RunsError> {
        let key = self.key(run, "runbook.json");
        let damaged = |reason: String| RunsError::Damaged { place: format!("{}/{key}", store.place()), reason };
        let stored = store.get(&key).await?.ok_or_else(|| damaged("it is not there".to_owned()))?;
        serde_json::from_slice(&stored.bytes).map_err(|error| damaged(error.to_string()))
    }

    /// Notes beside a run's journal that it is given up. The first note stays.
    pub async fn give_up(&self, store: &dyn Store, run: &str, note: &GivenUp) -> Result<(), RunsError> {
        let mut bytes = serde_json::to_vec_pretty(note).unwrap_or_default();
        bytes.push(b'\n');
        match store.put(&self.key(run, GIVEN_UP), &bytes, &Condition::Absent).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind == StoreErrorKind::Conflict => Ok(()),
            Err(error) => Err(RunsError::Store(error)),
        }
    }

    /// The note that a run is given up; none where there is none.
    pub async fn given_up(&self, store: &dyn Store, run: &str) -> Result<Option<GivenUp>, RunsError> {
        let key = self.key(run, GIVEN_UP);
        let Some(stored) = store.get(&key).await? else { return Ok(None) };
        let damaged = |reason: String| RunsError::Damaged { place: format!("{}/{key}", store.place()), reason };
        serde_json::from_slice(&stored.bytes).map(Some).map_err(|error| damaged(error.to_string()))
    }

    /// The ids of all runs, newest first: ids sort by time.
    pub async fn ids(&self, store: &dyn Store) -> Result<Vec<String>, RunsError> {
        Ok(self.marks(store).await?.into_keys().rev().collect())
    }

    /// How far each run has come, in one look: how many objects its journal has, and one more where it is given up. A run
    /// that is only planned has none, because whoever plans saves the plan before anybody lets them begin.
    pub async fn marks(&self, store: &dyn Store) -> Result<BTreeMap<String, usize>, RunsError> {
        let folder = format!("{}/runs/", self.environment);
        let mut marks = BTreeMap::new();
        for key in store.list(&folder).await? {
            let Some((run, name)) = key.strip_prefix(&folder).and_then(|rest| rest.split_once('/')) else { continue };
            let marks = marks.entry(run.to_owned()).or_insert(0);
            if name.starts_with("journal/") || name == GIVEN_UP {
                *marks += 1;
            }
        }
        Ok(marks)
    }

    /// Whether a run has a plan. One that holds the lease and has none ended before it began.
    pub async fn is_planned(&self, store: &dyn Store, run: &str) -> Result<bool, RunsError> {
        Ok(store.get(&self.key(run, "runbook.json")).await?.is_some())
    }

    /// The one run whose id begins so; `last` means the newest.
    pub async fn find(&self, store: &dyn Store, prefix: &str) -> Result<String, RunsError> {
        let ids = self.ids(store).await?;
        if prefix == "last"
            && let Some(newest) = ids.first()
        {
            return Ok(newest.clone());
        }
        if ids.iter().any(|id| id == prefix) {
            return Ok(prefix.to_owned());
        }
        let matching: Vec<String> =
            ids.iter().filter(|id| !prefix.is_empty() && id.starts_with(prefix)).cloned().collect();
        match matching.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(RunsError::None { prefix: prefix.to_owned(), runs: ids }),
            _ => Err(RunsError::Several { prefix: prefix.to_owned(), runs: matching }),
        }
    }
}

/// How many characters of each id tell all of them apart, at least eight.
pub fn shortest_unique(ids: &[String]) -> usize {
    let mut sorted: Vec<&String> = ids.iter().collect();
    sorted.sort();
    let shared = |a: &str, b: &str| a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    sorted.windows(2).map(|pair| shared(pair[0], pair[1]) + 1).max().unwrap_or(0).max(8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::MemoryStore;

    #[tokio::test]
    async fn a_run_is_found_by_its_shortest_prefix() {
        let store = MemoryStore::empty();
        let runs = Runs::of("shop");
        assert!(matches!(runs.find(&store, "0").await, Err(RunsError::None { .. })));
        for id in ["019a-aa", "019a-ab", "019b-aa"] {
            runs.save(&store, id, &serde_json::json!({ "id": id })).await.unwrap();
        }
        store.plant("shop-two/runs/019c/runbook.json", b"{}");
        assert_eq!(runs.ids(&store).await.unwrap(), ["019b-aa", "019a-ab", "019a-aa"]);
        store.plant("shop/runs/019a-ab/journal/000001.jsonl", b"{}");
        store.plant("shop/runs/019a-ab/report.json", b"{}");
        store.plant("shop/runs/019a-ac/given-up.json", b"{}");
        let marks = runs.marks(&store).await.unwrap();
        assert_eq!(marks.values().copied().collect::<Vec<_>>(), [0, 1, 1, 0], "{marks:?}");
        assert_eq!(runs.is_planned(&store, "019a-ab").await, Ok(true));
        assert_eq!(runs.is_planned(&store, "019a-ac").await, Ok(false));
        crate::store::Store::delete(&store, "shop/runs/019a-ac/given-up.json").await.unwrap();
        for (prefix, found) in [
            ("019b", Some("019b-aa")),
            ("019a-ab", Some("019a-ab")),
            ("last", Some("019b-aa")),
            ("019a", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(runs.find(&store, prefix).await.ok().as_deref(), found, "{prefix}");
        }
        assert_eq!(
            runs.find(&store, "019a").await.unwrap_err().to_string(),
            "several runs begin with 019a: 019a-ab, 019a-aa"
        );
    }

    #[tokio::test]
    async fn a_plan_is_written_once_and_damage_is_named() {
        let store = MemoryStore::empty();
        let runs = Runs::of("shop");
        runs.save(&store, "one", &1).await.unwrap();
        runs.save(&store, "one", &1).await.expect("the same plan again is our own repeated write");
        assert_eq!(runs.save(&store, "one", &2).await, Err(RunsError::Taken { run: "one".to_owned() }));
        assert_eq!(runs.load::<u32>(&store, "one").await, Ok(1));
        assert!(matches!(runs.load::<String>(&store, "one").await, Err(RunsError::Damaged { .. })));
        assert!(matches!(runs.load::<u32>(&store, "two").await, Err(RunsError::Damaged { .. })));
    }

    #[tokio::test]
    async fn the_first_note_of_giving_up_stays() {
        let store = MemoryStore::empty();
        let runs = Runs::of("shop");
        assert_eq!(runs.given_up(&store, "one").await, Ok(None));
        let note = |because: &str| GivenUp {
            schema_version: 1,
            at: Timestamp::UNIX_EPOCH,
            by: "arn".to_owned(),
            because: because.to_owned(),
        };
        runs.give_up(&store, "one", &note("the disk died")).await.unwrap();
        runs.give_up(&store, "one", &note("again")).await.unwrap();
        assert_eq!(runs.given_up(&store, "one").await, Ok(Some(note("the disk died"))));
    }

    #[test]
    fn ids_are_shortened_no_further_than_they_differ() {
        let ids = |all: &[&str]| all.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(shortest_unique(&ids(&["0123456789ab", "0123456789cd"])), 11);
        assert_eq!(shortest_unique(&ids(&["a", "b"])), 8);
        assert_eq!(shortest_unique(&[]), 8);
    }
}
