//! Owns the stack ports on CloudFormation.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetType, Parameter, Stack, StackEvent as CfnEvent, StackResourceSummary, Tag, TemplateStage,
};

use super::api::Api;
use super::change_sets::{from_pages, says_no_changes};
use super::cloud::TemplateBucket;
use super::drift;
use super::pacing::Rate;
use super::s3_store::S3Store;
use super::session::{Session, side_by_side};
use super::tags::own_tags;
use super::time::timestamp;
use crate::cloud::{
    ChangeSet, ChangeSetKind, ChangeSetRequest, ChangeSetState, CloudErrorKind, CloudResult, ReadStacks,
    TemplateSource, WriteStacks,
};
use crate::facts::{StackDrift, StackEvent, StackFacts, StackResource, StackStatus};

const DESCRIBE_STACKS: Api = Api::own("cloudformation", "DescribeStacks", Rate::CLOUDFORMATION_READ);
const LIST_RESOURCES: Api = Api::own("cloudformation", "ListStackResources", Rate::CLOUDFORMATION_READ);
const DESCRIBE_EVENTS: Api = Api::own("cloudformation", "DescribeStackEvents", Rate::CLOUDFORMATION_READ);
const GET_TEMPLATE: Api = Api::own("cloudformation", "GetTemplate", Rate::CLOUDFORMATION_READ);
const DESCRIBE_CHANGE_SET: Api = Api::own("cloudformation", "DescribeChangeSet", Rate::CLOUDFORMATION);
const CREATE_CHANGE_SET: Api = Api::own("cloudformation", "CreateChangeSet", Rate::CLOUDFORMATION);
const EXECUTE_CHANGE_SET: Api = Api::own("cloudformation", "ExecuteChangeSet", Rate::CLOUDFORMATION);
const DELETE_CHANGE_SET: Api = Api::own("cloudformation", "DeleteChangeSet", Rate::CLOUDFORMATION);
const DELETE_STACK: Api = Api::own("cloudformation", "DeleteStack", Rate::CLOUDFORMATION);
const PROTECT: Api = Api::own("cloudformation", "UpdateTerminationProtection", Rate::CLOUDFORMATION);
const UPLOAD: &str = "PutObject";

/// The id of a change set that was refused because nothing would change: it never existed, and is told as empty.
const NOTHING_TO_CHANGE: &str = "nothing-to-change:";

/// Stacks on AWS.
#[derive(Debug)]
pub(super) struct AwsStacks {
    session: Arc<Session>,
    client: aws_sdk_cloudformation::Client,
    bucket: Option<TemplateBucket>,
}

impl AwsStacks {
    pub fn new(session: Arc<Session>, bucket: Option<TemplateBucket>) -> Self {
        AwsStacks { client: aws_sdk_cloudformation::Client::new(&session.config), session, bucket }
    }

    async fn stack(&self, name: String) -> CloudResult<Option<StackFacts>> {
        let request = || self.client.describe_stacks().stack_name(&name).send();
        match self.session.call(&DESCRIBE_STACKS, request).await {
            Ok(answer) => Ok(answer.stacks().first().map(facts)),
            Err(e) if e.kind == CloudErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }
}

#[async_trait]
impl ReadStacks for AwsStacks {
    async fn stacks(&self, names: &[String]) -> CloudResult<BTreeMap<String, StackFacts>> {
        let found = side_by_side(names.iter().map(|name| self.stack(name.clone())).collect()).await?;
        let named = names.iter().cloned().zip(found);
        Ok(named.filter_map(|(name, stack)| Some((name, stack?))).collect())
    }

    async fn resources(&self, stack: &str) -> CloudResult<Vec<StackResource>> {
        let request = |token| self.client.list_stack_resources().stack_name(stack).set_next_token(token).send();
        let pages = self.session.pages(&LIST_RESOURCES, |page| page.next_token(), request).await?;
        Ok(pages.iter().flat_map(|page| page.stack_resource_summaries()).map(resource).collect())
    }

