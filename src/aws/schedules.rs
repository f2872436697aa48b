//! Owns the ports for scheduled actions on EC2 Auto Scaling.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_autoscaling::types::{
    FailedScheduledUpdateGroupActionRequest, ScheduledUpdateGroupAction, ScheduledUpdateGroupActionRequest,
};

use super::api::Api;
use super::error::tidy;
use super::error_codes::kind_of;
use super::pacing::Rate;
use super::session::{Session, side_by_side};
use super::time::{date_time, timestamp};
use crate::cloud::{CloudError, CloudErrorKind, CloudResult, ReadSchedules, WriteSchedules};
use crate::facts::ScheduleFacts;

const DESCRIBE: Api = shared("DescribeScheduledActions");
const PUT: Api = shared("BatchPutScheduledUpdateGroupAction");
const DELETE: Api = shared("BatchDeleteScheduledAction");

/// Scheduled actions of one page (DescribeScheduledActions MaxRecords).
const PAGE: i32 = 100;
/// Up to so many groups are asked one by one, side by side; beyond it the Region is listed.
const GROUPS_ASKED: usize = 4;
/// Scheduled actions of one write (BatchPutScheduledUpdateGroupAction, BatchDeleteScheduledAction: 50).
const PER_WRITE: usize = 50;

const fn shared(operation: &'static str) -> Api {
    Api::shared("autoscaling", operation, "all calls", Rate::AUTO_SCALING)
}

/// Scheduled actions on AWS.
#[derive(Debug)]
pub(super) struct AwsSchedules {
    session: Arc<Session>,
    client: aws_sdk_autoscaling::Client,
}

impl AwsSchedules {
    pub fn new(session: Arc<Session>) -> Self {
        AwsSchedules { client: aws_sdk_autoscaling::Client::new(&session.config), session }
    }

