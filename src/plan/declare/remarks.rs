//! Owns what a person should know before declaring, and no step says: what would be lost, and what the plan relies on.

use jiff::Timestamp;
use serde::Serialize;

use super::events;
use super::{DeclareInput, FENCE, PrimaryReach};
use crate::facts::LeverFacts;
use crate::model::{SideName, Span, Switch};
use crate::plan::data::declared;
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
    let mut all = declared(input);
    for unseen in all.iter().filter_map(|(_, data)| data.unseen(input)) {
        if !found.warnings.contains(&unseen) {
            found.warnings.push(unseen);
        }
    }
    // What is promoted comes first: it is what may be lost.
    all.sort_by_key(|(data, _)| !data.has_one_writer());
    all.iter().for_each(|(_, data)| data.remark(input, runbook, found));
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
