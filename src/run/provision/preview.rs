//! Owns the preview: what a provisioning would do, read from change sets that are removed again.

use std::collections::BTreeMap;

use super::change_set;
use super::look::{Looked, find, look, place_templates};
use super::outcome::{ProvisionError, ProvisionFailure};
use super::session::{Options, Ports, Session};
use super::upstream;
use crate::facts::StackFacts;
use crate::plan::provision::sizes::sizes_of;
use crate::plan::provision::{
    Intent, LiveSize, ProvisionPlan, StackAction, StackIntent, StackPlan, Upstream, template,
};
use crate::run::{RunEvent, Stop, Watch};

/// Works out what provisioning would do. Leaves nothing behind, whether it succeeds, fails or is stopped: what it makes it
/// removes before it returns, so ask it to stop rather than dropping it.
pub async fn preview(
    ports: &Ports<'_>,
    intent: &Intent,
    options: &Options,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<ProvisionPlan, ProvisionFailure> {
    let session = Session { ports, options, watch, stop, purpose: "plan" };
    let mut left_behind = Vec::new();
    let result = all(&session, intent, &mut left_behind).await;
    match result {
        Ok(mut plan) => {
            plan.warnings.extend(left_behind.into_iter().map(|left| format!("left behind: {left}")));
            Ok(plan)
        }
        Err(error) => Err(ProvisionFailure { error, left_behind }),
    }
}

async fn all(
    session: &Session<'_>,
    intent: &Intent,
    left_behind: &mut Vec<String>,
) -> Result<ProvisionPlan, ProvisionError> {
    let templates = place_templates(session, intent).await?;
    let names: Vec<String> = intent.stacks.iter().map(|stack| stack.name.0.clone()).collect();
    let mut found = find(session, &names).await?;
    let (live, mut warnings) = live_sizes(session, intent).await;
    let mut upstream = BTreeMap::new();
    let (mut stacks, mut sizes) = (Vec::new(), Vec::new());
    for stack in &intent.stacks {
        if session.stop.requested() {
            return Err(ProvisionError::Interrupted);
        }
        let facts = found.remove(stack.name.as_str());
        let name = stack.name.to_string();
        session.watch.event(RunEvent::Started { subject: name.clone(), text: "working out changes".to_owned() });
        let mut made = None;
        let looked = look(session, intent, stack, facts, &upstream, &templates, &mut made).await;
        // Before anything else is asked: the answer may be an error, and the change set goes all the same.
        if let Some(made) = &made
            && let Err(left) = change_set::remove(session, made).await
        {
            left_behind.push(left);
        }
        let Looked { facts, plan, before, after } = looked?;
        sizes.extend(sizes_of(stack.part, &intent.tiers, &before, &after, &live));
        let seen = seen_from_below(session, intent, stack, facts.as_ref(), &plan.action, &plan.changes).await?;
        upstream.insert(stack.part, seen);
        session.watch.event(RunEvent::Done { subject: name, text: counted(&plan) });
        stacks.push(plan);
    }
    warnings.sort();
    Ok(ProvisionPlan::of(intent, session.ports.region.clone(), stacks, sizes, warnings))
}

fn counted(plan: &StackPlan) -> String {
    match &plan.action {
        StackAction::NoChange if plan.gets_protection() => "its termination protection is off".to_owned(),
        StackAction::NoChange => "no changes".to_owned(),
        StackAction::Blocked { reason, .. } => format!("blocked: {reason}"),
        _ => format!("{} resource changes", plan.changes.len()),
    }
}

/// A stack as those that depend on it see it.
async fn seen_from_below(
    session: &Session<'_>,
    intent: &Intent,
    stack: &StackIntent,
    facts: Option<&StackFacts>,
    action: &StackAction,
    changes: &[crate::facts::ResourceChange],
) -> Result<Upstream, ProvisionError> {
    let there = facts.is_some_and(|facts| !facts.status.is_review() && facts.status.0 != "DELETE_COMPLETE");
    let upstream =
        if there { upstream::deployed(session, intent, stack.part, &stack.name).await? } else { Upstream::default() };
    let mut upstream = upstream.with_plan(action, changes);
    upstream.will_have = template::logical_ids(&stack.body);
    Ok(upstream)
}

/// The groups as they are, by name. When they cannot be seen, shrinking is judged by deployed parameters, and that is said.
pub(super) async fn live_sizes(session: &Session<'_>, intent: &Intent) -> (BTreeMap<String, LiveSize>, Vec<String>) {
    let names: Vec<String> = intent.tiers.iter().map(|tier| tier.group.clone()).collect();
    if names.is_empty() || !intent.stacks.iter().any(|stack| stack.part.is_compute()) {
        return (BTreeMap::new(), Vec::new());
    }
    match session.retry(async || session.ports.groups.groups(&names).await).await {
        Ok(groups) => {
            let sizes = groups.into_iter().map(|group| {
                let running = group.size.desired.max(group.in_service());
                (group.name, LiveSize { min: group.size.min, max: group.size.max, running })
            });
            (sizes.collect(), Vec::new())
        }
        Err(error) => {
            let warning =
                format!("the running groups could not be seen, so shrinking is judged by stack parameters: {error}");
            (BTreeMap::new(), vec![warning])
        }
    }
}