    async fn events_since(&self, stack: &str, last_seen: Option<&str>) -> CloudResult<Vec<StackEvent>> {
        let mut events = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = || self.client.describe_stack_events().stack_name(stack).set_next_token(token.clone()).send();
            let page = self.session.call(&DESCRIBE_EVENTS, request).await?;
            for event in page.stack_events().iter().filter_map(event) {
                if last_seen == Some(event.id.as_str()) {
                    return Ok(events);
                }
                events.push(event);
            }
            let next = page.next_token.filter(|next| !next.is_empty());
            if next.is_none() || next == token {
                return Ok(events);
            }
            token = next;
        }
    }

    async fn template(&self, stack: &str) -> CloudResult<String> {
        let request = || self.client.get_template().stack_name(stack).template_stage(TemplateStage::Original).send();
        Ok(self.session.call(&GET_TEMPLATE, request).await?.template_body.unwrap_or_default())
    }

    async fn detect_drift(&self, stack: &str) -> CloudResult<StackDrift> {
        drift::detect(&self.session, &self.client, stack).await
    }

    async fn change_set(&self, stack: &str, id: &str) -> CloudResult<Option<ChangeSet>> {
        if id.starts_with(NOTHING_TO_CHANGE) {
            return Ok(Some(ChangeSet { id: id.to_owned(), state: ChangeSetState::Empty, changes: Vec::new() }));
        }
        let pages = |with_values: Option<bool>| async move {
            let request = |token| {
                let call = self.client.describe_change_set().stack_name(stack).change_set_name(id);
                call.set_include_property_values(with_values).set_next_token(token).send()
            };
            self.session.pages(&DESCRIBE_CHANGE_SET, |page| page.next_token(), request).await
        };
        let found = match pages(Some(true)).await {
            // A stand-in may not know of property values.
            Err(e) if matches!(e.kind, CloudErrorKind::Invalid | CloudErrorKind::Unsupported) => pages(None).await,
            other => other,
        };
        match found {
            Ok(pages) => Ok(from_pages(&pages)),
            Err(e) if e.kind == CloudErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }
}

#[async_trait]
impl WriteStacks for AwsStacks {
    async fn create_change_set(&self, request: &ChangeSetRequest) -> CloudResult<String> {
        let kind = match request.kind {
            ChangeSetKind::Create => ChangeSetType::Create,
            ChangeSetKind::Update => ChangeSetType::Update,
        };
        let (body, url) = match &request.template {
            TemplateSource::Body(body) => (Some(body.clone()), None),
            TemplateSource::Url(url) => (None, Some(url.clone())),
        };
        let parameter =
            |(key, value): (&String, &String)| Parameter::builder().parameter_key(key).parameter_value(value).build();
        let parameters: Vec<Parameter> = request.parameters.iter().map(parameter).collect();
        let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
        let tags: Vec<Tag> = request.tags.iter().map(tag).collect();
        let create = || {
            let call = self.client.create_change_set().stack_name(&request.stack).change_set_name(&request.name);
            let call = call.change_set_type(kind.clone()).set_template_body(body.clone()).set_template_url(url.clone());
            let call = call.set_parameters(Some(parameters.clone())).set_tags(Some(tags.clone()));
            // Named roles are the strongest of what a template may ask for; the plan shows them before anything is made.
            call.capabilities(Capability::CapabilityNamedIam).client_token(&request.token).send()
        };
        match self.session.call(&CREATE_CHANGE_SET, create).await {
            Ok(answer) => answer.id.ok_or_else(|| {
                let message = "the answer names no change set";
                self.session.place.error(CloudErrorKind::Other, CREATE_CHANGE_SET.operation, message)
            }),
            Err(e) if says_no_changes(&e.message) => Ok(format!("{NOTHING_TO_CHANGE}{}", request.name)),
            Err(e) => Err(e),
        }
    }

    async fn execute_change_set(&self, stack: &str, id: &str, token: &str) -> CloudResult<()> {
        let request = || {
            let call = self.client.execute_change_set().stack_name(stack).change_set_name(id);
            call.client_request_token(token).send()
        };
        self.session.call(&EXECUTE_CHANGE_SET, request).await.map(drop)
    }

