//! Owns the carrying out of a confirmed plan: stack by stack, each checked against what was shown before it is executed.

use std::collections::BTreeMap;

use super::change_set::{self, Made};
use super::delete::delete_and_watch;
use super::execute::execute;
use super::look::{Looked, Templates, find, look, place_templates};
use super::outcome::{Deed, ProvisionError, ProvisionReport, StackOutcome, Stopped};
use super::preview::live_sizes;
use super::protect::protect;
use super::session::{Options, Ports, Session};
use super::{stopping, upstream};
use crate::facts::StackFacts;
use crate::model::{Part, StackName};
use crate::plan::provision::sizes::sizes_of;
use crate::plan::provision::stale::stale;
use crate::plan::provision::{
    Allow, Decision, Intent, ProvisionPlan, StackAction, StackIntent, StackPlan, Upstream, decide, inputs, refusals,
};
use crate::run::{RunEvent, Stop, Watch};

/// The version of the report's JSON.
pub const PROVISION_REPORT_SCHEMA: u32 = 1;

/// Carries out a plan that was confirmed. Every stack is looked at again before it is executed; one that would now do
/// more harm than was shown ends the run, as does one that fails. Stacks after it are not started.
pub async fn provision(
    ports: &Ports<'_>,
    intent: &Intent,
    plan: &ProvisionPlan,
    allow: &Allow,
    options: &Options,
    watch: &dyn Watch,
    stop: &Stop,
) -> ProvisionReport {
    let session = Session { ports, options, watch, stop, purpose: "run" };
    let mut run = Run {
        session,
        intent,
        allow,
        templates: Templates::new(),
        upstream: BTreeMap::new(),
        report: ProvisionReport {
            schema_version: PROVISION_REPORT_SCHEMA,
            environment: intent.environment.clone(),
            done: Vec::new(),
            stopped: None,
            not_started: Vec::new(),
            left_behind: Vec::new(),
        },
    };
    run.all(plan).await;
    run.report
}

struct Run<'a> {
    session: Session<'a>,
    intent: &'a Intent,
    allow: &'a Allow,
    templates: Templates,
    upstream: BTreeMap<Part, Upstream>,
    report: ProvisionReport,
}

