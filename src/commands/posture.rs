//! Owns the posture of the standby: what a run leaves it in, and what the journals say of a declaration whose process was
//! killed before it could save that.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::context::Session;
use super::declare::past_runs;
use crate::model::SideName;
use crate::plan::runbook::{Action, RunKind, Runbook};
use crate::plan::scale::ScaleTarget;
use crate::run::engine::RunRecord;
use crate::run::journal::StepState;
use crate::run::spent::unsaved;
use crate::store::bundle::PostureRecord;
use crate::store::{Bundle, BundleError, Store};
use crate::ui::Failure;

/// The posture as far as the store knows it.
pub(super) async fn known(session: &Session) -> Result<Option<PostureRecord>, Failure> {
    let (basis, past) = past_runs(session).await?;
    Ok(with_unsaved(basis.posture, &past))
}

/// The saved posture, with what a declaration set that never came to save its own.
fn with_unsaved(saved: Option<PostureRecord>, past: &[RunRecord]) -> Option<PostureRecord> {
    let Some(record) = unsaved(saved.as_ref(), past) else { return saved };
    let mut minimums = saved.map(|saved| saved.minimums).unwrap_or_default();
    // A size that may have been set is not taken away.
    let may_be = |state| matches!(state, StepState::Started | StepState::Unknown) || is_set(state);
    minimums.extend(set_by(record, may_be));
    Some(PostureRecord {
        schema_version: 1,
        at: record.ended_at.unwrap_or(record.declared_at),
        by: record.declared_by.clone(),
        target: declared_size(&record.run),
        minimums,
        declared_in: Some(record.run.clone()),
    })
}

/// Saves what a run has left the standby in, where it left it in another: the sizes a declaration reached, so that a later
/// deploy does not shrink what a disaster needed; or that a failback has made it a standby again. Whether it did.
pub(super) async fn save(
    store: &dyn Store,
    runbook: &Runbook,
    record: &RunRecord,
    at: Timestamp,
    by: &str,
) -> Result<bool, BundleError> {
    let bundle = Bundle::of(&runbook.environment);
    let (target, minimums, declared_in) = match runbook.kind {
        RunKind::Drill => return Ok(false),
        RunKind::Declare => {
            let reached = set_by(record, is_set);
            if reached.is_empty() {
                return Ok(false);
            }
            let before = bundle.posture(store).await?;
            let mut minimums = before.map(|before| before.minimums).unwrap_or_default();
            minimums.extend(reached);
            (declared_size(&runbook.id), minimums, Some(runbook.id.clone()))
        }
        RunKind::Failback => {
            let down = set_by(record, is_set);
            let all = runbook.steps.iter().filter(|step| matches!(step.action, Action::StandDown { .. })).count();
            // A standby without a replica of the data is none.
            if down.len() < all || !protects_data(runbook, record) {
                return Ok(false);
            }
            (ScaleTarget::Standby.to_string(), down, None)
        }
    };
    let record = PostureRecord { schema_version: 1, at, by: by.to_owned(), target, minimums, declared_in };
    bundle.save_posture(store, &record).await.map(|()| true)
}

fn declared_size(run: &str) -> String {
    format!("its declared size (run {run})")
}

/// Whether every replica that a failback makes in the standby has been made.
fn protects_data(runbook: &Runbook, record: &RunRecord) -> bool {
    let replicas =
        runbook.steps.iter().filter(|step| matches!(step.action, Action::Reseed { side: SideName::Standby, .. }));
    let made = |id| record.step(id).is_some_and(|one| one.is_settled() && one.skipped.is_none());
    replicas.into_iter().all(|step| made(&step.id))
}

fn is_set(state: StepState) -> bool {
    matches!(state, StepState::Succeeded | StepState::AlreadySo)
}

/// The minimums that steps of a run in those states have set in the standby, by tier.
fn set_by(record: &RunRecord, counts: impl Fn(StepState) -> bool) -> BTreeMap<String, u32> {
    let set = record.steps.iter().filter(|one| counts(one.state)).filter_map(|one| {
        let (Action::Scale { tier, size, .. } | Action::StandDown { tier, size, .. }) = &one.action else {
            return None;
        };
        Some((tier.clone(), size.min))
    });
    set.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, GroupSize};
    use crate::plan::runbook::{Step, StepId};
    use crate::run::engine::tests::world::{runbook, step};
    use crate::run::journal::{Entry, Event, Measures};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    /// A declaration that scaled web, was at api when its process died, and never came to db.
    fn killed() -> RunRecord {
        let scale = |tier: &str| {
            let (group, size) = (format!("shop-{tier}"), GroupSize { min: 6, max: 8, desired: 6 });
            let action = Action::Scale { tier: tier.into(), group, size, instance_types: vec![] };
            Step { action, ..step(&format!("scale-{tier}"), &[]) }
        };
        let mut plan = runbook("r1", ["web", "api", "db"].map(scale).to_vec());
        plan.declared_at = at(100);
        let (by, host, tool_version) = ("ana".to_owned(), "laptop".to_owned(), "1".to_owned());
        let began = Event::Began { by, host, tool_version, runbook: plan.digest.clone(), fence: 1 };
        let started = || Event::Started { token: "t".into() };
        let done = Event::Succeeded { text: String::new(), measures: Measures::default() };
        let events = [("", began), ("scale-web", started()), ("scale-web", done), ("scale-api", started())].into_iter();
        let entry = |(seq, (id, event)): (u64, (&str, Event))| Entry {
            schema_version: 1,
            seq,
            at: at(101),
            step: (!id.is_empty()).then(|| StepId(id.to_owned())),
            event,
            prev: Digest(String::new()),
        };
        RunRecord::of(&plan, &(1..).zip(events).map(entry).collect::<Vec<_>>())
    }

    fn saved(second: i64, target: &str, declared_in: Option<&str>) -> PostureRecord {
        PostureRecord {
            schema_version: 1,
            at: at(second),
            by: "ben".to_owned(),
            target: target.to_owned(),
            minimums: [("web", 2), ("db", 2)].map(|(tier, min)| (tier.to_owned(), min)).into(),
            declared_in: declared_in.map(str::to_owned),
        }
    }

    #[test]
    fn what_a_killed_declaration_may_have_set_is_kept_until_something_later_was_saved() {
        let past = [killed()];
        let minimums = |pairs: &[(&str, u32)]| pairs.iter().map(|(tier, min)| ((*tier).to_owned(), *min)).collect();
        let told = with_unsaved(None, &past).expect("a posture");
        assert_eq!((told.declared_in.as_deref(), told.target.as_str()), (Some("r1"), "its declared size (run r1)"));
        assert_eq!(told.minimums, minimums(&[("api", 6), ("web", 6)]));
        let before = with_unsaved(Some(saved(50, "standby", None)), &past).expect("a posture");
        assert_eq!(before.minimums, minimums(&[("api", 6), ("db", 2), ("web", 6)]));
        // A second declaration, after one that saved its own.
        let second = with_unsaved(Some(saved(50, "full", Some("r0"))), &past).expect("a posture");
        assert_eq!((second.declared_in.as_deref(), second.minimums["api"]), (Some("r1"), 6));
        let later = saved(200, "standby", None);
        assert_eq!(with_unsaved(Some(later.clone()), &past), Some(later));
        assert_eq!(with_unsaved(None, &[]), None);
    }
}
