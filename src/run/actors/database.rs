//! Owns looking at one database of either side, and the words for what is wrong with it.

use std::time::Duration;

use super::{Actors, SidePorts, fence, trouble};
use crate::facts::DatabaseFacts;
use crate::model::SideName;
use crate::run::engine::ActError;

/// How often a database is looked at while something waits for it: a promotion takes minutes.
pub(super) const LOOK: Duration = Duration::from_secs(5);

impl Actors {
    /// The ports of a side, for looking.
    pub(super) fn ports(&self, side: SideName) -> Result<&SidePorts, ActError> {
        match side {
            SideName::Standby => Ok(&self.standby),
            SideName::Primary => self.primary(),
        }
    }

    /// The ports of a side, for changing it. Nobody has checked the primary's credentials when a run is resumed.
    pub(super) async fn ports_to_change(&self, side: SideName) -> Result<&SidePorts, ActError> {
        let ports = self.ports(side)?;
        if side == SideName::Primary {
            fence::right_account(ports).await?;
        }
        Ok(ports)
    }

    /// A database as it is.
    pub(super) async fn database(&self, side: SideName, id: &str, what: &str) -> Result<DatabaseFacts, ActError> {
        match self.ports(side)?.read.databases.database(id).await {
            Ok(Some(database)) => Ok(database),
            Ok(None) => Err(missing(what, side, id)),
            Err(error) => Err(trouble::cloud(what, &error)),
        }
    }
}

/// There is no such database.
pub(super) fn missing(what: &str, side: SideName, id: &str) -> ActError {
    trouble::plain(
        what,
        format!("the {side} has no database {id}"),
        Some("`lifeboat provision` makes it from production; resume when it is there, or skip the step".to_owned()),
    )
}

/// Whether it takes writes by itself. It does while its first backup is made, too.
pub(super) fn stands_alone(database: &DatabaseFacts) -> bool {
    !database.is_replica() && (database.is_available() || database.status == "backing-up")
}
