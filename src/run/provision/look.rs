//! Owns the look at one stack: what would be done to it, by a change set where its inputs are known.

use std::collections::BTreeMap;

use super::change_set::{self, Made, Worked};
use super::outcome::{MAX_INLINE_TEMPLATE, ProvisionError};
use super::session::Session;
use crate::cloud::{ChangeSetKind, ChangeSetRequest, CloudErrorKind, TemplateSource};
use crate::facts::StackFacts;
use crate::model::{Part, StackName};
use crate::plan::provision::decide::operation_name;
use crate::plan::provision::hint::cause_hint;
use crate::plan::provision::inputs::needs_zones;
use crate::plan::provision::redact::redact;
use crate::plan::provision::{
    Decision, Intent, ParameterChange, PreviewBasis, ResolvedInputs, StackAction, StackIntent, StackPlan, Upstream,
    decide, protection, resolve, template,
};

/// The templates as CloudFormation is to find them, by part.
pub(super) type Templates = BTreeMap<Part, TemplateSource>;

/// A stack that was looked at.
#[derive(Debug)]
pub(super) struct Looked {
    /// The stack as it was found, after any waiting.
    pub facts: Option<StackFacts>,
    pub plan: StackPlan,
    /// The parameters it has, before.
    pub before: BTreeMap<String, String>,
    /// The parameters it would get.
    pub after: BTreeMap<String, String>,
}

/// Puts templates that are too large for a call where CloudFormation can read them; before anything else is made.
pub(super) async fn place_templates(session: &Session<'_>, intent: &Intent) -> Result<Templates, ProvisionError> {
    let mut placed = Templates::new();
    for stack in &intent.stacks {
        let source = match inline(&stack.body) {
            Some(body) => TemplateSource::Body(body),
            None => {
                let name = format!("{}-{}.template.json", stack.name, stack.digest.short());
                let url = session.retry(async || session.ports.write.upload_template(&name, &stack.body).await).await;
                TemplateSource::Url(url.map_err(|error| match error.kind {
                    CloudErrorKind::Unsupported => {
                        ProvisionError::TemplateTooLarge { stack: stack.name.clone(), bytes: stack.body.len() }
                    }
                    _ => ProvisionError::Cloud { stack: Some(stack.name.clone()), error },
                })?)
            }
        };
        placed.insert(stack.part, source);
    }
    Ok(placed)
}

/// The template as it fits into a call: as it is, or without its white space; none when it does not fit at all.
fn inline(body: &str) -> Option<String> {
    if body.len() <= MAX_INLINE_TEMPLATE {
        return Some(body.to_owned());
    }
    let value: serde_json::Value = serde_json::from_str(body).ok()?;
    Some(value.to_string()).filter(|compact| compact.len() <= MAX_INLINE_TEMPLATE)
}

/// The stacks of those names that exist.
pub(super) async fn find(
    session: &Session<'_>,
    names: &[String],
) -> Result<BTreeMap<String, StackFacts>, ProvisionError> {
    session
        .retry(async || session.ports.stacks.stacks(names).await)
        .await
        .map_err(|error| ProvisionError::Cloud { stack: None, error })
}

/// Decides what may be done with a stack, after waiting for somebody else's operation where that was asked for.
pub(super) async fn decide_after_waiting(
    session: &Session<'_>,
    name: &StackName,
    mut facts: Option<StackFacts>,
) -> Result<(Decision, Option<StackFacts>), ProvisionError> {
    let started = session.now();
    loop {
        let decision = decide(facts.as_ref(), session.ports.region);
        let Decision::Busy { status } = &decision else { return Ok((decision, facts)) };
        match session.options.wait {
            Some(limit) if session.since(started) < limit => {
                session.note(name.as_str(), format!("waiting for {} to end ({status})", operation_name(status)));
                if session.sleep(session.options.poll).await {
                    return Err(ProvisionError::Interrupted);
                }
                facts = find(session, std::slice::from_ref(&name.0)).await?.remove(name.as_str());
            }
            _ => return Ok((decision, facts)),
        }
    }
}

