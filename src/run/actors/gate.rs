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
    /// The run was asked to stop before there was an answer.
    Interrupted,
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
        let answer = self.gate.ask(question).await;
        let ours_s = crate::run::patience::elapsed(begun, self.clock.now()).as_secs_f64();
        opened(question, answer).map(|text| Done { text, measures: Measures { ours_s, ..Measures::default() } })
    }
}

/// What opened the gate, in words, or why it stays closed.
fn opened(question: &str, answer: Answer) -> Result<String, ActError> {
    match answer {
        Answer::Yes(text) => Ok(text),
        Answer::No => Err(trouble::plain(question, "a person said no", Some("resume when it may go on".to_owned()))),
        Answer::Interrupted => Err(trouble::interrupted(question)),
        Answer::NobodyToAsk => Err(trouble::plain(
            question,
            "a person must confirm this, and there is no terminal to ask on",
            Some("resume on a terminal, or with --yes once it is done".to_owned()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stops_a_run_at_its_gate_is_not_told_to_find_a_terminal() {
        let stopped = opened("May it go on?", Answer::Interrupted).expect_err("closed");
        assert_eq!((stopped.why.as_slice(), stopped.interrupted), (&["asked to stop".to_owned()][..], true));
        let nobody = opened("May it go on?", Answer::NobodyToAsk).expect_err("closed");
        assert!(nobody.why[0].contains("no terminal") && !nobody.interrupted, "{nobody:?}");
    }
}
