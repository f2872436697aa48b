//! Owns what a person should know before declaring, and no step says: what would be lost, and what the plan relies on.

use jiff::Timestamp;
use serde::Serialize;

use super::database::{Database, databases};
use super::events;
use super::{DeclareInput, FENCE, PrimaryReach, promote_id};
use crate::facts::{LeverFacts, lost_s};
use crate::model::{SideName, Span, Switch};
use crate::plan::runbook::{Mode, Runbook};

/// What an ungraceful declaration without a fence leaves as it is.
pub const UNFENCED: &str =
    "the primary is not fenced: what still runs there may go on serving and writing; --fence tries";

/// That failover records lead users back before data is home, and what helps. The command goes behind it.
pub fn returns(record: &str) -> String {
    format!(
        "as soon as the primary passes its health check again, Route 53 leads the users of {record} back to it by itself, \
         to data that lacks what was written in the standby; fence it once it answers, until a failback brings the data \
         home"
    )
}

/// What a person should know before declaring.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Remarks {
    /// What would be lost by declaring now, database by database.
    pub losses: Vec<Loss>,
    /// What the plan relies on or leaves out.
    pub warnings: Vec<String>,
    /// How the lever of traffic looks from outside; none where there is none, or it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lever: Option<LeverFacts>,
}

/// What promoting a database now would lose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// The data's name.
    pub data: String,
    /// How many seconds of writes; none: not known.
    pub seconds: Option<u64>,
    /// Why it is not known.
    pub unknown: Option<String>,
    /// Whether it may be less: a lag is a bound of what was written and did not come.
    pub at_most: bool,
    /// What it is taken from; none where it is not known, or the standby's database follows production no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<LossBy>,
    /// Since when everything written would be lost, where the standby's database follows production no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_since: Option<Timestamp>,
}

/// What tells how many writes would be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossBy {
    /// The replica's lag now.
    Lag,
    /// The last lag that was known of it, because its replication has broken since.
    LastLag {
        /// That lag, in seconds.
        seconds: u64,
        /// When it was measured.
        at: Timestamp,
    },
    /// The time of the incident, after which production wrote nothing.
    Incident {
        /// When that was.
        at: Timestamp,
        /// Until when the replica surely has everything.
        holds_until: Timestamp,
    },
}

impl Remarks {
    /// Whether the recovery point objective would hold now; none where that is not known.
    pub fn point_holds(&self, objective: Span) -> Option<bool> {
        let beyond = |loss: &Loss| loss.seconds.is_some_and(|seconds| seconds > objective.as_secs());
        if self.losses.iter().any(beyond) {
            return Some(false);
        }
        let known = self.losses.iter().all(|loss| loss.seconds.is_some());
        (known && !self.losses.is_empty()).then_some(true)
    }
}

/// What to know about a plan made from this input.
pub fn remarks(input: &DeclareInput<'_>, runbook: &Runbook) -> Remarks {
    let partial = !input.options.tiers.is_empty();
    let mut found = Remarks::default();
    if let Some(days) = input.baseline.old_days(input.declaration.at) {
        found.warnings.push(format!(
            "the baseline is {days} days old: sizes and settings are those of production then (`lifeboat baseline` while \
             production is well)"
        ));
    }
    if partial {
        let environment = input.environment;
        if !environment.data.is_empty() || environment.traffic.is_some() {
            let tiers = input.options.tiers.join(", ");
            found.warnings.push(format!(
                "only the capacity of {tiers}: data and traffic are left alone until a declaration without --tier"
            ));
        }
        found.warnings.extend(served_nowhere(input, runbook));
        return found;
    }
    data(input, runbook, &mut found);
    traffic(input, &mut found.warnings);
    if input.declaration.mode == Mode::Ungraceful && !input.options.fence {
        found.warnings.push(UNFENCED.to_owned());
    }
    if let PrimaryReach::Lacks { missing } = &input.primary
        && runbook.steps.iter().any(|step| step.id.0 == FENCE && step.best_effort)
    {
        found
            .warnings
            .push(format!("the primary has no {}: what goes by another name is not fenced", missing.join(", no ")));
    }
    event_sources(input, &mut found.warnings);
    found
}

/// A fence of single tiers, whose users nobody leads to the standby.
fn served_nowhere(input: &DeclareInput<'_>, runbook: &Runbook) -> Option<String> {
    runbook.steps.iter().find(|step| step.id.0 == FENCE && step.skipped.is_none())?;
    let tiers = input.options.tiers.join(", ");
    Some(format!(
        "{tiers} of the primary go to zero, and nobody is led to the standby: who comes to the primary finds no {tiers} \
         there until a declaration without --tier; without --fence they are left running"
    ))
}

fn event_sources(input: &DeclareInput<'_>, warnings: &mut Vec<String>) {
    for source in events::unknown(input) {
        let trigger = source.on(SideName::Standby);
        warnings.push(format!(
            "the baseline does not say whether {} runs in production: the standby's {trigger} is left as it is",
            source.name
        ));
    }
}

