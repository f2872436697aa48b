//! Owns whether a failback left the standby frozen at zero, and what brings service back then.

use super::fenced::{is_so, may_be_so};
use super::open_run::Ways;
use crate::model::SideName;
use crate::plan::runbook::{Action, RunKind};
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::{RunState, StepState};

/// A failback that froze the standby and has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The run.
    pub run: String,
    state: RunState,
    home: Home,
    /// Whether event sources or scheduled actions were taken off.
    quiet: bool,
}

/// Whether a database of the primary takes the writes: the standby's lacks them from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    No,
    /// Its promotion was ordered, or may have been, and was not seen to end.
    NotSeen,
    Yes,
}

impl Frozen {
    /// What the last failback of these runs, oldest first, left frozen.
    pub fn by_last(runs: &[RunRecord]) -> Option<Frozen> {
        runs.iter().rev().find(|record| record.kind == RunKind::Failback).and_then(Frozen::by)
    }

    /// What this run left frozen; none where it froze nothing, or came to its end.
    pub fn by(record: &RunRecord) -> Option<Frozen> {
        let is =
            |wanted: fn(&Action) -> bool| record.steps.iter().any(|step| wanted(&step.action) && may_have_acted(step));
        let stood_down = |step: &StepRecord| matches!(step.action, Action::StandDown { .. }) && may_have_acted(step);
        let over = matches!(record.state, RunState::Ended { .. }) || record.steps.iter().any(stood_down);
        if record.kind != RunKind::Failback || over || !is(|action| matches!(action, Action::FreezeStandby { .. })) {
            return None;
        }
        Some(Frozen {
            run: record.run.clone(),
            state: record.state,
            home: home(record),
            quiet: is(|action| matches!(action, Action::DisableEvents { .. } | Action::DisableSchedules { .. })),
        })
    }

    /// What is so, as the end of "the standby is ...".
    pub fn words(&self) -> String {
        let which = match self.state {
            RunState::Stopped => "which stopped",
            RunState::Abandoned => "which was given up",
            RunState::New | RunState::Running | RunState::Ended { .. } => "which is under way",
        };
        format!("frozen by failback {}, {which}: service is down unless the primary serves", self.run)
    }

    /// What to run; `ways` are those of the run. Where the way home needs a primary that may be lost, the other way is named.
    pub fn advice(&self, ways: &Ways) -> String {
        let file = ways.file();
        let (resume, abandon) = (ways.resume(), ways.abandon());
        let writes = match self.home {
            Home::Yes => {
                "the primary's databases take the writes by now, so nothing may serve in the standby beside them: "
            }
            Home::NotSeen => {
                "the primary's databases may take the writes by now (it was not seen), so nothing may serve in the standby \
                 beside them: "
            }
            Home::No => "",
        };
        let declare = format!("`lifeboat declare {file} --reason TEXT`");
        let back = match self.quiet {
            true => format!(
                "`lifeboat scale {file} --to full` brings it back, and {declare} its event sources and scheduled actions, too"
            ),
            false => format!("`lifeboat scale {file} --to full` brings it back"),
        };
        let lost = "without what was written in the primary since";
        match (self.state, self.home) {
            (RunState::Abandoned, Home::No) => back,
            (RunState::Abandoned, _) => format!(
                "{writes}`lifeboat failback {file} --reason TEXT` leads service home; if the primary is lost, {declare} \
                 leads the users to the standby again, {lost}"
            ),
            _ if ways.is_alive() => format!("watch it: `{}`", ways.watch()),
            (_, Home::No) => format!(
                "`{resume}` goes on; to serve in the standby again, give the run up with `{abandon}`: then {back}"
            ),
            (_, _) => format!(
                "{writes}`{resume}` goes on leading service home; if the primary is lost, give the run up with \
                 `{abandon}`: then {declare} leads the users to the standby again, {lost}"
            ),
        }
    }
}

/// Whether the primary's databases take the writes. Those that an earlier failback had promoted do: this one only makes
/// replicas of them.
pub(super) fn home(record: &RunRecord) -> Home {
    let promotions = || {
        let home = |step: &&StepRecord| matches!(step.action, Action::Promote { side: SideName::Primary, .. });
        record.steps.iter().filter(home)
    };
    match (promotions().any(is_so) || is_back_since(record), promotions().any(may_be_so)) {
        (true, _) => Home::Yes,
        (false, true) => Home::NotSeen,
        (false, false) => Home::No,
    }
}

/// Whether a database is only protected again: its writes were home before this run began.
fn is_back_since(record: &RunRecord) -> bool {
    let promoted = |of: &str| {
        let is = |step: &StepRecord| matches!(&step.action, Action::Promote { side: SideName::Primary, data, .. } if data == of);
        record.steps.iter().any(is)
    };
    let protects = |step: &StepRecord| match &step.action {
        Action::Reseed { side: SideName::Standby, data, .. } => !promoted(data),
        _ => false,
    };
    record.steps.iter().any(protects)
}

