//! Owns the port that looks at stacks over the simulated account.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{ChangeSet, Cloud as _, CloudResult, ReadStacks};
use crate::facts::{StackDrift, StackEvent, StackFacts, StackResource};
use crate::sim::stack::{detect, find, tell_change_set};
use crate::sim::state::Stack;
use crate::sim::template::Body;

/// ListStackResources, DescribeStackEvents and DescribeStackResourceDrifts answer with at most 100 a page.
const PAGE: usize = 100;

#[async_trait]
impl ReadStacks for SideDesk {
    async fn stacks(&self, names: &[String]) -> CloudResult<BTreeMap<String, StackFacts>> {
        let mut found = BTreeMap::new();
        for name in names {
            let told =
                self.call("DescribeStacks", |region, _| Ok(region.stacks.get(name).map(|stack| told(stack)))).await?;
            found.extend(told.map(|facts| (name.clone(), facts)));
        }
        Ok(found)
    }

    async fn resources(&self, stack: &str) -> CloudResult<Vec<StackResource>> {
        self.list("ListStackResources", PAGE, |region, _| {
            let stack = find(region, stack)?;
            Ok(stack
                .parts
                .iter()
                .map(|(logical_id, part)| StackResource {
                    logical_id: logical_id.clone(),
                    physical_id: part.physical_id.clone(),
                    resource_type: part.resource_type.clone(),
                    status: part.status.clone(),
                    status_reason: part.status_reason.clone(),
                })
                .collect())
        })
        .await
    }

    async fn events_since(&self, stack: &str, last_seen: Option<&str>) -> CloudResult<Vec<StackEvent>> {
        self.list("DescribeStackEvents", PAGE, |region, _| {
            let stack = find(region, stack)?;
            Ok(stack.events.iter().rev().take_while(|event| Some(event.id.as_str()) != last_seen).cloned().collect())
        })
        .await
    }

    async fn template(&self, stack: &str) -> CloudResult<String> {
        self.call("GetTemplate", |region, _| {
            let stack = find(region, stack)?;
            Ok(stack.deployed.as_ref().map(|deployed| deployed.body.to_string()).unwrap_or_default())
        })
        .await
    }

    async fn detect_drift(&self, stack: &str) -> CloudResult<StackDrift> {
        let wait = self
            .call("DetectStackDrift", |region, _| {
                detect(region, find(region, stack)?)?;
                Ok(region.timings.drift_s)
            })
            .await?;
        self.cloud.clock().sleep(Duration::from_secs(u64::from(wait))).await;
        self.call("DescribeStackDriftDetectionStatus", |_, _| Ok(())).await?;
        let drift = self.call("DescribeStackResourceDrifts", |region, _| detect(region, find(region, stack)?)).await?;
        for _ in 1..drift.resources.len().div_ceil(PAGE) {
            self.call("DescribeStackResourceDrifts", |_, _| Ok(())).await?;
        }
        Ok(drift)
    }

    async fn change_set(&self, stack: &str, id: &str) -> CloudResult<Option<ChangeSet>> {
        self.call("DescribeChangeSet", |region, now| {
            // A stack that is not there has no change sets: ChangeSetNotFound, which is an answer.
            let Ok(stack) = find(region, stack) else { return Ok(None) };
            Ok(stack
                .change_sets
                .values()
                .find(|set| set.id == id || set.name == id)
                .map(|set| tell_change_set(stack, set, now)))
        })
        .await
    }
}

fn told(stack: &Stack) -> StackFacts {
    let deployed = stack.deployed.as_ref();
    StackFacts {
        id: stack.id.clone(),
        name: stack.name.clone(),
        status: stack.status.clone(),
        status_reason: stack.status_reason.clone(),
        parameters: deployed.map(|deployed| shown_parameters(&deployed.body, &deployed.parameters)).unwrap_or_default(),
        resolved_parameters: deployed.map(|deployed| deployed.resolved.clone()).unwrap_or_default(),
        outputs: stack.outputs.clone(),
        tags: deployed.map(|deployed| deployed.tags.clone()).unwrap_or_default(),
        updated_at: stack.updated_at,
        termination_protection: stack.termination_protection,
    }
}

/// DescribeStacks shows NoEcho parameters as asterisks.
fn shown_parameters(body: &Body, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let template = body.template().ok();
    let hidden = |name: &str| {
        template
            .and_then(|template| template.parameters.get(name)?.get("NoEcho"))
            .is_some_and(|flag| flag == &serde_json::Value::Bool(true) || flag == "true")
    };
    given
        .iter()
        .map(|(name, value)| (name.clone(), if hidden(name) { "****".to_owned() } else { value.clone() }))
        .collect()
}
