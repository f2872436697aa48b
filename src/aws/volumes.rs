//! Owns the port for volumes on EC2.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, Volume, VolumeState};

use super::api::Api;
use super::pacing::Rate;
use super::session::Session;
use super::tags::ec2_tags;
use crate::cloud::{CloudResult, ReadVolumes};
use crate::facts::{VolumeAttachment, VolumeFacts};

const DESCRIBE: Api = Api::own("ec2", "DescribeVolumes", Rate::EC2_READ);

/// Items per page (DescribeVolumes, MaxResults: at most 500).
const PAGE: i32 = 500;

/// Volumes on AWS.
#[derive(Debug)]
pub(super) struct AwsVolumes {
    session: Arc<Session>,
    client: aws_sdk_ec2::Client,
}

impl AwsVolumes {
    pub fn new(session: Arc<Session>) -> Self {
        AwsVolumes { client: aws_sdk_ec2::Client::new(&session.config), session }
    }
}

#[async_trait]
impl ReadVolumes for AwsVolumes {
    async fn volumes_tagged(&self, key: &str, value: &str) -> CloudResult<Vec<VolumeFacts>> {
        let filter = Filter::builder().name(format!("tag:{key}")).values(value).build();
        let request = |token| {
            let call = self.client.describe_volumes().filters(filter.clone()).max_results(PAGE);
            call.set_next_token(token).send()
        };
        let pages = self.session.pages(&DESCRIBE, |page| page.next_token(), request).await?;
        let mut volumes: Vec<VolumeFacts> = pages.iter().flat_map(|page| page.volumes()).filter_map(facts).collect();
        volumes.sort();
        Ok(volumes)
    }
}

/// None for one that is being deleted: it costs nothing any more, and nobody can use it.
fn facts(volume: &Volume) -> Option<VolumeFacts> {
    if matches!(volume.state(), Some(VolumeState::Deleting | VolumeState::Deleted)) {
        return None;
    }
    Some(VolumeFacts {
        id: volume.volume_id()?.to_owned(),
        size_gib: volume.size().and_then(|size| u32::try_from(size).ok()).unwrap_or(0),
        attached: volume.attachments().iter().find_map(attachment),
        tags: ec2_tags(volume.tags()),
    })
}

fn attachment(attachment: &aws_sdk_ec2::types::VolumeAttachment) -> Option<VolumeAttachment> {
    Some(VolumeAttachment {
        instance: attachment.instance_id()?.to_owned(),
        delete_on_termination: attachment.delete_on_termination().unwrap_or(false),
    })
}
