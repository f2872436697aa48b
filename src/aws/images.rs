//! Owns the image ports on EC2.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ec2::types::{BlockDeviceMapping, Filter, Image, ImageState as Ec2State, ResourceType, TagSpecification};

use super::api::Api;
use super::groups::AwsGroups;
use super::launch_templates::AwsLaunchTemplates;
use super::missing::ask_instead;
use super::pacing::Rate;
use super::session::{Session, side_by_side};
use super::tags::{ec2_tags, to_ec2};
use crate::cloud::{
    CloudErrorKind, CloudResult, CopyImage, ReadGroups as _, ReadImages, ReadLaunchTemplates as _, WriteImages,
};
use crate::facts::{ImageFacts, ImageState, LaunchTemplateRef, Tags};

const DESCRIBE_IMAGES: Api = Api::own("ec2", "DescribeImages", Rate::EC2_READ);
const DESCRIBE_INSTANCES: Api = Api::own("ec2", "DescribeInstances", Rate::EC2_READ);
const COPY_IMAGE: Api = Api::own("ec2", "CopyImage", Rate::EC2_COPY_IMAGE);
const CREATE_TAGS: Api = Api::own("ec2", "CreateTags", Rate::EC2_TAGS);
const DEREGISTER_IMAGE: Api = Api::own("ec2", "DeregisterImage", Rate::EC2_DEREGISTER);
const DELETE_SNAPSHOT: Api = Api::own("ec2", "DeleteSnapshot", Rate::EC2_WRITE);

/// Ids per DescribeImages: asked by id, because a filter would walk every public image.
const IDS_PER_CALL: usize = 100;
/// Items per page.
const PAGE: i32 = 1_000;

/// Images on AWS.
#[derive(Debug)]
pub(super) struct AwsImages {
    session: Arc<Session>,
    client: aws_sdk_ec2::Client,
    groups: Arc<AwsGroups>,
    launch_templates: Arc<AwsLaunchTemplates>,
}

impl AwsImages {
    pub fn new(session: Arc<Session>, groups: Arc<AwsGroups>, launch_templates: Arc<AwsLaunchTemplates>) -> Self {
        AwsImages { client: aws_sdk_ec2::Client::new(&session.config), session, groups, launch_templates }
    }

    /// The images of a batch of ids, asked again without those that do not exist.
    async fn existing(&self, ids: Vec<String>) -> CloudResult<Vec<ImageFacts>> {
        let mut found = Vec::new();
        let mut pending = vec![ids];
        while let Some(ids) = pending.pop() {
            let request = || {
                let call = self.client.describe_images().include_deprecated(true);
                call.set_image_ids(Some(ids.clone())).send()
            };
            match self.session.call(&DESCRIBE_IMAGES, request).await {
                Ok(answer) => found.extend(answer.images().iter().filter_map(facts)),
                Err(e) if is_missing(e.kind, e.code.as_deref()) => pending.extend(ask_instead(&ids, &e.message)),
                Err(e) => return Err(e),
            }
        }
        Ok(found)
    }

    async fn instances_of(&self, image: &str) -> CloudResult<Vec<String>> {
        let of_image = Filter::builder().name("image-id").values(image).build();
        let states = Some(["pending", "running", "stopping", "stopped"].map(str::to_owned).to_vec());
        let alive = Filter::builder().name("instance-state-name").set_values(states).build();
        let request = |token| {
            let call = self.client.describe_instances().filters(of_image.clone()).filters(alive.clone());
            call.max_results(PAGE).set_next_token(token).send()
        };
        let pages = self.session.pages(&DESCRIBE_INSTANCES, |page| page.next_token(), request).await?;
        let reservations = pages.iter().flat_map(|page| page.reservations());
        let instances = reservations.flat_map(|reservation| reservation.instances());
        Ok(instances.filter_map(|i| i.instance_id().map(|id| format!("instance {id}"))).collect())
    }

    /// Latest and default versions of every template, and whatever version a group launches from.
    async fn templates_of(&self, image: &str) -> CloudResult<BTreeSet<String>> {
        let groups = self.groups.all_groups().await?;
        let references: BTreeSet<LaunchTemplateRef> = groups.into_iter().filter_map(|g| g.launch_template).collect();
        let references: Vec<LaunchTemplateRef> = references.into_iter().collect();
        let in_use = self.launch_templates.launch_templates(&references).await?;
        let swept = self.launch_templates.sweep().await?;
        let all = swept.into_iter().map(|seen| seen.facts).chain(in_use.into_values());
        let of_image = all.filter(|version| version.image_id.as_deref() == Some(image));
        Ok(of_image.map(|v| format!("launch template {} ({}) version {}", v.name, v.id, v.version)).collect())
    }

    async fn tag(&self, resources: &[String], tags: &Tags) -> CloudResult<()> {
        let request = || {
            let call = self.client.create_tags().set_resources(Some(resources.to_vec()));
            call.set_tags(Some(to_ec2(tags))).send()
        };
        self.session.call(&CREATE_TAGS, request).await.map(drop)
    }
}

#[async_trait]
impl ReadImages for AwsImages {
    async fn images(&self, ids: &[String]) -> CloudResult<Vec<ImageFacts>> {
        let distinct: Vec<String> = ids.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let calls = distinct.chunks(IDS_PER_CALL).map(|chunk| self.existing(chunk.to_vec())).collect();
        Ok(side_by_side(calls).await?.concat())
    }

