//! Owns a database in a declaration: what is known of it, and how it stands.

use crate::facts::DatabaseFacts;
use crate::model::{RdsData, standby_database_name};
use crate::plan::declare::DeclareInput;
use crate::plan::past::{Deed, Last, Past, Users};
use crate::plan::runbook::Stood;

/// A database of the environment with what is known of it.
pub(super) struct Database<'a> {
    /// The data's name.
    pub data: &'a str,
    /// What the environment says.
    pub rds: &'a RdsData,
    /// The standby's identifier.
    pub id: String,
    /// The standby's instance; none where it could not be looked at.
    pub seen: Option<&'a DatabaseFacts>,
    /// Production's; none where the baseline has no such instance.
    pub production: Option<&'a DatabaseFacts>,
    /// What runs tell of it.
    pub past: Option<&'a Past>,
}

impl<'a> Database<'a> {
    pub(super) fn of(rds: &'a RdsData, data: &'a str, input: &'a DeclareInput<'_>) -> Self {
        let id = standby_database_name(&input.environment.name, data);
        let seen = input.standby.databases.as_ref().ok().and_then(|seen| seen.get(&id));
        let production = input.baseline.facts.databases.get(&rds.source);
        Database { data, rds, id, seen, production, past: input.standby.past.get(data) }
    }
}

impl Database<'_> {
    /// Whether it stands alone already.
    pub(super) fn stands_alone(&self) -> bool {
        self.seen.is_some_and(|seen| !seen.is_replica())
    }

    /// What is known of the last promotion, where it stands alone. A declaration looks at no primary.
    pub(super) fn last(&self) -> Option<Last<'_>> {
        let told = || self.past.map_or(Last::Untold, |past| past.last(None));
        self.stands_alone().then(told)
    }

    /// The promotion that led the writes home, where it stands alone and lacks what was written since.
    pub(super) fn old_since(&self) -> Option<&Deed> {
        match self.last()? {
            Last::Primary(deed) => Some(deed),
            Last::Untold | Last::Standby(_) | Last::Protected(_) | Last::PrimaryPerhaps(_) => None,
        }
    }

    /// Why it is not known whether it has what counts, where it stands alone and is not known to be old.
    pub(super) fn why_doubtful(&self) -> Option<String> {
        let id = &self.id;
        let users = self.past.map_or(Users::Untold, Past::users);
        let led = |deed: &Deed| match users {
            Users::Primary(home) if home.run != deed.run => {
                format!("no run has led the users to it since run {} led them to the primary", home.run)
            }
            _ => "no run has led the users to it since".to_owned(),
        };
        match self.last()? {
            Last::Primary(_) => None,
            Last::Untold => Some(format!("no run tells since when {id} stands alone")),
            Last::Standby(_) | Last::Protected(_) if users == Users::Standby => None,
            Last::Standby(deed) => Some(format!("run {} promoted {id}, and {}", deed.run, led(deed))),
            Last::Protected(deed) => Some(format!(
                "run {} made {id} a replica again, no run tells who promoted it after that, and {}",
                deed.run,
                led(deed)
            )),
            Last::PrimaryPerhaps(deed) => {
                Some(format!("whether run {} has promoted {} in the primary is not known", deed.run, self.rds.source))
            }
        }
    }

    /// How it stands, for the plan's promotion.
    pub(super) fn stood(&self) -> Stood {
        match (self.seen, self.old_since()) {
            (None, _) => Stood::Unseen,
            (Some(_), Some(last)) => Stood::Stale { since: last.at, run: last.run.clone() },
            (Some(_), None) if self.stands_alone() => Stood::Alone,
            (Some(_), None) => Stood::Replica,
        }
    }

    /// Whether the standby was looked at and has no such instance: its steps would only fail.
    pub(super) fn is_missing(&self, input: &DeclareInput<'_>) -> bool {
        self.seen.is_none() && input.standby.databases.is_ok()
    }

    /// Production's class, where the standby's is another or is not known.
    pub(super) fn class_to_have(&self) -> Option<String> {
        let production = self.production?;
        let same = self.seen.is_some_and(|seen| seen.class == production.class);
        (!same).then(|| production.class.clone())
    }
}
