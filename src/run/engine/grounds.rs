//! Owns what a promotion rests on: that nothing writes elsewhere any more and that the replica has everything. It was so
//! once; people put groups back. So a resumed run ensures it anew, and every promotion looks first. What stays frozen until
//! its database is a replica again is ensured until then.

use std::collections::BTreeSet;

use super::actor::{ActError, Actor, Look};
use crate::model::SideName;
use crate::plan::failback::COPY_GATE;
use crate::plan::runbook::{Action, Runbook, Step, StepId};
use crate::run::journal::{Progress, StepState};

/// What a step rests on, directly or through others, in the runbook's order. Empty for all but promotions, the leading over
/// of users, and making the standby's database a replica again.
pub(super) fn grounds<'a>(runbook: &'a Runbook, step: &Step) -> Vec<&'a Step> {
    // What is written to a database before it is put aside comes home no more; that the replica at home has everything was
    // for its promotion.
    let protects = matches!(step.action, Action::Reseed { side: SideName::Standby, .. });
    let rests = protects || matches!(step.action, Action::Promote { .. } | Action::SwitchTraffic { .. });
    if !rests || step.skipped.is_some() {
        return Vec::new();
    }
    let is_ground =
        |before: &Step| is_ground(before) && !(protects && matches!(before.action, Action::AwaitReplica { .. }));
    let mut wanted: BTreeSet<&StepId> = step.needs.iter().collect();
    let mut found = Vec::new();
    // Every step comes after those it needs.
    for before in runbook.steps.iter().rev() {
        if wanted.contains(&before.id) {
            wanted.extend(&before.needs);
            if is_ground(before) {
                found.push(before);
            }
        }
    }
    found.reverse();
    found
}

fn is_ground(step: &Step) -> bool {
    let kind = match step.action {
        Action::FencePrimary { .. } => !step.best_effort,
        Action::FreezeStandby { .. } | Action::DisableEvents { .. } | Action::AwaitReplica { at_most_s: 0, .. } => true,
        _ => false,
    };
    kind && step.skipped.is_none()
}

/// What a resumed run carries out again, because something that rests on it is still to come.
pub(super) fn to_reopen(runbook: &Runbook, progress: &Progress) -> Vec<StepId> {
    let state = |step: &Step| progress.step(&step.id);
    let open = runbook.steps.iter().filter(|step| !state(step).is_final());
    let wanted: BTreeSet<&StepId> = open.flat_map(|step| grounds(runbook, step)).map(|ground| &ground.id).collect();
    let ended = |step: &&Step| matches!(state(step), StepState::Succeeded | StepState::AlreadySo);
    let frozen_again = |step: &&Step| matches!(step.action, Action::FreezeStandby { .. }) && wanted.contains(&step.id);
    // Whether the standby wrote in between is not known before it is looked at, and nothing but a person copies its objects.
    let asked_again = runbook.steps.iter().filter(frozen_again).any(|step| ended(&step));
    let again = |step: &&Step| wanted.contains(&step.id) || (asked_again && step.id.0 == COPY_GATE);
    runbook.steps.iter().filter(again).filter(ended).map(|step| step.id.clone()).collect()
}

/// Why a promotion may not be ordered now: something it rests on holds no more, or cannot be seen.
pub(super) async fn shaken(actor: &dyn Actor, step: &Step, grounds: &[&Step]) -> Option<ActError> {
    if !matches!(step.action, Action::Promote { .. }) {
        return None;
    }
    // A replica is never "caught up" at a look: that was waited for, and what could write since is looked at here.
    let quiet = grounds.iter().filter(|ground| !matches!(ground.action, Action::AwaitReplica { .. }));
    let mut why = Vec::new();
    for ground in quiet {
        match actor.look(ground).await {
            Ok(Look::AlreadySo(_)) => {}
            Ok(Look::Needed) => why.push(format!("{} does not hold any more: {}", ground.id, ground.title)),
            Err(error) => {
                let causes: String = error.why.iter().map(|why| format!(": {why}")).collect();
                why.push(format!("whether {} still holds is not known: {}{causes}", ground.id, error.what));
            }
        }
    }
    if why.is_empty() {
        return None;
    }
    Some(ActError {
        what: format!("{} is not carried out: what is written elsewhere would be lost", step.id),
        why,
        left_behind: vec!["nothing was promoted by this attempt".to_owned()],
        hint: Some("resume: what does not hold any more is ensured again before anything is promoted".to_owned()),
        effect_known: true,
        ..ActError::default()
    })
}