/// Looks at one stack. A change set that was asked for stays, in `made`, for the caller to execute or remove.
pub(super) async fn look(
    session: &Session<'_>,
    intent: &Intent,
    stack: &StackIntent,
    facts: Option<StackFacts>,
    upstream: &BTreeMap<Part, Upstream>,
    templates: &Templates,
    made: &mut Option<Made>,
) -> Result<Looked, ProvisionError> {
    let cloud = |error| ProvisionError::Cloud { stack: Some(stack.name.clone()), error };
    let (decision, facts) = decide_after_waiting(session, &stack.name, facts).await?;
    let there = matches!(decision, Decision::Update | Decision::Busy { .. } | Decision::Blocked { .. });
    let deployed = facts.as_ref().filter(|_| there).map(|f| f.parameters.clone()).unwrap_or_default();
    let resolved = inputs(session, stack, &deployed, upstream).await?;

    let mut after = stack.parameters.clone();
    after.extend(resolved.known.clone());
    let unknown: Vec<&String> =
        resolved.later.iter().map(|l| &l.parameter).filter(|p| !resolved.known.contains_key(*p)).collect();
    // The deployed value stands in for one that is known only later, so that the rest can be worked out.
    let stand_ins: BTreeMap<String, String> =
        unknown.iter().filter_map(|p| Some(((*p).clone(), deployed.get(*p)?.clone()))).collect();
    let complete = stand_ins.len() == unknown.len();
    after.extend(stand_ins);

    let mut plan = StackPlan {
        part: stack.part,
        name: stack.name.clone(),
        action: StackAction::NoChange,
        basis: PreviewBasis::Nothing,
        changes: Vec::new(),
        parameters: parameter_changes(&deployed, &after, &unknown),
        later: resolved.later,
        protection: None,
        template: stack.digest.clone(),
    };
    match decision {
        Decision::Blocked { reason, next } => plan.action = StackAction::Blocked { reason, next },
        Decision::Busy { status } => {
            plan.action = StackAction::Blocked {
                reason: format!("{} is under way ({status})", operation_name(&status)),
                next: "wait until it has ended, or add --wait 30m to wait here".to_owned(),
            };
        }
        Decision::Recreate { status } => {
            plan.action = StackAction::Recreate { status };
            plan.basis = PreviewBasis::TemplateOnly;
            plan.changes = template::compare(None, &stack.body);
        }
        Decision::Create { .. } if !complete => {
            plan.action = StackAction::Create;
            plan.basis = PreviewBasis::TemplateOnly;
            plan.changes = template::compare(None, &stack.body);
        }
        Decision::Update if !complete => {
            let old = session.retry(async || session.ports.stacks.template(stack.name.as_str()).await).await;
            plan.action = StackAction::Update;
            plan.basis = PreviewBasis::TemplateOnly;
            plan.changes = template::compare(Some(&old.map_err(cloud)?), &stack.body);
        }
        Decision::Create { leftover } => {
            if leftover {
                change_set::remove_review(session, &stack.name, "leftover")
                    .await
                    .map_err(|why| leftover_error(session, stack, why))?;
            }
            plan.action = StackAction::Create;
            let request = request(session, intent, stack, ChangeSetKind::Create, templates, &after);
            work_out(session, stack, &request, made, &mut plan).await?;
        }
        Decision::Update => {
            plan.action = StackAction::Update;
            let request = request(session, intent, stack, ChangeSetKind::Update, templates, &after);
            work_out(session, stack, &request, made, &mut plan).await?;
        }
    }
    plan.changes = redact(plan.changes);
    plan.protection = protection(stack.part, facts.as_ref(), &plan.action);
    Ok(Looked { facts, plan, before: deployed, after })
}

