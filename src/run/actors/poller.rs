//! Owns the one poller that all waiting tiers share: one batched describe, and one call per target group, per interval.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;

use crate::cloud::{Clock, CloudError, ReadBalancing, ReadGroups};
use crate::facts::GroupFacts;
use crate::run::Stop;
use crate::run::targets::Targets;

/// What one look saw of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// The group.
    Group {
        /// As it is.
        facts: Box<GroupFacts>,
        /// How its targets fare in the target group that has fewest healthy ones; none without target groups.
        targets: Option<Targets>,
    },
    /// There is no such group.
    Gone,
    /// The look failed: nothing is known.
    Unknown(CloudError),
}

/// Polls for everybody who waits.
pub(super) struct Poller {
    groups: Arc<dyn ReadGroups>,
    balancing: Arc<dyn ReadBalancing>,
    clock: Arc<dyn Clock>,
    interval: Duration,
    waiting: Mutex<BTreeMap<String, usize>>,
    latest: tokio::sync::Mutex<Latest>,
}

#[derive(Default)]
struct Latest {
    round: u64,
    seen: BTreeMap<String, Seen>,
}

/// Somebody who waits for a group; the group is polled as long as this lives.
pub(super) struct Waiter<'a> {
    poller: &'a Poller,
    group: String,
    round: u64,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut waiting = self.poller.waiting();
        if let Some(count) = waiting.get_mut(&self.group) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.group);
            }
        }
    }
}

impl Poller {
    pub(super) fn new(
        groups: Arc<dyn ReadGroups>,
        balancing: Arc<dyn ReadBalancing>,
        clock: Arc<dyn Clock>,
        interval: Duration,
    ) -> Self {
        let (waiting, latest) = (Mutex::default(), tokio::sync::Mutex::default());
        Poller { groups, balancing, clock, interval, waiting, latest }
    }

    /// Begins to wait for a group.
    pub(super) async fn wait_for(&self, group: &str) -> Waiter<'_> {
        *self.waiting().entry(group.to_owned()).or_insert(0) += 1;
        let waiter = Waiter { poller: self, group: group.to_owned(), round: 0 };
        // Every group that begins to wait at the same time is in the first round.
        tokio::task::yield_now().await;
        waiter
    }

    async fn round(&self) -> BTreeMap<String, Seen> {
        let names: Vec<String> = self.waiting().keys().cloned().collect();
        let groups = match self.groups.groups(&names).await {
            Ok(groups) => groups,
            Err(error) => return names.into_iter().map(|name| (name, Seen::Unknown(error.clone()))).collect(),
        };
        let mut seen: BTreeMap<String, Seen> = names.into_iter().map(|name| (name, Seen::Gone)).collect();
        let looks = groups.into_iter().map(|group| async {
            let targets = self.targets(&group).await;
            let name = group.name.clone();
            match targets {
                Ok(targets) => (name, Seen::Group { facts: Box::new(group), targets }),
                Err(error) => (name, Seen::Unknown(error)),
            }
        });
        seen.extend(join_all(looks).await);
        seen
    }

    /// How targets fare in the target group that has fewest healthy ones; none without target groups.
    pub(super) async fn targets(&self, group: &GroupFacts) -> Result<Option<Targets>, CloudError> {
        Targets::fewest_healthy(self.balancing.as_ref(), &group.target_group_arns, Some(group)).await
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter<'_> {
    /// What the next look sees. One of those who wait looks for all of them; the others get its answer. None when it is
    /// time to stop.
    pub(super) async fn next(&mut self, stop: &Stop) -> Option<Seen> {
        let poller = self.poller;
        loop {
            let mut latest = poller.latest.lock().await;
            if stop.requested() {
                return None;
            }
            let fresh = latest.round > self.round;
            self.round = self.round.max(latest.round);
            if fresh && let Some(seen) = latest.seen.get(&self.group) {
                return Some(seen.clone());
            }
            if stop.sleep(poller.clock.as_ref(), poller.interval).await {
                return None;
            }
            latest.seen = poller.round().await;
            latest.round += 1;
        }
    }
}
