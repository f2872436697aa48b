//! Owns the port for launch templates over the simulated account.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudResult, ReadLaunchTemplates};
use crate::facts::{LaunchTemplateFacts, LaunchTemplateRef};
use crate::sim::groups::resolved_image;

/// DescribeLaunchTemplateVersions: MaxResults is at most 200.
const PAGE: usize = 200;

#[async_trait]
impl ReadLaunchTemplates for SideDesk {
    async fn launch_templates(
        &self,
        references: &[LaunchTemplateRef],
    ) -> CloudResult<BTreeMap<LaunchTemplateRef, LaunchTemplateFacts>> {
        // `$Latest` and `$Default` of all templates come in one listing; numbered versions go by template.
        let by_alias: Vec<&LaunchTemplateRef> = references.iter().filter(|r| r.version.starts_with('$')).collect();
        let by_number: Vec<&LaunchTemplateRef> = references.iter().filter(|r| !r.version.starts_with('$')).collect();
        let mut found = BTreeMap::new();
        if !by_alias.is_empty() {
            let told = self
                .list("DescribeLaunchTemplateVersions", PAGE, |region, _| {
                    Ok(by_alias.iter().filter_map(|r| resolved_image(region, r).map(|f| ((*r).clone(), f))).collect())
                })
                .await?;
            found.extend(told);
        }
        let templates: BTreeSet<(&str, &str)> = by_number.iter().map(|r| (r.id.as_str(), r.name.as_str())).collect();
        for template in templates {
            let wanted: Vec<&&LaunchTemplateRef> =
                by_number.iter().filter(|r| (r.id.as_str(), r.name.as_str()) == template).collect();
            let told = self
                .list("DescribeLaunchTemplateVersions", PAGE, |region, _| {
                    Ok(wanted.iter().filter_map(|r| resolved_image(region, r).map(|f| ((**r).clone(), f))).collect())
                })
                .await?;
            found.extend(told);
        }
        Ok(found)
    }
}
