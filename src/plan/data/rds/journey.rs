//! Owns deciding where a database is and how it comes home.

use super::trouble::{Why, trouble};
use crate::facts::{DatabaseFacts, GroupFacts};
use crate::model::{RdsData, SideName, Strategy, standby_database_name};
use crate::plan::aside::{aside, is_aside};
use crate::plan::data::DataTrouble;
use crate::plan::failback::{DataSeen, EventSeen, FailbackInput};
use crate::plan::past::{Deed, Last, Past, Users};
use crate::plan::runbook::{ReplicaLike, Unfenced};

/// A database and where it is.
#[derive(Debug, Clone)]
pub(super) struct Journey<'a> {
    /// The data's name.
    pub data: &'a str,
    pub rds: &'a RdsData,
    /// The standby's identifier.
    pub standby_id: String,
    /// The standby's instance as it is now.
    pub standby: Option<&'a DatabaseFacts>,
    pub stage: Stage,
    /// What the primary's instance has, or is to have.
    pub home: Wanted,
    /// What the standby's replica is to have.
    pub away: Wanted,
    /// Since when the primary's old instance may have taken writes of its own.
    pub unfenced: Option<Unfenced>,
}

/// Where a database's writes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stage {
    /// They never left the primary: the standby's instance still replicates it.
    NeverLeft,
    /// They are in the standby.
    Away {
        /// How the primary's instance stands.
        primary: AtHome,
    },
    /// An earlier failback brought them home; the standby's instance is to become a replica again.
    BackSince {
        /// That run.
        run: String,
    },
}

/// How the primary's instance of a database that is away stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AtHome {
    /// There is none.
    Gone,
    /// It stands alone, with what was true before the disaster.
    Old,
    /// It replicates the standby's; its lag in seconds, where it is there already.
    Replica(Option<u64>),
}

/// What an instance is to have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wanted {
    pub class: Option<String>,
    pub key: Option<String>,
    /// Absent where nobody saw it: then what was kept aside tells.
    pub like: Option<Box<ReplicaLike>>,
    pub backup_retention_days: u32,
}

impl Journey<'_> {
    /// Whether its writes are in the standby.
    pub(super) fn is_away(&self) -> bool {
        matches!(self.stage, Stage::Away { .. })
    }
}

/// Where a database is.
pub(super) fn journey<'a>(
    input: &FailbackInput<'a>,
    data: &'a str,
    rds: &'a RdsData,
) -> Result<Journey<'a>, DataTrouble> {
    let nothing = DataSeen::default();
    let seen = input.seen.data.get(data).unwrap_or(&nothing);
    let standby_id = standby_database_name(&input.environment.name, data);
    let trouble = |why| trouble(input.environment, data, (&rds.source, &standby_id), &why);
    let stage = stage(input, seen, &standby_id).map_err(trouble)?;
    let recorded = input.baseline.facts.databases.get(&rds.source);
    let home = match seen.primary.as_ref().or(recorded) {
        Some(facts) => Wanted {
            class: Some(facts.class.clone()),
            key: key(facts),
            like: Some(Box::new(ReplicaLike::from(facts))),
            // A database that takes writes is backed up.
            backup_retention_days: facts.backup_retention_days.max(1),
        },
        None if matches!(stage, Stage::Away { .. }) => return Err(trouble(Why::NotRecorded)),
        None => Wanted::default(),
    };
    // As the stack of the standby has it: a multi-site's replica serves all the time.
    let multi_site = input.environment.strategy == Strategy::MultiSite;
    let away_multi_az = multi_site && home.like.as_ref().is_some_and(|like| like.multi_az);
    // A failback that broke off has put it aside, and no run that comes after knows under which name.
    let stood = seen.standby.as_ref().or(seen.kept.as_ref());
    let away = Wanted {
        class: rds.class.clone().or_else(|| home.class.clone()),
        key: rds.key.clone().or_else(|| stood.and_then(key)),
        // What was raised while it served is not what stands by.
        like: stood.map(|facts| {
            let like = ReplicaLike::from(facts);
            Box::new(ReplicaLike { multi_az: away_multi_az, deletion_protection: false, ..like })
        }),
        ..Wanted::default()
    };
    let unfenced = unfenced(&stage, &seen.past, &rds.source);
    let standby = input.seen.data.get(data).and_then(|seen| seen.standby.as_ref());
    Ok(Journey { data, rds, standby_id, standby, stage, home, away, unfenced })
}

/// What may have been written to the primary's old instance, wherever that is by now: an earlier failback that did not come
/// to its end has kept it under another name.
fn unfenced(stage: &Stage, past: &Past, source: &str) -> Option<Unfenced> {
    let Stage::Away { primary } = stage else { return None };
    let deed = past.unfenced()?;
    let kept_in = match primary {
        AtHome::Old => None,
        AtHome::Gone | AtHome::Replica(_) => Some(aside(source, &past.put_aside()?.run)),
    };
    Some(Unfenced { since: deed.at, run: deed.run.clone(), kept_in })
}

