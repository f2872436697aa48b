//! Owns what a database must be before a replica of it is made, and before anything is renamed out of the replica's way.

use super::{Order, trouble};
use crate::facts::DatabaseFacts;
use crate::run::engine::ActError;

impl Order<'_> {
    /// What is replicated; none while it is busy. `old`: what would be renamed for it, and nothing else may take the
    /// writes then.
    pub(super) async fn source(&self, old: Option<&DatabaseFacts>) -> Result<Option<DatabaseFacts>, ActError> {
        let source = match self.there.database(self.source).await {
            Ok(source) => source,
            Err(error) if error.kind.may_retry() => return Ok(None),
            Err(error) => return Err(trouble::cloud(format!("cannot look at {}", self.source), &error)),
        };
        let (side, name) = (self.there_side, self.source);
        let refused = |why: String, hint: String| {
            let stays = old.map(|old| {
                format!("{} in the {} is left as it is: it may be the only one that takes writes", old.id, side.other())
            });
            let mut error = trouble::plain(self.cannot(), why, Some(hint));
            error.why.extend(stays);
            error
        };
        let Some(source) = source else {
            let why = format!("the {side} has no database {name}");
            return Err(refused(why, "bring it back, then resume".to_owned()));
        };
        if old.is_some_and(|old| !old.arn.is_empty() && old.arn == source.arn) {
            let why = format!("{name} in the {side} and {} in the {} are one instance", self.database, side.other());
            let hint = "see what the environment file says of both sides' Regions and accounts".to_owned();
            return Err(refused(why, hint));
        }
        if let Some(of) = &source.source {
            let why = format!("{name} in the {side} is itself a replica of {of}");
            let hint =
                format!("see why {name} in the {side} was not promoted; resume once it stands alone with all data");
            return Err(refused(why, hint));
        }
        if source.backup_retention_days == 0 && source.is_available() {
            let why = format!("{name} in the {side} has no automated backups, and RDS makes no replica without");
            let hint = format!(
                "aws rds modify-db-instance --region {} --db-instance-identifier {name} --backup-retention-period 7 \
                 --apply-immediately; then resume",
                self.regions.1
            );
            return Err(refused(why, hint));
        }
        Ok(Some(source).filter(DatabaseFacts::is_available))
    }
}
