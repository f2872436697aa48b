//! Owns the groups of the Region of these tests, and their scheduled actions.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use async_trait::async_trait;

use super::{Fault, Region, error};
use crate::cloud::*;
use crate::facts::*;
use crate::model::GroupSize;

#[async_trait]
impl ReadSchedules for Region {
    async fn schedules(&self, groups: &[String]) -> CloudResult<BTreeMap<String, Vec<ScheduleFacts>>> {
        self.look(|state| {
            state
                .schedules
                .iter()
                .filter(|(name, _)| groups.contains(name))
                .map(|(name, all)| (name.clone(), all.clone()))
                .collect()
        })
    }
}

#[async_trait]
impl WriteSchedules for Region {
    async fn put_schedules(&self, group: &str, schedules: &[ScheduleFacts]) -> CloudResult<()> {
        self.write("BatchPutScheduledUpdateGroupAction", |state| {
            let now = state.now;
            let all = state.schedules.entry(group.to_owned()).or_default();
            all.retain(|one| !schedules.iter().any(|new| new.name == one.name));
            // Auto Scaling tells the next turn of what repeats.
            let told = |one: &ScheduleFacts| ScheduleFacts {
                start: one.start.or_else(|| now.checked_add(Duration::from_secs(60)).ok()),
                ..one.clone()
            };
            all.extend(schedules.iter().map(told));
        })
    }
    async fn delete_schedules(&self, group: &str, names: &[String]) -> CloudResult<()> {
        self.write("BatchDeleteScheduledAction", |state| {
            state.schedules.entry(group.to_owned()).or_default().retain(|one| !names.contains(&one.name));
        })
    }
}

#[async_trait]
impl ReadVolumes for Region {
    async fn volumes_tagged(&self, key: &str, value: &str) -> CloudResult<Vec<VolumeFacts>> {
        let fault = self.edit(|state| state.faults.get_mut("DescribeVolumes").and_then(VecDeque::pop_front));
        if let Some(Fault::Refused(kind)) = fault {
            return Err(error(kind, "DescribeVolumes"));
        }
        let carries = |volume: &&VolumeFacts| volume.tags.get(key).is_some_and(|there| there == value);
        self.time_passes("volumes");
        self.look(|state| state.volumes.iter().filter(carries).cloned().collect())
    }
}

#[async_trait]
impl ReadGroups for Region {
    async fn groups(&self, names: &[String]) -> CloudResult<Vec<GroupFacts>> {
        self.time_passes("groups");
        self.look(|state| names.iter().filter_map(|name| state.groups.get(name).cloned()).collect())
    }
    async fn all_groups(&self) -> CloudResult<Vec<GroupFacts>> {
        self.look(|state| state.groups.values().cloned().collect())
    }
}

#[async_trait]
impl WriteGroups for Region {
    async fn set_size(&self, name: &str, size: GroupSize) -> CloudResult<()> {
        self.write("UpdateAutoScalingGroup", |state| {
            if let Some(group) = state.groups.get_mut(name) {
                group.size = size;
            }
        })
    }
    async fn start_refresh(&self, _: &str) -> CloudResult<String> {
        Err(error(CloudErrorKind::Unsupported, "StartInstanceRefresh"))
    }
    async fn suspend_schedules(&self, name: &str) -> CloudResult<()> {
        self.write("SuspendProcesses", |state| {
            if let Some(group) = state.groups.get_mut(name) {
                group.suspended_processes = vec![SCHEDULED_ACTIONS.to_owned()];
            }
        })
    }
    async fn resume_schedules(&self, name: &str) -> CloudResult<()> {
        self.write("ResumeProcesses", |state| {
            if let Some(group) = state.groups.get_mut(name) {
                group.suspended_processes.clear();
            }
        })
    }
}