impl Run<'_> {
    async fn all(&mut self, plan: &ProvisionPlan) {
        let not_started = |from: usize| self.intent.stacks.iter().skip(from).map(|s| s.name.clone()).collect();
        let refused = refusals(plan, self.allow);
        if !refused.is_empty() {
            self.report.not_started = not_started(0);
            self.report.stopped = Some(stopping::refused(None, &refused));
            return;
        }
        if !plan.is_no_change() {
            match place_templates(&self.session, self.intent).await {
                Ok(templates) => self.templates = templates,
                Err(error) => {
                    self.report.not_started = not_started(0);
                    self.report.stopped = self
                        .intent
                        .stacks
                        .first()
                        .map(|stack| stopping::before_it_began(&self.session, &stack.name, error));
                    return;
                }
            }
        }
        for (index, stack) in self.intent.stacks.iter().enumerate() {
            let name = stack.name.to_string();
            match self.one(stack, plan.stack(stack.part)).await {
                Ok(done) => {
                    let text = words(&done);
                    self.session.watch.event(RunEvent::Done { subject: name, text });
                    self.report.done.push(done);
                }
                Err(stopped) => {
                    let text = stopped.why.first().unwrap_or(&stopped.what).clone();
                    self.session.watch.event(RunEvent::Failed { subject: name, text });
                    self.report.not_started = not_started(index + 1);
                    self.report.stopped = Some(stopped);
                    return;
                }
            }
        }
    }

    async fn one(&mut self, stack: &StackIntent, shown: Option<&StackPlan>) -> Result<StackOutcome, Stopped> {
        let session = self.session;
        let name = &stack.name;
        let Some(shown) = shown.filter(|shown| shown.template == stack.digest) else {
            return Err(stopping::outdated(&session, name, "it was made from another template".to_owned()));
        };
        let began = session.now();
        let outcome = |deed, resources, kept| StackOutcome {
            part: stack.part,
            name: name.clone(),
            deed,
            resources,
            elapsed_ms: u64::try_from(session.since(began).as_millis()).unwrap_or(u64::MAX),
            kept,
        };
        if shown.is_no_change() && shown.later.is_empty() {
            return Ok(outcome(Deed::Unchanged, 0, Vec::new()));
        }
        if session.stop.requested() {
            return Err(stopping::before_it_began(&session, name, ProvisionError::Interrupted));
        }
        session.watch.event(RunEvent::Started { subject: name.to_string(), text: "working out changes".to_owned() });
        let not_begun = |error| stopping::before_it_began(&session, name, error);
        self.see_upstream(stack).await.map_err(not_begun)?;
        let mut facts = find(&session, std::slice::from_ref(&name.0)).await.map_err(not_begun)?.remove(name.as_str());
        let only_protected = |yes| if yes { Deed::Protected } else { Deed::Unchanged };
        if shown.action == StackAction::NoChange && shown.later.is_empty() {
            let protected = protect(&session, stack, facts.as_ref()).await?;
            return Ok(outcome(only_protected(protected), 0, Vec::new()));
        }
        let mut kept = Vec::new();
        if let (StackAction::Recreate { .. }, Some(found)) = (&shown.action, &facts)
            && let Decision::Recreate { status } = decide(Some(found), session.ports.region)
        {
            session.note(name.as_str(), format!("deleting what {status} left"));
            kept = delete_and_watch(&session, stack.part, name, found, 0).await?.history.retained();
            facts = None;
        }
        let mut made = None;
        let ready = self.ready(stack, shown, facts, &mut made).await;
        let looked = match ready {
            Ok(looked) if looked.plan.action == StackAction::NoChange => {
                self.clean(made.as_ref()).await;
                let protected = protect(&session, stack, looked.facts.as_ref()).await?;
                return Ok(outcome(only_protected(protected), 0, kept));
            }
            Ok(looked) => looked,
            Err(stopped) => {
                self.clean(made.as_ref()).await;
                return Err(stopped);
            }
        };
        let executed = execute(&session, stack, &looked, &mut made).await;
        self.clean(made.as_ref()).await;
        let end = executed?;
        kept.extend(end.history.retained());
        protect(&session, stack, end.facts.as_ref()).await?;
        let deed = match shown.action {
            StackAction::Recreate { .. } => Deed::Recreated,
            _ if looked.plan.action == StackAction::Create => Deed::Created,
            _ => Deed::Updated,
        };
        Ok(outcome(deed, looked.plan.changes.len(), kept))
    }

    /// Looks again and holds it against what was shown, unless there is nothing left to do.
    async fn ready(
        &self,
        stack: &StackIntent,
        shown: &StackPlan,
        facts: Option<StackFacts>,
        made: &mut Option<Made>,
    ) -> Result<Looked, Stopped> {
        let session = &self.session;
        let looked = look(session, self.intent, stack, facts, &self.upstream, &self.templates, made)
            .await
            .map_err(|error| stopping::before_it_began(session, &stack.name, error))?;
        let mut now = looked.plan.clone();
        if now.action == StackAction::NoChange {
            return Ok(looked);
        }
        if matches!(shown.action, StackAction::Recreate { .. }) && now.action == StackAction::Create {
            now.action = shown.action.clone();
        }
        let (live, _) = live_sizes(session, self.intent).await;
        let sizes = sizes_of(stack.part, &self.intent.tiers, &looked.before, &looked.after, &live);
        let judged = ProvisionPlan::of(self.intent, session.ports.region.clone(), vec![now.clone()], sizes, Vec::new());
        let refused = refusals(&judged, self.allow);
        if !refused.is_empty() {
            return Err(stopping::refused(Some(&stack.name), &refused));
        }
        match stale(shown, &now) {
            Some(why) => Err(stopping::outdated(session, &stack.name, why)),
            None => Ok(looked),
        }
    }

    /// Reads what earlier stacks hold now, where this one needs it.
    async fn see_upstream(&mut self, stack: &StackIntent) -> Result<(), ProvisionError> {
        for part in inputs::parts_needed(stack) {
            // Within one run a stack changes only before those that depend on it are looked at.
            if self.upstream.contains_key(&part) {
                continue;
            }
            let name = self
                .intent
                .stacks
                .iter()
                .find(|stack| stack.part == part)
                .map_or_else(|| StackName::of(&self.intent.environment, part), |stack| stack.name.clone());
            let upstream = upstream::deployed(&self.session, self.intent, part, &name).await?;
            self.upstream.insert(part, upstream);
        }
        Ok(())
    }

    async fn clean(&mut self, made: Option<&Made>) {
        if let Some(made) = made
            && let Err(left) = change_set::remove(&self.session, made).await
        {
            self.report.left_behind.push(left);
        }
    }
}

fn words(done: &StackOutcome) -> String {
    let seconds = done.elapsed_ms / 1_000;
    match done.deed {
        Deed::Unchanged => "no changes".to_owned(),
        Deed::Protected => "its termination protection is on again".to_owned(),
        Deed::Created => format!("created, {} resources in {seconds}s", done.resources),
        Deed::Updated => format!("updated, {} resource changes in {seconds}s", done.resources),
        Deed::Recreated => format!("recreated, {} resources in {seconds}s", done.resources),
        Deed::Deleted => format!("deleted, {} resources in {seconds}s", done.resources),
    }
}
