//! Owns what promotions lost, by all that the steps of a run have measured.

use crate::facts::lost_s;
use crate::plan::runbook::{Action, Runbook, Stood};
use crate::run::engine::record::StepRecord;
use crate::run::journal::Measures;

/// Gives every promotion the recovery point that is known best: what the plan measured before anything changed the replica,
/// and by the time of the incident, after which production wrote nothing.
pub(super) fn settle(runbook: &Runbook, steps: &mut [StepRecord]) {
    for step in steps.iter_mut() {
        if let (Some(incident), Some(until)) = (runbook.incident_at, step.measures.holds_until) {
            step.measures.recovery_point_s = Some(lost_s(until, incident));
        }
    }
    let shown: Vec<(Action, Measures)> = steps
        .iter()
        .filter(|step| step.measures.recovery_point_s.is_some() && !step.loses())
        .map(|step| (step.action.clone(), step.measures.clone()))
        .collect();
    for step in steps.iter_mut() {
        if let Action::Promote { side, database, .. } = &step.action
            && ordered(step)
            && let Some((_, measured)) = shown.iter().find(|(action, _)| is_about(action, (*side, database)))
        {
            better(&mut step.measures, measured, runbook.incident_at.is_some());
        }
        if let Action::Promote { stood: Stood::Stale { since, .. }, .. } = &step.action
            && step.ended_well()
        {
            // A database that was old already is as far behind as it is old.
            let age = u64::try_from(runbook.declared_at.duration_since(*since).as_secs()).unwrap_or(0);
            step.measures.recovery_point_s = Some(age.max(step.measures.recovery_point_s.unwrap_or(0)));
        }
    }
}

fn is_about(action: &Action, of: (crate::model::SideName, &str)) -> bool {
    match action {
        Action::MeasureReplica { side, database, .. } | Action::AwaitReplica { side, database, at_most_s: 0, .. } => {
            (*side, database.as_str()) == of
        }
        _ => false,
    }
}

/// Whether it was ordered, as far as the journal knows.
fn ordered(step: &StepRecord) -> bool {
    step.ended_well() || step.measures.recovery_point_s.is_some()
}

/// What was measured at the decision counts, not what has come since: the lag of a replica that nothing reaches any more
/// grows by the time that changing it takes. By an incident's time both say how much it surely has, and the more counts.
fn better(own: &mut Measures, measured: &Measures, by_incident: bool) {
    if by_incident && own.recovery_point_s.is_some_and(|own| measured.recovery_point_s.is_none_or(|other| own < other))
    {
        return;
    }
    own.recovery_point_s = measured.recovery_point_s;
    own.recovery_point_age_s = measured.recovery_point_age_s;
    own.lag_grows_idle = measured.lag_grows_idle;
    own.holds_until = measured.holds_until;
}
