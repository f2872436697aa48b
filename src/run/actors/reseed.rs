//! Owns making a database a replica of the other side's: what had its name is renamed aside, never deleted.
//!
//! RDS takes no tokens, so every turn begins with a look, and the look alone says what is to be done next. A run that
//! stopped anywhere, or whose answer was lost, goes on from what is there.

use std::time::Duration;

use jiff::Timestamp;

use super::{Actors, trouble};
use crate::cloud::{Clock, CloudErrorKind, CloudResult, ReadDatabases, WriteDatabases};
use crate::facts::{CreateReplica, DatabaseChange, DatabaseFacts};
use crate::model::{Region, SideName};
use crate::plan::runbook::{Action, ReplicaLike, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;
use crate::run::{RunEvent, Stop, Watch};

/// How often a database is looked at: it changes within minutes.
const POLL: Duration = Duration::from_secs(20);

/// How soon after an order or after news. Every look without any waits twice as long, up to [`POLL`]: a name that is free
/// in seconds is not waited for longer, and what takes hours is not asked for more often.
const SOON: Duration = Duration::from_secs(2);

/// How long an order may take to show before it is given again: RDS answers before it is seen to act.
const SHOWS: Duration = Duration::from_secs(120);

/// How long a name must be seen to be free before it is taken where nothing was kept aside: while RDS renames, neither
/// name may be told.
const FREE: Duration = Duration::from_secs(60);

/// AWS's own parameter groups.
const OWN_OF_AWS: &str = "default.";

/// The step's order.
struct Order<'a> {
    database: &'a str,
    source: &'a str,
    aside: &'a str,
    key: Option<&'a String>,
    class: Option<&'a String>,
    like: Option<&'a ReplicaLike>,
    timeout: Duration,
    /// Where the replica is.
    here: &'a dyn ReadDatabases,
    /// The same, for orders.
    write: &'a dyn WriteDatabases,
    /// Where what it replicates is.
    there: &'a dyn ReadDatabases,
    /// Which side that is.
    there_side: SideName,
    /// The Regions: where the replica is, and where what it replicates is.
    regions: (&'a Region, &'a Region),
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// What has the name is not the replica.
    Occupied(Box<DatabaseFacts>),
    /// Something is under way that ends by itself.
    Moving(String),
    /// The name is free; what had it, where that is there.
    Free(Option<Box<DatabaseFacts>>),
    /// The replica is there, without the parameter group it is to have.
    Bare(String),
    /// The replica is there; whether something is kept aside.
    Ready(bool),
}

impl Actors {
    fn reseeding<'a>(&'a self, step: &'a Step) -> Result<Order<'a>, ActError> {
        let Action::Reseed { side, database, source, aside, key, class, like, timeout_s, .. } = &step.action else {
            return Err(trouble::not_here("it makes no replica"));
        };
        let (here, there) = (self.ports(*side)?, self.ports(side.other())?);
        let (key, class, like) = (key.as_ref(), class.as_ref(), like.as_deref());
        Ok(Order {
            database,
            source,
            aside,
            key,
            class,
            like,
            timeout: Duration::from_secs(*timeout_s),
            here: here.read.databases.as_ref(),
            write: here.write.databases.as_ref(),
            there: there.read.databases.as_ref(),
            there_side: there.read.side,
            regions: (&here.read.region, &there.read.region),
        })
    }

    pub(super) async fn look_reseed(&self, step: &Step) -> Result<Look, ActError> {
        self.reseeding(step)?.seen().await
    }

    pub(super) async fn reseed(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let order = self.reseeding(step)?;
        let ours = self.ports_to_change(order.there_side.other(), stop).await;
        ours.map_err(|error| ActError { what: order.cannot(), ..error })?;
        order.carry_out(&step.id.0, self.clock.as_ref(), watch, stop).await
    }
}

/// When orders were given, and when the name was first seen to be free.
#[derive(Default)]
struct Given {
    rename: Option<Timestamp>,
    replica: Option<Timestamp>,
    parameters: Option<Timestamp>,
    /// What was said against the last one.
    against: Option<String>,
    free: Option<Timestamp>,
}

impl Given {
    /// What is waited for, with what was said against it.
    fn wait(&self, text: String) -> Turn {
        Turn::Wait(match &self.against {
            Some(against) => format!("{text} ({against})"),
            None => text,
        })
    }
}

/// What came of one turn.
enum Turn {
    Ready(bool),
    /// What is waited for.
    Wait(String),
}

