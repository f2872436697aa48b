//! Owns measuring how far a replica is behind when nothing but a promotion helps any more. Not known is an answer, too.

use std::time::Duration;

use jiff::Timestamp;

use super::{Actors, SidePorts, trouble};
use crate::facts::{DatabaseFacts, ReplicaLag};
use crate::model::SideName;
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;

/// How long a metric may hold up a promotion; real time, because a silent endpoint takes real time to be silent.
const METRIC: Duration = Duration::from_secs(10);

/// What is known of how far a replica is behind.
pub(super) enum Behind {
    /// Its lag now.
    Known { lag: ReplicaLag, age_s: u64 },
    /// The last lag that was known, and how far it may be behind since.
    Bound { last: ReplicaLag, age_s: u64, most_s: u64 },
    /// Nothing, and why.
    Unknown(String),
}

impl Behind {
    fn last(last: ReplicaLag, now: Timestamp) -> Behind {
        Behind::Bound { last, age_s: last.age_s(now), most_s: last.bound_s(now) }
    }

    /// What is kept of it.
    pub(super) fn measures(&self, of: Option<&DatabaseFacts>) -> Measures {
        let (seconds, lag, age_s) = match self {
            Behind::Known { lag, age_s } => (lag.seconds, lag, *age_s),
            Behind::Bound { last, age_s, most_s } => (*most_s, last, *age_s),
            Behind::Unknown(_) => return Measures::default(),
        };
        Measures {
            recovery_point_s: Some(seconds),
            recovery_point_age_s: Some(age_s),
            lag_grows_idle: of.is_some_and(DatabaseFacts::lag_grows_idle),
            holds_until: Some(lag.holds_until()),
            ..Measures::default()
        }
    }

    /// The same in words, about `it`.
    pub(super) fn words(&self) -> String {
        match self {
            Behind::Known { lag, age_s } => format!("it was {} s behind (measured {age_s} s before)", lag.seconds),
            Behind::Bound { last, age_s, most_s } => format!(
                "it was at most {most_s} s behind: CloudWatch has no lag of now, and the last one was {} s, {age_s} s \
                 before",
                last.seconds
            ),
            Behind::Unknown(why) => format!("how far it was behind is not known: {why}"),
        }
    }
}

impl Actors {
    /// How far a replica is behind, within [`METRIC`].
    pub(super) async fn behind(&self, ports: &SidePorts, database: &str) -> Behind {
        let (ids, now) = ([database.to_owned()], self.clock.now());
        let asked = async {
            // Ages are told by the clock that measured: ours may be wrong.
            let told = ports.read.metrics.replica_lags(&ids, now).await?;
            if let Some(lag) = told.lags.get(database) {
                return Ok(Behind::Known { lag: *lag, age_s: lag.age_s(told.at.unwrap_or(now)) });
            }
            let told = ports.read.metrics.last_replica_lags(&ids, now).await?;
            Ok(told.lags.get(database).map_or_else(
                || Behind::Unknown("CloudWatch has no lag of the last three hours".to_owned()),
                |last| Behind::last(*last, told.at.unwrap_or(now)),
            ))
        };
        match tokio::time::timeout(METRIC, asked).await {
            Ok(Ok(behind)) => behind,
            Ok(Err::<_, crate::cloud::CloudError>(error)) => Behind::Unknown(error.to_string()),
            Err(_) => Behind::Unknown(format!("CloudWatch did not answer within {} s", METRIC.as_secs())),
        }
    }

    /// Only of what is no replica any more there is nothing to measure.
    pub(super) async fn look_lag(&self, side: SideName, database: &str) -> Result<Look, ActError> {
        Ok(match self.ports(side)?.read.databases.database(database).await {
            Ok(Some(facts)) if !facts.is_replica() => Look::AlreadySo(format!("{database} is no replica")),
            _ => Look::Needed,
        })
    }

    pub(super) async fn measure_lag(&self, step: &Step) -> Result<Done, ActError> {
        let Action::MeasureReplica { side, database, .. } = &step.action else {
            return Err(trouble::not_here("it measures no replica"));
        };
        let ports = self.ports(*side)?;
        let behind = self.behind(ports, database).await;
        let facts = ports.read.databases.database(database).await.ok().flatten();
        Ok(Done { text: format!("{database}: {}", behind.words()), measures: behind.measures(facts.as_ref()) })
    }
}
