//! Owns the ports for Auto Scaling groups.

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::{GroupFacts, LaunchFailure};
use crate::model::GroupSize;

/// Looks at groups.
#[async_trait]
pub trait ReadGroups: Send + Sync {
    /// The groups of those names, in chunks of 100 (DescribeAutoScalingGroups MaxRecords). Names that do not exist are
    /// absent from the answer.
    async fn groups(&self, names: &[String]) -> CloudResult<Vec<GroupFacts>>;

    /// Every group of the Region.
    async fn all_groups(&self) -> CloudResult<Vec<GroupFacts>>;

    /// The last launches of a group that failed, newest first (DescribeScalingActivities); none where nothing keeps them.
    async fn launch_failures(&self, _name: &str) -> CloudResult<Vec<LaunchFailure>> {
        Ok(Vec::new())
    }
}

/// Changes groups.
#[async_trait]
pub trait WriteGroups: Send + Sync {
    /// Sets minimum, maximum and desired together (one UpdateAutoScalingGroup): absolute, so repeating it is harmless.
    async fn set_size(&self, name: &str, size: GroupSize) -> CloudResult<()>;

    /// Starts replacing a group's instances with ones of its current launch template (StartInstanceRefresh); its id.
    async fn start_refresh(&self, name: &str) -> CloudResult<String>;

    /// Keeps a group's scheduled actions from doing anything (SuspendProcesses with `ScheduledActions`): one that states
    /// sizes would raise a group of zero. Repeating it is harmless.
    async fn suspend_schedules(&self, name: &str) -> CloudResult<()>;

    /// Lets a group's scheduled actions do what they say again, from the next one on (ResumeProcesses with
    /// `ScheduledActions`). Repeating it is harmless.
    async fn resume_schedules(&self, name: &str) -> CloudResult<()>;
}
