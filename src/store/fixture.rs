//! Owns a store in memory for tests: it yields like a network, and loses replies, fails or dies on command.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::Notify;

use super::port::{Condition, Store, StoreError, StoreErrorKind, Stored, Version};

/// What burns down by one at every point where a process may die, and then lets nothing more happen.
#[derive(Debug)]
pub struct Fuse {
    left: AtomicU64,
    burnt: AtomicU64,
    blown: Notify,
}

impl Fuse {
    /// One that blows at the point of that number, from 0.
    pub fn at(point: u64) -> Arc<Fuse> {
        Arc::new(Fuse { left: AtomicU64::new(point), burnt: AtomicU64::new(0), blown: Notify::new() })
    }

    /// One that never blows and only counts.
    pub fn never() -> Arc<Fuse> {
        Fuse::at(u64::MAX)
    }

    /// A point where the process may die: then this never returns.
    pub async fn burn(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
        let before = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(1)));
        if before == Ok(0) {
            self.blown.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// Returns when it has blown.
    pub async fn wait(&self) {
        self.blown.notified().await;
    }

    /// How many points were passed.
    pub fn points(&self) -> u64 {
        self.burnt.load(Ordering::SeqCst)
    }
}

#[derive(Debug, Default)]
struct Contents {
    objects: BTreeMap<String, (Vec<u8>, u64)>,
    version: u64,
    log: Vec<(String, String)>,
}

/// One process's view of a shared store in memory.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    contents: Arc<Mutex<Contents>>,
    /// Who this view belongs to, for the log.
    pub who: String,
    fuse: Arc<Fuse>,
    puts: Arc<AtomicU64>,
    /// The write of that number, from 0, is made and its reply lost.
    pub lose_reply: Option<u64>,
    /// From that write on every write fails, as on a full disk.
    pub full_from: Option<u64>,
    /// Yields before every operation: so many times modulo what the number says.
    pub jitter: Arc<AtomicU64>,
}

impl MemoryStore {
    /// An empty store.
    pub fn empty() -> Self {
        MemoryStore {
            contents: Arc::default(),
            who: "me".to_owned(),
            fuse: Fuse::never(),
            puts: Arc::default(),
            lose_reply: None,
            full_from: None,
            jitter: Arc::default(),
        }
    }

    /// Another process's view of the same contents.
    pub fn seen_by(&self, who: &str) -> Self {
        MemoryStore { contents: self.contents.clone(), who: who.to_owned(), ..MemoryStore::empty() }
    }

    /// The same view, dying with that fuse.
    pub fn with_fuse(mut self, fuse: &Arc<Fuse>) -> Self {
        self.fuse = fuse.clone();
        self
    }

    /// How many writes were asked for.
    pub fn puts(&self) -> u64 {
        self.puts.load(Ordering::SeqCst)
    }

    /// Every write that was made: by whom, which key.
    pub fn log(&self) -> Vec<(String, String)> {
        self.contents.lock().unwrap().log.clone()
    }

    /// Puts bytes in place without conditions or faults.
    pub fn plant(&self, key: &str, bytes: &[u8]) {
        let mut contents = self.contents.lock().unwrap();
        contents.version += 1;
        let version = contents.version;
        contents.objects.insert(key.to_owned(), (bytes.to_vec(), version));
    }

    /// The bytes under a key.
    pub fn bytes(&self, key: &str) -> Vec<u8> {
        self.contents.lock().unwrap().objects.get(key).map(|(bytes, _)| bytes.clone()).unwrap_or_default()
    }

    async fn pause(&self) {
        let seed = self.jitter.load(Ordering::SeqCst);
        if seed > 0 {
            let next = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) | 1;
            self.jitter.store(next, Ordering::SeqCst);
            for _ in 0..(next >> 33) % 5 {
                tokio::task::yield_now().await;
            }
        }
    }

    fn error(key: &str, kind: StoreErrorKind, message: &str) -> StoreError {
        StoreError { kind, place: format!("memory/{key}"), message: message.to_owned() }
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        self.pause().await;
        let contents = self.contents.lock().unwrap();
        let found = contents.objects.get(key);
        Ok(found.map(|(bytes, version)| Stored { bytes: bytes.clone(), version: Version(version.to_string()) }))
    }

    async fn put(&self, key: &str, bytes: &[u8], condition: &Condition) -> Result<Version, StoreError> {
        self.fuse.burn().await;
        self.pause().await;
        let number = self.puts.fetch_add(1, Ordering::SeqCst);
        if self.full_from.is_some_and(|from| number >= from) {
            return Err(MemoryStore::error(key, StoreErrorKind::Failed, "no space left on device"));
        }
        let version = {
            let mut contents = self.contents.lock().unwrap();
            let present = contents.objects.get(key).map(|(_, version)| Version(version.to_string()));
            let holds = match condition {
                Condition::Always => true,
                Condition::Absent => present.is_none(),
                Condition::Matches(version) => present.as_ref() == Some(version),
            };
            if !holds {
                return Err(MemoryStore::error(key, StoreErrorKind::Conflict, "changed by another writer"));
            }
            contents.version += 1;
            let version = contents.version;
            contents.objects.insert(key.to_owned(), (bytes.to_vec(), version));
            contents.log.push((self.who.clone(), key.to_owned()));
            Version(version.to_string())
        };
        self.pause().await;
        self.fuse.burn().await;
        if self.lose_reply == Some(number) {
            return Err(MemoryStore::error(key, StoreErrorKind::Failed, "no answer"));
        }
        Ok(version)
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let contents = self.contents.lock().unwrap();
        Ok(contents.objects.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.contents.lock().unwrap().objects.remove(key);
        Ok(())
    }
}