    async fn delete_change_set(&self, stack: &str, id: &str) -> CloudResult<()> {
        if id.starts_with(NOTHING_TO_CHANGE) {
            return Ok(());
        }
        let request = || self.client.delete_change_set().stack_name(stack).change_set_name(id).send();
        match self.session.call(&DELETE_CHANGE_SET, request).await {
            Err(e) if e.kind == CloudErrorKind::NotFound => Ok(()),
            other => other.map(drop),
        }
    }

    async fn delete_stack(&self, stack: &str, token: &str) -> CloudResult<()> {
        let request = || self.client.delete_stack().stack_name(stack).client_request_token(token).send();
        match self.session.call(&DELETE_STACK, request).await {
            Err(e) if e.kind == CloudErrorKind::NotFound => Ok(()),
            other => other.map(drop),
        }
    }

    async fn set_termination_protection(&self, stack: &str, on: bool) -> CloudResult<()> {
        let request = || {
            let call = self.client.update_termination_protection().stack_name(stack);
            call.enable_termination_protection(on).send()
        };
        self.session.call(&PROTECT, request).await.map(drop)
    }

    async fn upload_template(&self, name: &str, body: &str) -> CloudResult<String> {
        let Some(TemplateBucket { bucket, prefix }) = &self.bucket else {
            let message = format!(
                "template {name} is {} bytes, too large to send in a call, and there is no bucket to put it in: use an \
                 s3:// store in {}",
                body.len(),
                self.session.place.region
            );
            return Err(self.session.place.error(CloudErrorKind::Unsupported, UPLOAD, message));
        };
        S3Store::new(self.session.clone(), bucket, prefix).upload(name, body.as_bytes()).await
    }
}

fn facts(stack: &Stack) -> StackFacts {
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let parameters = stack.parameters();
    let given = parameters.iter().filter_map(|p| Some((p.parameter_key()?.to_owned(), owned(p.parameter_value()))));
    let resolved =
        parameters.iter().filter_map(|p| Some((p.parameter_key()?.to_owned(), p.resolved_value()?.to_owned())));
    let outputs = stack.outputs().iter();
    StackFacts {
        id: owned(stack.stack_id()),
        name: owned(stack.stack_name()),
        status: StackStatus(stack.stack_status().map(|s| s.as_str().to_owned()).unwrap_or_default()),
        status_reason: stack.stack_status_reason().filter(|r| !r.is_empty()).map(str::to_owned),
        parameters: given.collect(),
        resolved_parameters: resolved.collect(),
        outputs: outputs.filter_map(|o| Some((o.output_key()?.to_owned(), owned(o.output_value())))).collect(),
        tags: own_tags(stack.tags().iter().map(|tag| (tag.key(), tag.value()))),
        updated_at: stack.last_updated_time().or(stack.creation_time()).and_then(timestamp),
        termination_protection: stack.enable_termination_protection().unwrap_or(false),
    }
}

fn resource(summary: &StackResourceSummary) -> StackResource {
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    StackResource {
        logical_id: owned(summary.logical_resource_id()),
        physical_id: owned(summary.physical_resource_id()),
        resource_type: owned(summary.resource_type()),
        status: summary.resource_status().map(|s| s.as_str().to_owned()).unwrap_or_default(),
        status_reason: summary.resource_status_reason().filter(|r| !r.is_empty()).map(str::to_owned),
    }
}

fn event(event: &CfnEvent) -> Option<StackEvent> {
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Some(StackEvent {
        id: event.event_id()?.to_owned(),
        at: event.timestamp().and_then(timestamp)?,
        logical_id: owned(event.logical_resource_id()),
        physical_id: owned(event.physical_resource_id()),
        resource_type: owned(event.resource_type()),
        status: event.resource_status().map(|s| s.as_str().to_owned()).unwrap_or_default(),
        reason: event.resource_status_reason().filter(|r| !r.is_empty()).map(str::to_owned),
        token: event.client_request_token().map(str::to_owned),
    })
}