fn data(input: &DeclareInput<'_>, runbook: &Runbook, found: &mut Remarks) {
    let graceful = input.declaration.mode == Mode::Graceful;
    if let Err(why) = &input.standby.databases
        && input.environment.data.iter().any(|data| data.rds().is_some())
    {
        found
            .warnings
            .push(format!("the standby's databases could not be looked at, so they are planned for unseen: {why}"));
    }
    for one in databases(input) {
        if one.production.is_none() {
            found.warnings.push(format!(
                "the baseline has no {}: {} keeps its class and protection, and the default of backups",
                one.rds.source, one.data
            ));
        }
        let promotion = runbook.step(&promote_id(one.data));
        let skipped = promotion.is_none_or(|step| step.skipped.is_some());
        if let Some(cost) = promotion.filter(|_| skipped && !one.stands_alone()).and_then(|step| step.skip_costs()) {
            found.warnings.push(format!("{} is skipped: {cost}", promote_id(one.data)));
        }
        // A graceful declaration waits until nothing would be lost.
        if graceful || skipped {
            continue;
        }
        if let Some(loss) = of_one_alone(input, &one) {
            found.losses.extend(loss);
            continue;
        }
        found.losses.push(of_replica(input, &one));
    }
    for (data, bucket) in input.environment.data.iter().filter_map(|data| match &data.kind {
        crate::model::DataKind::S3(bucket) => Some((&data.name, bucket)),
        _ => None,
    }) {
        let known = input.baseline.facts.buckets.get(&bucket.bucket);
        if known.is_some_and(|known| !known.replicates_to.contains_key(&bucket.replica)) {
            found
                .warnings
                .push(format!("{data}: by the baseline nothing replicates {} to {}", bucket.bucket, bucket.replica));
        }
    }
}

/// What would be lost of a replica that were promoted now.
fn of_replica(input: &DeclareInput<'_>, one: &Database<'_>) -> Loss {
    let loss = |seconds: Option<u64>, unknown, by| Loss {
        data: one.data.to_owned(),
        seconds,
        unknown,
        at_most: seconds.is_some_and(|seconds| seconds > 0),
        by,
        stale_since: None,
    };
    let now = match &input.standby.lags {
        Ok(lags) => lags.get(&one.id),
        Err(why) => return loss(None, Some(why.clone()), None),
    };
    let Some(lag) = now.or_else(|| input.standby.last_lags.get(&one.id)) else {
        return loss(None, Some("CloudWatch has no lag of the last three hours".to_owned()), None);
    };
    let holds_until = lag.holds_until();
    match input.declaration.incident_at {
        Some(at) => loss(Some(lost_s(holds_until, at)), None, Some(LossBy::Incident { at, holds_until })),
        None if now.is_some() => loss(Some(lag.seconds), None, Some(LossBy::Lag)),
        None => {
            let by = LossBy::LastLag { seconds: lag.seconds, at: lag.at };
            loss(Some(lag.bound_s(input.declaration.at)), None, Some(by))
        }
    }
}

/// What would be lost of a database that stands alone already; nothing where the users are known to write to it. None: it
/// does not stand alone.
fn of_one_alone(input: &DeclareInput<'_>, one: &Database<'_>) -> Option<Option<Loss>> {
    if !one.stands_alone() {
        return None;
    }
    let loss = |seconds, unknown, stale_since| Loss {
        data: one.data.to_owned(),
        seconds,
        unknown,
        at_most: false,
        by: None,
        stale_since,
    };
    Some(match one.stale() {
        Some(last) => {
            let seconds = u64::try_from(input.declaration.at.duration_since(last.at).as_secs()).unwrap_or(0);
            Some(loss(Some(seconds), None, Some(last.at)))
        }
        None => one.doubt().map(|why| loss(None, Some(why), None)),
    })
}

fn traffic(input: &DeclareInput<'_>, warnings: &mut Vec<String>) {
    let Some(traffic) = &input.environment.traffic else { return };
    if traffic.probe.is_none() {
        warnings.push(format!(
            "nothing asks whether {} answers, neither before users are led to the standby nor after: add `traffic.probe` to \
             the environment file",
            traffic.record
        ));
    }
    match &traffic.switch {
        Switch::Weighted { .. } => warnings.push(format!(
            "the weights of {} are changed by Route 53's control plane, which lives in us-east-1: while that Region is \
             dark, traffic may not move",
            traffic.record
        )),
        Switch::Failover { .. } if input.declaration.mode == Mode::Ungraceful => {
            if !input.options.fence {
                warnings.push(format!(
                    "nothing forces the users of {} to the standby while the primary answers its health check (--fence \
                     tries to make it stop)",
                    traffic.record
                ));
            }
            // A fence is tried once: a primary that is dark comes back as it was.
            warnings.push(format!("{}: declare again with --fence", returns(&traffic.record)));
        }
        _ => {}
    }
    if traffic.switch != Switch::Manual
        && let Err(why) = &input.standby.balancer
    {
        warnings.push(format!("whether {} leads to the standby is not compared: {why}", traffic.record));
    }
}
