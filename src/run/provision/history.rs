//! Owns the history of one stack operation: which events are ours, how far it has come, what failed first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::outcome::RootCause;
use crate::facts::StackEvent;

/// The events of one operation, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    stack: String,
    token: String,
    /// Nothing without a token counts before this.
    since: Option<Timestamp>,
    events: Vec<StackEvent>,
    seen: BTreeSet<String>,
    complete: BTreeSet<String>,
    retained: BTreeMap<String, String>,
}

impl History {
    /// The history of the operation with that token. `since` tells old events without a token apart, where it is not
    /// known which event was the last before.
    pub fn new(stack: &str, token: &str, since: Option<Timestamp>) -> Self {
        History { stack: stack.to_owned(), token: token.to_owned(), since, ..History::default() }
    }

    /// Takes news, newest first, and gives back what is new and ours, oldest first. Events of another token belong to
    /// another operation; those without one come from what CloudFormation does on its own, or from a stand-in.
    pub fn take(&mut self, news: Vec<StackEvent>) -> Vec<StackEvent> {
        let mut fresh = Vec::new();
        for event in news.into_iter().rev() {
            let foreign = match &event.token {
                Some(token) => *token != self.token,
                None => self.since.is_some_and(|since| event.at < since),
            };
            if foreign || !self.seen.insert(event.id.clone()) {
                continue;
            }
            if !self.is_stack(&event) {
                if event.status.ends_with("_COMPLETE") && !event.status.contains("ROLLBACK") {
                    self.complete.insert(event.logical_id.clone());
                }
                if event.status == "DELETE_SKIPPED" {
                    self.complete.insert(event.logical_id.clone());
                    self.retained.insert(event.logical_id.clone(), event.physical_id.clone());
                }
            }
            self.events.push(event.clone());
            fresh.push(event);
        }
        fresh
    }

    /// Whether anything of the operation has been seen.
    pub fn has_begun(&self) -> bool {
        !self.events.is_empty()
    }

    /// How many resources are done.
    pub fn complete(&self) -> usize {
        self.complete.len()
    }

    /// Resources kept on purpose, as `logical id (physical id)`.
    pub fn retained(&self) -> Vec<String> {
        self.retained.iter().map(|(logical, physical)| format!("{logical} ({physical})")).collect()
    }

    /// The first failure of a resource, oldest first; the stack's own when no resource tells of one.
    pub fn root_cause(&self) -> Option<RootCause> {
        let failures = || self.events.iter().filter(|event| event.is_root_failure());
        let event = failures().find(|event| !self.is_stack(event)).or_else(|| failures().next())?;
        Some(RootCause {
            logical_id: event.logical_id.clone(),
            resource_type: event.resource_type.clone(),
            status: event.status.clone(),
            reason: event.reason.clone().unwrap_or_else(|| "CloudFormation gave no reason".to_owned()),
        })
    }

    /// How many resources failed on their own.
    pub fn failures(&self) -> usize {
        let failed: BTreeSet<&String> = self
            .events
            .iter()
            .filter(|event| event.is_root_failure() && !self.is_stack(event))
            .map(|event| &event.logical_id)
            .collect();
        failed.len()
    }

    fn is_stack(&self, event: &StackEvent) -> bool {
        event.resource_type == "AWS::CloudFormation::Stack" && event.logical_id == self.stack
    }
}
