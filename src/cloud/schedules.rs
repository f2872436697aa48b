//! Owns the ports for scheduled actions of Auto Scaling groups.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::CloudResult;
use crate::facts::ScheduleFacts;

/// Looks at scheduled actions.
#[async_trait]
pub trait ReadSchedules: Send + Sync {
    /// The scheduled actions of the groups that have any, by group, each list by name (DescribeScheduledActions of the
    /// Region, by the page).
    async fn schedules(&self, groups: &[String]) -> CloudResult<BTreeMap<String, Vec<ScheduleFacts>>>;
}

/// Changes scheduled actions.
#[async_trait]
pub trait WriteSchedules: Send + Sync {
    /// Creates or replaces scheduled actions of a group (BatchPutScheduledUpdateGroupAction, 50 a call).
    async fn put_schedules(&self, group: &str, schedules: &[ScheduleFacts]) -> CloudResult<()>;

    /// Deletes scheduled actions of a group (BatchDeleteScheduledAction, 50 a call); ones that are not there are deleted
    /// already.
    async fn delete_schedules(&self, group: &str, names: &[String]) -> CloudResult<()>;
}
