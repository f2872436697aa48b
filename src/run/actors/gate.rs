//! Owns the gate: a person confirms that the run may go on.

use async_trait::async_trait;

use super::{Actors, trouble};
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;

/// What came of asking a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The run may go on; who or what said so, in words.
    Yes(String),
    /// It may not.
    No,
    /// There is nobody to ask.
    NobodyToAsk,
}

/// Asks people.
#[async_trait]
pub trait GateKeeper: Send + Sync {
    /// Asks whether the run may go on.
    async fn ask(&self, question: &str) -> Answer;
}

impl Actors {
    pub(super) async fn gate(&self, question: &str) -> Result<Done, ActError> {
        let begun = self.clock.now();
        match self.gate.ask(question).await {
            Answer::Yes(text) => {
                let ours_s = crate::run::patience::elapsed(begun, self.clock.now()).as_secs_f64();
                Ok(Done { text, measures: Measures { ours_s, ..Measures::default() } })
            }
            Answer::No => {
                Err(trouble::plain(question, "a person said no", Some("resume when it may go on".to_owned())))
            }
            Answer::NobodyToAsk => Err(trouble::plain(
                question,
                "a person must confirm this, and there is no terminal to ask on",
                Some("resume on a terminal, or with --yes once it is done".to_owned()),
            )),
        }
    }
}
