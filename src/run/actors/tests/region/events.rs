//! Owns the event sources of the Region of these tests, and the records that lead to it.

use std::collections::VecDeque;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Fault, Region, error};
use crate::cloud::*;
use crate::facts::*;
use crate::model::Trigger;

#[async_trait]
impl ReadDns for Region {
    async fn records(&self, _: &str, name: &str) -> CloudResult<Vec<RecordFacts>> {
        self.look(|state| state.records.iter().filter(|one| one.name == name).cloned().collect())
    }
    async fn health_checks(&self, _: &[String]) -> CloudResult<Vec<HealthCheckFacts>> {
        Ok(vec![])
    }
    async fn checkers_say(&self, _: &str) -> CloudResult<Option<CheckersSay>> {
        Ok(None)
    }
}

#[async_trait]
impl WriteDns for Region {
    async fn upsert_records(&self, _: &str, records: &[RecordFacts]) -> CloudResult<()> {
        self.write("ChangeResourceRecordSets", |state| {
            let is_same =
                |new: &RecordFacts, one: &RecordFacts| new.kind == one.kind && new.set_identifier == one.set_identifier;
            state.records.retain(|one| !records.iter().any(|new| is_same(new, one)));
            // Route 53 tells targets in its own form.
            state.records.extend(records.iter().cloned().map(|mut one| {
                if let Some(alias) = &mut one.alias {
                    let bare = alias.dns_name.to_lowercase();
                    alias.dns_name = format!("dualstack.{}.", bare.trim_start_matches("dualstack."));
                }
                one
            }));
        })
    }
}

#[async_trait]
impl ReadEvents for Region {
    async fn event_source(&self, trigger: &Trigger) -> CloudResult<Option<EventSourceFacts>> {
        self.edit(|state| {
            let now = state.now;
            let (due, following) = std::mem::take(&mut state.following).into_iter().partition(|one| one.0 <= now);
            state.following = following;
            let due: Vec<(Timestamp, String, &str)> = due;
            for (_, name, word) in due {
                if let Some(facts) = state.events.get_mut(&name) {
                    facts.state = word.to_owned();
                }
            }
        });
        let denied = self.edit(|state| state.faults.get_mut("DescribeRule").and_then(VecDeque::pop_front));
        match denied {
            Some(Fault::Refused(kind)) => Err(error(kind, "DescribeRule")),
            _ => self.look(|state| state.events.get(&trigger.to_string()).cloned()),
        }
    }
}

#[async_trait]
impl WriteEvents for Region {
    async fn switch_event_source(&self, trigger: &Trigger, seen: &EventSourceFacts, on: bool) -> CloudResult<()> {
        let name = trigger.to_string();
        let facts = self.look(|state| state.events.get(&name).cloned())?;
        let Some(facts) = facts else { return Err(error(CloudErrorKind::NotFound, "UpdateEventSourceMapping")) };
        assert_eq!(facts.id, seen.id);
        match trigger {
            Trigger::Rule { .. } => self.write(if on { "EnableRule" } else { "DisableRule" }, |state| {
                let word = if on { "ENABLED" } else { "DISABLED" };
                state.events.get_mut(&name).expect("it").state = word.to_owned();
            }),
            Trigger::Mapping { .. } if facts.phase() == Phase::Changing => {
                Err(error(CloudErrorKind::Conflict, "UpdateEventSourceMapping"))
            }
            Trigger::Mapping { .. } => self.write("UpdateEventSourceMapping", |state| {
                let (at_once, then) = if on { ("Enabling", "Enabled") } else { ("Disabling", "Disabled") };
                state.events.get_mut(&name).expect("it").state = at_once.to_owned();
                let at = state.now.checked_add(Duration::from_secs(20)).expect("in range");
                state.following.push((at, name, then));
            }),
        }
    }
}
