//! Owns the ports for event sources over the simulated account.

use async_trait::async_trait;
use jiff::Timestamp;

use super::SideDesk;
use crate::cloud::{CloudErrorKind, CloudResult, ReadEvents, WriteEvents};
use crate::facts::{EventSourceFacts, source_name};
use crate::model::Trigger;
use crate::sim::call::Refusal;
use crate::sim::state::{EventMapping, EventRule, RegionState};

/// ListEventSourceMappings answers with at most 100 a page.
const PAGE: usize = 100;

#[async_trait]
impl ReadEvents for SideDesk {
    async fn event_source(&self, trigger: &Trigger) -> CloudResult<Option<EventSourceFacts>> {
        match trigger {
            Trigger::Rule { bus, name } => {
                self.call("DescribeRule", |region, _| Ok(rule(region, bus, name).map(rule_facts))).await
            }
            Trigger::Mapping { function, source } => {
                let all = self
                    .list("ListEventSourceMappings", PAGE, |region, now| Ok(mappings(region, function, now)))
                    .await?;
                let named = |facts: &EventSourceFacts| {
                    let arn = facts.source.as_deref().unwrap_or_default();
                    source.as_deref().is_none_or(|wanted| source_name(arn) == wanted)
                };
                let mut found: Vec<EventSourceFacts> = all.into_iter().filter(named).collect();
                if found.len() < 2 {
                    return Ok(found.pop());
                }
                let message = format!("function {function} has {} event source mappings: say which", found.len());
                let refusal = Refusal::new(CloudErrorKind::Invalid, "InvalidParameterValueException", message);
                Err(refusal.told(self.side, &self.region, "ListEventSourceMappings", 0))
            }
        }
    }
}

#[async_trait]
impl WriteEvents for SideDesk {
    async fn switch_event_source(&self, trigger: &Trigger, seen: &EventSourceFacts, on: bool) -> CloudResult<()> {
        match trigger {
            Trigger::Rule { bus, name } => {
                let operation = if on { "EnableRule" } else { "DisableRule" };
                self.call(operation, |region, _| {
                    let missing = || gone(format!("Rule {name} does not exist on EventBus {bus}."));
                    region.event_rules.get_mut(&rule_key(bus, name)).ok_or_else(missing)?.enabled = on;
                    Ok(())
                })
                .await
            }
            Trigger::Mapping { .. } => {
                self.call("UpdateEventSourceMapping", |region, now| {
                    let timings = region.timings;
                    let missing = || gone("The resource you requested does not exist.");
                    let mapping = region.event_mappings.get_mut(&seen.id).ok_or_else(missing)?;
                    if mapping.is_changing(now, &timings) {
                        let message = "Cannot update the event source mapping because it is in use.";
                        return Err(Refusal::new(CloudErrorKind::Conflict, "ResourceInUseException", message));
                    }
                    if mapping.enabled != on {
                        (mapping.enabled, mapping.switched_at) = (on, Some(now));
                    }
                    Ok(())
                })
                .await
            }
        }
    }
}

fn gone(message: impl Into<String>) -> Refusal {
    Refusal::new(CloudErrorKind::NotFound, "ResourceNotFoundException", message)
}

/// Under which key an account keeps a rule.
pub(in crate::sim) fn rule_key(bus: &str, name: &str) -> String {
    format!("{bus}/{name}")
}

fn rule<'r>(region: &'r RegionState, bus: &str, name: &str) -> Option<&'r EventRule> {
    region.event_rules.get(&rule_key(bus, name))
}

fn rule_facts(rule: &EventRule) -> EventSourceFacts {
    EventSourceFacts {
        id: rule.name.clone(),
        state: rule.state().to_owned(),
        schedule: rule.schedule.clone(),
        pattern: rule.pattern.clone(),
        ..EventSourceFacts::default()
    }
}

fn mappings(region: &RegionState, function: &str, now: Timestamp) -> Vec<EventSourceFacts> {
    let of = |(_, mapping): &(&String, &EventMapping)| mapping.function == function;
    let facts = |(id, mapping): (&String, &EventMapping)| EventSourceFacts {
        id: id.clone(),
        state: mapping.state(now, &region.timings).to_owned(),
        source: Some(mapping.source.clone()),
        batch_size: Some(mapping.batch_size),
        ..EventSourceFacts::default()
    };
    region.event_mappings.iter().filter(of).map(facts).collect()
}
