//! Owns what a run came to as a whole: what was achieved, and what is short, skipped or failed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::copies::CopyRecord;
use super::record::StepRecord;
use crate::plan::declare::TRAFFIC_GATE;
use crate::plan::runbook::{Action, AsDeclared, RunKind, Runbook, StepId, as_declared};
use crate::run::journal::StepState;

/// The whole run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// From the incident (or, where its time is not known, the declaration) to the end of the last step that brings
    /// service back, in seconds; none while one of them has not ended well, or where the clocks of two machines disagree.
    /// None as well for a failback, which is planned work; for a declaration that led nobody over; for a drill that was
    /// interrupted before service was back; and where all of it was so already. Of a drill it is the tiers alone, as
    /// measured.
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
    /// Whether everything that brings service was so already when its turn came: a declaration brought nothing, a drill
    /// measured nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub already_so: bool,
    /// Of a drill: what a declaration takes, with the tiers as measured and what the drill left out as estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_declared: Option<AsDeclared>,
    /// The largest recovery point that a step measured which ended well, in seconds; none where one of the promotions does
    /// not know its own.
    pub recovery_point_s: Option<u64>,
    /// Promotions, and verifications of copies, that ended well and do not know how far the data was behind.
    pub recovery_point_unknown: Vec<StepId>,
    /// Promotions that have not ended well: there is no recovery point of what was not promoted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_promoted: Vec<StepId>,
    /// Whether the recovery time is within its objective; none while it is not known. What is open beyond it is not. Of a
    /// drill it is that of a declaration, with what the drill left out as estimated.
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
            steps.iter().filter(|step| step.action.brings_service() && step.state != StepState::Skipped).collect();
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
        let already_so = was_so_already(runbook, steps);
        let measured = runbook.kind != RunKind::Failback && !partial && !interrupted && !already_so;
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
        // A drill that brought everything up is told with what it left out, or that it measured nothing.
        let is_whole = runbook.kind == RunKind::Drill && !interrupted && (recovery_time_s.is_some() || already_so);
        let ends: BTreeMap<&StepId, u64> =
            steps.iter().filter_map(|step| Some((&step.id, since(step.ended_at?)?))).collect();
        let as_declared = as_declared(&runbook.rehearses, &ends).filter(|_| is_whole);
        let took_s = as_declared.as_ref().map(|whole| whole.seconds).or(recovery_time_s);
        let lag = steps.iter().filter_map(StepRecord::recovery_point_s).max();
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
            already_so,
            as_declared,
            recovery_point_s,
            recovery_point_unknown: unknown,
            not_promoted: steps.iter().filter(|step| step.is_not_promoted()).map(|step| step.id.clone()).collect(),
            recovery_time_met: took_s
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

/// Whether all that brings service was so already, without an attempt of this run that may have brought it.
fn was_so_already(runbook: &Runbook, steps: &[StepRecord]) -> bool {
    let switches = steps.iter().any(|step| matches!(step.action, Action::SwitchTraffic { .. }));
    let brings = |step: &&StepRecord| match &step.action {
        Action::Scale { .. } | Action::AwaitServing { .. } | Action::Promote { .. } | Action::SwitchTraffic { .. } => {
            true
        }
        // Where nothing leads the users, Route 53 may have moved them in that time.
        Action::AwaitTraffic { .. } => !switches,
        // A person may have moved them behind it.
        _ => step.id.0 == TRAFFIC_GATE,
    };
    let mut bringing = steps.iter().filter(brings).filter(|step| step.state != StepState::Skipped).peekable();
    let was_so = |step: &StepRecord| step.state == StepState::AlreadySo && step.attempts <= 1;
    runbook.kind != RunKind::Failback && bringing.peek().is_some() && bringing.all(was_so)
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
