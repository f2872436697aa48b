//! Owns the ports for groups over the simulated account.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudResult, ReadGroups, WriteGroups};
use crate::facts::{GroupFacts, LaunchFailure, SCHEDULED_ACTIONS};
use crate::model::GroupSize;
use crate::sim::groups;

/// DescribeAutoScalingGroups: MaxRecords is at most 100.
const PAGE: usize = 100;

#[async_trait]
impl ReadGroups for SideDesk {
    async fn groups(&self, names: &[String]) -> CloudResult<Vec<GroupFacts>> {
        let mut found = Vec::new();
        for chunk in names.chunks(PAGE) {
            let told = self
                .call("DescribeAutoScalingGroups", |region, now| {
                    Ok(chunk
                        .iter()
                        .filter_map(|name| region.groups.get(name))
                        .map(|group| group.told(now, &region.timings))
                        .collect::<Vec<_>>())
                })
                .await?;
            found.extend(told);
        }
        Ok(found)
    }

    async fn all_groups(&self) -> CloudResult<Vec<GroupFacts>> {
        self.list("DescribeAutoScalingGroups", PAGE, |region, now| {
            Ok(region.groups.values().map(|group| group.told(now, &region.timings)).collect())
        })
        .await
    }

    async fn launch_failures(&self, name: &str) -> CloudResult<Vec<LaunchFailure>> {
        self.call("DescribeScalingActivities", |region, _| {
            let failed = region.groups.get(name).map(|group| group.activities.as_slice()).unwrap_or_default();
            let told = failed.iter().rev();
            Ok(told.map(|one| LaunchFailure { at: one.at, message: one.message.clone() }).collect())
        })
        .await
    }
}

#[async_trait]
impl WriteGroups for SideDesk {
    async fn set_size(&self, name: &str, size: GroupSize) -> CloudResult<()> {
        self.cloud
            .call_account(self.side, &self.region, "UpdateAutoScalingGroup", |state, region| {
                groups::set_size(state, region, name, size)
            })
            .await
    }

    async fn start_refresh(&self, name: &str) -> CloudResult<String> {
        self.call("StartInstanceRefresh", |region, now| groups::start_refresh(region, now, name)).await
    }

    async fn suspend_schedules(&self, name: &str) -> CloudResult<()> {
        self.call("SuspendProcesses", |region, _| groups::suspend(region, name, SCHEDULED_ACTIONS)).await
    }

    async fn resume_schedules(&self, name: &str) -> CloudResult<()> {
        self.call("ResumeProcesses", |region, _| groups::resume(region, name, SCHEDULED_ACTIONS)).await
    }
}
