//! Owns changing what groups launch, on EC2 and EC2 Auto Scaling: versions of launch templates, and which one it is.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_autoscaling::types::{LaunchTemplate, LaunchTemplateSpecification, MixedInstancesPolicy};
use aws_sdk_ec2::types::RequestLaunchTemplateData;

use super::api::Api;
use super::pacing::Rate;
use super::session::Session;
use crate::cloud::{CloudErrorKind, CloudResult, WriteLaunchTemplates};
use crate::facts::NewLaunchVersion;

const CREATE_VERSION: Api = Api::own("ec2", "CreateLaunchTemplateVersion", Rate::EC2_WRITE);
const MODIFY: Api = Api::own("ec2", "ModifyLaunchTemplate", Rate::EC2_WRITE);
const DESCRIBE: Api = Api::shared("autoscaling", "DescribeAutoScalingGroups", "all calls", Rate::AUTO_SCALING);
const UPDATE: Api = Api::shared("autoscaling", "UpdateAutoScalingGroup", "all calls", Rate::AUTO_SCALING);

/// What groups launch, on AWS.
#[derive(Debug)]
pub(super) struct AwsLaunchVersions {
    session: Arc<Session>,
    ec2: aws_sdk_ec2::Client,
    groups: aws_sdk_autoscaling::Client,
}

impl AwsLaunchVersions {
    pub fn new(session: Arc<Session>) -> Self {
        let (ec2, groups) =
            (aws_sdk_ec2::Client::new(&session.config), aws_sdk_autoscaling::Client::new(&session.config));
        AwsLaunchVersions { session, ec2, groups }
    }

    /// A group's mixed instances policy, where it has one. An update replaces the whole launch template part of it.
    async fn policy(&self, group: &str) -> CloudResult<Option<MixedInstancesPolicy>> {
        let request = || self.groups.describe_auto_scaling_groups().auto_scaling_group_names(group).send();
        let answer = self.session.call(&DESCRIBE, request).await?;
        match answer.auto_scaling_groups() {
            [found] => Ok(found.mixed_instances_policy().cloned()),
            _ => {
                let message = format!("there is no Auto Scaling group {group}");
                Err(self.session.place.error(CloudErrorKind::NotFound, DESCRIBE.operation, message))
            }
        }
    }
}

#[async_trait]
impl WriteLaunchTemplates for AwsLaunchVersions {
    async fn add_version(&self, version: &NewLaunchVersion) -> CloudResult<u64> {
        let data = RequestLaunchTemplateData::builder().image_id(&version.image).build();
        let request = || {
            let call = self.ec2.create_launch_template_version().launch_template_id(&version.template);
            let call = call.source_version(version.source.to_string()).version_description(&version.description);
            call.launch_template_data(data.clone()).client_token(&version.token).send()
        };
        let answer = self.session.call(&CREATE_VERSION, request).await?;
        let number = answer.launch_template_version().and_then(|version| version.version_number());
        number.and_then(|number| u64::try_from(number).ok()).ok_or_else(|| {
            self.session.place.error(CloudErrorKind::Other, CREATE_VERSION.operation, "the answer names no version")
        })
    }

    async fn set_default(&self, template: &str, version: u64) -> CloudResult<()> {
        let request = || {
            let call = self.ec2.modify_launch_template().launch_template_id(template);
            call.default_version(version.to_string()).send()
        };
        self.session.call(&MODIFY, request).await.map(drop)
    }

    async fn pin_version(&self, group: &str, template: &str, version: u64) -> CloudResult<()> {
        // Either the id or the name may be given, not both (LaunchTemplateSpecification).
        let pinned = LaunchTemplateSpecification::builder().launch_template_id(template).version(version.to_string());
        let pinned = pinned.build();
        let policy = self.policy(group).await?.map(|mut policy| {
            let mut of_policy = policy.launch_template.take().unwrap_or_else(|| LaunchTemplate::builder().build());
            of_policy.launch_template_specification = Some(pinned.clone());
            policy.launch_template = Some(of_policy);
            policy
        });
        let request = || {
            let call = self.groups.update_auto_scaling_group().auto_scaling_group_name(group);
            match &policy {
                Some(policy) => call.mixed_instances_policy(policy.clone()).send(),
                None => call.launch_template(pinned.clone()).send(),
            }
        };
        self.session.call(&UPDATE, request).await.map(drop)
    }
}
