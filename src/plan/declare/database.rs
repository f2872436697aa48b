//! Owns the databases of a declaration: what is known of each, how it stands, and which keep it from being planned.

use super::DeclareInput;
use super::data::promote_id;
use super::refusal::{Lacking, Stale};
use crate::facts::DatabaseFacts;
use crate::model::{DataSet, RdsData, standby_database_name};
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

/// Every database of the environment.
pub(super) fn databases<'a>(input: &'a DeclareInput<'_>) -> Vec<Database<'a>> {
    let of = |data: &'a DataSet| {
        let rds = data.rds()?;
        let id = standby_database_name(&input.environment.name, &data.name);
        let seen = input.standby.databases.as_ref().ok().and_then(|seen| seen.get(&id));
        let production = input.baseline.facts.databases.get(&rds.source);
        let past = input.standby.past.get(&data.name);
        Some(Database { data: &data.name, rds, id, seen, production, past })
    };
    input.environment.data.iter().filter_map(of).collect()
}

/// Databases that the standby does not have, although it was looked at, and whose promotion nobody skips.
pub(super) fn missing(input: &DeclareInput<'_>) -> Vec<Lacking> {
    if input.standby.databases.is_err() || !input.options.tiers.is_empty() {
        return Vec::new();
    }
    let skipped = |data: &str| input.options.skips.iter().any(|skip| skip.step == promote_id(data).0);
    let lacks = databases(input).into_iter().filter(|one| one.seen.is_none() && !skipped(one.data));
    let lacking = |one: Database<'_>| Lacking {
        data: one.data.to_owned(),
        kept: input.standby.kept.get(&one.id).cloned(),
        id: one.id,
    };
    lacks.map(lacking).collect()
}

/// Databases of the standby that lack what was written since a run led the writes home.
pub(super) fn stale(input: &DeclareInput<'_>) -> Vec<Stale> {
    let all = databases(input);
    let old = all.iter().filter_map(|one| {
        let last = one.stale()?;
        Some(Stale { data: one.data.to_owned(), id: one.id.clone(), since: last.at, run: last.run.clone() })
    });
    old.collect()
}

/// Databases of the standby that stand alone, of which it is not known whether they have what production wrote: the data's
/// name and why. One whose promotion is skipped is a person's word.
pub(super) fn doubtful(input: &DeclareInput<'_>) -> Vec<(String, String)> {
    let skipped = |data: &str| input.options.skips.iter().any(|skip| skip.step == promote_id(data).0);
    let all = databases(input);
    let doubtful =
        all.iter().filter(|one| !skipped(one.data)).filter_map(|one| Some((one.data.to_owned(), one.doubt()?)));
    doubtful.collect()
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
    pub(super) fn stale(&self) -> Option<&Deed> {
        match self.last()? {
            Last::Primary(deed) => Some(deed),
            Last::Untold | Last::Standby(_) | Last::Protected(_) | Last::PrimaryPerhaps(_) => None,
        }
    }

    /// Why it is not known whether it has what counts, where it stands alone and is not known to be old.
    pub(super) fn doubt(&self) -> Option<String> {
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
        match (self.seen, self.stale()) {
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
