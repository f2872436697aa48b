//! Owns images and the one launch template of that Region: versions are never changed, a copy takes two minutes.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use super::{Region, State, error};
use crate::cloud::*;
use crate::facts::*;

fn number(state: &State, version: &str) -> Option<u64> {
    match version {
        "$Latest" => state.versions.keys().next_back().copied(),
        "$Default" => Some(state.default_version),
        number => number.parse().ok(),
    }
}

#[async_trait]
impl ReadLaunchTemplates for Region {
    async fn launch_templates(
        &self,
        references: &[LaunchTemplateRef],
    ) -> CloudResult<BTreeMap<LaunchTemplateRef, LaunchTemplateFacts>> {
        self.look(|state| {
            let version = |one: &LaunchTemplateRef| state.versions.get(&number(state, &one.version)?).cloned();
            references.iter().filter_map(|one| Some((one.clone(), version(one)?))).collect()
        })
    }
}

#[async_trait]
impl WriteLaunchTemplates for Region {
    async fn add_version(&self, wish: &NewLaunchVersion) -> CloudResult<u64> {
        self.write("CreateLaunchTemplateVersion", |state| {
            let number = state.versions.keys().next_back().map_or(1, |last| last + 1);
            let source = state.versions[&wish.source].clone();
            let made = LaunchTemplateFacts { version: number, image_id: Some(wish.image.clone()), ..source };
            state.versions.insert(number, made);
        })?;
        self.edit(|state| Ok(*state.versions.keys().next_back().expect("a version")))
    }
    async fn set_default(&self, _: &str, version: u64) -> CloudResult<()> {
        self.write("ModifyLaunchTemplate", |state| state.default_version = version)
    }
    async fn pin_version(&self, group: &str, _: &str, version: u64) -> CloudResult<()> {
        self.write("UpdateAutoScalingGroup", |state| {
            if let Some(reference) = state.groups.get_mut(group).and_then(|group| group.launch_template.as_mut()) {
                reference.version = version.to_string();
            }
        })
    }
}

#[async_trait]
impl ReadImages for Region {
    async fn images(&self, ids: &[String]) -> CloudResult<Vec<ImageFacts>> {
        self.edit(|state| {
            let State { images, copied, now, .. } = state;
            for (id, image) in images.iter_mut() {
                if image.state == ImageState::Pending && copied.get(id).is_some_and(|at| at <= now) {
                    image.state = ImageState::Available;
                }
            }
        });
        self.look(|state| ids.iter().filter_map(|id| state.images.get(id).cloned()).collect())
    }
    async fn images_tagged(&self, key: &str, value: &str) -> CloudResult<Vec<ImageFacts>> {
        let has = |image: &&ImageFacts| image.tags.get(key).is_some_and(|found| found == value);
        self.look(|state| state.images.values().filter(has).cloned().collect())
    }
    async fn image_users(&self, _: &str) -> CloudResult<Vec<String>> {
        Err(error(CloudErrorKind::Unsupported, "unused"))
    }
}

#[async_trait]
impl WriteImages for Region {
    async fn copy_image(&self, copy: &CopyImage) -> CloudResult<String> {
        let id = self.edit(|state| format!("ami-h{}", state.images.len()));
        self.write("CopyImage", |state| {
            let done = state.now.checked_add(Duration::from_secs(120)).expect("in range");
            state.copied.insert(id.clone(), done);
            let made = ImageFacts {
                id: id.clone(),
                name: copy.name.clone(),
                description: copy.description.clone(),
                architecture: "x86_64".into(),
                created: state.now.to_string(),
                state: ImageState::Pending,
                root_device: None,
                snapshot_ids: vec!["snap-1".into()],
                encrypted: copy.encrypted,
                keeps: Vec::new(),
                tags: copy.tags.clone(),
            };
            state.images.insert(id.clone(), made);
        })?;
        Ok(id)
    }
    async fn tag_image(&self, _: &ImageFacts, _: &Tags) -> CloudResult<()> {
        Err(error(CloudErrorKind::Unsupported, "unused"))
    }
    async fn remove_image(&self, _: &ImageFacts) -> CloudResult<()> {
        Err(error(CloudErrorKind::Unsupported, "unused"))
    }
}
