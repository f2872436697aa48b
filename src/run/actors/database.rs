//! Owns looking at one database of either side, and the words for what is wrong with it.

use std::time::Duration;

use super::order::Order;
use super::{Actors, SidePorts, trouble};
use crate::facts::DatabaseFacts;
use crate::model::SideName;
use crate::run::engine::ActError;

/// How often a database is looked at while something waits for it: a promotion takes minutes.
pub(super) const LOOK: Duration = Duration::from_secs(5);

impl Actors {
    /// A database as it is.
    pub(super) async fn database(&self, side: SideName, id: &str, what: &str) -> Result<DatabaseFacts, ActError> {
        let ports = self.ports(side)?;
        match ports.read.databases.database(id).await {
            Ok(Some(database)) => Ok(database),
            Ok(None) => Err(missing(what, ports, id)),
            Err(error) => Err(trouble::cloud(what, &error)),
        }
    }
}

/// One look of a wait.
pub(super) enum Sight {
    Is(Box<DatabaseFacts>),
    /// A failed look says nothing about the database; the next one may.
    Unseen(String),
}

/// Looks at the database that an order was given for, or will be.
pub(super) async fn sight(ports: &SidePorts, id: &str, what: &str, order: &Order) -> Result<Sight, ActError> {
    match ports.read.databases.database(id).await {
        Ok(Some(facts)) => Ok(Sight::Is(Box::new(facts))),
        Ok(None) => Err(missing(what, ports, id)),
        Err(error) if error.kind.may_retry() => Ok(Sight::Unseen(error.to_string())),
        Err(error) => Err(order.left(trouble::cloud(what, &error))),
    }
}

/// There is no such database.
pub(super) fn missing(what: &str, ports: &SidePorts, id: &str) -> ActError {
    let (side, region) = (ports.read.side, &ports.read.region);
    let kept = match side {
        SideName::Standby => format!(
            "where a failback put it aside, give what it kept the name back: `aws rds modify-db-instance --region {region} \
             --db-instance-identifier {id}-before-RUN --new-db-instance-identifier {id} --apply-immediately`; otherwise "
        ),
        SideName::Primary => String::new(),
    };
    let hint = format!("{kept}`lifeboat provision` makes it from production; resume when it is there");
    trouble::plain(what, format!("the {side} has no database {id}"), Some(hint))
}

/// Whether it takes writes by itself. It does while its first backup is made, too.
pub(super) fn stands_alone(database: &DatabaseFacts) -> bool {
    !database.is_replica() && (database.is_available() || database.status == "backing-up")
}

/// Whether it was promoted before, however busy it is with something else. Of one that does not answer a look cannot tell
/// whether its promotion has come to its end; it is waited for.
pub(super) fn was_promoted(database: &DatabaseFacts) -> bool {
    // "DB instance status" in the RDS user guide: in these there is no connection.
    let silent = ["rebooting", "creating", "starting", "stopping", "stopped", "deleting", "failed", "restore-error"];
    let status = database.status.as_str();
    !database.is_replica()
        && !silent.contains(&status)
        && !status.starts_with("inaccessible-")
        && !status.starts_with("incompatible-")
}
