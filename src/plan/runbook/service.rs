//! Owns which steps bring service back, and for how long a plan leaves users without any.

use serde::Serialize;

use super::{Action, RunKind, Runbook, StepId, Timeline};

impl Action {
    /// Whether the service is back only when this has ended: serving tiers, writable data, traffic, and the probe.
    pub fn brings_service(&self) -> bool {
        matches!(
            self,
            Action::AwaitServing { .. }
                | Action::Promote { .. }
                | Action::SwitchTraffic { .. }
                | Action::AwaitTraffic { .. }
                | Action::Probe { .. }
        )
    }

    /// Whether it ends what serves now, so that nobody serves until the users have been led on.
    fn ends_service(&self, best_effort: bool) -> bool {
        match self {
            Action::FreezeStandby { .. } => true,
            // Beside a declaration for a primary that may be dark it ends nothing that served.
            Action::FencePrimary { .. } => !best_effort,
            _ => false,
        }
    }
}

/// A time in which nobody serves, by the estimates of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outage {
    /// The step that ends what serves.
    pub from: StepId,
    /// The step after whose end users are served again.
    pub to: StepId,
    /// In seconds; the time people take at gates is not counted.
    pub seconds: u64,
}

impl Runbook {
    /// Whether it brings up capacity and leads nobody there: it is for some tiers, or all of traffic is skipped.
    pub fn leads_nobody(&self) -> bool {
        let leads = |action: &Action| matches!(action, Action::SwitchTraffic { .. } | Action::AwaitTraffic { .. });
        let mut leading = self.steps.iter().filter(|step| leads(&step.action) || is_traffic_gate(&step.id)).peekable();
        let skipped = leading.peek().is_some() && leading.all(|step| step.skipped.is_some());
        self.kind == RunKind::Declare && (skipped || !self.scope.tiers.is_empty())
    }
}

impl Timeline {
    /// The time in which nobody serves; none where the plan ends nothing that serves before it has led the users on.
    pub fn outage(&self, runbook: &Runbook) -> Option<Outage> {
        let kept = || runbook.steps.iter().filter(|step| step.skipped.is_none());
        let from = kept().find(|step| step.action.ends_service(step.best_effort))?;
        let (begin, _) = *self.spans.get(&from.id)?;
        let leads = |action: &Action| {
            matches!(action, Action::SwitchTraffic { .. } | Action::AwaitTraffic { .. } | Action::Probe { .. })
        };
        let ends = kept().filter(|step| leads(&step.action) || is_traffic_gate(&step.id));
        let (end, to) = ends.filter_map(|step| Some((self.spans.get(&step.id)?.1, &step.id))).max()?;
        let seconds = end.checked_sub(begin).filter(|seconds| *seconds > 0)?;
        Some(Outage { from: from.id.clone(), to: to.clone(), seconds })
    }

    /// When the service is back, in seconds from the beginning: what comes after that is in no objective. A failback, which
    /// is planned work, is over when all of it is.
    pub fn recovered_s(&self, runbook: &Runbook) -> u64 {
        if runbook.kind == RunKind::Failback {
            return self.total_s;
        }
        let serving = runbook.steps.iter().filter(|step| step.skipped.is_none() && step.action.brings_service());
        serving.filter_map(|step| Some(self.spans.get(&step.id)?.1)).max().unwrap_or(self.total_s)
    }
}

/// Whether people point the users at the side that serves behind this gate.
fn is_traffic_gate(id: &StepId) -> bool {
    id.0 == crate::plan::declare::TRAFFIC_GATE
}
