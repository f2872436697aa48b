//! Owns writing a journal: entries are gathered, and one flush makes them durable together.

use std::sync::Arc;

use jiff::Timestamp;

use super::entry::{Entry, Event, JOURNAL_SCHEMA};
use super::error::JournalError;
use super::moves::Progress;
use super::noted::Noted;
use super::object::{Chain, object_name, seal};
use super::tail::Tail;
use crate::model::Digest;
use crate::plan::runbook::StepId;
use crate::store::{Condition, Store, StoreErrorKind};

/// How often a flush is tried when the store fails. The S3 store has waited and repeated on its own by then.
const FLUSH_ATTEMPTS: u32 = 3;

/// The journal of one run, open for writing.
pub struct Journal {
    store: Arc<dyn Store>,
    environment: String,
    run: String,
    folder: String,
    next: u64,
    chain: Chain,
    progress: Progress,
    /// Shared with those who look at them as they were at a moment.
    entries: Arc<Vec<Entry>>,
    /// Lines that are not durable yet.
    waiting: Vec<String>,
    broken: Option<String>,
}

impl Journal {
    /// Opens the journal of a run; one that has not begun is empty. A damaged or newer one is refused.
    pub async fn open(store: Arc<dyn Store>, environment: &str, run: &str) -> Result<Journal, JournalError> {
        let mut tail = Tail::new(store, environment, run);
        let entries = tail.read_all().await?;
        tail.may_be_written()?;
        let (store, folder, next, chain, progress) = tail.into_parts();
        let (environment, run) = (environment.to_owned(), run.to_owned());
        Ok(Journal {
            store,
            environment,
            run,
            folder,
            next,
            chain,
            progress,
            entries: Arc::new(entries),
            waiting: Vec::new(),
            broken: None,
        })
    }

    /// Reads everything again, after another writer wrote; what was noted and is not durable is forgotten.
    pub async fn read_again(&mut self) -> Result<(), JournalError> {
        *self = Journal::open(Arc::clone(&self.store), &self.environment, &self.run).await?;
        Ok(())
    }

    /// Everything noted so far, durable or not.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The same, and the digest of the last line, as they are now: what is noted later does not show.
    pub fn so_far(&self) -> Noted {
        Noted { entries: Arc::clone(&self.entries), head: self.chain.tail.clone() }
    }

    /// Whether everything noted is in the store.
    pub fn is_durable(&self) -> bool {
        self.waiting.is_empty() && self.broken.is_none()
    }

    /// Where the run and its steps stand.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The number of the last entry; 0 when there is none.
    pub fn last(&self) -> u64 {
        self.chain.seq
    }

    /// The digest of the last line, durable or not.
    pub fn head(&self) -> &Digest {
        &self.chain.tail
    }

    /// Notes what happened, to be made durable by the next flush; its number. Only legal moves are taken.
    pub fn note(&mut self, at: Timestamp, step: Option<StepId>, event: Event) -> Result<u64, JournalError> {
        self.unbroken()?;
        let entry = Entry {
            schema_version: JOURNAL_SCHEMA,
            seq: self.chain.seq + 1,
            at,
            step,
            event,
            prev: self.chain.tail.clone(),
        };
        self.progress.apply(&entry)?;
        let line = self.chain.write(&entry);
        self.waiting.push(line);
        Arc::make_mut(&mut self.entries).push(entry);
        Ok(self.chain.seq)
    }

    /// Makes everything noted durable, in one write. After a failure nothing more can be written: a gap would be a lie.
    pub async fn flush(&mut self) -> Result<(), JournalError> {
        self.unbroken()?;
        if self.waiting.is_empty() {
            return Ok(());
        }
        // A future that is dropped half-way leaves it open whether the object was written.
        self.broken = Some("the write was broken off".to_owned());
        let bytes = Arc::new(seal(&self.waiting));
        match self.write(bytes).await {
            Ok(()) => {
                self.waiting.clear();
                self.next += 1;
                self.broken = None;
                Ok(())
            }
            Err(error) => {
                self.broken = Some(error.to_string());
                Err(error)
            }
        }
    }

    async fn write(&self, bytes: Arc<Vec<u8>>) -> Result<(), JournalError> {
        let key = format!("{}{}", self.folder, object_name(self.next));
        let mut attempt = 1;
        loop {
            let Err(error) = self.store.put_shared(&key, bytes.clone(), &Condition::Absent).await else {
                return Ok(());
            };
            // The reply may have been lost and not the write: only what is stored can tell.
            match self.store.get(&key).await {
                Ok(Some(stored)) if stored.bytes == *bytes => return Ok(()),
                Ok(Some(_)) => {
                    let (place, run) = (format!("{}/{key}", self.store.place()), self.run.clone());
                    return Err(JournalError::Overtaken { place, run });
                }
                Ok(None) | Err(_) if error.kind == StoreErrorKind::Denied || attempt == FLUSH_ATTEMPTS => {
                    return Err(JournalError::Store(error));
                }
                Ok(None) | Err(_) => attempt += 1,
            }
        }
    }

    fn unbroken(&self) -> Result<(), JournalError> {
        match &self.broken {
            Some(reason) => Err(JournalError::Broken { reason: reason.clone() }),
            None => Ok(()),
        }
    }
}
