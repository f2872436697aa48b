//! Owns what the records of runs tell about databases: which side took the writes last, and since when.

use std::collections::BTreeMap;

use super::context::Session;
use super::declare::record;
use crate::model::SideName;
use crate::plan::declare::{Promoted, TRAFFIC_GATE};
use crate::plan::runbook::{Action, Stood};
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::StepState;
use crate::store::Runs;
use crate::ui::Failure;

/// How many earlier runs are looked through for what was promoted last.
const LOOK_BACK: usize = 50;

/// Which side of each database was promoted last, by the data's name.
pub(super) async fn promoted(session: &Session) -> Result<BTreeMap<String, Promoted>, Failure> {
    let wanted = session.environment.data.iter().filter(|data| data.rds().is_some()).count();
    let runs = Runs::of(&session.environment.name);
    let mut found = Found::default();
    for run in runs.ids(session.store.as_ref()).await?.iter().take(LOOK_BACK) {
        match record(session, &runs, run).await {
            Ok(record) => found.take(&record),
            Err(failure) => {
                session.printer().warn(&format!("run {run} cannot be read and is passed over: {}", failure.what));
            }
        }
        if found.promoted.len() >= wanted {
            break;
        }
    }
    Ok(found.promoted)
}

/// What was found in the runs so far, newest first.
#[derive(Debug, Default)]
struct Found {
    promoted: BTreeMap<String, Promoted>,
    /// Runs that led users to a database of the standby that lacked what production had written, by the data's name.
    diverged: BTreeMap<String, String>,
}

impl Found {
    fn take(&mut self, record: &RunRecord) {
        for step in &record.steps {
            let Action::Promote { data, side, stood, .. } = &step.action else { continue };
            if self.promoted.contains_key(data) {
                continue;
            }
            if changed(step, stood) {
                let newest = Promoted {
                    side: *side,
                    run: record.run.clone(),
                    at: step.ended_at.unwrap_or(record.declared_at),
                    diverged_in: self.diverged.remove(data),
                };
                self.promoted.insert(data.clone(), newest);
            } else if matches!(stood, Stood::Stale { .. }) && record.steps.iter().any(led_users) {
                self.diverged.entry(data.clone()).or_insert_with(|| record.run.clone());
            }
        }
    }
}

/// Whether a promotion made something of the database that it was not before.
fn changed(step: &StepRecord, stood: &Stood) -> bool {
    match (step.state, stood) {
        (StepState::Succeeded, _) | (StepState::AlreadySo, Stood::Replica) => true,
        // The attempt before may have ordered it.
        (StepState::AlreadySo, Stood::Unseen) => step.attempts > 1,
        _ => false,
    }
}

/// Whether a step has led users to the standby, or may have.
fn led_users(step: &StepRecord) -> bool {
    let leads = match &step.action {
        Action::SwitchTraffic { to, .. } | Action::AwaitTraffic { to, .. } => *to == SideName::Standby,
        _ => step.id.0 == TRAFFIC_GATE,
    };
    leads && step.attempts > 0
}