impl Order<'_> {
    async fn seen(&self) -> Result<Look, ActError> {
        let stage = self.look().await;
        match stage.map_err(|error| trouble::cloud(format!("cannot look at {}", self.database), &error))? {
            Ok(Stage::Ready(aside)) => Ok(Look::AlreadySo(self.words(aside))),
            Ok(_) => Ok(Look::Needed),
            Err(why) => Err(self.stuck(why)),
        }
    }

    async fn carry_out(
        &self,
        subject: &str,
        clock: &dyn Clock,
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<Done, ActError> {
        let begun = clock.now();
        let mut orders = Given::default();
        let (mut before, mut pause) = (String::new(), SOON);
        loop {
            let now = clock.now();
            let waited = elapsed(begun, now);
            let text = match self.turn(now, &mut orders, stop).await {
                Ok(Turn::Ready(aside)) => {
                    let measures = Measures { aws_s: waited.as_secs_f64(), ..Measures::default() };
                    return Ok(Done { text: self.words(aside), measures });
                }
                Ok(Turn::Wait(text)) => text,
                Err(error) => return Err(after(error, waited)),
            };
            watch.event(RunEvent::Waiting { subject: subject.to_owned(), done: 0, of: 1, text: text.clone() });
            if waited >= self.timeout {
                let why = format!("after {} s: {text}", self.timeout.as_secs());
                let hint = "resume to wait on; nothing is made twice".to_owned();
                return Err(after(trouble::plain(self.cannot(), why, Some(hint)), waited));
            }
            pause = if text == before { (pause * 2).min(POLL) } else { SOON };
            before.clone_from(&text);
            if stop.sleep(clock, pause).await {
                let mut error = trouble::interrupted(format!("stopped waiting for {}", self.database));
                error.left_behind = vec![format!("{text}; what was ordered goes on by itself")];
                return Err(after(error, waited));
            }
        }
    }

    async fn look(&self) -> CloudResult<Result<Stage, String>> {
        let now = self.here.database(self.database).await?;
        let aside = self.here.database(self.aside).await?;
        Ok(stage(now, aside, self))
    }

    async fn turn(&self, now: Timestamp, given: &mut Given, stop: &Stop) -> Result<Turn, ActError> {
        let stage = match self.look().await {
            Ok(stage) => stage.map_err(|why| self.stuck(why))?,
            // A wait of hours outlives a bad minute.
            Err(error) if error.kind.may_retry() => return Ok(Turn::Wait(error.to_string())),
            Err(error) => return Err(trouble::cloud(format!("cannot look at {}", self.database), &error)),
        };
        let due = |since: Option<Timestamp>| since.is_none_or(|since| elapsed(since, now) >= SHOWS);
        match stage {
            Stage::Ready(aside) => Ok(Turn::Ready(aside)),
            Stage::Moving(text) => Ok(Turn::Wait(text)),
            Stage::Occupied(old) if !old.is_available() => {
                Ok(Turn::Wait(format!("{} is {}; it is renamed once it is available", self.database, old.status)))
            }
            Stage::Occupied(old) if due(given.rename) => {
                // Before anything is touched: what is renamed away may be the only one that takes writes.
                if self.source(Some(&old)).await?.is_none() {
                    return Ok(Turn::Wait(format!("{} is not available yet; nothing is renamed before", self.source)));
                }
                let change = DatabaseChange { new_id: Some(self.aside.to_owned()), ..DatabaseChange::default() };
                if stop.requested() {
                    return Ok(Turn::Wait(format!("{} was not renamed", self.database)));
                }
                given.against = self.told(self.write.modify(self.database, &change).await)?;
                given.rename = Some(now);
                Ok(given.wait(format!("renaming {} to {}", self.database, self.aside)))
            }
            Stage::Occupied(_) => Ok(given.wait(format!("renaming {} to {}", self.database, self.aside))),
            Stage::Free(None) if elapsed(*given.free.get_or_insert(now), now) < FREE => {
                Ok(Turn::Wait(format!("making sure that no database is called {}", self.database)))
            }
            Stage::Free(old) if due(given.replica) => {
                let Some(source) = self.source(None).await? else {
                    return Ok(Turn::Wait(format!("{} is not available yet", self.source)));
                };
                let replica = self.replica(old.as_deref(), source)?;
                if stop.requested() {
                    return Ok(Turn::Wait(format!("no replica of {} was ordered", self.source)));
                }
                given.against = self.told(self.write.create_replica(&replica).await)?;
                given.replica = Some(now);
                Ok(given.wait(format!("making {}, a replica of {}", self.database, self.source)))
            }
            Stage::Free(_) => Ok(given.wait(format!("making {}, a replica of {}", self.database, self.source))),
            Stage::Bare(group) if due(given.parameters) => {
                let change = DatabaseChange { parameter_group: Some(group.clone()), ..DatabaseChange::default() };
                given.against = self.told(self.write.modify(self.database, &change).await).map_err(|error| {
                    let hint = format!(
                        "the replica is there with AWS's own parameters; give it a parameter group of its engine and \
                         version that sets what {group} sets, name that {group}, then resume; or skip the step"
                    );
                    ActError {
                        what: format!("cannot give {} the parameter group {group}", self.database),
                        hint: error.hint.clone().or(Some(hint)),
                        ..error
                    }
                })?;
                given.parameters = Some(now);
                Ok(given.wait(format!("giving {} the parameter group {group}", self.database)))
            }
            Stage::Bare(group) => Ok(given.wait(format!("giving {} the parameter group {group}", self.database))),
        }
    }

    /// What was said against an order that waiting may help; where it is not known whether it was taken the next look
    /// tells.
    fn told(&self, result: CloudResult<()>) -> Result<Option<String>, ActError> {
        match result {
            Ok(()) => Ok(None),
            Err(error) if error.kind.may_retry() || error.kind == CloudErrorKind::Conflict => {
                Ok(Some(error.to_string()))
            }
            Err(error) => Err(trouble::cloud(self.cannot(), &error)),
        }
    }

    /// The parameter group the replica is to have: none where that is AWS's own, which it has anyway.
    fn parameter_group(&self, old: Option<&DatabaseFacts>) -> Option<String> {
        let of_old = || old.and_then(|old| old.parameter_group.as_ref()).map(|group| group.name.clone());
        let wanted = self.like.map_or_else(of_old, |like| like.parameter_group.clone());
        wanted.filter(|group| !group.starts_with(OWN_OF_AWS))
    }

    fn replica(&self, old: Option<&DatabaseFacts>, source: DatabaseFacts) -> Result<CreateReplica, ActError> {
        let parameter_group = self.parameter_group(old).filter(|_| source.hands_on_parameters());
        let class = self.class.cloned().or_else(|| old.map(|old| old.class.clone()));
        let like = self.like.cloned().or_else(|| old.map(ReplicaLike::from));
        let (Some(class), Some(like)) = (class, like) else {
            let why = format!("neither {} nor {} is there to tell what it was", self.database, self.aside);
            let hint = format!("make a replica of {} called {} by hand, then resume", self.source, self.database);
            return Err(trouble::plain(self.cannot(), why, Some(hint)));
        };
        Ok(CreateReplica {
            id: self.database.to_owned(),
            source_arn: source.arn,
            class,
            multi_az: like.multi_az,
            storage_type: like.storage_type,
            iops: like.iops,
            storage_throughput: like.storage_throughput,
            max_storage_gb: like.max_storage_gb,
            publicly_accessible: like.publicly_accessible,
            kms_key: self.key.cloned(),
            subnet_group: like.subnet_group,
            security_group_ids: like.security_group_ids,
            parameter_group,
            deletion_protection: like.deletion_protection,
            auto_minor_version: like.auto_minor_version,
            settings: like.settings,
            tags: like.tags,
        })
    }

    fn cannot(&self) -> String {
        format!("cannot make {} a replica of {}", self.database, self.source)
    }

    fn stuck(&self, why: String) -> ActError {
        let hint = format!(
            "see `aws rds describe-db-instances --region {}` for {} and {}; rename or remove what is not wanted, then resume",
            self.regions.0, self.database, self.aside
        );
        trouble::plain(self.cannot(), why, Some(hint))
    }

    fn words(&self, aside: bool) -> String {
        let kept = match aside {
            true => format!("; left behind: {}, for a person to delete once nobody needs it", self.aside),
            false => String::new(),
        };
        format!("{} is a replica of the {}'s {}{kept}", self.database, self.there_side, self.source)
    }
}

