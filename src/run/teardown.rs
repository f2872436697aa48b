//! Owns the teardown: which stacks are there, and their deletion in reverse order with live events.

use std::collections::BTreeMap;

use super::provision::{
    Deed, Options, Ports, ProvisionError, ProvisionReport, Session, StackOutcome, StopKind, Stopped, delete_and_watch,
};
use super::{RunEvent, Stop, Watch};
use crate::facts::StackFacts;
use crate::model::{MAX_COMPUTE_STACKS, Part, StackName};
use crate::plan::teardown::{
    FoundStack, StackToDelete, TeardownIntent, TeardownPlan, databases_concerned, databases_wanted, teardown_plan,
};

/// The version of the report's JSON.
const TEARDOWN_REPORT_SCHEMA: u32 = 1;

/// Looks at what a teardown would delete: the stacks of an environment, compute stacks that are left from a time when it
/// had more, and the databases that stay.
pub async fn look_for_teardown(
    ports: &Ports<'_>,
    intent: TeardownIntent,
    options: &Options,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<TeardownPlan, ProvisionError> {
    let session = Session { ports, options, watch, stop, purpose: "teardown" };
    let environment = &intent.environment;
    let names: BTreeMap<Part, StackName> =
        Part::all(MAX_COMPUTE_STACKS).into_iter().map(|part| (part, StackName::of(environment, part))).collect();
    let named = Part::all(intent.compute_stacks);
    let wanted: Vec<String> = names.values().map(|name| name.0.clone()).collect();
    let failed = |error| ProvisionError::Cloud { stack: None, error };
    let mut there = session.retry(async || ports.stacks.stacks(&wanted).await).await.map_err(failed)?;
    let mut found = Vec::new();
    for (part, name) in names {
        // A stack beyond those the file names goes only when its tag says that it is the environment's.
        let Some(facts) = there.remove(name.as_str()).filter(|facts| named.contains(&part) || facts.is_of(environment))
        else {
            continue;
        };
        let resources = if facts.status.is_review() {
            Vec::new()
        } else {
            session
                .retry(async || ports.stacks.resources(name.as_str()).await)
                .await
                .map_err(|error| ProvisionError::Cloud { stack: Some(name.clone()), error })?
        };
        found.push(FoundStack { part, facts, resources });
    }
    let ids = databases_wanted(&intent, &found);
    let databases = if ids.is_empty() {
        Vec::new()
    } else {
        let all = session.retry(async || ports.databases.all_databases().await).await.map_err(failed)?;
        databases_concerned(&ids, all)
    };
    Ok(teardown_plan(intent, ports.region, found, &databases))
}

/// Deletes the stacks of a confirmed plan, consumers before producers. One that has gone meanwhile is fine; one that
/// cannot be deleted ends the run, because those before it hold what it uses.
pub async fn teardown(
    ports: &Ports<'_>,
    plan: &TeardownPlan,
    options: &Options,
    watch: &dyn Watch,
    stop: &Stop,
) -> ProvisionReport {
    let session = Session { ports, options, watch, stop, purpose: "teardown" };
    let mut report = ProvisionReport {
        schema_version: TEARDOWN_REPORT_SCHEMA,
        environment: plan.environment.clone(),
        done: Vec::new(),
        stopped: refused(plan),
        not_started: Vec::new(),
        left_behind: plan
            .kept
            .iter()
            .map(|kept| format!("stack {}: {}; {}", kept.name, kept.reason, kept.next))
            .collect(),
    };
    let rest = |from: usize| plan.stacks.iter().skip(from).map(|stack| stack.name.clone()).collect::<Vec<_>>();
    if report.stopped.is_some() {
        report.not_started = rest(0);
        return report;
    }
    for (index, stack) in plan.stacks.iter().enumerate() {
        match delete(&session, stack).await {
            Ok(done) => {
                let text = if done.deed == Deed::Deleted { "deleted" } else { "already gone" };
                watch.event(RunEvent::Done { subject: stack.name.to_string(), text: text.to_owned() });
                report.left_behind.extend(done.kept.iter().map(|kept| format!("{kept}, kept by its deletion policy")));
                report.done.push(done);
            }
            Err(stopped) => {
                let text = stopped.why.first().unwrap_or(&stopped.what).clone();
                watch.event(RunEvent::Failed { subject: stack.name.to_string(), text });
                report.stopped = Some(stopped);
                report.not_started = rest(index + 1);
                return report;
            }
        }
    }
    report
}

fn refused(plan: &TeardownPlan) -> Option<Stopped> {
    let blocked: Vec<_> =
        plan.stacks.iter().filter_map(|stack| stack.blocked.as_ref().map(|why| (&stack.name, why))).collect();
    let (first, _) = blocked.first()?;
    Some(Stopped {
        kind: StopKind::Refused,
        stack: Some((*first).clone()),
        what: "nothing was deleted, because not everything can be".to_owned(),
        why: blocked.iter().map(|(name, why)| format!("stack {name}: {}", why.reason)).collect(),
        failure: None,
        next: blocked.iter().map(|(_, why)| why.next.clone()).collect(),
    })
}

async fn delete(session: &Session<'_>, stack: &StackToDelete) -> Result<StackOutcome, Stopped> {
    let began = session.now();
    let name = &stack.name;
    let stopped = |error| super::provision::before_it_began(session, name, error);
    if session.stop.requested() {
        return Err(stopped(ProvisionError::Interrupted));
    }
    let outcome = |deed, kept| StackOutcome {
        part: stack.part,
        name: name.clone(),
        deed,
        resources: stack.resources.len(),
        elapsed_ms: u64::try_from(session.since(began).as_millis()).unwrap_or(u64::MAX),
        kept,
    };
    let found = session.retry(async || session.ports.stacks.stacks(std::slice::from_ref(&name.0)).await).await;
    let facts: Option<StackFacts> = found
        .map_err(|error| stopped(ProvisionError::Cloud { stack: Some(name.clone()), error }))?
        .remove(name.as_str())
        .filter(|facts| facts.status.0 != "DELETE_COMPLETE");
    let Some(facts) = facts else { return Ok(outcome(Deed::Unchanged, Vec::new())) };
    let text = format!("deleting {} resources", stack.resources.len());
    session.watch.event(RunEvent::Started { subject: name.to_string(), text });
    if stack.unprotect && facts.termination_protection {
        let write = session.ports.write;
        session
            .retry(async || write.set_termination_protection(name.as_str(), false).await)
            .await
            .map_err(|error| stopped(ProvisionError::Cloud { stack: Some(name.clone()), error }))?;
        session.note(name.as_str(), "termination protection is off");
    }
    let end = delete_and_watch(session, stack.part, name, &facts, stack.resources.len()).await?;
    Ok(outcome(Deed::Deleted, end.history.retained()))
}

#[cfg(test)]
#[path = "teardown_tests.rs"]
mod tests;
