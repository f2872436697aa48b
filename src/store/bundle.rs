//! Owns the bundle: the sealed set in the store that everything after `baseline` reads, and that a declaration needs.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::port::{Condition, Store, StoreError};
use crate::facts::{BASELINE_SCHEMA, Baseline};
use crate::model::SecretKey;

/// The keys of one environment in a store.
#[derive(Debug, Clone)]
pub struct Bundle {
    environment: String,
}

/// Why a bundle could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleError {
    /// The store failed.
    Store(StoreError),
    /// There is no baseline.
    NoBaseline {
        /// Where it was looked for.
        place: String,
        /// Of which environment.
        environment: String,
    },
    /// What is there is damaged or was changed by hand.
    Damaged {
        /// Which object.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer lifeboat wrote it.
    Newer {
        /// Which object.
        place: String,
        /// Its version.
        found: u32,
        /// The newest this lifeboat reads.
        known: u32,
    },
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BundleError::Store(error) => write!(f, "the store failed: {error}"),
            BundleError::NoBaseline { place, environment } => {
                write!(f, "there is no baseline of {environment} in {place}")
            }
            BundleError::Damaged { place, reason } => write!(f, "{place} is damaged: {reason}"),
            BundleError::Newer { place, found, known } => {
                write!(f, "{place} has format version {found}; this lifeboat reads up to {known}")
            }
        }
    }
}

impl std::error::Error for BundleError {}

impl From<StoreError> for BundleError {
    fn from(error: StoreError) -> Self {
        BundleError::Store(error)
    }
}

/// What the last sync left behind, for `status` and for judging ages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRecord {
    /// Version of this format.
    pub schema_version: u32,
    /// When it ended.
    pub at: Timestamp,
    /// By whom: the caller's ARN.
    pub by: String,
    /// The image each tier launches from in the standby, by tier.
    pub images: BTreeMap<String, SyncedImage>,
    /// How many parameters were in step when it ended.
    pub parameters_in_step: usize,
    /// How many writes it made.
    pub writes: usize,
}

/// An image in the standby and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncedImage {
    /// The image in production.
    pub source_image: String,
    /// Its copy in the standby.
    pub standby_image: String,
}

/// What the last scale left behind: which posture the standby is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostureRecord {
    /// Version of this format.
    pub schema_version: u32,
    /// When.
    pub at: Timestamp,
    /// By whom: the caller's ARN.
    pub by: String,
    /// What was asked: `full`, `standby` or a percent such as `50%`.
    pub target: String,
    /// Minimum sizes set, by tier: what a stack update must not undo.
    pub minimums: BTreeMap<String, u32>,
    /// The run that scaled it for a declaration; none once it is back at its standby footprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_in: Option<String>,
}

