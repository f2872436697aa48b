//! Owns bringing the primary's groups back to size, and their scheduled actions into force, for a failback. Waiting for them is the same as in the standby.

use super::scale::has;
use super::{Actors, trouble};
use crate::model::{GroupSize, SideName};
use crate::run::Stop;
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

impl Actors {
    /// Actors whose own side is the primary.
    pub(super) fn home(&self) -> Result<&Actors, ActError> {
        self.home.as_deref().ok_or_else(|| trouble::not_here("this run was opened without a way into the primary"))
    }

    pub(super) async fn look_scale_primary(&self, group: &str, size: GroupSize) -> Result<Look, ActError> {
        match self.home()?.looks.group(group).await {
            Ok(Some(facts)) if has(&facts, size) => Ok(Look::AlreadySo(format!("{group} has {}", facts.size))),
            Ok(Some(_)) => Ok(Look::Needed),
            Ok(None) => Err(trouble::plain(
                format!("cannot scale {group}"),
                "the primary has no such group any more",
                Some("bring it back with what made it, then resume".to_owned()),
            )),
            Err(error) => Err(trouble::cloud(format!("cannot look at {group} in the primary"), &error)),
        }
    }

    pub(super) async fn scale_primary(
        &self,
        tier: &str,
        group: &str,
        size: GroupSize,
        stop: &Stop,
    ) -> Result<Done, ActError> {
        self.ports_to_change(SideName::Primary, stop).await?;
        self.home()?.scale(tier, group, size, stop).await
    }

    pub(super) async fn look_resume_schedules(&self, group: &str) -> Result<Look, ActError> {
        match self.home()?.looks.group(group).await {
            Ok(Some(facts)) if facts.schedules_suspended() => Ok(Look::Needed),
            Ok(Some(_)) => Ok(Look::AlreadySo(format!("nothing suspends scheduled actions of {group}"))),
            Ok(None) => Ok(Look::AlreadySo(format!("the primary has no {group} any more"))),
            Err(error) => Err(trouble::cloud(format!("cannot look at {group} in the primary"), &error)),
        }
    }

    pub(super) async fn resume_schedules(&self, tier: &str, group: &str, stop: &Stop) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let primary = self.ports_to_change(SideName::Primary, stop).await?;
        let what = format!("cannot let scheduled actions of {tier} go on in the primary");
        let resumed = self.again(stop, || primary.write.groups.resume_schedules(group)).await;
        resumed.map_err(|error| trouble::cloud(what, &error))?;
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        let text = format!("scheduled actions of {group} do what they say again, from the next one on");
        Ok(Done { text, measures: Measures { ours_s, ..Measures::default() } })
    }
}
