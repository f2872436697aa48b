//! Owns what goes with a step that is left out: waits that only watch its effect; and what that costs, because others rest
//! their safety on what some ensure.

use super::{Action, Step};
use crate::model::SideName;

impl Step {
    /// Whether it only waits for the effect of that step: without it, it would wait for what nobody asked for.
    pub fn only_watches(&self, of: &Step) -> bool {
        match (&self.action, &of.action) {
            (Action::AwaitServing { group, .. }, Action::Scale { group: scaled, .. })
            | (Action::AwaitPrimary { group, .. }, Action::ScalePrimary { group: scaled, .. }) => group == scaled,
            (Action::AwaitTraffic { to, .. }, Action::SwitchTraffic { to: led, .. }) => to == led,
            // It asks where the users are led, and nobody leads them there.
            (Action::Probe { .. }, Action::SwitchTraffic { .. }) => true,
            _ => false,
        }
    }

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
    fn a_wait_watches_the_step_whose_effect_it_waits_for() {
        let size = crate::model::GroupSize { min: 1, max: 1, desired: 1 };
        let scale = |group: &str| {
            let (tier, group) = (group.to_owned(), group.to_owned());
            step(Action::Scale { tier, group, size, instance_types: vec![] }, false)
        };
        let (tier, group) = ("web".to_owned(), "web".to_owned());
        let wait = step(Action::AwaitServing { tier, group, wanted: 1, accept_percent: 0, timeout_s: 1 }, false);
        assert!(wait.only_watches(&scale("web")));
        assert!(!wait.only_watches(&scale("api")) && !wait.only_watches(&wait));
        assert!(!step(Action::Report, false).only_watches(&scale("web")));
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
