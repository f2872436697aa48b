//! Owns bringing the primary's groups back to size, for a failback. Waiting for them is the same as in the standby.

use super::scale::has;
use super::{Actors, trouble};
use crate::model::{GroupSize, SideName};
use crate::run::Stop;
use crate::run::engine::{ActError, Done, Look};

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
        self.ports_to_change(SideName::Primary).await?;
        self.home()?.scale(tier, group, size, stop).await
    }
}