    /// The scheduled actions of a group, or of the Region; none of a group that is not there.
    async fn described(&self, group: Option<String>) -> CloudResult<Vec<ScheduledUpdateGroupAction>> {
        let request = |token| {
            let call = self.client.describe_scheduled_actions().max_records(PAGE);
            call.set_auto_scaling_group_name(group.clone()).set_next_token(token).send()
        };
        match self.session.pages(&DESCRIBE, |page| page.next_token(), request).await {
            Ok(pages) => {
                Ok(pages.into_iter().flat_map(|p| p.scheduled_update_group_actions.unwrap_or_default()).collect())
            }
            Err(error) if error.kind == CloudErrorKind::NotFound && group.is_some() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// What a batch refused, as one error that names every action.
    fn refused(&self, api: &Api, group: &str, failures: &[FailedScheduledUpdateGroupActionRequest]) -> CloudResult<()> {
        let Some(first) = failures.first() else { return Ok(()) };
        let told: Vec<String> = failures.iter().map(sentence).collect();
        let message = format!("scheduled actions of {group}: {}", told.join("; "));
        let error = self.session.place.error(failure_kind(first), api.operation, message);
        Err(CloudError { code: first.error_code().map(str::to_owned), ..error })
    }

    fn put_request(&self, facts: &ScheduleFacts) -> CloudResult<ScheduledUpdateGroupActionRequest> {
        let size = |units: Option<u32>| {
            units.map(i32::try_from).transpose().map_err(|_| {
                let message = format!("scheduled action {}: {units:?} is not a size a group can have", facts.name);
                self.session.place.error(CloudErrorKind::Invalid, PUT.operation, message)
            })
        };
        Ok(ScheduledUpdateGroupActionRequest::builder()
            .scheduled_action_name(&facts.name)
            .set_recurrence(facts.recurrence.clone())
            .set_time_zone(facts.time_zone.clone())
            .set_start_time(facts.start.map(date_time))
            .set_end_time(facts.end.map(date_time))
            .set_min_size(size(facts.min)?)
            .set_max_size(size(facts.max)?)
            .set_desired_capacity(size(facts.desired)?)
            .build())
    }
}

#[async_trait]
impl ReadSchedules for AwsSchedules {
    async fn schedules(&self, groups: &[String]) -> CloudResult<BTreeMap<String, Vec<ScheduleFacts>>> {
        let wanted: BTreeSet<&str> = groups.iter().map(String::as_str).collect();
        let actions = match wanted.len() {
            0 => Vec::new(),
            1..=GROUPS_ASKED => {
                let calls = wanted.iter().map(|group| self.described(Some((*group).to_owned()))).collect();
                side_by_side(calls).await?.concat()
            }
            _ => self.described(None).await?,
        };
        let mut by_group: BTreeMap<String, Vec<ScheduleFacts>> = BTreeMap::new();
        for (group, facts) in actions.iter().filter_map(facts).filter(|(group, _)| wanted.contains(group)) {
            by_group.entry(group.to_owned()).or_default().push(facts);
        }
        by_group.values_mut().for_each(|schedules| schedules.sort());
        Ok(by_group)
    }
}

#[async_trait]
impl WriteSchedules for AwsSchedules {
    async fn put_schedules(&self, group: &str, schedules: &[ScheduleFacts]) -> CloudResult<()> {
        let wanted: Vec<_> = schedules.iter().map(|facts| self.put_request(facts)).collect::<CloudResult<_>>()?;
        let mut failures = Vec::new();
        for chunk in wanted.chunks(PER_WRITE) {
            let request = || {
                let call = self.client.batch_put_scheduled_update_group_action().auto_scaling_group_name(group);
                call.set_scheduled_update_group_actions(Some(chunk.to_vec())).send()
            };
            let answer = self.session.call(&PUT, request).await?;
            failures.extend(answer.failed_scheduled_update_group_actions.unwrap_or_default());
        }
        self.refused(&PUT, group, &failures)
    }

    async fn delete_schedules(&self, group: &str, names: &[String]) -> CloudResult<()> {
        let mut failures = Vec::new();
        for chunk in names.chunks(PER_WRITE) {
            let request = || {
                let call = self.client.batch_delete_scheduled_action().auto_scaling_group_name(group);
                call.set_scheduled_action_names(Some(chunk.to_vec())).send()
            };
            let answer = self.session.call(&DELETE, request).await?;
            failures.extend(answer.failed_scheduled_actions.unwrap_or_default());
        }
        // What is not there is deleted already.
        failures.retain(|failure| failure_kind(failure) != CloudErrorKind::NotFound);
        self.refused(&DELETE, group, &failures)
    }
}

/// A scheduled action with its group; none without their names, which AWS always gives.
fn facts(action: &ScheduledUpdateGroupAction) -> Option<(&str, ScheduleFacts)> {
    let count = |units: Option<i32>| units.and_then(|units| u32::try_from(units).ok());
    let facts = ScheduleFacts {
        name: action.scheduled_action_name()?.to_owned(),
        recurrence: text(action.recurrence()),
        time_zone: text(action.time_zone()),
        start: action.start_time().and_then(timestamp),
        end: action.end_time().and_then(timestamp),
        min: count(action.min_size()),
        max: count(action.max_size()),
        desired: count(action.desired_capacity()),
    };
    Some((action.auto_scaling_group_name()?, facts))
}

fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Failures of a batch carry a code and a text but no status; every one is a refusal.
fn failure_kind(failure: &FailedScheduledUpdateGroupActionRequest) -> CloudErrorKind {
    kind_of(failure.error_code().unwrap_or_default(), failure.error_message().unwrap_or_default(), 400)
}

fn sentence(failure: &FailedScheduledUpdateGroupActionRequest) -> String {
    let name = failure.scheduled_action_name().unwrap_or("(without a name)");
    match (failure.error_message().map(tidy), failure.error_code()) {
        (Some(message), Some(code)) => format!("{name}: {message} [{code}]"),
        (Some(why), None) => format!("{name}: {why}"),
        (None, Some(why)) => format!("{name}: {why}"),
        (None, None) => format!("{name}: no reason given"),
    }
}
