//! Owns reading a journal, object by object: the whole of it, or what has come since.

use std::sync::Arc;

use futures_util::future::join_all;

use super::entry::{Entry, JOURNAL_SCHEMA};
use super::error::JournalError;
use super::moves::Progress;
use super::object::{Chain, Flaw, object_name, object_number, open};
use crate::model::Digest;
use crate::store::Store;

/// A reader that remembers how far it has come. It never writes.
pub struct Tail {
    store: Arc<dyn Store>,
    folder: String,
    next: u64,
    chain: Chain,
    progress: Progress,
    newest: u32,
}

impl Tail {
    /// A reader at the beginning of a run's journal.
    pub fn new(store: Arc<dyn Store>, environment: &str, run: &str) -> Self {
        Tail {
            store,
            folder: format!("{environment}/runs/{run}/journal/"),
            next: 1,
            chain: Chain::of_run(run),
            progress: Progress::default(),
            newest: 0,
        }
    }

    /// Everything there is, checked: numbers without a gap, an unbroken chain, and legal moves only.
    pub async fn read_all(&mut self) -> Result<Vec<Entry>, JournalError> {
        let keys = self.store.list(&self.folder).await?;
        let numbers: Vec<u64> = keys
            .iter()
            .filter_map(|key| object_number(key.strip_prefix(&self.folder)?))
            .filter(|n| *n >= self.next)
            .collect();
        let missing = (self.next..).zip(&numbers).find(|(expected, found)| expected != *found);
        if let Some((expected, found)) = missing {
            return Err(self.damaged(
                expected,
                Flaw { line: None, reason: format!("it is missing, while {} is there", object_name(*found)) },
            ));
        }
        let keys: Vec<String> = numbers.iter().map(|number| self.key(*number)).collect();
        let objects = join_all(keys.iter().map(|key| self.store.get(key))).await;
        let mut entries = Vec::new();
        for object in objects {
            // What was listed and is gone again: somebody removes the journal while it is read.
            let Some(stored) = object? else {
                return Err(self.damaged(self.next, Flaw { line: None, reason: "it was removed just now".to_owned() }));
            };
            entries.extend(self.take(&stored.bytes)?);
        }
        Ok(entries)
    }

    /// What has come since the last look; empty when nothing has.
    pub async fn more(&mut self) -> Result<Vec<Entry>, JournalError> {
        let mut entries = Vec::new();
        while let Some(stored) = self.store.get(&self.key(self.next)).await? {
            entries.extend(self.take(&stored.bytes)?);
        }
        Ok(entries)
    }

    /// The digest of the last line read.
    pub fn head(&self) -> &Digest {
        &self.chain.tail
    }

    /// Where the run and its steps stand.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Refuses to go on writing where a newer lifeboat wrote.
    pub(super) fn may_be_written(&self) -> Result<(), JournalError> {
        let place = format!("{}/{}", self.store.place(), self.folder.trim_end_matches('/'));
        if self.newest > JOURNAL_SCHEMA {
            return Err(JournalError::Newer { place, found: Some(self.newest) });
        }
        if self.progress.unknown_events > 0 {
            return Err(JournalError::Newer { place, found: None });
        }
        Ok(())
    }

    pub(super) fn into_parts(self) -> (Arc<dyn Store>, String, u64, Chain, Progress) {
        (self.store, self.folder, self.next, self.chain, self.progress)
    }

    fn key(&self, number: u64) -> String {
        format!("{}{}", self.folder, object_name(number))
    }

    fn damaged(&self, number: u64, flaw: Flaw) -> JournalError {
        let place = format!("{}/{}", self.store.place(), self.key(number));
        JournalError::Damaged { place, line: flaw.line, reason: flaw.reason }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Vec<Entry>, JournalError> {
        let (entries, newest) = open(bytes, &mut self.chain).map_err(|flaw| self.damaged(self.next, flaw))?;
        for (number, entry) in entries.iter().enumerate() {
            // A newer lifeboat may know moves that this one does not.
            if let Err(illegal) = self.progress.apply(entry)
                && entry.schema_version <= JOURNAL_SCHEMA
            {
                let flaw = Flaw { line: Some(number + 1), reason: format!("{illegal}") };
                return Err(self.damaged(self.next, flaw));
            }
        }
        self.newest = self.newest.max(newest);
        self.next += 1;
        Ok(entries)
    }
}
