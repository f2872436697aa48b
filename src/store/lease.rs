//! Owns the lease: one writer per environment, by conditional writes on one object.
//!
//! The object stays when a lease is released, because its fencing counter must never go back. Time and the nonce come in
//! as arguments. A lease that has run out is not taken silently: its holder may only be slow, so a person takes it over
//! by naming it. The holder's own clock decides nothing either: as long as its conditional write holds, nobody else has it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::port::{Condition, Store, StoreError, Version};

/// The version of the lease's format.
pub const LEASE_SCHEMA: u32 = 1;

/// How long a lease lasts without being renewed. Long enough that a slow call does not lose it, short enough that a dead
/// holder is seen as such while it matters.
pub const LEASE_LIFE: Duration = Duration::from_secs(120);

/// The fewest characters of a nonce that name a lease to be taken over.
pub const NONCE_PREFIX: usize = 6;

/// How often a write is repeated whose fate could not be told.
const ATTEMPTS: u32 = 3;

/// Who may write to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Version of this format.
    pub schema_version: u32,
    /// Its owner's nonce: the lease's id.
    pub nonce: String,
    /// The run it is held for.
    pub run: String,
    /// The holder: the caller's ARN.
    pub holder: String,
    /// The holder's host.
    pub host: String,
    /// The fencing counter: each new holder has a higher one.
    pub fence: u64,
    /// Held since.
    pub since: Timestamp,
    /// Without a renewal it is stale from here on.
    pub expires_at: Timestamp,
    /// When it was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Timestamp>,
}

/// Somebody who wants the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// A fresh nonce.
    pub nonce: String,
    /// The run.
    pub run: String,
    /// The caller's ARN.
    pub holder: String,
    /// The host.
    pub host: String,
    /// The fencing counter is above this one, whatever the object says: the last one of the run's journal.
    pub above: u64,
}

impl Lease {
    /// Whether nobody holds it.
    pub fn is_free(&self) -> bool {
        self.released_at.is_some()
    }

    /// Whether its holder should have renewed it by then.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        !self.is_free() && now >= self.expires_at
    }

    /// The beginning of the nonce: enough to name it.
    pub fn short(&self) -> &str {
        self.nonce.get(..NONCE_PREFIX.max(8)).unwrap_or(&self.nonce)
    }
}

/// Why there is no lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseError {
    /// Somebody holds it.
    Held {
        /// What they hold.
        lease: Box<Lease>,
        /// Whether they should have renewed it by now.
        stale: bool,
    },
    /// The lease named for a take-over is not the one that is held.
    Another {
        /// What was named.
        named: String,
        /// What is held; none when nobody holds it.
        held: Option<Box<Lease>>,
    },
    /// It was ours and is not any more.
    Lost {
        /// Who holds it now, where that could be read.
        by: Option<Box<Lease>>,
    },
    /// The store failed.
    Store(StoreError),
    /// What is there cannot be read.
    Damaged {
        /// Which object.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

impl fmt::Display for LeaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LeaseError::Held { lease, stale } => {
                let since = lease.since.strftime("%Y-%m-%d %H:%M:%S UTC");
                write!(f, "{} on {} has been carrying out run {} since {since}", lease.holder, lease.host, lease.run)?;
                if *stale {
                    let last = lease.expires_at.strftime("%H:%M:%S UTC");
                    write!(f, "; it should have been heard of before {last} and may be dead")?;
                }
                Ok(())
            }
            LeaseError::Another { named, held: Some(held) } => {
                write!(f, "lease {named} is not the one that is held, which is {} of run {}", held.short(), held.run)
            }
            LeaseError::Another { named, held: None } => {
                write!(f, "lease {named} is not held any more; nobody holds the environment")
            }
            LeaseError::Lost { by: Some(by) } => {
                write!(f, "{} on {} has taken the lease over for run {}", by.holder, by.host, by.run)
            }
            LeaseError::Lost { by: None } => f.write_str("the lease is gone: somebody removed it"),
            LeaseError::Store(error) => write!(f, "the lease cannot be told from the store: {error}"),
            LeaseError::Damaged { place, reason } => write!(f, "{place} is damaged: {reason}"),
        }
    }
}

impl std::error::Error for LeaseError {}

impl From<StoreError> for LeaseError {
    fn from(error: StoreError) -> Self {
        LeaseError::Store(error)
    }
}

