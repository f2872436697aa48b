//! Owns what a run came to as a whole: what was achieved, and what is short, skipped or failed.

use jiff::Timestamp;
use serde::Serialize;

use super::copies::CopyRecord;
use super::record::StepRecord;
use crate::plan::declare::TRAFFIC_GATE;
use crate::plan::runbook::{Action, RunKind, Runbook, StepId};
use crate::run::journal::StepState;

/// The whole run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// From the incident (or, where its time is not known, the declaration) to the end of the last step that brings
    /// service back, in seconds; none while one of them has not ended well, or where the clocks of two machines disagree.
    /// None as well for a failback, which is planned work; for a declaration that led nobody over; and for a drill that
    /// was interrupted before service was back.
    pub recovery_time_s: Option<u64>,
    /// By how much the objective was missed when the journal was last written to, in seconds, where a declaration has not
    /// brought service back by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_beyond_s: Option<u64>,
    /// Whether it is a declaration that led nobody over: only some tiers were asked for, or all of traffic was skipped.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// Whether it is a drill that was interrupted before service was back: its time measures nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// The largest recovery point that a step measured, in seconds; none where one of the promotions does not know its own.
    pub recovery_point_s: Option<u64>,
    /// Promotions, and verifications of copies, that ended well and do not know how far the data was behind.
    pub recovery_point_unknown: Vec<StepId>,
    /// Whether the recovery time is within its objective; none while it is not known. What is open beyond it is not.
    pub recovery_time_met: Option<bool>,
    /// Whether the recovery point is within its objective; none where none was measured, or what was not may be beyond it.
    pub recovery_point_met: Option<bool>,
    /// From the run's beginning to its end or stop, in seconds; waiting for a person to resume counts.
    pub elapsed_s: Option<f64>,
    /// Our own time in all steps, in seconds.
    pub ours_s: f64,
    /// AWS's time in all steps, in seconds; steps run together, so this may exceed the elapsed time.
    pub aws_s: f64,
    /// Steps that asked for more than came.
    pub shortfalls: Vec<Shortfall>,
    /// Steps that a person skipped.
    pub skipped: Vec<StepId>,
    /// Steps that failed or are unknown and have not ended well since, best effort included.
    pub failed: Vec<StepId>,
    /// Databases that a drill copied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<CopyRecord>,
}

/// A step that asked for more than came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// The step.
    pub step: StepId,
    /// How many were asked for.
    pub asked: u32,
    /// How many came.
    pub came: u32,
}

impl Totals {
    /// `taken_up`: when the run was first resumed; `last`: when its journal was last written to.
    pub(super) fn of(
        runbook: &Runbook,
        steps: &[StepRecord],
        taken_up: Option<Timestamp>,
        last: Option<Timestamp>,
    ) -> Totals {
        let counting: Vec<&StepRecord> =
            steps.iter().filter(|step| brings_service(&step.action) && step.state != StepState::Skipped).collect();
        // Users at a database that takes no writes are not served: a person decided so, and nobody watched it come back.
        let leads_nowhere = steps.iter().any(StepRecord::left_unpromoted);
        let from = runbook.incident_at.unwrap_or(runbook.declared_at);
        let recovered = counting
            .iter()
            .all(|step| step.is_settled() && !leads_nowhere)
            .then(|| counting.iter().filter_map(|step| step.ended_at).max());
        let partial = leads_nobody(runbook, steps);
        let interrupted =
            runbook.kind == RunKind::Drill && recovered.flatten().zip(taken_up).is_some_and(|(end, at)| at < end);
        let measured = runbook.kind != RunKind::Failback && !partial && !interrupted;
        let since = |at: Timestamp| u64::try_from(at.duration_since(from).as_secs()).ok();
        // Two machines' clocks may disagree: a time that runs backwards is not known, and never a recovery in no time.
        let recovery_time_s = recovered.flatten().and_then(since).filter(|_| measured);
        let objectives = &runbook.objectives;
        let is_open = runbook.kind == RunKind::Declare && measured && recovered.is_none();
        let open_beyond_s = last
            .filter(|_| is_open)
            .and_then(since)
            .and_then(|gone| gone.checked_sub(objectives.rto.as_secs()))
            .filter(|beyond| *beyond > 0);
        let losing = steps.iter().filter(|step| step.loses());
        let lag = losing.filter_map(|step| step.measures.recovery_point_s).max();
        let unknown: Vec<StepId> =
            steps.iter().filter(|step| step.lost_unknown()).map(|step| step.id.clone()).collect();
        let within = lag.map(|achieved| achieved <= objectives.rpo.as_secs());
        // What is not known is never within; what is known to be beyond stays so.
        let recovery_point_met = within.filter(|within| unknown.is_empty() || !within);
        let recovery_point_s = lag.filter(|_| unknown.is_empty());
        let of_state = |wanted: &[StepState]| {
            steps.iter().filter(|step| wanted.contains(&step.state)).map(|step| step.id.clone()).collect()
        };
        Totals {
            recovery_time_s,
            open_beyond_s,
            partial,
            interrupted,
            recovery_point_s,
            recovery_point_unknown: unknown,
            recovery_time_met: recovery_time_s
                .map(|achieved| achieved <= objectives.rto.as_secs())
                .or(open_beyond_s.map(|_| false)),
            recovery_point_met,
            elapsed_s: None,
            ours_s: steps.iter().map(|step| step.measures.ours_s).sum(),
            aws_s: steps.iter().map(|step| step.measures.aws_s).sum(),
            shortfalls: steps.iter().filter(|step| step.shortfall() > 0).map(Shortfall::of).collect(),
            skipped: of_state(&[StepState::Skipped]),
            failed: of_state(&[StepState::Failed, StepState::Unknown]),
            copies: CopyRecord::all(steps),
        }
    }
}

impl Shortfall {
    fn of(step: &StepRecord) -> Shortfall {
        Shortfall {
            step: step.id.clone(),
            asked: step.measures.asked.unwrap_or(0),
            came: step.measures.came.unwrap_or(0),
        }
    }
}

/// Whether the service is back only when this has ended: serving tiers, writable data, traffic, and the probe.
fn brings_service(action: &Action) -> bool {
    matches!(
        action,
        Action::AwaitServing { .. }
            | Action::Promote { .. }
            | Action::SwitchTraffic { .. }
            | Action::AwaitTraffic { .. }
            | Action::Probe { .. }
    )
}

/// Whether a declaration leads nobody to the standby: it is for some tiers only, or a person skipped all of traffic.
fn leads_nobody(runbook: &Runbook, steps: &[StepRecord]) -> bool {
    let leads = |step: &&StepRecord| {
        matches!(step.action, Action::SwitchTraffic { .. } | Action::AwaitTraffic { .. }) || step.id.0 == TRAFFIC_GATE
    };
    let left_out = |step: &StepRecord| {
        step.state == StepState::Skipped || runbook.step(&step.id).is_some_and(|step| step.skipped.is_some())
    };
    let mut leading = steps.iter().filter(leads).peekable();
    let skipped = leading.peek().is_some() && leading.all(left_out);
    runbook.kind == RunKind::Declare && (skipped || !runbook.scope.tiers.is_empty())
}
