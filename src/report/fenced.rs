//! Owns whether a declaration left the primary fenced at zero before anybody served in the standby, and what brings service
//! back then.

use super::open_run::Ways;
use crate::model::SideName;
use crate::plan::runbook::{Action, RunKind};
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::{RunState, StepState};

/// A declaration that fenced the primary, and has not led the users to the standby.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fenced {
    /// The run.
    pub run: String,
    state: RunState,
    /// Whether the fence was seen to stand; otherwise it may.
    stands: bool,
    /// Whether a database of the standby takes the writes, or may: the primary's does not follow it.
    away: bool,
}

impl Fenced {
    /// What the last declaration of these runs, oldest first, left fenced; none where a later failback brought the primary's
    /// servers up again.
    pub fn by_last(runs: &[RunRecord]) -> Option<Fenced> {
        let began = |record: &&RunRecord| record.kind != RunKind::Drill && record.state != RunState::New;
        for record in runs.iter().rev().filter(began) {
            if record.kind == RunKind::Declare {
                return Fenced::by(record);
            }
            let up = |step: &StepRecord| matches!(step.action, Action::AwaitPrimary { .. }) && is_so(step);
            if matches!(record.state, RunState::Ended { .. }) || record.steps.iter().any(up) {
                return None;
            }
        }
        None
    }

    /// What this run left fenced; none where it fenced nothing, led the users over, or came to its end.
    pub fn by(record: &RunRecord) -> Option<Fenced> {
        let fence = |step: &&StepRecord| matches!(step.action, Action::FencePrimary { .. }) && may_be_so(step);
        let over = matches!(record.state, RunState::Ended { .. }) || record.steps.iter().any(leads_over);
        if record.kind != RunKind::Declare || over {
            return None;
        }
        let fence = record.steps.iter().find(fence)?;
        let away = |step: &StepRecord| {
            matches!(step.action, Action::Promote { side: SideName::Standby, .. }) && may_be_so(step)
        };
        Some(Fenced {
            run: record.run.clone(),
            state: record.state,
            stands: is_so(fence),
            away: record.steps.iter().any(away),
        })
    }

    /// What is so, one sentence without its full stop.
    pub fn words(&self) -> String {
        let run = &self.run;
        let how = match self.state {
            RunState::Stopped => "and stopped before the users were led to the standby",
            RunState::Abandoned => "and was given up before the users were led to the standby",
            RunState::New | RunState::Running | RunState::Ended { .. } => {
                "and has not led the users to the standby yet"
            }
        };
        match self.stands {
            true => format!("service is DOWN: run {run} fenced the primary at zero, {how}, so nobody serves"),
            false => format!(
                "service may be DOWN: run {run} began to fence the primary (whether it is at zero was not seen), {how}"
            ),
        }
    }

    /// What to run.
    pub fn advice(&self, ways: &Ways) -> String {
        let file = ways.file();
        let home = format!("`lifeboat failback {file} --reason TEXT` brings the primary back");
        let long = match self.away {
            true => ", once it has copied all data home: the standby's database was promoted, or may have been",
            false => "",
        };
        match self.state {
            RunState::Abandoned => {
                format!("{home}{long}; `lifeboat declare {file} --reason TEXT` leads the users to the standby instead")
            }
            _ if ways.is_alive() => format!("watch it: `{}`", ways.watch()),
            _ => format!(
                "`{}` goes on to the standby; to serve in the primary again, give the run up with `{}`: then {home}{long}",
                ways.resume(),
                ways.abandon()
            ),
        }
    }
}

/// Whether users are led to the standby by this step, or may be.
fn leads_over(step: &StepRecord) -> bool {
    step.leads_to(RunKind::Declare) == Some(SideName::Standby) && is_so(step)
}

pub(super) fn is_so(step: &StepRecord) -> bool {
    matches!(step.state, StepState::Succeeded | StepState::AlreadySo)
}