async fn inputs(
    session: &Session<'_>,
    stack: &StackIntent,
    deployed: &BTreeMap<String, String>,
    upstream: &BTreeMap<Part, Upstream>,
) -> Result<ResolvedInputs, ProvisionError> {
    let zones = if needs_zones(stack, deployed) {
        let zones = session.retry(async || session.ports.network.zones().await).await;
        zones
            .map_err(|error| ProvisionError::Cloud { stack: Some(stack.name.clone()), error })?
            .into_iter()
            .map(|zone| zone.name)
            .collect()
    } else {
        Vec::new()
    };
    resolve(stack, deployed, upstream, &zones)
        .map_err(|problems| ProvisionError::Inputs { stack: stack.name.clone(), problems })
}

fn request(
    session: &Session<'_>,
    intent: &Intent,
    stack: &StackIntent,
    kind: ChangeSetKind,
    templates: &Templates,
    parameters: &BTreeMap<String, String>,
) -> ChangeSetRequest {
    ChangeSetRequest {
        stack: stack.name.0.clone(),
        token: session.token(stack.part.as_str()),
        name: session.token(stack.part.as_str()),
        kind,
        template: templates.get(&stack.part).cloned().unwrap_or_else(|| TemplateSource::Body(stack.body.clone())),
        parameters: parameters.clone(),
        tags: intent.tags.clone(),
    }
}

async fn work_out(
    session: &Session<'_>,
    stack: &StackIntent,
    request: &ChangeSetRequest,
    made: &mut Option<Made>,
    plan: &mut StackPlan,
) -> Result<(), ProvisionError> {
    plan.basis = PreviewBasis::ChangeSet;
    // A stack whose inputs will change is not unchanged, even when nothing is to be seen yet.
    let nothing = if plan.later.is_empty() { StackAction::NoChange } else { plan.action.clone() };
    match change_set::ask(session, &stack.name, request, made).await? {
        Worked::Empty => {
            plan.action = nothing;
            plan.parameters.clear();
        }
        Worked::Ready(set) => {
            plan.changes = set.changes;
            // Some stand-ins work out a change set of nothing where CloudFormation says that there is none.
            if plan.changes.is_empty() && plan.parameters.is_empty() && is_deployed(session, stack).await? {
                plan.action = nothing;
            }
        }
        Worked::Refused(reason) => {
            let next = cause_hint(&reason).unwrap_or_else(|| "correct what it names, then run this again".to_owned());
            plan.action = StackAction::Blocked { reason: format!("its change set was refused: {reason}"), next };
        }
        Worked::Obsolete => {
            plan.action = StackAction::Blocked {
                reason: "it was changed while this plan was made".to_owned(),
                next: "run this again".to_owned(),
            };
        }
    }
    Ok(())
}

async fn is_deployed(session: &Session<'_>, stack: &StackIntent) -> Result<bool, ProvisionError> {
    match session.retry(async || session.ports.stacks.template(stack.name.as_str()).await).await {
        Ok(body) => Ok(template::same(&body, &stack.body)),
        Err(error) if error.kind == CloudErrorKind::NotFound => Ok(false),
        Err(error) => Err(ProvisionError::Cloud { stack: Some(stack.name.clone()), error }),
    }
}

fn leftover_error(session: &Session<'_>, stack: &StackIntent, why: String) -> ProvisionError {
    ProvisionError::Cloud {
        stack: Some(stack.name.clone()),
        error: crate::cloud::CloudError {
            kind: CloudErrorKind::Conflict,
            operation: "DeleteStack".to_owned(),
            side: None,
            region: session.ports.region.clone(),
            code: None,
            message: format!("in the way: {why}"),
            request_id: None,
        },
    }
}

/// What CloudFormation shows instead of a NoEcho parameter's value.
const HIDDEN: &str = "****";

fn parameter_changes(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    unknown: &[&String],
) -> Vec<ParameterChange> {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| !unknown.contains(name))
        .filter(|name| before.get(*name) != after.get(*name) && before.get(*name).is_none_or(|v| v != HIDDEN))
        .map(|name| ParameterChange {
            name: name.clone(),
            before: before.get(name).cloned(),
            after: after.get(name).cloned(),
        })
        .collect()
}
