//! Owns waiting until a replica has caught up. A lag that is not known, or that was measured before the wait began, does
//! not count: what was written in between would be lost.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::database::missing;
use super::vigil::Next;
use super::{Actors, trouble};
use crate::cloud::{LAG_PERIOD, LagsSeen};
use crate::facts::ReplicaLag;
use crate::model::SideName;
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::{RunEvent, Stop, Watch};

/// CloudWatch has a new lag once a minute.
const LOOK: Duration = Duration::from_secs(10);

impl Actors {
    /// Nothing but a promotion ends the need to wait: what was seen before does not hold now.
    pub(super) async fn look_replica(&self, side: SideName, database: &str) -> Result<Look, ActError> {
        let facts = self.database(side, database, &format!("cannot wait for {database}")).await?;
        if !facts.is_replica() {
            return Ok(Look::AlreadySo(format!("{database} is no replica")));
        }
        Ok(Look::Needed)
    }

    pub(super) async fn await_replica(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::AwaitReplica { side, database, at_most_s, timeout_s, .. } = &step.action else {
            return Err(trouble::not_here("it waits for no replica"));
        };
        let what = format!("{database} has not caught up");
        let ports = self.ports(*side)?;
        let vigil = self.vigil(step, *timeout_s, LOOK, watch, stop);
        let ids = [database.clone()];
        // From when on a measured lag counts, by the clock that measures it.
        let mut since = None;
        loop {
            let facts = ports.read.databases.database(database).await;
            let lags = ports.read.metrics.replica_lags(&ids, self.clock.now()).await;
            if let Ok(told) = &lags {
                since = since.or_else(|| counts_from(told, database));
            }
            let counts = |lag: &ReplicaLag| since.is_some_and(|since| lag.at >= since);
            let seen = match (facts, lags) {
                (Ok(None), _) => return Err(missing(&what, ports, database)),
                (Ok(Some(facts)), _) if !facts.is_replica() => {
                    return Ok(done(format!("{database} is no replica"), vigil.waited(), None));
                }
                (Err(error), _) | (_, Err(error)) if !error.kind.may_retry() => {
                    return Err(trouble::cloud(&what, &error));
                }
                (Err(error), _) | (_, Err(error)) => format!("its lag is not known: {error}"),
                (Ok(Some(facts)), Ok(told)) => match told.lags.get(database) {
                    None => "its lag is not known: CloudWatch has none of the last five minutes".to_owned(),
                    Some(lag) if counts(lag) && lag.seconds <= *at_most_s => {
                        let text = format!("{database} is {} s behind", lag.seconds);
                        return Ok(self.caught_up(step, facts.source, since, (text, vigil.waited()), watch).await);
                    }
                    Some(lag) if *at_most_s == 0 && since.is_some_and(|since| holds_all(lag, since)) => {
                        let text = format!(
                            "{database} has everything written before the wait began: it is as production was {} s \
                             before {}",
                            lag.seconds, lag.at
                        );
                        return Ok(self.caught_up(step, facts.source, since, (text, vigil.waited()), watch).await);
                    }
                    Some(lag) if counts(lag) => format!("{database} is {} s behind", lag.seconds),
                    Some(lag) => {
                        format!("{database} was {} s behind before the wait began; a newer lag is to come", lag.seconds)
                    }
                },
            };
            match vigil.next(&seen).await {
                Next::Look => {}
                Next::Stopped => return Err(trouble::interrupted(format!("stopped waiting for {database}"))),
                Next::TimeUp => {
                    let hint = format!(
                        "see whether it still replicates (`aws rds describe-db-instances --db-instance-identifier {database} \
                         --region {}`, StatusInfos); resume to wait again",
                        ports.read.region
                    );
                    let why = format!("{seen}, after {timeout_s} s; at most {at_most_s} s is asked for");
                    return Err(trouble::plain(&what, why, Some(hint)));
                }
            }
        }
    }
}

impl Actors {
    /// That a replica has caught up, and where it has everything, who is connected to its source all the same.
    async fn caught_up(
        &self,
        step: &Step,
        source: Option<String>,
        since: Option<Timestamp>,
        (text, waited): (String, Duration),
        watch: &dyn Watch,
    ) -> Done {
        let Action::AwaitReplica { side, at_most_s: 0, .. } = &step.action else { return done(text, waited, None) };
        // With nothing written since, a lag of nothing is everything.
        let caught_up = done(text, waited, Some(0));
        let Some(source) = source else { return caught_up };
        let connected = self.connected(side.other(), &source, since).await;
        if connected.count.is_some_and(|count| count > 0) {
            watch.event(RunEvent::Note { subject: step.id.to_string(), text: format!("WARNING: {}", connected.text) });
        }
        Done {
            text: format!("{}; {}", caught_up.text, connected.text),
            measures: Measures { connections: connected.count, ..caught_up.measures },
        }
    }
}

/// Whether the last write it has is later than the wait's begin, when nothing was written any more. PostgreSQL's lag is the
/// age of the last transaction a replica has replayed (RDS user guide, "Monitoring read replication"): of a source that
/// nobody writes to it grows until RDS itself writes something minutes later, and hardly ever reads zero.
fn holds_all(lag: &ReplicaLag, begun: Timestamp) -> bool {
    let age = SignedDuration::from_secs(i64::try_from(lag.seconds).unwrap_or(i64::MAX));
    lag.at.checked_sub(age).is_ok_and(|last| last >= begun)
}

/// From when on a lag was measured since the wait began, by the first answer after that: CloudWatch's own time, which is
/// never compared with ours. Where an answer does not tell it, what was measured two periods after the newest point there
/// is: that one may be of the past two minutes by the time it shows. None where it tells nothing yet.
fn counts_from(told: &LagsSeen, database: &str) -> Option<Timestamp> {
    let later = || told.lags.get(database)?.at.checked_add(LAG_PERIOD * 2).ok();
    told.at.or_else(later)
}

/// `lost`: how many seconds of writes its promotion loses, where this has shown it.
fn done(text: String, waited: Duration, lost: Option<u64>) -> Done {
    let aws_s = waited.as_secs_f64();
    Done { text, measures: Measures { aws_s, recovery_point_s: lost, ..Measures::default() } }
}