impl LeaseError {
    /// What to do next; `file` is the environment file of the command.
    pub fn hints(&self, file: &str) -> Vec<String> {
        match self {
            LeaseError::Held { lease, stale: true } => vec![format!(
                "its process is gone; go on with it: lifeboat runs resume {file} {} --take-over {}",
                lease.run,
                lease.short()
            )],
            LeaseError::Held { lease, .. } | LeaseError::Lost { by: Some(lease) } => vec![
                format!("watch it: lifeboat runs show {file} {} --follow", lease.run),
                format!(
                    "take it over, once you know that its process is dead: lifeboat runs resume {file} {} --take-over {}",
                    lease.run,
                    lease.short()
                ),
            ],
            LeaseError::Another { held: Some(held), .. } => {
                vec![format!("watch it: lifeboat runs show {file} {} --follow", held.run)]
            }
            LeaseError::Another { held: None, .. } => vec!["run the command again without --take-over".to_owned()],
            LeaseError::Damaged { place, .. } => {
                vec![format!("make sure that no run goes on (`lifeboat runs list {file}`), then remove {place}")]
            }
            LeaseError::Store(error) => error.hint().into_iter().collect(),
            LeaseError::Lost { by: None } => vec![],
        }
    }
}

/// A lease that is held.
pub struct LeaseKeeper {
    store: Arc<dyn Store>,
    key: String,
    life: Duration,
    taken_over: bool,
    held: Mutex<(Lease, Version)>,
}

impl fmt::Debug for LeaseKeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeaseKeeper").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Who holds an environment; none when nobody does.
pub async fn holder(store: &dyn Store, environment: &str) -> Result<Option<Lease>, LeaseError> {
    Ok(read(store, &key(environment)).await?.map(|(lease, _)| lease).filter(|lease| !lease.is_free()))
}

impl LeaseKeeper {
    /// Takes the lease if nobody holds it. One that has run out is refused as held: see [`LeaseKeeper::take_over`].
    pub async fn acquire(
        store: Arc<dyn Store>,
        environment: &str,
        claim: &Claim,
        now: Timestamp,
        life: Duration,
    ) -> Result<LeaseKeeper, LeaseError> {
        let found = read(store.as_ref(), &key(environment)).await?;
        if let Some((lease, _)) = found.as_ref().filter(|(lease, _)| !lease.is_free() && lease.nonce != claim.nonce) {
            return Err(LeaseError::Held { lease: Box::new(lease.clone()), stale: lease.is_stale(now) });
        }
        LeaseKeeper::put(store, environment, claim, found, now, life).await
    }

    /// Takes the lease from whoever holds it, if its nonce begins as named. The old holder's next conditional write fails.
    pub async fn take_over(
        store: Arc<dyn Store>,
        environment: &str,
        nonce_prefix: &str,
        claim: &Claim,
        now: Timestamp,
        life: Duration,
    ) -> Result<LeaseKeeper, LeaseError> {
        let found = read(store.as_ref(), &key(environment)).await?;
        let held = found.as_ref().map(|(lease, _)| lease).filter(|lease| !lease.is_free());
        let named = nonce_prefix.len() >= NONCE_PREFIX;
        if !held.is_some_and(|lease| named && lease.nonce.starts_with(nonce_prefix)) {
            let held = held.map(|lease| Box::new(lease.clone()));
            return Err(LeaseError::Another { named: nonce_prefix.to_owned(), held });
        }
        let keeper = LeaseKeeper::put(store, environment, claim, found, now, life).await?;
        Ok(LeaseKeeper { taken_over: true, ..keeper })
    }

    async fn put(
        store: Arc<dyn Store>,
        environment: &str,
        claim: &Claim,
        found: Option<(Lease, Version)>,
        now: Timestamp,
        life: Duration,
    ) -> Result<LeaseKeeper, LeaseError> {
        let before = found.as_ref().map_or(0, |(lease, _)| lease.fence);
        let lease = Lease {
            schema_version: LEASE_SCHEMA,
            nonce: claim.nonce.clone(),
            run: claim.run.clone(),
            holder: claim.holder.clone(),
            host: claim.host.clone(),
            fence: before.max(claim.above) + 1,
            since: now,
            expires_at: later(now, life),
            released_at: None,
        };
        let condition = found.map_or(Condition::Absent, |(_, version)| Condition::Matches(version));
        let key = key(environment);
        match write(store.as_ref(), &key, &lease, condition).await {
            Ok(version) => Ok(LeaseKeeper { store, key, life, taken_over: false, held: Mutex::new((lease, version)) }),
            // Somebody was faster.
            Err(LeaseError::Lost { by: Some(by) }) => {
                let stale = by.is_stale(now);
                Err(LeaseError::Held { lease: by, stale })
            }
            Err(error) => Err(error),
        }
    }

