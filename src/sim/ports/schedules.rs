//! Owns the ports for scheduled actions over the simulated account.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudErrorKind, CloudResult, ReadSchedules, WriteSchedules};
use crate::facts::ScheduleFacts;
use crate::sim::call::Refusal;

/// DescribeScheduledActions answers with at most 100 a page; a batch takes 50.
const PAGE: usize = 100;
const BATCH: usize = 50;
/// "Amazon EC2 Auto Scaling quotas": scheduled actions per group.
const MOST: usize = 125;

#[async_trait]
impl ReadSchedules for SideDesk {
    async fn schedules(&self, groups: &[String]) -> CloudResult<BTreeMap<String, Vec<ScheduleFacts>>> {
        let all = self
            .list("DescribeScheduledActions", PAGE, |region, _| {
                let actions = region
                    .schedules
                    .iter()
                    .flat_map(|(group, actions)| actions.values().map(move |action| (group.clone(), action.clone())));
                Ok(actions.collect())
            })
            .await?;
        let mut found: BTreeMap<String, Vec<ScheduleFacts>> = BTreeMap::new();
        for (group, action) in all.into_iter().filter(|(group, _)| groups.contains(group)) {
            found.entry(group).or_default().push(action);
        }
        Ok(found)
    }
}

#[async_trait]
impl WriteSchedules for SideDesk {
    async fn put_schedules(&self, group: &str, schedules: &[ScheduleFacts]) -> CloudResult<()> {
        for batch in schedules.chunks(BATCH) {
            self.call("BatchPutScheduledUpdateGroupAction", |region, _| {
                if !region.groups.contains_key(group) {
                    return Err(Refusal::not_found(format!("Group {group} not found")));
                }
                let known = region.schedules.entry(group.to_owned()).or_default();
                let fresh = batch.iter().filter(|action| !known.contains_key(&action.name)).count();
                if known.len() + fresh > MOST {
                    let message = format!("The maximum number of scheduled actions for {group} is {MOST}");
                    return Err(Refusal::new(CloudErrorKind::Limit, "LimitExceeded", message));
                }
                known.extend(batch.iter().map(|action| (action.name.clone(), action.clone())));
                Ok(())
            })
            .await?;
        }
        Ok(())
    }

    async fn delete_schedules(&self, group: &str, names: &[String]) -> CloudResult<()> {
        for batch in names.chunks(BATCH) {
            self.call("BatchDeleteScheduledAction", |region, _| {
                if let Some(known) = region.schedules.get_mut(group) {
                    known.retain(|name, _| !batch.contains(name));
                }
                region.schedules.retain(|_, actions| !actions.is_empty());
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}
