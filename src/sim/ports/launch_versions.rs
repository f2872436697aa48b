//! Owns the port that changes what groups launch, over the simulated account.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudErrorKind, CloudResult, WriteLaunchTemplates};
use crate::facts::{LaunchTemplateFacts, NewLaunchVersion};
use crate::model::Digest;
use crate::sim::call::Refusal;
use crate::sim::groups;
use crate::sim::state::LaunchTemplate;

#[async_trait]
impl WriteLaunchTemplates for SideDesk {
    async fn add_version(&self, version: &NewLaunchVersion) -> CloudResult<u64> {
        self.call("CreateLaunchTemplateVersion", |region, _| {
            add(
                region.launch_templates.get_mut(&version.template).ok_or_else(|| no_template(&version.template))?,
                version,
            )
        })
        .await
    }

    async fn set_default(&self, template: &str, version: u64) -> CloudResult<()> {
        self.call("ModifyLaunchTemplate", |region, _| {
            let found = region.launch_templates.get_mut(template).ok_or_else(|| no_template(template))?;
            if !found.versions.contains_key(&version) {
                return Err(no_version(template, version));
            }
            found.default_version = version;
            Ok(())
        })
        .await
    }

    async fn pin_version(&self, group: &str, template: &str, version: u64) -> CloudResult<()> {
        // The policy of a mixed group is read first, because an update replaces it.
        self.call("DescribeAutoScalingGroups", |_, _| Ok(())).await?;
        self.cloud
            .call_account(self.side, &self.region, "UpdateAutoScalingGroup", |state, region| {
                groups::set_version(state, region, group, template, version)
            })
            .await
    }
}

/// CreateLaunchTemplateVersion with SourceVersion: the source's settings and those given; `$Default` stays. Versions are
/// never changed, and the same token answers with the first result (EC2 API idempotency).
fn add(template: &mut LaunchTemplate, wish: &NewLaunchVersion) -> Result<u64, Refusal> {
    let request = Digest::of_bytes(format!("{wish:?}").as_bytes()).0;
    match template.tokens.get(&wish.token) {
        Some((known, number)) if *known == request => return Ok(*number),
        Some(_) => {
            let message = format!("The client token {} was used with other parameters", wish.token);
            return Err(Refusal::new(CloudErrorKind::Invalid, "IdempotentParameterMismatch", message));
        }
        None => {}
    }
    let number = template.latest() + 1;
    let source = template.versions.get(&wish.source).ok_or_else(|| no_version(&template.id, wish.source))?;
    let made = LaunchTemplateFacts { version: number, image_id: Some(wish.image.clone()), ..source.clone() };
    template.versions.insert(number, made);
    template.tokens.insert(wish.token.clone(), (request, number));
    Ok(number)
}

fn no_template(id: &str) -> Refusal {
    let message = format!("The specified launch template, with template ID {id}, does not exist.");
    Refusal::new(CloudErrorKind::NotFound, "InvalidLaunchTemplateId.NotFound", message)
}

fn no_version(id: &str, version: u64) -> Refusal {
    let message = format!("Could not find launch template version {version} for {id}");
    Refusal::new(CloudErrorKind::NotFound, "InvalidLaunchTemplateId.VersionNotFound", message)
}