    /// What is held.
    pub async fn lease(&self) -> Lease {
        self.held.lock().await.0.clone()
    }

    /// How long it lasts without being renewed.
    pub fn life(&self) -> Duration {
        self.life
    }

    /// Whether it was taken from somebody who may still be writing.
    pub fn was_taken_over(&self) -> bool {
        self.taken_over
    }

    /// Whether half its life is over.
    pub async fn is_due(&self, now: Timestamp) -> bool {
        let half = later(now, self.life / 2);
        self.held.lock().await.0.expires_at <= half
    }

    /// Renews it; an error of kind `Lost` means that somebody else may write now, and nothing may be done any more.
    pub async fn renew(&self, now: Timestamp) -> Result<(), LeaseError> {
        let mut held = self.held.lock().await;
        let mut lease = held.0.clone();
        // A clock that was set back must not shorten it.
        lease.expires_at = later(now, self.life).max(lease.expires_at);
        let version = write(self.store.as_ref(), &self.key, &lease, Condition::Matches(held.1.clone())).await?;
        *held = (lease, version);
        Ok(())
    }

    /// Gives it back. One that was taken over is not ours to give.
    pub async fn release(&self, now: Timestamp) -> Result<(), LeaseError> {
        let mut held = self.held.lock().await;
        let mut lease = held.0.clone();
        lease.released_at = Some(now);
        let version = write(self.store.as_ref(), &self.key, &lease, Condition::Matches(held.1.clone())).await?;
        *held = (lease, version);
        Ok(())
    }
}

/// Writes the lease under a condition. When that does not hold, or no answer comes, the nonce tells whether an earlier
/// attempt of our own was taken.
async fn write(store: &dyn Store, key: &str, lease: &Lease, condition: Condition) -> Result<Version, LeaseError> {
    let bytes = to_bytes(lease);
    let mut condition = condition;
    let mut attempt = 1;
    loop {
        let error = match store.put(key, &bytes, &condition).await {
            Ok(version) => return Ok(version),
            Err(error) => error,
        };
        match read(store, key).await {
            Ok(Some((found, version))) if found == *lease => return Ok(version),
            Ok(Some((found, version))) if found.nonce == lease.nonce => {
                // Ours, as it was before this write: the write is still to be made.
                condition = Condition::Matches(version);
            }
            Ok(Some((found, version))) => {
                let unchanged = matches!(&condition, Condition::Matches(expected) if *expected == version);
                if !unchanged {
                    return Err(LeaseError::Lost { by: Some(Box::new(found)) });
                }
            }
            Ok(None) if condition != Condition::Absent => return Err(LeaseError::Lost { by: None }),
            Ok(None) => {}
            Err(LeaseError::Store(_)) => {}
            Err(other) => return Err(other),
        }
        if attempt == ATTEMPTS {
            return Err(LeaseError::Store(error));
        }
        attempt += 1;
    }
}

async fn read(store: &dyn Store, key: &str) -> Result<Option<(Lease, Version)>, LeaseError> {
    let Some(stored) = store.get(key).await? else { return Ok(None) };
    let damaged = |reason: String| LeaseError::Damaged { place: format!("{}/{key}", store.place()), reason };
    let lease: Lease = serde_json::from_slice(&stored.bytes).map_err(|e| damaged(e.to_string()))?;
    if lease.schema_version > LEASE_SCHEMA {
        return Err(damaged(format!("a newer lifeboat wrote it (format version {})", lease.schema_version)));
    }
    Ok(Some((lease, stored.version)))
}

fn key(environment: &str) -> String {
    format!("{environment}/lease.json")
}

fn later(at: Timestamp, life: Duration) -> Timestamp {
    at.checked_add(life).unwrap_or(Timestamp::MAX)
}

fn to_bytes(lease: &Lease) -> Vec<u8> {
    // A lease is plain data with text keys, so serialising cannot fail.
    let mut bytes = serde_json::to_vec_pretty(lease).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
#[path = "lease_tests.rs"]
mod tests;
