//! Owns looking at many groups with few calls: steps that look at the same time share one describe.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::cloud::{CloudResult, ReadGroups};
use crate::facts::GroupFacts;

/// A look at one group: none when it does not exist.
type Answer = CloudResult<Option<GroupFacts>>;

/// Looks at groups, many names to a call.
pub(super) struct Looks {
    groups: Arc<dyn ReadGroups>,
    state: Mutex<State>,
    turn: tokio::sync::Mutex<()>,
    writing: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    next: u64,
    asked: BTreeMap<String, u64>,
    /// By name: the highest ticket the answer is good for.
    answers: BTreeMap<String, (u64, Answer)>,
}

/// Held while a write is in flight.
pub(super) struct Writing<'a>(&'a watch::Sender<usize>);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Looks {
    pub(super) fn new(groups: Arc<dyn ReadGroups>) -> Self {
        let turn = tokio::sync::Mutex::new(());
        Looks { groups, state: Mutex::default(), turn, writing: watch::Sender::new(0) }
    }

    /// The group as it is now: the look begins after this call does.
    pub(super) async fn group(&self, name: &str) -> Answer {
        let ticket = {
            let mut state = self.state();
            state.next += 1;
            let ticket = state.next;
            state.asked.insert(name.to_owned(), ticket);
            ticket
        };
        // Whoever starts at the same time gets the chance to ask too.
        tokio::task::yield_now().await;
        let _turn = self.turn.lock().await;
        if let Some(answer) = self.answered(name, ticket) {
            return answer;
        }
        let asked = std::mem::take(&mut self.state().asked);
        let names: Vec<String> = asked.keys().cloned().collect();
        let answer = self.groups.groups(&names).await;
        let mut state = self.state();
        for (name, ticket) in asked {
            let one = match &answer {
                Ok(groups) => Ok(groups.iter().find(|group| group.name == name).cloned()),
                Err(error) => Err(error.clone()),
            };
            state.answers.insert(name, (ticket, one));
        }
        drop(state);
        self.answered(name, ticket).unwrap_or(Ok(None))
    }

    /// Says that a write is in flight until the answer is dropped.
    pub(super) fn writing(&self) -> Writing<'_> {
        self.writing.send_modify(|count| *count += 1);
        Writing(&self.writing)
    }

    /// The group as it is after a write. It waits until no write is in flight, so that a wave of writes, which pacing may
    /// spread over minutes, is read back with one describe per hundred groups and not with one each.
    pub(super) async fn read_back(&self, name: &str) -> Answer {
        let mut writing = self.writing.subscribe();
        // The sender lives as long as `self`, so the wait can only end because all is quiet.
        let _ = writing.wait_for(|count| *count == 0).await;
        self.group(name).await
    }

    fn answered(&self, name: &str, ticket: u64) -> Option<Answer> {
        match self.state().answers.get(name) {
            Some((good_for, answer)) if *good_for >= ticket => Some(answer.clone()),
            _ => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
