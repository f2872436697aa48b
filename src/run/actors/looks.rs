//! Owns looking at many groups with few calls: steps that look at the same time share one describe, and what was seen a
//! moment ago is not asked for again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::cloud::{Clock, CloudResult, ReadGroups};
use crate::facts::GroupFacts;

/// A look at one group: none when it does not exist.
type Answer = CloudResult<Option<GroupFacts>>;

/// For so long what was seen of a group holds where no exact answer is needed: as long as polls are apart.
const LATELY: Duration = super::POLL;

/// Looks at groups, many names to a call.
pub(super) struct Looks {
    groups: Arc<dyn ReadGroups>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    turn: tokio::sync::Mutex<()>,
    writing: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    next: u64,
    asked: BTreeMap<String, u64>,
    answers: BTreeMap<String, Known>,
    /// By name: answers with a lower ticket are of before its last write.
    written: BTreeMap<String, u64>,
}

struct Known {
    /// The highest ticket the answer is good for.
    ticket: u64,
    /// When the look began.
    at: Timestamp,
    answer: Answer,
}

/// Held while a write is in flight.
pub(super) struct Writing<'a> {
    looks: &'a Looks,
    group: &'a str,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let mut state = self.looks.state();
        state.next += 1;
        let ticket = state.next;
        state.written.insert(self.group.to_owned(), ticket);
        drop(state);
        // Only the last one wakes those who wait: with a thousand writes each would wake a thousand.
        self.looks.writing.send_if_modified(|count| {
            *count = count.saturating_sub(1);
            *count == 0
        });
    }
}

impl Looks {
    pub(super) fn new(groups: Arc<dyn ReadGroups>, clock: Arc<dyn Clock>) -> Self {
        let turn = tokio::sync::Mutex::new(());
        Looks { groups, clock, state: Mutex::default(), turn, writing: watch::Sender::new(0) }
    }

    /// Takes over what somebody else saw at that moment.
    pub(super) fn remember(&self, at: Timestamp, groups: Vec<GroupFacts>) {
        let known = |group: GroupFacts| (group.name.clone(), Known { ticket: 0, at, answer: Ok(Some(group)) });
        self.state().answers.extend(groups.into_iter().map(known));
    }

    /// The group as it was a moment ago, and not before it was last written to here; looked at if nobody has.
    pub(super) async fn lately(&self, name: &str) -> Answer {
        let now = self.clock.now();
        let seen = {
            let state = self.state();
            let written = state.written.get(name).copied();
            let known = state.answers.get(name).filter(|known| written.is_none_or(|written| known.ticket > written));
            // A clock that was set back makes everything seen look as if it were still to come.
            let known =
                known.filter(|known| Duration::try_from(now.duration_since(known.at)).is_ok_and(|age| age <= LATELY));
            known.and_then(|known| known.answer.clone().ok())
        };
        match seen {
            Some(group) => Ok(group),
            None => self.group(name).await,
        }
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
        let at = self.clock.now();
        let mut answer = self.groups.groups(&names).await.map(|groups| {
            groups.into_iter().map(|group| (group.name.clone(), group)).collect::<BTreeMap<String, GroupFacts>>()
        });
        let mut state = self.state();
        for (name, ticket) in asked {
            let answer = match &mut answer {
                Ok(groups) => Ok(groups.remove(&name)),
                Err(error) => Err(error.clone()),
            };
            state.answers.insert(name, Known { ticket, at, answer });
        }
        drop(state);
        self.answered(name, ticket).unwrap_or(Ok(None))
    }

    /// Says that a write is in flight until the answer is dropped.
    pub(super) fn writing<'a>(&'a self, group: &'a str) -> Writing<'a> {
        self.writing.send_if_modified(|count| {
            *count += 1;
            false
        });
        Writing { looks: self, group }
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
            Some(known) if known.ticket >= ticket => Some(known.answer.clone()),
            _ => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
