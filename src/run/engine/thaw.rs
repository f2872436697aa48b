//! Owns whether what was frozen for its data to go home was found running again after the promotion there: what it wrote
//! since is lost, and nobody has measured how much.

use std::collections::BTreeSet;

use super::record::StepRecord;
use crate::model::SideName;
use crate::plan::runbook::{Action, StepId};
use crate::run::journal::Event;

/// What is ensured again at the moment, as the journal is read.
#[derive(Default)]
pub(super) struct Thaw {
    looked_at: BTreeSet<StepId>,
    /// Those whose look, or what followed it, did not come to its end.
    unsure: BTreeSet<StepId>,
}

impl Thaw {
    /// Whether this event of a step, which is taken already, shows that the standby was not quiet any more, or may not have
    /// been: it was quiet once, and had to be made so again.
    pub fn shows(&mut self, step: &StepRecord, event: &Event) -> bool {
        if !matches!(step.action, Action::FreezeStandby { .. } | Action::DisableEvents { .. }) {
            return false;
        }
        match event {
            Event::Reopened { .. } => {
                self.looked_at.insert(step.id.clone());
                false
            }
            // It may have acted before it broke off, and what it did then is "already so".
            Event::Unknown { .. } | Event::Failed { .. } if self.looked_at.contains(&step.id) => {
                self.unsure.insert(step.id.clone());
                false
            }
            Event::Succeeded { .. } => self.looked_at.remove(&step.id),
            Event::AlreadySo { .. } => self.looked_at.remove(&step.id) && self.unsure.remove(&step.id),
            _ => false,
        }
    }
}

/// Marks a promotion home that was ordered by then.
pub(super) fn mark(step: &mut StepRecord) {
    let home = matches!(step.action, Action::Promote { side: SideName::Primary, .. });
    step.thawed |= home && (step.ordered || step.ended_well());
}