/// Whether anything of the step may have happened. What is to be ensured again has happened once.
pub(super) fn may_have_acted(step: &StepRecord) -> bool {
    match step.state {
        StepState::Pending => step.attempts > 0,
        StepState::Skipped => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GroupSize;
    use crate::plan::runbook::{Step, StepId};
    use crate::run::engine::StepFailure;
    use crate::run::engine::tests::world::{runbook, step};

    /// A failback of three steps that stopped, where each stands.
    fn record(freeze: StepState, promote: StepState, down: StepState, state: RunState) -> RunRecord {
        let size = GroupSize { min: 1, max: 2, desired: 1 };
        let promotion = Action::Promote {
            data: "orders".into(),
            side: SideName::Primary,
            database: "prod-orders".into(),
            backup_retention_days: 7,
            stood: crate::plan::runbook::Stood::Replica,
            timeout_s: 1,
        };
        let of = |id: &str, action| Step { action, ..step(id, &[]) };
        let steps = vec![
            of("freeze-standby", Action::FreezeStandby { groups: vec!["shop-web".into()] }),
            of("promote-home-orders", promotion),
            of("stand-down-web", Action::StandDown { tier: "web".into(), group: "shop-web".into(), size }),
        ];
        let mut record = RunRecord::of(&runbook("r1", steps), &[]);
        (record.kind, record.state) = (RunKind::Failback, state);
        for (id, state) in [("freeze-standby", freeze), ("promote-home-orders", promote), ("stand-down-web", down)] {
            let found = record.steps.iter_mut().find(|step| step.id == StepId(id.into()));
            found.expect("the step").state = state;
        }
        record
    }

    #[test]
    fn a_failback_that_froze_the_standby_and_did_not_end_says_what_is_so_and_what_to_run() {
        use StepState::{AlreadySo, Failed, Pending, Skipped, Started, Succeeded, Unknown};
        let none = |freeze, promote, down, state| assert_eq!(Frozen::by(&record(freeze, promote, down, state)), None);
        none(Pending, Pending, Pending, RunState::Stopped);
        none(Skipped, Succeeded, Pending, RunState::Abandoned);
        none(Succeeded, Succeeded, Succeeded, RunState::Stopped);
        none(Succeeded, Succeeded, Pending, RunState::Ended { degraded: false });
        let told = |promote, state, kept| {
            let frozen = Frozen::by(&record(Succeeded, promote, Pending, state)).expect("frozen");
            format!("{}\n{}", frozen.words(), frozen.advice(&Ways::ended("shop.yaml", "r1", kept)))
        };
        insta::assert_snapshot!(told(Succeeded, RunState::Stopped, None), @r"
        frozen by failback r1, which stopped: service is down unless the primary serves
        the primary's databases take the writes by now, so nothing may serve in the standby beside them: `lifeboat runs resume shop.yaml r1` goes on leading service home; if the primary is lost, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since
        ");
        // A promotion that was refused is none, and one that was cut off may be one.
        insta::assert_snapshot!(told(Failed, RunState::Stopped, None), @r"
        frozen by failback r1, which stopped: service is down unless the primary serves
        `lifeboat runs resume shop.yaml r1` goes on; to serve in the standby again, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat scale shop.yaml --to full` brings it back
        ");
        insta::assert_snapshot!(told(Started, RunState::Running, Some("aaaaaaaa")), @r"
        frozen by failback r1, which is under way: service is down unless the primary serves
        the primary's databases may take the writes by now (it was not seen), so nothing may serve in the standby beside them: `lifeboat runs resume shop.yaml r1 --take-over aaaaaaaa` goes on leading service home; if the primary is lost, give the run up with `lifeboat runs abandon shop.yaml r1 --take-over aaaaaaaa --because TEXT`: then `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since
        ");
        insta::assert_snapshot!(told(Pending, RunState::Abandoned, None), @r"
        frozen by failback r1, which was given up: service is down unless the primary serves
        `lifeboat scale shop.yaml --to full` brings it back
        ");
        insta::assert_snapshot!(told(AlreadySo, RunState::Abandoned, None), @r"
        frozen by failback r1, which was given up: service is down unless the primary serves
        the primary's databases take the writes by now, so nothing may serve in the standby beside them: `lifeboat failback shop.yaml --reason TEXT` leads service home; if the primary is lost, `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since
        ");
        assert_eq!(told(Failed, RunState::Stopped, None), told(Pending, RunState::Stopped, None));
        assert!(Frozen::by(&record(Unknown, Pending, Pending, RunState::Stopped)).is_some(), "it may be at zero");
        // One that gave up waiting was ordered.
        let mut late = record(Succeeded, Failed, Pending, RunState::Stopped);
        let left = vec!["the promotion goes on".into()];
        late.steps[1].failure = Some(StepFailure { what: "late".into(), why: vec![], left_behind: left, hint: None });
        assert_eq!(Frozen::by(&late).expect("frozen").home, Home::NotSeen);
    }

    #[test]
    fn only_the_last_failback_counts() {
        let stopped = record(StepState::Succeeded, StepState::Pending, StepState::Pending, RunState::Abandoned);
        let mut ended = stopped.clone();
        ended.state = RunState::Ended { degraded: false };
        let mut drill = ended.clone();
        drill.kind = RunKind::Drill;
        assert!(Frozen::by_last(&[stopped.clone(), drill]).is_some());
        assert_eq!(Frozen::by_last(&[stopped, ended]), None);
        assert_eq!(Frozen::by_last(&[]), None);
    }
}
