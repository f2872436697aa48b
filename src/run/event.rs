//! Owns what a run tells while it goes on; terminals and files are consumers.

use async_trait::async_trait;

use super::journal::{Measures, Noted};

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEvent {
    /// Work on a subject has begun.
    Started {
        /// A stack, a tier, an image, a parameter path.
        subject: String,
        /// What is being done.
        text: String,
    },
    /// News about a subject: a stack event, a state seen while polling.
    Note {
        /// A stack, a tier, an image, a parameter path.
        subject: String,
        /// The news.
        text: String,
    },
    /// How far a wait has come; sent at every poll.
    Waiting {
        /// A stack, a tier, an image.
        subject: String,
        /// So much is there.
        done: u64,
        /// Of so much.
        of: u64,
        /// In words.
        text: String,
    },
    /// A subject is done.
    Done {
        /// A stack, a tier, an image, a parameter path.
        subject: String,
        /// The result in words.
        text: String,
    },
    /// A subject failed.
    Failed {
        /// A stack, a tier, an image, a parameter path.
        subject: String,
        /// Why.
        text: String,
    },
}

/// Whether a step may still make the call it measured something for.
#[must_use = "without leave the call must not be made"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// What it measured is durable, and nothing has withdrawn the permission to act.
    Given,
    /// The journal or the lease is lost: nothing new may be ordered.
    Withdrawn,
}

/// Somebody who watches a run.
#[async_trait]
pub trait Watch: Send + Sync {
    /// Takes one event; must return at once.
    fn event(&self, event: RunEvent);

    /// What the journal says as the step that reports it begins; none for other steps, and without a journal.
    fn noted(&self) -> Option<Noted> {
        None
    }

    /// Keeps what a step measured before its call, and returns once that is durable or never will be: the process may end
    /// any moment. Who watches without a journal has nothing to keep it in, and nothing to lose.
    async fn keep(&self, _measures: Measures) -> Leave {
        Leave::Given
    }
}

/// Watches and keeps everything: for tests.
#[derive(Debug, Default)]
pub struct Recorded(std::sync::Mutex<Vec<RunEvent>>);

impl Recorded {
    /// What was seen so far.
    pub fn events(&self) -> Vec<RunEvent> {
        self.0.lock().map(|events| events.clone()).unwrap_or_default()
    }
}

impl Watch for Recorded {
    fn event(&self, event: RunEvent) {
        if let Ok(mut events) = self.0.lock() {
            events.push(event);
        }
    }
}
