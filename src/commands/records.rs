//! Owns the report of a run on record: read from its journal, made as a page and as JSON, and put beside it in the store.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join;
use tokio::task::spawn_blocking;

use crate::plan::runbook::Runbook;
use crate::report::run::{RunReport, html};
use crate::run::actors::Reports;
use crate::run::journal::{JournalError, Noted, Tail};
use crate::store::{Condition, Runs, Store, StoreError, StoreErrorKind};

/// Reports a run, as far as its journal has come.
#[derive(Clone)]
pub struct Records {
    store: Arc<dyn Store>,
    runbook: Arc<Runbook>,
}

/// A report that is in the store.
pub struct Put {
    /// Where its page is.
    pub place: String,
    /// The report as JSON.
    pub json: String,
}

impl Records {
    /// The reports of a run.
    pub fn of(store: Arc<dyn Store>, runbook: &Runbook) -> Self {
        Records { store, runbook: Arc::new(runbook.clone()) }
    }

    /// The report of what the journal had noted.
    pub fn report(&self, noted: &Noted) -> RunReport {
        RunReport::of(&self.runbook, &noted.entries, &noted.head)
    }

    /// The report of what the store holds of the journal.
    pub async fn read_back(&self) -> Result<RunReport, JournalError> {
        let mut tail = Tail::new(self.store.clone(), &self.runbook.environment, &self.runbook.id);
        let entries = tail.read_all().await?;
        Ok(self.report(&Noted { entries: Arc::new(entries), head: tail.head().clone() }))
    }

    /// Saves the report beside the journal.
    pub async fn put(&self, report: &Arc<RunReport>) -> Result<Put, StoreError> {
        let runs = Runs::of(&self.runbook.environment);
        let key = |name: &str| runs.key(&self.runbook.id, name);
        // Both on threads of their own: those of a thousand tiers are megabytes, and this command is in a hurry.
        let (of_json, of_page) = (Arc::clone(report), Arc::clone(report));
        let json = async {
            let text = spawn_blocking(move || of_json.json_text() + "\n").await;
            let text = text.map_err(|_| self.unmade(&key("report.json")))?;
            self.store.put(&key("report.json"), text.as_bytes(), &Condition::Always).await?;
            Ok(text)
        };
        let page = async {
            let page = spawn_blocking(move || html(&of_page)).await.map_err(|_| self.unmade(&key("report.html")))?;
            self.store.put(&key("report.html"), page.as_bytes(), &Condition::Always).await
        };
        let (json, page) = join(json, page).await;
        page?;
        Ok(Put { place: format!("{}/{}", self.store.place(), key("report.html")), json: json? })
    }

    fn unmade(&self, key: &str) -> StoreError {
        StoreError {
            kind: StoreErrorKind::Failed,
            place: format!("{}/{key}", self.store.place()),
            message: "it could not be made".to_owned(),
        }
    }
}

#[async_trait]
impl Reports for Records {
    async fn save(&self, noted: Noted) -> Result<String, String> {
        let report = Arc::new(self.report(&noted));
        drop(noted);
        self.put(&report).await.map(|put| put.place).map_err(|error| error.to_string())
    }
}
