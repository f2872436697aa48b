//! Owns the port for launch templates.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{LaunchTemplateFacts, LaunchTemplateRef};

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
