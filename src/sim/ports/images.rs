//! Owns the ports for images over the simulated account.

use async_trait::async_trait;
use jiff::Timestamp;

use super::SideDesk;
use crate::cloud::{CloudErrorKind, CloudResult, CopyImage, ReadImages, WriteImages};
use crate::facts::{ImageFacts, ImageState, Tags};
use crate::model::Digest;
use crate::sim::call::Refusal;
use crate::sim::state::{Image, SimState, after};

/// DescribeImages answers with at most 1,000 a page.
const PAGE: usize = 1000;

#[async_trait]
impl ReadImages for SideDesk {
    async fn images(&self, ids: &[String]) -> CloudResult<Vec<ImageFacts>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.list("DescribeImages", PAGE, |region, _| {
            Ok(ids.iter().filter_map(|id| region.images.get(id)).map(|image| image.facts.clone()).collect())
        })
        .await
    }

    async fn images_tagged(&self, key: &str, value: &str) -> CloudResult<Vec<ImageFacts>> {
        self.list("DescribeImages", PAGE, |region, _| {
            Ok(region
                .images
                .values()
                .filter(|image| image.facts.tags.get(key).is_some_and(|found| found == value))
                .map(|image| image.facts.clone())
                .collect())
        })
        .await
    }

    async fn image_users(&self, id: &str) -> CloudResult<Vec<String>> {
        let mut users = self
            .call("DescribeLaunchTemplateVersions", |region, _| {
                // Old versions nobody launches from need nothing; the default and the latest one are what people pick.
                let launched: Vec<(String, u64)> = region
                    .groups
                    .values()
                    .filter_map(|group| {
                        let reference = group.facts.launch_template.as_ref()?;
                        let version = region.launch_templates.get(&reference.id)?.version(&reference.version)?;
                        Some((reference.id.clone(), version.version))
                    })
                    .collect();
                let versions = region.launch_templates.values().flat_map(|template| {
                    let latest = template.versions.keys().max().copied();
                    let launched = &launched;
                    template
                        .versions
                        .values()
                        .filter(move |version| {
                            version.version == template.default_version
                                || Some(version.version) == latest
                                || launched.contains(&(template.id.clone(), version.version))
                        })
                        .map(move |version| (&template.name, version))
                });
                Ok(versions
                    .filter(|(_, version)| version.image_id.as_deref() == Some(id))
                    .map(|(name, version)| format!("launch template {name} version {}", version.version))
                    .collect::<Vec<_>>())
            })
            .await?;
        let instances = self
            .call("DescribeInstances", |region, _| {
                let instances = region.groups.values().flat_map(|group| &group.instances);
                Ok(instances
                    .filter(|instance| instance.counts() && instance.image_id == id)
                    .map(|instance| format!("instance {}", instance.id))
                    .collect::<Vec<_>>())
            })
            .await?;
        users.extend(instances);
        Ok(users)
    }
}

#[async_trait]
impl WriteImages for SideDesk {
    async fn copy_image(&self, copy: &CopyImage) -> CloudResult<String> {
        self.cloud
            .call_account(self.side, &self.region, "CopyImage", |state, region| copy_into(state, region, copy))
            .await
    }

    async fn tag_image(&self, image: &ImageFacts, tags: &Tags) -> CloudResult<()> {
        self.call("CreateTags", |region, _| {
            let found = region.images.get_mut(&image.id).ok_or_else(|| no_image(&image.id))?;
            found.facts.tags.extend(tags.iter().map(|(key, value)| (key.clone(), value.clone())));
            Ok(())
        })
        .await
    }

    async fn remove_image(&self, image: &ImageFacts) -> CloudResult<()> {
        // DeregisterImage does not ask whether something launches from the image: that is the caller's business.
        self.call("DeregisterImage", |region, _| {
            region.images.remove(&image.id).map(|_| ()).ok_or_else(|| no_image(&image.id))
        })
        .await?;
        for _ in &image.snapshot_ids {
            self.call("DeleteSnapshot", |_, _| Ok(())).await?;
        }
        Ok(())
    }
}

