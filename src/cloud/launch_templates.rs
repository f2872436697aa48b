//! Owns the ports for launch templates.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{LaunchTemplateFacts, LaunchTemplateRef, NewLaunchVersion};

/// Looks at launch templates.
#[async_trait]
pub trait ReadLaunchTemplates: Send + Sync {
    /// The versions the references name, `$Latest` and `$Default` resolved, images named by SSM parameter resolved
    /// (ResolveAlias). References that do not exist are absent. Called with many at once; calls go by the page where the
    /// API allows (`$Latest` and `$Default` of all templates in one, numbered versions by template).
    async fn launch_templates(
        &self,
        references: &[LaunchTemplateRef],
    ) -> CloudResult<BTreeMap<LaunchTemplateRef, LaunchTemplateFacts>>;
}

/// Changes what groups launch. Used for the primary alone: what the standby launches is its stack's.
#[async_trait]
pub trait WriteLaunchTemplates: Send + Sync {
    /// Makes a version with another one's settings and another image (CreateLaunchTemplateVersion); its number. Groups on
    /// `$Latest` launch it at once. With the same token, the same version comes back.
    async fn add_version(&self, version: &NewLaunchVersion) -> CloudResult<u64>;

    /// Has `$Default` stand for a version (ModifyLaunchTemplate).
    async fn set_default(&self, template: &str, version: u64) -> CloudResult<()>;

    /// Points a group at a version by its number; all else the group launches by, such as the types of a mixed instances
    /// policy, stays (UpdateAutoScalingGroup).
    async fn pin_version(&self, group: &str, template: &str, version: u64) -> CloudResult<()>;
}
