//! Owns the proof of a drill: look again, and compare with what was there before.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Actors, POLL, trouble};
use crate::facts::GroupFacts;
use crate::plan::runbook::{Before, Step};
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;
use crate::run::{RunEvent, Stop, Watch};

impl Actors {
    /// Waits until the instances that were started are gone, too: until then they cost, and they may still serve.
    pub(super) async fn prove_clean(
        &self,
        step: &Step,
        before: &[Before],
        timeout_s: u64,
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let names: Vec<String> = before.iter().map(|one| one.group.clone()).collect();
        loop {
            let seen = self.standby.read.groups.groups(&names).await;
            let groups = seen.map_err(|error| trouble::cloud("cannot look whether anything is left", &error))?;
            let groups = groups.into_iter().map(|group| (group.name.clone(), group)).collect();
            let left = leftovers(before, &groups);
            let waited = elapsed(begun, self.clock.now());
            if left.is_empty() {
                let text = format!("{} groups have the sizes they had before, and no instance more", before.len());
                let measures = Measures { aws_s: waited.as_secs_f64(), ..Measures::default() };
                return Ok(Done { text, measures });
            }
            if waited >= Duration::from_secs(timeout_s) {
                return Err(ActError {
                    left_behind: left,
                    ..trouble::plain(
                        "the drill is not cleaned up",
                        format!("not everything is as it was before, after {timeout_s} s"),
                        Some("resume to look again; what stays was not removed by standing the groups down".to_owned()),
                    )
                });
            }
            let (of, clean) = (before.len(), before.len().saturating_sub(left.len()));
            watch.event(RunEvent::Waiting {
                subject: step.id.to_string(),
                done: u64::try_from(clean).unwrap_or(u64::MAX),
                of: u64::try_from(of).unwrap_or(u64::MAX),
                text: left.join("; "),
            });
            if stop.sleep(self.clock.as_ref(), POLL).await {
                return Err(ActError {
                    left_behind: left,
                    ..trouble::interrupted("stopped proving that nothing is left")
                });
            }
        }
    }
}

/// What differs from before, one line per group.
fn leftovers(before: &[Before], groups: &BTreeMap<String, GroupFacts>) -> Vec<String> {
    let left = before.iter().filter_map(|was| {
        let Some(now) = groups.get(&was.group) else {
            return Some(format!("{}: {} was there before and is gone", was.tier, was.group));
        };
        if now.size != was.size {
            return Some(format!("{}: {} has {} and had {}", was.tier, was.group, now.size, was.size));
        }
        let more = now.instances.len().saturating_sub(usize::try_from(was.instances).unwrap_or(usize::MAX));
        (more > 0).then(|| {
            let ids: Vec<&str> =
                now.instances.iter().filter(|one| !one.in_service()).map(|one| one.id.as_str()).collect();
            let ids = if ids.is_empty() { String::new() } else { format!(" ({})", ids.join(", ")) };
            let noun = if more == 1 { "instance" } else { "instances" };
            format!("{}: {more} {noun} more than before in {}{ids}", was.tier, was.group)
        })
    });
    left.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GroupSize;
    use crate::run::actors::tests::group;

    #[test]
    fn every_difference_from_before_is_listed() {
        let before = |name: &str, desired, instances| Before {
            tier: name.to_owned(),
            group: format!("shop-{name}"),
            size: GroupSize { min: desired, max: desired, desired },
            instances,
        };
        let was = [before("api", 2, 2), before("web", 2, 2), before("worker", 1, 1), before("gone", 1, 1)];
        let mut web = group("shop-web", 2, 3);
        web.instances[2].lifecycle_state = "Terminating".into();
        let now = [group("shop-api", 2, 2), web, group("shop-worker", 3, 1)];
        let now = now.into_iter().map(|group| (group.name.clone(), group)).collect();
        insta::assert_snapshot!(leftovers(&was, &now).join("\n"), @r"
        web: 1 instance more than before in shop-web (i-2)
        worker: shop-worker has min 3 desired 3 max 3 and had min 1 desired 1 max 1
        gone: shop-gone was there before and is gone
        ");
        let so = BTreeMap::from([("shop-api".to_owned(), group("shop-api", 2, 1))]);
        assert!(leftovers(&was[..1], &so).is_empty(), "fewer than before is nothing left");
    }
}
