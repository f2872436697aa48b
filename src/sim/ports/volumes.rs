//! Owns the port for volumes over the simulated account.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudResult, ReadVolumes};
use crate::facts::VolumeFacts;

/// DescribeVolumes answers with at most 500 a page.
const PAGE: usize = 500;

#[async_trait]
impl ReadVolumes for SideDesk {
    async fn volumes_tagged(&self, key: &str, value: &str) -> CloudResult<Vec<VolumeFacts>> {
        self.list("DescribeVolumes", PAGE, |region, _| {
            let attached = region.groups.values().flat_map(|group| &group.instances).flat_map(|one| &one.keeps);
            let mut found: Vec<VolumeFacts> = region
                .volumes
                .values()
                .chain(attached)
                .filter(|volume| volume.tags.get(key).is_some_and(|there| there == value))
                .cloned()
                .collect();
            found.sort();
            Ok(found)
        })
        .await
    }
}
