//! Owns what a step has journalled while it is at work: a measure that would be lost with the process.

use std::sync::Mutex;

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::plan::runbook::StepId;
use crate::run::event::{Leave, RunEvent, Watch};
use crate::run::journal::{Measures, Noted};

/// Something to be journalled about a step that is at work.
pub(super) struct Kept {
    /// The step.
    pub step: StepId,
    /// What it measured.
    pub measures: Measures,
    /// Told once it is durable; dropped where it never will be.
    pub durable: oneshot::Sender<()>,
}

/// Watches one step, and hands what is to be kept to the engine.
pub(super) struct Keeper<'a> {
    pub step: &'a StepId,
    pub watch: &'a dyn Watch,
    pub keep: &'a UnboundedSender<Kept>,
    pub noted: &'a Mutex<Option<Noted>>,
}

#[async_trait]
impl Watch for Keeper<'_> {
    fn event(&self, event: RunEvent) {
        self.watch.event(event);
    }

    async fn keep(&self, measures: Measures) -> Leave {
        let (durable, kept) = oneshot::channel();
        let one = Kept { step: self.step.clone(), measures, durable };
        // What is not durable, or not ours to write any more, is dropped by the engine unanswered.
        match self.keep.send(one).is_ok() && kept.await.is_ok() {
            true => Leave::Given,
            false => Leave::Withdrawn,
        }
    }

    fn noted(&self) -> Option<Noted> {
        // Taken out: as long as somebody holds it, the next entry costs the journal a copy of all.
        self.noted.lock().ok()?.take()
    }
}