fn after(mut error: ActError, waited: Duration) -> ActError {
    error.measures.aws_s = waited.as_secs_f64();
    error
}

/// What two looks together say. The error says why nothing can be done.
fn stage(now: Option<DatabaseFacts>, aside: Option<DatabaseFacts>, order: &Order<'_>) -> Result<Stage, String> {
    let Some(now) = now else {
        return Ok(Stage::Free(aside.map(Box::new)));
    };
    let id = order.database;
    match &now.source {
        Some(of) if of == order.source || of.ends_with(&format!(":{}", order.source)) => match now.status.as_str() {
            _ if now.is_available() => {
                let has = now.parameter_group.as_ref().map(|group| group.name.as_str());
                // A promotion reboots it, so that what the group sets applies by then.
                match order.parameter_group(aside.as_ref()).filter(|wanted| has != Some(wanted.as_str())) {
                    Some(wanted) => Ok(Stage::Bare(wanted)),
                    None => Ok(Stage::Ready(aside.is_some())),
                }
            }
            // States that do not end by themselves (RDS user guide, "DB instance status").
            bad if bad == "failed" || bad == "restore-error" || bad.starts_with("incompatible-") => {
                Err(format!("the replica {id} is {bad}"))
            }
            status => Ok(Stage::Moving(format!("{id} is {status}"))),
        },
        Some(of) => Err(format!("{id} is a replica of {of}, not of {}", order.source)),
        None if matches!(now.status.as_str(), "renaming" | "deleting") => {
            Ok(Stage::Moving(format!("{id} is {}", now.status)))
        }
        None if aside.is_some() && now.is_available() => {
            Err(format!("{id} stands alone, and {} is there too", order.aside))
        }
        None => Ok(Stage::Occupied(Box::new(now))),
    }
}

#[path = "reseed_source.rs"]
mod source;

#[cfg(test)]
#[path = "reseed_tests.rs"]
mod tests;
