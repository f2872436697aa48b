//! Owns scaling one group: absolute sizes, never smaller than what is there, read back.

use super::{Actors, trouble};
use crate::cloud::CloudResult;
use crate::facts::GroupFacts;
use crate::model::GroupSize;
use crate::run::Stop;
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

/// Whether a group has at least these sizes. Minimum counts too: scaling policies shrink an idle group down to it.
pub(super) fn has(group: &GroupFacts, size: GroupSize) -> bool {
    let now = group.size;
    now.min >= size.min && now.desired >= size.desired && now.max >= size.max
}

/// The size to set so that nothing gets smaller: others may have raised the group since the plan was made.
fn raised(now: GroupSize, size: GroupSize) -> GroupSize {
    let desired = size.desired.max(now.desired);
    GroupSize { min: size.min.max(now.min).min(desired), desired, max: size.max.max(now.max).max(desired) }
}

fn missing(group: &str) -> ActError {
    trouble::plain(
        format!("cannot scale {group}"),
        "the standby has no such group",
        Some("run `lifeboat provision` on the environment".to_owned()),
    )
}

impl Actors {
    pub(super) async fn look_scale(&self, group: &str, size: GroupSize) -> Result<Look, ActError> {
        match self.looks.lately(group).await {
            Ok(Some(facts)) if has(&facts, size) => Ok(Look::AlreadySo(format!("{group} has {}", facts.size))),
            Ok(Some(_)) => Ok(Look::Needed),
            Ok(None) => Err(missing(group)),
            Err(error) => Err(trouble::cloud(format!("cannot look at {group}"), &error)),
        }
    }

    pub(super) async fn scale(&self, tier: &str, group: &str, size: GroupSize, stop: &Stop) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let what = || format!("cannot scale {tier} to {}", size.desired);
        let before = match self.looks.lately(group).await {
            Ok(Some(facts)) => facts.size,
            Ok(None) => return Err(missing(group)),
            Err(error) => return Err(trouble::cloud(what(), &error)),
        };
        let size = raised(before, size);
        self.set_size(group, size, stop).await.map_err(|error| trouble::cloud(what(), &error))?;
        match self.looks.read_back(group).await {
            Ok(Some(facts)) if has(&facts, size) => {}
            Ok(Some(facts)) => {
                let why = format!("it was set to {size} and has {}: something else changes it", facts.size);
                let hint = format!("find what resizes {group}: a scheduled action, another tool; then resume");
                return Err(trouble::plain(what(), why, Some(hint)));
            }
            Ok(None) => return Err(missing(group)),
            Err(error) => {
                let mut failed =
                    trouble::cloud(format!("{tier} was set to {} and could not be read back", size.desired), &error);
                // A failed look leaves open what the write did, whatever the look's own error says.
                failed.effect_known = false;
                return Err(failed);
            }
        }
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        let measures = Measures { ours_s, asked: Some(size.desired), ..Measures::default() };
        Ok(Done { text: format!("{group}: {before} -> {size}"), measures })
    }

    /// Sizes are absolute, so a call whose answer was lost is simply made again.
    pub(super) async fn set_size(&self, group: &str, size: GroupSize, stop: &Stop) -> CloudResult<()> {
        let _writing = self.looks.writing(group);
        self.again(stop, || self.standby.write.groups.set_size(group, size)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_smaller_and_a_raised_minimum_counts() {
        let size = |(min, desired, max)| GroupSize { min, max, desired };
        for (now, asked, expected, already) in [
            ((2, 2, 10), (10, 10, 10), (10, 10, 10), false),
            ((10, 10, 10), (10, 10, 10), (10, 10, 10), true),
            // Somebody raised it since the plan was made.
            ((2, 14, 20), (10, 10, 10), (10, 14, 20), false),
            ((12, 14, 20), (10, 10, 10), (12, 14, 20), true),
            // As large as asked, and free to shrink: the minimum is still to be raised.
            ((2, 10, 10), (10, 10, 10), (10, 10, 10), false),
        ] {
            let (now, asked) = (size(now), size(asked));
            assert_eq!(raised(now, asked), size(expected), "{now} asked {asked}");
            let mut group = crate::run::actors::tests::group("g", 0, 0);
            group.size = now;
            assert_eq!(has(&group, asked), already, "{now} asked {asked}");
            group.size = raised(now, asked);
            assert!(has(&group, asked), "{now} asked {asked}: setting it does not reach it");
        }
    }
}
