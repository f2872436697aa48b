//! Owns what is left of a run in the store: its report, read from its journal and made as a page and as JSON, and the
//! posture it has left the standby in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use futures_util::future::join;
use tokio::task::spawn_blocking;

use super::context::Session;
use super::posture;
use crate::cloud::Clock;
use crate::model::Caller;
use crate::plan::runbook::{RunKind, Runbook};
use crate::report::run::{RunReport, html};
use crate::run::actors::Reports;
use crate::run::engine::RunRecord;
use crate::run::journal::{JournalError, Noted, Tail};
use crate::store::{BundleError, Condition, Runs, Store, StoreError, StoreErrorKind};

/// Reports a run, as far as its journal has come.
#[derive(Clone)]
pub struct Records {
    store: Arc<dyn Store>,
    runbook: Arc<Runbook>,
    clock: Arc<dyn Clock>,
    /// Whose credentials carry it out: the caller's ARN.
    by: String,
    /// Set once the posture is saved.
    posture: Arc<AtomicBool>,
    /// Whether the runbook is as it was sealed, once that has been looked at.
    intact: Arc<OnceLock<bool>>,
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
    pub fn of(session: &Session, runbook: &Runbook, caller: &Caller) -> Self {
        let (runbook, intact) = (Arc::new(runbook.clone()), Arc::new(OnceLock::new()));
        // While the run waits for AWS: the report of a thousand tiers is not kept waiting for it.
        let (of, tells) = (Arc::clone(&runbook), Arc::clone(&intact));
        drop(spawn_blocking(move || tells.get_or_init(|| of.is_intact()).to_owned()));
        Records {
            store: session.store.clone(),
            runbook,
            clock: session.clock(),
            by: caller.arn.clone(),
            posture: Arc::default(),
            intact,
        }
    }

    /// The report of what the journal had noted.
    pub fn report(&self, noted: &Noted) -> RunReport {
        let intact = *self.intact.get_or_init(|| self.runbook.is_intact());
        RunReport::of_checked(&self.runbook, intact, &noted.entries, &noted.head)
    }

    /// The report of what the store holds of the journal.
    pub async fn read_back(&self) -> Result<RunReport, JournalError> {
        let mut tail = Tail::new(self.store.clone(), &self.runbook.environment, &self.runbook.id);
        let entries = tail.read_all().await?;
        Ok(self.report(&Noted { entries: Arc::new(entries), head: tail.head().clone() }))
    }

    /// Saves what the run has left the standby in, once.
    pub async fn posture(&self, record: &RunRecord) -> Result<(), BundleError> {
        if !self.posture.load(Ordering::SeqCst) {
            let saved = posture::save(&self.store, &self.runbook, record, self.clock.now(), &self.by).await?;
            self.posture.store(saved, Ordering::SeqCst);
        }
        Ok(())
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
            let text = Arc::new(text);
            self.store.put_shared(&key("report.json"), text.clone(), &Condition::Always).await?;
            Ok(Arc::unwrap_or_clone(text))
        };
        let page = async {
            let page = spawn_blocking(move || html(&of_page)).await.map_err(|_| self.unmade(&key("report.html")))?;
            self.store.put_shared(&key("report.html"), Arc::new(page), &Condition::Always).await
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
    /// With the posture of a declaration: every size is set by now, and once the journal says that it has ended nobody
    /// could tell that the standby serves if the process were killed before it saved that. A failback does it the other
    /// way round, after its end: a standby that is taken for one that serves is only guarded too well.
    async fn save(&self, noted: Noted) -> Result<String, String> {
        let report = Arc::new(self.report(&noted));
        drop(noted);
        let posture = async {
            match self.runbook.kind {
                RunKind::Declare => self.posture(&report.record).await,
                RunKind::Drill | RunKind::Failback => Ok(()),
            }
        };
        let (put, posture) = join(self.put(&report), posture).await;
        // Giving back what thousands of steps take is no work for the thread that goes on with the run.
        drop(spawn_blocking(move || drop(report)));
        posture.map_err(|error| format!("the posture could not be recorded: {error}"))?;
        put.map(|put| put.place).map_err(|error| error.to_string())
    }
}
