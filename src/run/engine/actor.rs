//! Owns the seam between the engine and what steps do: look, then act.

use async_trait::async_trait;

use crate::plan::runbook::Step;
use crate::run::event::Watch;
use crate::run::journal::Measures;
use crate::run::stop::Stop;

/// What a look at a step's subject found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// What the step ensures is so already; in words.
    AlreadySo(String),
    /// There is something to do.
    Needed,
}

/// What came of a step that did what it ensures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Done {
    /// In words.
    pub text: String,
    /// What was measured.
    pub measures: Measures,
}

/// Why a step did not do what it ensures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ActError {
    /// What could not be done: a lower-case fragment.
    pub what: String,
    /// Why, outermost first.
    pub why: Vec<String>,
    /// What is left behind.
    pub left_behind: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Whether it is known what the calls did. Where it is not, the step looks before it acts again.
    pub effect_known: bool,
    /// Whether it ended because it was asked to stop.
    pub interrupted: bool,
    /// What was measured until then.
    pub measures: Box<Measures>,
}

/// Carries out single steps. Acts are absolute: repeating one is harmless.
#[async_trait]
pub trait Actor: Send + Sync {
    /// Whether there is something to do. It writes nothing.
    async fn look(&self, step: &Step) -> Result<Look, ActError>;

    /// Ensures what the step says. The token is the same whenever the step of this run is repeated. Waits end early when
    /// `stop` is set; calls in flight are finished.
    async fn act(&self, step: &Step, token: &str, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError>;
}
