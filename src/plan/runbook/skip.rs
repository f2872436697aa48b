//! Owns what it costs to go on without a step: of some, others rest their safety on what they ensure.

use super::{Action, Step};
use crate::model::SideName;

impl Step {
    /// What is lost by going on without it; none where that costs no data. Such a skip is never proposed, and where a
    /// person asks for it, this is told.
    pub fn skip_costs(&self) -> Option<String> {
        match &self.action {
            Action::Promote { side: SideName::Standby, database, .. } => Some(format!(
                "unless {database} in the standby stands alone already, users are led to a database that takes no writes"
            )),
            Action::Promote { side: SideName::Primary, database, .. } => Some(format!(
                "unless {database} in the primary stands alone already, users who go home find a database that takes no \
                 writes"
            )),
            Action::FreezeStandby { .. } => {
                Some("what still runs in the standby writes on, and that is lost".to_owned())
            }
            Action::FencePrimary { .. } if !self.best_effort => {
                Some("what still runs in the primary writes on, and that is lost".to_owned())
            }
            Action::AwaitReplica { side, database, at_most_s: 0, .. } => {
                Some(format!("what {database} in the {side} does not have yet is lost when it is promoted"))
            }
            Action::Reseed { side: SideName::Primary, database, source, .. } => Some(format!(
                "unless {database} in the primary is a replica already, users who go home find what was true before, \
                 without anything that was written to {source}"
            )),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::plan::runbook::{Estimate, EstimateSource, StepId};

    fn step(action: Action, best_effort: bool) -> Step {
        Step {
            id: StepId("one".into()),
            title: "one".into(),
            action,
            needs: BTreeSet::new(),
            sides: BTreeSet::new(),
            estimate: Estimate { seconds: 1, source: EstimateSource::Default { why: "a test".into() } },
            best_effort,
            skipped: None,
        }
    }

    #[test]
    fn only_what_others_rest_on_costs_something() {
        let wait = |at_most_s| Action::AwaitReplica {
            data: "orders".into(),
            side: SideName::Primary,
            database: "shop-orders".into(),
            at_most_s,
            timeout_s: 1,
        };
        let fence = || Action::FencePrimary { groups: vec![], events: Default::default() };
        for (step, costs) in [
            (step(fence(), false), true),
            (step(fence(), true), false),
            (step(Action::FreezeStandby { groups: vec![] }, false), true),
            (step(wait(0), false), true),
            (step(wait(60), false), false),
            (step(Action::Report, false), false),
        ] {
            assert_eq!(step.skip_costs().is_some(), costs, "{step:?}");
        }
    }
}
