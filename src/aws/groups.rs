//! Owns the group ports on EC2 Auto Scaling.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_autoscaling::types::{
    Activity, AutoScalingGroup, Instance, LaunchTemplateSpecification, ScalingActivityStatusCode, TagDescription,
};

use super::api::Api;
use super::pacing::Rate;
use super::retry::RetryRules;
use super::session::{Session, apart, side_by_side};
use super::tags::own_tags;
use super::time::timestamp;
use crate::cloud::{CloudErrorKind, CloudResult, ReadGroups, WriteGroups};
use crate::facts::{GroupFacts, InstanceFacts, LaunchFailure, LaunchTemplateRef, SCHEDULED_ACTIONS};
use crate::model::GroupSize;

const DESCRIBE: Api = shared("DescribeAutoScalingGroups");
const UPDATE: Api = shared("UpdateAutoScalingGroup");
const ACTIVITIES: Api = shared("DescribeScalingActivities");
const START_REFRESH: Api = shared("StartInstanceRefresh");
const SUSPEND: Api = shared("SuspendProcesses");
const RESUME: Api = shared("ResumeProcesses");

/// Most names, and most groups, of one call (DescribeAutoScalingGroups MaxRecords).
const NAMES_PER_CALL: usize = 100;

/// The newest activities are what is asked for: one page of those that one call gives (DescribeScalingActivities).
const ACTIVITIES_PER_CALL: i32 = 50;

const fn shared(operation: &'static str) -> Api {
    Api::shared("autoscaling", operation, "all calls", Rate::AUTO_SCALING)
}

/// Groups on AWS.
#[derive(Debug, Clone)]
pub(super) struct AwsGroups {
    session: Arc<Session>,
    client: aws_sdk_autoscaling::Client,
}

impl AwsGroups {
    pub fn new(session: Arc<Session>) -> Self {
        AwsGroups { client: aws_sdk_autoscaling::Client::new(&session.config), session }
    }

    async fn described(&self, names: Option<Vec<String>>) -> CloudResult<Vec<GroupFacts>> {
        let request = |token| {
            let call = self.client.describe_auto_scaling_groups().max_records(NAMES_PER_CALL as i32);
            call.set_auto_scaling_group_names(names.clone()).set_next_token(token).send()
        };
        let pages = self.session.pages(&DESCRIBE, |page| page.next_token(), request).await?;
        Ok(pages.iter().flat_map(|page| page.auto_scaling_groups()).filter_map(facts).collect())
    }
}

#[async_trait]
impl ReadGroups for AwsGroups {
    async fn groups(&self, names: &[String]) -> CloudResult<Vec<GroupFacts>> {
        // Chunks side by side: a token chain would be serial.
        let described = |chunk: &[String]| {
            let (groups, names) = (self.clone(), Some(chunk.to_vec()));
            apart(&self.session.place, &DESCRIBE, async move { groups.described(names).await })
        };
        Ok(side_by_side(names.chunks(NAMES_PER_CALL).map(described).collect()).await?.concat())
    }

    async fn all_groups(&self) -> CloudResult<Vec<GroupFacts>> {
        self.described(None).await
    }

    async fn launch_failures(&self, name: &str) -> CloudResult<Vec<LaunchFailure>> {
        let request = || {
            let call = self.client.describe_scaling_activities().auto_scaling_group_name(name);
            call.max_records(ACTIVITIES_PER_CALL).send()
        };
        let answer = self.session.call(&ACTIVITIES, request).await?;
        // They come newest first.
        Ok(answer.activities().iter().filter_map(launch_failure).collect())
    }
}

#[async_trait]
impl WriteGroups for AwsGroups {
    async fn set_size(&self, name: &str, size: GroupSize) -> CloudResult<()> {
        let numbers = (i32::try_from(size.min), i32::try_from(size.max), i32::try_from(size.desired));
        let (Ok(min), Ok(max), Ok(desired)) = numbers else {
            let message = format!("{size} is not a size a group can have");
            return Err(self.session.place.error(CloudErrorKind::Invalid, UPDATE.operation, message));
        };
        let (groups, name) = (self.clone(), name.to_owned());
        let call = async move {
            let request = || {
                let call = groups.client.update_auto_scaling_group().auto_scaling_group_name(&name);
                call.min_size(min).max_size(max).desired_capacity(desired).send()
            };
            groups.session.call(&UPDATE, request).await.map(drop)
        };
        apart(&self.session.place, &UPDATE, call).await
    }

    async fn start_refresh(&self, name: &str) -> CloudResult<String> {
        let request = || self.client.start_instance_refresh().auto_scaling_group_name(name).send();
        // It has no token: a second one is refused while the first runs, and would replace everything again after it.
        let answer = self.session.call_by(&START_REFRESH, RetryRules::ONCE, request).await?;
        Ok(answer.instance_refresh_id.unwrap_or_default())
    }

