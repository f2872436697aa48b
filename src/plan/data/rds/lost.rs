//! Owns what a declaration would lose of a database, and what a person should know of it.

use super::standing::Database;
use crate::facts::lost_s;
use crate::plan::declare::{DeclareInput, Loss, LossBy, Remarks, promote_id};
use crate::plan::runbook::{Mode, Runbook};

pub(super) fn remark(input: &DeclareInput<'_>, runbook: &Runbook, one: &Database<'_>, found: &mut Remarks) {
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
    if input.declaration.mode == Mode::Graceful || skipped {
        return;
    }
    match of_one_alone(input, one) {
        Some(loss) => found.losses.extend(loss),
        None => found.losses.push(of_replica(input, one)),
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
    Some(match one.old_since() {
        Some(last) => {
            let seconds = u64::try_from(input.declaration.at.duration_since(last.at).as_secs()).unwrap_or(0);
            Some(loss(Some(seconds), None, Some(last.at)))
        }
        None => one.why_doubtful().map(|why| loss(None, Some(why), None)),
    })
}