    async fn images_tagged(&self, key: &str, value: &str) -> CloudResult<Vec<ImageFacts>> {
        let tagged = Filter::builder().name(format!("tag:{key}")).values(value).build();
        let request = |token| {
            let call = self.client.describe_images().owners("self").filters(tagged.clone()).include_deprecated(true);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let pages = self.session.pages(&DESCRIBE_IMAGES, |page| page.next_token(), request).await?;
        Ok(pages.iter().flat_map(|page| page.images()).filter_map(facts).collect())
    }

    async fn image_users(&self, id: &str) -> CloudResult<Vec<String>> {
        let (mut users, templates) =
            futures_util::future::try_join(self.instances_of(id), self.templates_of(id)).await?;
        users.extend(templates);
        Ok(users)
    }
}

#[async_trait]
impl WriteImages for AwsImages {
    async fn copy_image(&self, copy: &CopyImage) -> CloudResult<String> {
        let tags = (!copy.tags.is_empty()).then(|| {
            let tagged = |kind| TagSpecification::builder().resource_type(kind).set_tags(Some(to_ec2(&copy.tags)));
            vec![tagged(ResourceType::Image).build(), tagged(ResourceType::Snapshot).build()]
        });
        let request = || {
            let call = self.client.copy_image().name(&copy.name).description(&copy.description);
            let call = call.source_region(copy.source_region.as_str()).source_image_id(&copy.source_image);
            let call = call.set_encrypted(copy.encrypted.then_some(true)).set_kms_key_id(copy.key.clone());
            call.client_token(&copy.token).set_tag_specifications(tags.clone()).send()
        };
        let answer = self.session.call(&COPY_IMAGE, request).await?;
        let id = answer.image_id.ok_or_else(|| {
            self.session.place.error(CloudErrorKind::Other, COPY_IMAGE.operation, "the answer names no image")
        })?;
        // Stand-ins copy without tags, and an untagged copy would never be found again.
        if self.session.place.stand_in && !copy.tags.is_empty() {
            self.tag(std::slice::from_ref(&id), &copy.tags).await?;
        }
        Ok(id)
    }

    async fn tag_image(&self, image: &ImageFacts, tags: &Tags) -> CloudResult<()> {
        let resources: Vec<String> = std::iter::once(&image.id).chain(&image.snapshot_ids).cloned().collect();
        self.tag(&resources, tags).await
    }

    async fn remove_image(&self, image: &ImageFacts) -> CloudResult<()> {
        let request = || self.client.deregister_image().image_id(&image.id).send();
        match self.session.call(&DEREGISTER_IMAGE, request).await {
            Err(e) if is_missing(e.kind, e.code.as_deref()) => {}
            other => drop(other?),
        }
        for snapshot in &image.snapshot_ids {
            let request = || self.client.delete_snapshot().snapshot_id(snapshot).send();
            match self.session.call(&DELETE_SNAPSHOT, request).await {
                // Another image still needs it, or it is gone already.
                Err(e) if matches!(e.kind, CloudErrorKind::NotFound | CloudErrorKind::Conflict) => {}
                other => drop(other?),
            }
        }
        Ok(())
    }
}

/// Whether an id does not exist: gone, never there, or not an id at all.
fn is_missing(kind: CloudErrorKind, code: Option<&str>) -> bool {
    kind == CloudErrorKind::NotFound || code == Some("InvalidAMIID.Malformed")
}

fn facts(image: &Image) -> Option<ImageFacts> {
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let devices = image.block_device_mappings().iter().filter_map(|mapping| mapping.ebs());
    let snapshots = devices.filter(|ebs| ebs.snapshot_id().is_some());
    let mut snapshot_ids = Vec::new();
    let mut encrypted = true;
    for ebs in snapshots {
        snapshot_ids.push(owned(ebs.snapshot_id()));
        encrypted &= ebs.encrypted().unwrap_or(false);
    }
    let stays =
        |mapping: &&BlockDeviceMapping| mapping.ebs().and_then(|ebs| ebs.delete_on_termination()) == Some(false);
    let mut keeps: Vec<String> =
        image.block_device_mappings().iter().filter(stays).map(|mapping| owned(mapping.device_name())).collect();
    keeps.sort();
    Some(ImageFacts {
        id: image.image_id()?.to_owned(),
        name: owned(image.name()),
        description: owned(image.description()),
        architecture: image.architecture().map(|a| a.as_str().to_owned()).unwrap_or_default(),
        created: owned(image.creation_date()),
        state: match image.state() {
            Some(Ec2State::Available) => ImageState::Available,
            Some(Ec2State::Pending) => ImageState::Pending,
            Some(Ec2State::Failed) => {
                ImageState::Failed { reason: owned(image.state_reason().and_then(|reason| reason.message())) }
            }
            other => ImageState::Other(other.map(|state| state.as_str().to_owned()).unwrap_or_default()),
        },
        root_device: image.root_device_name().map(str::to_owned),
        encrypted: encrypted && !snapshot_ids.is_empty(),
        snapshot_ids,
        keeps,
        tags: ec2_tags(image.tags()),
    })
}