    async fn suspend_schedules(&self, name: &str) -> CloudResult<()> {
        let request = || {
            let call = self.client.suspend_processes().auto_scaling_group_name(name);
            call.scaling_processes(SCHEDULED_ACTIONS).send()
        };
        self.session.call(&SUSPEND, request).await.map(drop)
    }

    async fn resume_schedules(&self, name: &str) -> CloudResult<()> {
        let request = || {
            let call = self.client.resume_processes().auto_scaling_group_name(name);
            // Without a process it would resume all of them.
            call.scaling_processes(SCHEDULED_ACTIONS).send()
        };
        self.session.call(&RESUME, request).await.map(drop)
    }
}

/// A group in our words; none without a name, which AWS always gives.
fn facts(group: &AutoScalingGroup) -> Option<GroupFacts> {
    let policy = group.mixed_instances_policy().and_then(|policy| policy.launch_template());
    let template = group.launch_template().or_else(|| policy.and_then(|t| t.launch_template_specification()));
    let zones = group.vpc_zone_identifier().unwrap_or_default();
    Some(GroupFacts {
        name: group.auto_scaling_group_name()?.to_owned(),
        arn: group.auto_scaling_group_arn().unwrap_or_default().to_owned(),
        size: GroupSize {
            min: count(group.min_size()),
            max: count(group.max_size()),
            desired: count(group.desired_capacity()),
        },
        launch_template: template.map(reference),
        overrides: policy
            .map(|template| template.overrides())
            .unwrap_or_default()
            .iter()
            .filter_map(|o| o.instance_type().map(str::to_owned))
            .collect(),
        weights: policy
            .map(|template| template.overrides())
            .unwrap_or_default()
            .iter()
            .filter_map(|o| Some((o.instance_type()?.to_owned(), o.weighted_capacity()?.parse().ok()?)))
            .collect(),
        capacity_type: group.desired_capacity_type().filter(|kind| !matches!(*kind, "" | "units")).map(str::to_owned),
        availability_zones: group.availability_zones().to_vec(),
        subnet_ids: zones.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        target_group_arns: target_groups(group),
        health_check_type: group.health_check_type().unwrap_or_default().to_owned(),
        health_check_grace_s: count(group.health_check_grace_period()),
        default_cooldown_s: count(group.default_cooldown()),
        termination_policies: group.termination_policies().to_vec(),
        suspended_processes: group
            .suspended_processes()
            .iter()
            .filter_map(|process| process.process_name().map(str::to_owned))
            .collect(),
        metrics_enabled: !group.enabled_metrics().is_empty(),
        tags: own_tags(group.tags().iter().map(|tag: &TagDescription| (tag.key(), tag.value()))),
        instances: group.instances().iter().filter_map(instance).collect(),
    })
}

/// An activity that failed and says why.
fn launch_failure(activity: &Activity) -> Option<LaunchFailure> {
    let failed = activity.status_code() == Some(&ScalingActivityStatusCode::Failed);
    let message = activity.status_message().filter(|message| failed && !message.is_empty())?;
    Some(LaunchFailure { at: activity.start_time().and_then(timestamp)?, message: message.to_owned() })
}

/// Target groups, whether attached the old way or as traffic sources.
fn target_groups(group: &AutoScalingGroup) -> Vec<String> {
    let mut arns = group.target_group_arns().to_vec();
    for source in group.traffic_sources().iter().filter_map(|source| source.identifier()) {
        if source.contains(":targetgroup/") && !arns.iter().any(|arn| arn == source) {
            arns.push(source.to_owned());
        }
    }
    arns
}

fn reference(template: &LaunchTemplateSpecification) -> LaunchTemplateRef {
    LaunchTemplateRef {
        id: template.launch_template_id().unwrap_or_default().to_owned(),
        name: template.launch_template_name().unwrap_or_default().to_owned(),
        // Without a version AWS launches the default one.
        version: template.version().filter(|version| !version.is_empty()).unwrap_or("$Default").to_owned(),
    }
}

fn instance(instance: &Instance) -> Option<InstanceFacts> {
    Some(InstanceFacts {
        id: instance.instance_id()?.to_owned(),
        instance_type: instance.instance_type().unwrap_or_default().to_owned(),
        availability_zone: instance.availability_zone().unwrap_or_default().to_owned(),
        lifecycle_state: instance.lifecycle_state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
        health: instance.health_status().unwrap_or_default().to_owned(),
        weight: instance.weighted_capacity().and_then(|units| units.parse().ok()).unwrap_or(1),
    })
}

fn count(number: Option<i32>) -> u32 {
    number.and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}