fn no_image(id: &str) -> Refusal {
    Refusal::new(CloudErrorKind::NotFound, "InvalidAMIID.NotFound", format!("The image id '[{id}]' does not exist"))
}

/// CopyImage: it runs in the destination Region and gives a new id; tags are those asked for, never the source's.
fn copy_into(state: &mut SimState, destination: &str, copy: &CopyImage) -> Result<String, Refusal> {
    let request = Digest::of_bytes(format!("{copy:?}").as_bytes()).0;
    let now = state.now;
    // EC2 API idempotency: the same token and parameters answer with the first result, other parameters are an error.
    if let Some(found) = state
        .region_mut(destination)
        .images
        .values()
        .find(|image| image.token.as_ref().is_some_and(|(token, _)| *token == copy.token))
    {
        return match &found.token {
            Some((_, made_by)) if *made_by == request => Ok(found.facts.id.clone()),
            _ => Err(Refusal::new(
                CloudErrorKind::Invalid,
                "IdempotentParameterMismatch",
                format!("The client token {} was used with other parameters", copy.token),
            )),
        };
    }
    let origin = state.region_mut(copy.source_region.as_str());
    if origin.faults.dark {
        return Err(Refusal::new(
            CloudErrorKind::Service,
            "Unavailable",
            format!("The storage of the image is not available in {}", copy.source_region),
        ));
    }
    let source = origin.images.get(&copy.source_image).cloned().ok_or_else(|| no_image(&copy.source_image))?;
    if source.facts.state != ImageState::Available {
        return Err(Refusal::new(
            CloudErrorKind::Invalid,
            "InvalidAMIID.Unavailable",
            format!("The image id '[{}]' is not available", copy.source_image),
        ));
    }
    let region = state.region_mut(destination);
    let encrypted = copy.encrypted || source.facts.encrypted;
    let key = encrypted.then(|| copy.key.clone().unwrap_or_else(|| "alias/aws/ebs".to_owned()));
    // CopyImage, KmsKeyId: "Amazon Web Services authenticates the KMS key asynchronously. Therefore, if you specify an
    // identifier that is not valid, the action can appear to complete, but eventually fails."
    let fails = key
        .as_ref()
        .filter(|key| !region.has_key(key))
        .map(|_| "Client.InternalError: Given key ID is not accessible".to_owned());
    let id = region.next_id("ami");
    let snapshot_ids = source.facts.snapshot_ids.iter().map(|_| region.next_id("snap")).collect();
    let image = Image {
        facts: ImageFacts {
            id: id.clone(),
            name: copy.name.clone(),
            description: copy.description.clone(),
            created: now.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
            state: ImageState::Pending,
            snapshot_ids,
            encrypted,
            tags: copy.tags.clone(),
            ..source.facts
        },
        done_at: Some(copy_done(region, now, copy, key.as_deref())),
        fails,
        source: Some((copy.source_region.0.clone(), copy.source_image.clone())),
        key,
        token: Some((copy.token.clone(), request)),
    };
    region.images.insert(id.clone(), image);
    Ok(id)
}

/// "Incremental snapshot copying": incremental when an earlier copy is there under the same key, full otherwise.
fn copy_done(
    region: &crate::sim::state::RegionState,
    now: Timestamp,
    copy: &CopyImage,
    key: Option<&str>,
) -> Timestamp {
    let incremental = region.images.values().any(|image| {
        image.facts.state == ImageState::Available
            && image.key.as_deref() == key
            && image.source.as_ref().is_some_and(|(from, _)| *from == copy.source_region.0)
    });
    let seconds = if incremental { region.timings.copy_again_s } else { region.timings.copy_first_s };
    after(now, seconds)
}
