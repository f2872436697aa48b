//! Owns bringing one group back to its standby size: the only step that takes capacity away from the standby.

use super::{Actors, trouble};
use crate::model::GroupSize;
use crate::run::Stop;
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

impl Actors {
    pub(super) async fn look_stand_down(&self, group: &str, size: GroupSize) -> Result<Look, ActError> {
        match self.looks.group(group).await {
            Ok(Some(facts)) if facts.size == size => Ok(Look::AlreadySo(format!("{group} has {size}"))),
            Ok(Some(_)) => Ok(Look::Needed),
            // Nothing is left to stand down.
            Ok(None) => Ok(Look::AlreadySo(format!("there is no {group}"))),
            Err(error) => Err(trouble::cloud(format!("cannot look at {group}"), &error)),
        }
    }

    pub(super) async fn stand_down(
        &self,
        tier: &str,
        group: &str,
        size: GroupSize,
        stop: &Stop,
    ) -> Result<Done, ActError> {
        let begun = self.clock.now();
        // One call sets all three sizes together, so there is no moment with a minimum above the maximum.
        self.set_size(group, size, stop)
            .await
            .map_err(|error| trouble::cloud(format!("cannot stand {tier} down to {}", size.desired), &error))?;
        let measures = Measures {
            ours_s: elapsed(begun, self.clock.now()).as_secs_f64(),
            asked: Some(size.desired),
            ..Measures::default()
        };
        Ok(Done { text: format!("{group}: {size}"), measures })
    }
}