impl Bundle {
    /// The bundle of an environment.
    pub fn of(environment: &str) -> Self {
        Bundle { environment: environment.to_owned() }
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.environment)
    }

    /// Seals and saves a baseline; the previous one is kept under its own digest.
    pub async fn save_baseline(&self, store: &dyn Store, baseline: &Baseline) -> Result<(), BundleError> {
        let bytes = to_bytes(baseline);
        let kept = self.key(&format!("baselines/{}.json", baseline.digest.short()));
        store.put(&kept, &bytes, &Condition::Always).await?;
        store.put(&self.key("baseline.json"), &bytes, &Condition::Always).await?;
        Ok(())
    }

    /// The current baseline, checked against its digest.
    pub async fn baseline(&self, store: &dyn Store) -> Result<Baseline, BundleError> {
        let key = self.key("baseline.json");
        let place = format!("{}/{key}", store.place());
        let Some(stored) = store.get(&key).await? else {
            return Err(BundleError::NoBaseline { place: store.place(), environment: self.environment.clone() });
        };
        let version = schema_version(&stored.bytes);
        if let Some(found) = version.filter(|found| *found > BASELINE_SCHEMA) {
            return Err(BundleError::Newer { place, found, known: BASELINE_SCHEMA });
        }
        let baseline: Baseline = serde_json::from_slice(&stored.bytes)
            .map_err(|e| BundleError::Damaged { place: place.clone(), reason: e.to_string() })?;
        if !baseline.is_intact() {
            return Err(BundleError::Damaged { place, reason: "its contents do not match its digest".to_owned() });
        }
        Ok(baseline)
    }

    /// Saves a rendered template of a footprint, so that a declaration finds it without rendering.
    pub async fn save_template(
        &self,
        store: &dyn Store,
        footprint: &str,
        part: &str,
        body: &str,
    ) -> Result<(), BundleError> {
        let key = self.key(&format!("templates/{footprint}/{part}.template.json"));
        store.put(&key, body.as_bytes(), &Condition::Always).await?;
        Ok(())
    }

    /// The key of this store's secret digests; made on first use by `fresh`.
    pub async fn secret_key(
        &self,
        store: &dyn Store,
        fresh: impl FnOnce() -> SecretKey + Send,
    ) -> Result<SecretKey, BundleError> {
        let key = self.key("secret-digest-key.json");
        if let Some(found) = self.read::<SecretKey>(store, &key).await? {
            return Ok(found);
        }
        let made = fresh();
        match store.put(&key, &to_bytes(&made), &Condition::Absent).await {
            Ok(_) => Ok(made),
            // Another run was first: its key is the key.
            Err(error) => self.read::<SecretKey>(store, &key).await?.ok_or(BundleError::Store(error)),
        }
    }

    /// What the last sync left behind.
    pub async fn last_sync(&self, store: &dyn Store) -> Result<Option<SyncRecord>, BundleError> {
        self.read(store, &self.key("last-sync.json")).await
    }

    /// Records a sync.
    pub async fn save_sync(&self, store: &dyn Store, record: &SyncRecord) -> Result<(), BundleError> {
        store.put(&self.key("last-sync.json"), &to_bytes(record), &Condition::Always).await?;
        Ok(())
    }

    /// Which posture the standby was last put in.
    pub async fn posture(&self, store: &dyn Store) -> Result<Option<PostureRecord>, BundleError> {
        self.read(store, &self.key("posture.json")).await
    }

    /// Records a posture.
    pub async fn save_posture(&self, store: &dyn Store, record: &PostureRecord) -> Result<(), BundleError> {
        store.put(&self.key("posture.json"), &to_bytes(record), &Condition::Always).await?;
        Ok(())
    }

    async fn read<T: DeserializeOwned>(&self, store: &dyn Store, key: &str) -> Result<Option<T>, BundleError> {
        match store.get(key).await? {
            None => Ok(None),
            Some(stored) => serde_json::from_slice(&stored.bytes)
                .map(Some)
                .map_err(|e| BundleError::Damaged { place: format!("{}/{key}", store.place()), reason: e.to_string() }),
        }
    }
}

fn schema_version(bytes: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Versioned {
        schema_version: u32,
    }
    serde_json::from_slice(bytes).ok().map(|Versioned { schema_version }| schema_version)
}

fn to_bytes<T: Serialize>(value: &T) -> Vec<u8> {
    // Our own records are plain data with text keys, so serialising cannot fail.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FolderStore;

    #[tokio::test]
    async fn the_secret_key_is_made_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FolderStore::new(folder.path());
        let bundle = Bundle::of("shop");
        let first = bundle.secret_key(&store, || SecretKey::from_bytes(&[1; 32])).await.expect("a key");
        let second = bundle.secret_key(&store, || SecretKey::from_bytes(&[2; 32])).await.expect("the same key");
        assert_eq!(first, second);
    }

    #[tokio::test]
    async fn records_are_read_as_they_were_written_and_damage_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FolderStore::new(folder.path());
        let bundle = Bundle::of("shop");
        assert_eq!(bundle.posture(&store).await, Ok(None));
        let record = PostureRecord {
            schema_version: 1,
            at: Timestamp::UNIX_EPOCH,
            by: "arn".into(),
            target: "full".into(),
            minimums: BTreeMap::from([("web".to_owned(), 10)]),
            declared_in: None,
        };
        bundle.save_posture(&store, &record).await.expect("saved");
        assert_eq!(bundle.posture(&store).await, Ok(Some(record)));
        store.put("shop/posture.json", b"{", &Condition::Always).await.expect("written");
        assert!(matches!(bundle.posture(&store).await, Err(BundleError::Damaged { .. })));
        assert!(matches!(bundle.baseline(&store).await, Err(BundleError::NoBaseline { .. })));
    }
}