/// Whether anything of the step may have happened: what was refused at once has left nothing behind. What the run went on
/// without was a primary that could not be had.
pub(super) fn may_be_so(step: &StepRecord) -> bool {
    let left = || !step.best_effort && step.failure.as_ref().is_some_and(|failure| !failure.left_behind.is_empty());
    match step.state {
        StepState::Pending | StepState::Skipped => false,
        StepState::Failed => left(),
        StepState::Started | StepState::Unknown | StepState::Succeeded | StepState::AlreadySo => true,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::plan::runbook::{Mode, Step, StepId, Stood};
    use crate::run::engine::StepFailure;
    use crate::run::engine::tests::world::{runbook, step};

    /// A switchover, where its fence, its promotion and its users stand.
    pub(in crate::report) fn switchover(states: [StepState; 3], state: RunState) -> RunRecord {
        let promotion = Action::Promote {
            data: "orders".into(),
            side: SideName::Standby,
            database: "shop-orders".into(),
            backup_retention_days: 7,
            stood: Stood::Replica,
            timeout_s: 1,
        };
        let of = |id: &str, action| Step { action, ..step(id, &[]) };
        let fence = Action::FencePrimary { groups: vec!["prod-web".into()], events: Default::default() };
        let wait = Action::AwaitTraffic {
            to: SideName::Standby,
            record: "shop.example.com".into(),
            target: None,
            settle_s: 1,
            timeout_s: 1,
        };
        let ids = ["fence-primary", "promote-orders", "await-traffic"];
        let steps = vec![of(ids[0], fence), of(ids[1], promotion), of(ids[2], wait)];
        let mut record = RunRecord::of(&runbook("r1", steps), &[]);
        (record.mode, record.state) = (Mode::Graceful, state);
        for (id, state) in ids.into_iter().zip(states) {
            let found = record.steps.iter_mut().find(|step| step.id == StepId(id.into()));
            found.expect("the step").state = state;
        }
        record
    }

    #[test]
    fn a_switchover_that_fenced_production_and_led_nobody_over_says_that_nobody_serves_and_both_ways_out() {
        use StepState::{AlreadySo, Failed, Pending, Skipped, Started, Succeeded, Unknown};
        let told = |states, state, kept| {
            let fenced = Fenced::by(&switchover(states, state)).expect("fenced");
            format!("{}\n{}", fenced.words(), fenced.advice(&Ways::ended("shop.yaml", "r1", kept)))
        };
        insta::assert_snapshot!(told([Succeeded, Failed, Pending], RunState::Stopped, None), @r"
        service is DOWN: run r1 fenced the primary at zero, and stopped before the users were led to the standby, so nobody serves
        `lifeboat runs resume shop.yaml r1` goes on to the standby; to serve in the primary again, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat failback shop.yaml --reason TEXT` brings the primary back
        ");
        insta::assert_snapshot!(told([Unknown, Pending, Pending], RunState::Running, Some("aaaaaaaa")), @r"
        service may be DOWN: run r1 began to fence the primary (whether it is at zero was not seen), and has not led the users to the standby yet
        `lifeboat runs resume shop.yaml r1 --take-over aaaaaaaa` goes on to the standby; to serve in the primary again, give the run up with `lifeboat runs abandon shop.yaml r1 --take-over aaaaaaaa --because TEXT`: then `lifeboat failback shop.yaml --reason TEXT` brings the primary back
        ");
        insta::assert_snapshot!(told([AlreadySo, Succeeded, Failed], RunState::Abandoned, None), @r"
        service is DOWN: run r1 fenced the primary at zero, and was given up before the users were led to the standby, so nobody serves
        `lifeboat failback shop.yaml --reason TEXT` brings the primary back, once it has copied all data home: the standby's database was promoted, or may have been; `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby instead
        ");
        let none = |states, state| assert_eq!(Fenced::by(&switchover(states, state)), None, "{states:?} {state:?}");
        none([Pending, Pending, Pending], RunState::Stopped);
        none([Skipped, Succeeded, Pending], RunState::Stopped);
        none([Succeeded, Succeeded, Succeeded], RunState::Stopped);
        none([Succeeded, Succeeded, Pending], RunState::Ended { degraded: true });
        // A fence that was refused at once is none; one that gave up waiting has set sizes.
        none([Failed, Pending, Pending], RunState::Stopped);
        let mut late = switchover([Failed, Pending, Pending], RunState::Stopped);
        let left = vec!["shop-web is at zero".into()];
        late.steps[0].failure = Some(StepFailure { what: "late".into(), why: vec![], left_behind: left, hint: None });
        assert!(Fenced::by(&late).is_some_and(|fenced| !fenced.stands));
        assert!(Fenced::by(&switchover([Started, Pending, Pending], RunState::Running)).is_some());
    }

    #[test]
    fn a_failback_that_brought_the_primary_up_ends_it() {
        let fenced = switchover([StepState::Succeeded, StepState::Failed, StepState::Pending], RunState::Abandoned);
        let (mut home, mut drill) = (fenced.clone(), fenced.clone());
        (home.kind, home.state, drill.kind) = (RunKind::Failback, RunState::Stopped, RunKind::Drill);
        assert!(Fenced::by_last(&[fenced.clone(), drill]).is_some());
        assert!(Fenced::by_last(&[fenced.clone(), home.clone()]).is_some(), "it has brought up nothing yet");
        home.state = RunState::Ended { degraded: false };
        assert_eq!(Fenced::by_last(&[fenced.clone(), home]), None);
        let mut later = fenced.clone();
        later.state = RunState::Ended { degraded: false };
        assert_eq!(Fenced::by_last(&[fenced, later]), None);
        assert_eq!(Fenced::by_last(&[]), None);
    }
}
