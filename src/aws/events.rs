//! Owns the ports for event sources: rules on EventBridge, event source mappings on Lambda.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_lambda::types::EventSourceMappingConfiguration;

use super::api::Api;
use super::pacing::Rate;
use super::session::Session;
use crate::cloud::{CloudErrorKind, CloudResult, ReadEvents, WriteEvents};
use crate::facts::{EventSourceFacts, source_name};
use crate::model::Trigger;

const DESCRIBE_RULE: Api = events("DescribeRule");
const ENABLE_RULE: Api = events("EnableRule");
const DISABLE_RULE: Api = events("DisableRule");
const LIST_MAPPINGS: Api = lambda("ListEventSourceMappings");
const UPDATE_MAPPING: Api = lambda("UpdateEventSourceMapping");

/// Mappings of one page (ListEventSourceMappings MaxItems: more are asked for in vain).
const PAGE: i32 = 100;

const fn events(operation: &'static str) -> Api {
    Api::shared("events", operation, "rules", Rate::EVENTBRIDGE)
}

const fn lambda(operation: &'static str) -> Api {
    Api::shared("lambda", operation, "control plane", Rate::LAMBDA)
}

/// Event sources on AWS.
#[derive(Debug)]
pub(super) struct AwsEvents {
    session: Arc<Session>,
    rules: aws_sdk_eventbridge::Client,
    mappings: aws_sdk_lambda::Client,
}

impl AwsEvents {
    pub fn new(session: Arc<Session>) -> Self {
        AwsEvents {
            rules: aws_sdk_eventbridge::Client::new(&session.config),
            mappings: aws_sdk_lambda::Client::new(&session.config),
            session,
        }
    }

    async fn rule(&self, bus: &str, name: &str) -> CloudResult<Option<EventSourceFacts>> {
        let request = || self.rules.describe_rule().event_bus_name(bus).name(name).send();
        let rule = match self.session.call(&DESCRIBE_RULE, request).await {
            Ok(rule) => rule,
            // The rule is not there, or its bus is not.
            Err(error) if error.kind == CloudErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(EventSourceFacts {
            id: rule.name().unwrap_or(name).to_owned(),
            state: rule.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
            schedule: text(rule.schedule_expression()),
            pattern: text(rule.event_pattern()),
            source: None,
            batch_size: None,
        }))
    }

    async fn mapping(&self, function: &str, source: Option<&str>) -> CloudResult<Option<EventSourceFacts>> {
        let request = |marker| {
            let call = self.mappings.list_event_source_mappings().function_name(function).max_items(PAGE);
            call.set_marker(marker).send()
        };
        let pages = match self.session.pages(&LIST_MAPPINGS, |page| page.next_marker(), request).await {
            Ok(pages) => pages,
            // The function is not there.
            Err(error) if error.kind == CloudErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let all = pages.into_iter().flat_map(|page| page.event_source_mappings.unwrap_or_default());
        // One that is being deleted is told for a while.
        let there = all.filter(|mapping| mapping.state() != Some("Deleting")).filter_map(|mapping| facts(&mapping));
        let named = |facts: &EventSourceFacts| {
            source.is_none_or(|wanted| facts.source.as_deref().is_some_and(|arn| source_name(arn) == wanted))
        };
        let mut found: Vec<EventSourceFacts> = there.filter(named).collect();
        found.sort_by(|a, b| (&a.source, &a.id).cmp(&(&b.source, &b.id)));
        match found.len() {
            0 | 1 => Ok(found.pop()),
            count => {
                let name = |facts: &EventSourceFacts| {
                    facts.source.as_deref().map_or(facts.id.clone(), |arn| source_name(arn).to_owned())
                };
                let names: Vec<String> = found.iter().map(name).collect();
                let message = format!(
                    "function {function} has {count} event source mappings ({}): say in event_sources which is meant, by its \
                     `source`",
                    names.join(", ")
                );
                Err(self.session.place.error(CloudErrorKind::Invalid, LIST_MAPPINGS.operation, message))
            }
        }
    }
}

#[async_trait]
impl ReadEvents for AwsEvents {
    async fn event_source(&self, trigger: &Trigger) -> CloudResult<Option<EventSourceFacts>> {
        match trigger {
            Trigger::Rule { bus, name } => self.rule(bus, name).await,
            Trigger::Mapping { function, source } => self.mapping(function, source.as_deref()).await,
        }
    }
}

#[async_trait]
impl WriteEvents for AwsEvents {
    async fn switch_event_source(&self, trigger: &Trigger, seen: &EventSourceFacts, on: bool) -> CloudResult<()> {
        match (trigger, on) {
            (Trigger::Rule { bus, name }, true) => {
                let request = || self.rules.enable_rule().event_bus_name(bus).name(name).send();
                self.session.call(&ENABLE_RULE, request).await?;
            }
            (Trigger::Rule { bus, name }, false) => {
                let request = || self.rules.disable_rule().event_bus_name(bus).name(name).send();
                self.session.call(&DISABLE_RULE, request).await?;
            }
            (Trigger::Mapping { .. }, _) => {
                let request = || self.mappings.update_event_source_mapping().uuid(&seen.id).enabled(on).send();
                self.session.call(&UPDATE_MAPPING, request).await?;
            }
        }
        Ok(())
    }
}

/// A mapping without its UUID, which Lambda always gives, cannot be switched.
fn facts(mapping: &EventSourceMappingConfiguration) -> Option<EventSourceFacts> {
    Some(EventSourceFacts {
        id: mapping.uuid()?.to_owned(),
        state: mapping.state().unwrap_or_default().to_owned(),
        schedule: None,
        pattern: None,
        source: text(mapping.event_source_arn()),
        batch_size: mapping.batch_size().and_then(|size| u32::try_from(size).ok()),
    })
}

fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}
