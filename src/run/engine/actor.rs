//! Owns what the engine asks of those who carry out a step.

use async_trait::async_trait;

use crate::plan::runbook::Step;
use crate::run::journal::Measures;
use crate::run::{Stop, Watch};

/// What a look at a step found.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// What the step ensures is so already; in words.
    AlreadySo(String),
    /// The step has something to do.
    Needed,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// In words.
    pub text: String,
    /// What was measured.
    pub measures: Measures,
}

/// Why a step did not do what it ensures.
#[derive(Debug, Clone, PartialEq)]
pub struct ActError {
    /// What could not be done.
    pub what: String,
    /// Why, outermost first.
    pub why: Vec<String>,
    /// What is left behind.
    pub left_behind: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Whether it is known what the step's calls did.
    pub effect_known: bool,
    /// Whether it ended because it was asked to stop.
    pub interrupted: bool,
}

/// Carries out steps.
#[async_trait]
pub trait Actor: Send + Sync {
    /// Whether what the step ensures is so already.
    async fn look(&self, step: &Step) -> Result<Look, ActError>;

    /// Ensures it.
    async fn act(&self, step: &Step, token: &str, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError>;
}
