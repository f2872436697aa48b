//! Owns the way to either side: its ports, and that nothing of the primary is changed with another account's credentials.

use std::time::Duration;

use super::{Actors, SidePorts, trouble};
use crate::model::SideName;
use crate::run::Stop;
use crate::run::engine::ActError;

/// How long a silent side may keep a look; real time, because a dark endpoint takes real time to be silent.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

impl Actors {
    /// The primary's ports, where this run has any.
    pub(super) fn primary(&self) -> Result<&SidePorts, ActError> {
        self.primary.as_ref().ok_or_else(|| trouble::not_here("this run was opened without a way into the primary"))
    }

    /// The ports of a side, for looking.
    pub(super) fn ports(&self, side: SideName) -> Result<&SidePorts, ActError> {
        match side {
            SideName::Standby => Ok(&self.standby),
            SideName::Primary => self.primary(),
        }
    }

    /// The ports of a side, for changing it. Nobody has checked the primary's credentials when a run is resumed. That look
    /// may take so long that a person has asked to stop meanwhile, or the run is not ours any more: nothing is changed then.
    pub(super) async fn ports_to_change(&self, side: SideName, stop: &Stop) -> Result<&SidePorts, ActError> {
        let ports = self.ports(side)?;
        if side == SideName::Primary {
            right_account(ports).await?;
            if stop.requested() {
                return Err(trouble::interrupted(format!("nothing was changed in the {side}")));
            }
        }
        Ok(ports)
    }
}

/// The error says that the credentials are of another account, or that nobody knows.
pub(super) async fn right_account(ports: &SidePorts) -> Result<(), ActError> {
    let side = ports.read.side;
    let what = format!("cannot tell who we are in the {side}");
    match tokio::time::timeout(PATIENCE, ports.read.identity.caller()).await {
        Ok(Ok(caller)) if caller.account == ports.account => Ok(()),
        Ok(Ok(caller)) => Err(trouble::plain(
            format!("cannot change the {side}"),
            format!("the credentials are of account {}, the {side} is {}", caller.account, ports.account),
            Some("use credentials of that account, or do it by hand and skip the step".to_owned()),
        )),
        // A look changes nothing, so what the step did is known: nothing.
        Ok(Err(error)) => Err(ActError { effect_known: true, ..trouble::cloud(what, &error) }),
        Err(_) => Err(trouble::plain(what, silent(), None)),
    }
}

/// What is said of a side that does not answer.
pub(super) fn silent() -> String {
    format!("no answer within {} s", PATIENCE.as_secs())
}
