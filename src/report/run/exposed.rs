//! Owns what an ungraceful declaration leaves to a primary that is not fenced and comes back, and what a failback says of what
//! such a one may have written.

use super::value::RunReport;
use crate::plan::declare::{TRAFFIC_GATE, UNFENCED, returns};
use crate::plan::runbook::{Action, Mode, RunKind};
use crate::run::engine::StepRecord;
use crate::run::journal::StepState;

/// What an ungraceful declaration that moved users leaves to a primary that comes back; nothing where it is fenced.
pub(super) fn exposed(report: &RunReport) -> String {
    let (record, steps) = (&report.record, &report.record.steps);
    let switch = |step: &&StepRecord| matches!(step.action, Action::SwitchTraffic { .. }) || step.id.0 == TRAFFIC_GATE;
    let followed = steps.iter().find_map(|step| match &step.action {
        Action::AwaitTraffic { record, .. } => Some(record),
        _ => None,
    });
    let moved = followed.is_some() || steps.iter().any(|step| switch(&step));
    if record.kind != RunKind::Declare || record.mode != Mode::Ungraceful || !moved {
        return String::new();
    }
    let mut told = match steps.iter().find(|step| matches!(step.action, Action::FencePrimary { .. })) {
        Some(fence) if matches!(fence.state, StepState::Succeeded | StepState::AlreadySo) => return String::new(),
        Some(_) => " The primary could not be fenced: what still runs there may go on serving and writing.".to_owned(),
        None => format!(" {}.", sentence(UNFENCED)),
    };
    // Users who follow without anything that moves them are led by Route 53's health checks.
    if let Some(name) = followed.filter(|_| !steps.iter().any(|step| switch(&step))) {
        told.push_str(&format!(" {}: `lifeboat declare --fence`.", sentence(&returns(name))));
    }
    told
}

/// What steps that were carried out have put aside and nobody has seen; nothing where there is nothing of that kind.
pub(super) fn put_aside(report: &RunReport) -> String {
    let done = report.record.steps.iter().filter(|step| step.ended_well());
    done.filter_map(|step| step.action.warning()).map(|warning| format!(" {}.", sentence(&warning))).collect()
}

/// Who was still connected to what a replica followed when its promotion was next; nothing where nobody was.
pub(super) fn connected(report: &RunReport) -> String {
    let open =
        report.record.steps.iter().filter_map(|step| Some((step, step.measures.connections.filter(|n| *n > 0)?)));
    let told = open.map(|(step, count)| {
        let were = if count == 1 { "connection was" } else { "connections were" };
        format!(
            " {count} {were} still open to the source when “{}” had ended: what they wrote until the promotion is lost.",
            step.title
        )
    });
    told.collect()
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::runbook::{Step, StepId};
    use crate::report::run::tests::made_up::{Journal, runbook};

    /// What is told of a declaration with those steps, which are all done.
    fn told(actions: &[(&str, Action)], state: StepState) -> String {
        let mut plan = runbook();
        let template = plan.steps[0].clone();
        let step = |(id, action): &(&str, Action)| Step {
            id: StepId((*id).to_owned()),
            action: action.clone(),
            needs: Default::default(),
            ..template.clone()
        };
        plan.steps = actions.iter().map(step).collect();
        let mut report = Journal::new(plan).report();
        report.record.steps.iter_mut().for_each(|step| step.state = state);
        let text = exposed(&report);
        report.record.mode = Mode::Graceful;
        assert_eq!(exposed(&report), "", "a graceful declaration fences");
        text.trim().to_owned()
    }

    #[test]
    fn what_nobody_fenced_is_said_and_where_users_leave_by_themselves() {
        let follow = Action::AwaitTraffic {
            to: crate::model::SideName::Standby,
            record: "shop.example.com".into(),
            target: None,
            settle_s: 90,
            timeout_s: 900,
        };
        let fence = Action::FencePrimary { groups: vec!["prod-web".into()], events: Default::default() };
        let gate = Action::Gate { question: "lead them".into() };
        let (follow, fence) = (("await-traffic", follow), ("fence-primary", fence));
        assert_eq!(told(&[("report", Action::Report)], StepState::Succeeded), "", "only capacity: nobody moved");
        insta::assert_snapshot!(told(&[(TRAFFIC_GATE, gate), follow.clone()], StepState::Succeeded), @"The primary is not fenced: what still runs there may go on serving and writing; --fence tries.");
        insta::assert_snapshot!(told(std::slice::from_ref(&follow), StepState::Succeeded), @"The primary is not fenced: what still runs there may go on serving and writing; --fence tries. As soon as the primary passes its health check again, Route 53 leads the users of shop.example.com back to it by itself, to data that lacks what was written in the standby; fence it once it answers, until a failback brings the data home: `lifeboat declare --fence`.");
        insta::assert_snapshot!(told(&[fence.clone(), follow.clone()], StepState::Failed), @"The primary could not be fenced: what still runs there may go on serving and writing. As soon as the primary passes its health check again, Route 53 leads the users of shop.example.com back to it by itself, to data that lacks what was written in the standby; fence it once it answers, until a failback brings the data home: `lifeboat declare --fence`.");
        assert_eq!(told(&[fence, follow], StepState::AlreadySo), "");
    }
}