fn stage(input: &FailbackInput<'_>, seen: &DataSeen, standby_id: &str) -> Result<Stage, Why> {
    let replica_of_standby = |primary: &DatabaseFacts| {
        let source = primary.source.as_deref();
        source.is_some_and(|source| source == standby_id || source.ends_with(&format!(":{standby_id}")))
    };
    let past = &seen.past;
    let last = past.last(Some(seen.primary.as_ref().is_some_and(|primary| !primary.is_replica())));
    let back = |deed: &Deed| Ok(Stage::BackSince { run: deed.run.clone() });
    let Some(standby) = &seen.standby else {
        return match last {
            // Whatever the standby had is kept aside, or was never more than a replica.
            Last::Primary(deed) => back(deed),
            Last::Protected(deed) if past.users() != Users::Standby => back(deed),
            // Nothing was ever promoted, and the primary has it: the standby merely lacks its replica.
            Last::Untold if seen.primary.as_ref().is_some_and(|primary| !replica_of_standby(primary)) => {
                Ok(Stage::NeverLeft)
            }
            _ => Err(Why::StandbyGone),
        };
    };
    if standby.is_replica() {
        return Ok(Stage::NeverLeft);
    }
    match &seen.primary {
        Some(primary) if replica_of_standby(primary) => match seen.lag {
            Some(lag) => Ok(Stage::Away { primary: AtHome::Replica(Some(lag.seconds)) }),
            None if primary.is_available() => Err(Why::LagUnknown),
            None => Ok(Stage::Away { primary: AtHome::Replica(None) }),
        },
        Some(primary) => match both_alone(input, past, last)? {
            Stage::Away { primary: AtHome::Old } => match followers(input, primary, standby_id) {
                none if none.is_empty() => Ok(Stage::Away { primary: AtHome::Old }),
                replicas => Err(Why::Followed { replicas }),
            },
            stage => Ok(stage),
        },
        // Users found it there before it was lost: what the standby has is older.
        None => match last {
            Last::Primary(deed)
                if past.surely_led_since(deed, SideName::Primary)
                    && past.led_since(deed, SideName::Standby).is_none() =>
            {
                back(deed)
            }
            // Or a person has decided that the standby's counts, and put the primary's aside.
            _ => Ok(Stage::Away { primary: AtHome::Gone }),
        },
    }
}

/// Where the writes are of a database that stands alone on both sides. What is planned renames one of the two away, so what
/// is not known for sure is for a person to say.
fn both_alone(input: &FailbackInput<'_>, past: &Past, last: Last<'_>) -> Result<Stage, Why> {
    let run = |deed: &Deed| deed.run.clone();
    match last {
        Last::Primary(deed) if past.led_since(deed, SideName::Standby).is_some() => Err(Why::Diverged),
        Last::Primary(deed) if past.surely_led_since(deed, SideName::Primary) || is_frozen(input) => {
            Ok(Stage::BackSince { run: run(deed) })
        }
        Last::Primary(deed) => Err(Why::NotLedHome { run: run(deed) }),
        // The users write where they were led to.
        Last::Standby(_) | Last::Protected(_) | Last::Untold if past.users() == Users::Standby => {
            Ok(Stage::Away { primary: AtHome::Old })
        }
        Last::Standby(deed) => Err(Why::NotLedOut { run: run(deed) }),
        Last::Protected(deed) => Err(Why::NobodyPromoted { run: run(deed) }),
        Last::PrimaryPerhaps(_) | Last::Untold => Err(Why::BothAlone),
    }
}

/// What follows the primary's instance although nothing of this environment or of production does: whoever made that may
/// have users on it, and putting it aside would take it from them. Production's own replicas are in its Region.
fn followers(input: &FailbackInput<'_>, primary: &DatabaseFacts, standby_id: &str) -> Vec<String> {
    let recorded = input.baseline.facts.databases.get(&primary.id);
    let known = |replica: &String| match replica.rsplit_once(':') {
        Some((_, id)) => id == standby_id || is_aside(standby_id, id),
        None => recorded.is_some_and(|recorded| recorded.replicas.contains(replica)),
    };
    primary.replicas.iter().filter(|replica| !known(replica)).cloned().collect()
}

/// Whether nothing can write in the standby: a failback froze it and nobody has let it go on since.
fn is_frozen(input: &FailbackInput<'_>) -> bool {
    let ended = |group: &GroupFacts| group.size.max == 0 && group.instances.is_empty();
    input.groups.values().chain(input.seen.unlisted.values()).all(ended)
        && !input.seen.events.values().any(EventSeen::runs_in_standby)
}

fn key(facts: &DatabaseFacts) -> Option<String> {
    facts.kms_key.clone().filter(|_| facts.encrypted)
}
