//! Owns whether a failback has come so far that nothing may be started in the standby, and what comes first then.
//!
//! Its servers would write to a database that was frozen to go home, or whose writes the primary takes by now.

use super::fenced::is_so;
use super::frozen::{Home, Since, home, may_have_acted};
use super::open_run::Ways;
use crate::model::SideName;
use crate::plan::runbook::{Action, RunKind};
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::RunState;

/// A failback that froze the standby or promoted the primary's databases, and is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barred {
    /// The run.
    pub run: String,
    given_up: bool,
    frozen: bool,
    home: Home,
    /// The last declaration since, which has not taken the standby up: nobody can go on with the failback.
    since: Option<Since>,
}

impl Barred {
    /// What the last of these runs, oldest first, allows nobody to start; none where a declaration took the standby up since.
    pub fn by_last(runs: &[RunRecord]) -> Option<Barred> {
        let mut since: Option<Since> = None;
        for record in runs.iter().rev().filter(|record| record.state != RunState::New) {
            match record.kind {
                RunKind::Failback => return Barred::by(record).map(|barred| Barred { since, ..barred }),
                RunKind::Declare if takes_up(record) => return None,
                RunKind::Declare => since = since.or_else(|| Some(Since::of(record))),
                RunKind::Drill => {}
            }
        }
        None
    }

    /// What this run allows nobody to start; none where it took nothing away, or where the standby's databases are replicas
    /// again.
    pub fn by(record: &RunRecord) -> Option<Barred> {
        let acted =
            |wanted: fn(&Action) -> bool| record.steps.iter().any(|step| wanted(&step.action) && may_have_acted(step));
        let over = matches!(record.state, RunState::Ended { .. })
            || acted(|action| matches!(action, Action::StandDown { .. }));
        if record.kind != RunKind::Failback || over {
            return None;
        }
        let (frozen, home) = (acted(|action| matches!(action, Action::FreezeStandby { .. })), home(record));
        let given_up = record.state == RunState::Abandoned;
        let bars = match given_up {
            // Whoever gave it up may serve in the standby again, as long as its databases are what counts.
            true => home != Home::No && !is_protected(record),
            false => frozen || home != Home::No,
        };
        bars.then(|| Barred { run: record.run.clone(), given_up, frozen, home, since: None })
    }

    /// Whether the run can be gone on with.
    pub fn is_open(&self) -> bool {
        !self.given_up
    }

    /// What is so, one sentence without its full stop.
    pub fn words(&self) -> String {
        let run = &self.run;
        match self.given_up {
            true => format!("failback {run} was given up on its way home, and nothing may start in the standby"),
            false => format!("failback {run} is not finished, and nothing may start in the standby before it is"),
        }
    }

    /// Why nothing may start there.
    pub fn why(&self) -> Vec<String> {
        let froze = "it froze the standby, so that what is written there goes home and nothing after it is lost";
        let old = "servers in the standby would write to databases that count no more, and what they write is lost";
        let home = match self.home {
            Home::No => None,
            Home::NotSeen => {
                Some(format!("the primary's databases may take the writes by now (it was not seen): {old}"))
            }
            Home::Yes => Some(format!("the primary's databases take the writes by now: {old}")),
        };
        self.frozen.then(|| froze.to_owned()).into_iter().chain(home).collect()
    }

    /// What to run, each with what it is for; `ways` are those of the run.
    pub fn hints(&self, ways: &Ways) -> Vec<String> {
        let (file, declare) = (ways.file(), format!("lifeboat declare {} --reason TEXT", ways.file()));
        let mut hints = match (&self.since, self.given_up) {
            (Some(Since { run, is_open: true }), given_up) => {
                let on = format!("go on with the declaration that came after it: lifeboat runs resume {file} {run}");
                let over = format!("nobody can go on with the failback, so give it up: {}", ways.abandon());
                return if given_up { vec![on] } else { vec![on, over] };
            }
            (_, true) => vec![format!("lead service home: lifeboat failback {file} --reason TEXT")],
            (None, false) => vec![format!("go on with it: {}", ways.resume())],
            (Some(Since { run, .. }), false) => {
                vec![format!("give it up, because {run} was declared after it: {}", ways.abandon())]
            }
        };
        if self.since.is_some() && !self.given_up {
            hints.push(match self.home {
                Home::No => "then run this again".to_owned(),
                _ => format!("then lead service home: lifeboat failback {file} --reason TEXT"),
            });
        }
        let lost = "which lacks what was written in the primary since";
        match (self.given_up || self.since.is_some(), self.home) {
            (_, Home::No) if self.since.is_some() => {}
            (_, Home::No) => {
                hints.push(format!(
                    "to serve in the standby again, give it up, then run this again: {}",
                    ways.abandon()
                ));
            }
            (true, _) => {
                hints.push(format!("if the primary is lost, lead the users to the standby, {lost}: {declare}"))
            }
            (false, _) => {
                hints.push(format!("if the primary is lost, give it up: {}", ways.abandon()));
                hints.push(format!("then lead the users to the standby, {lost}: {declare}"));
            }
        }
        hints
    }
}

/// Whether a declaration brought the standby up for its users, or began to. One for capacity alone leads nobody there.
pub(super) fn takes_up(record: &RunRecord) -> bool {
    let scales = |step: &StepRecord| matches!(step.action, Action::Scale { .. }) && may_have_acted(step);
    record.scope.tiers.is_empty() && record.steps.iter().any(scales)
}

/// Whether every database that was to be a replica in the standby again is one.
fn is_protected(record: &RunRecord) -> bool {
    let reseeds = |step: &&StepRecord| matches!(step.action, Action::Reseed { side: SideName::Standby, .. });
    let mut reseeds = record.steps.iter().filter(reseeds).peekable();
    reseeds.peek().is_some() && reseeds.all(is_so)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GroupSize;
    use crate::plan::runbook::{Step, Stood};
    use crate::run::engine::tests::world::{runbook, step};
    use crate::run::journal::StepState;

    /// A failback, where its freeze, its promotion and its new replica in the standby stand.
    fn record(states: [StepState; 3], state: RunState) -> RunRecord {
        let of = |id: &str, action| Step { action, ..step(id, &[]) };
        let (data, database) = ("orders".to_owned(), "prod-orders".to_owned());
        let promotion = Action::Promote {
            data: data.clone(),
            side: SideName::Primary,
            database: database.clone(),
            backup_retention_days: 7,
            stood: Stood::Replica,
            timeout_s: 1,
        };
        let reseed = Action::Reseed {
            data,
            side: SideName::Standby,
            database: "shop-orders".into(),
            source: database,
            aside: "aside".into(),
            key: None,
            class: None,
            like: None,
            unfenced: None,
            timeout_s: 1,
        };
        let size = GroupSize { min: 1, max: 2, desired: 1 };
        let steps = vec![
            of("freeze-standby", Action::FreezeStandby { groups: vec!["shop-web".into()] }),
            of("promote-home-orders", promotion),
            of("reseed-standby-orders", reseed),
            of("stand-down-web", Action::StandDown { tier: "web".into(), group: "shop-web".into(), size }),
        ];
        let mut record = RunRecord::of(&runbook("r1", steps), &[]);
        (record.kind, record.state) = (RunKind::Failback, state);
        record.steps.iter_mut().zip(states).for_each(|(step, state)| step.state = state);
        record
    }

    fn declaration(state: StepState) -> RunRecord {
        let size = GroupSize { min: 6, max: 6, desired: 6 };
        let scale = Action::Scale { tier: "web".into(), group: "shop-web".into(), size, instance_types: vec![] };
        let mut record = RunRecord::of(&runbook("r2", vec![Step { action: scale, ..step("scale-web", &[]) }]), &[]);
        (record.state, record.steps[0].state) = (RunState::Stopped, state);
        record
    }

    use StepState::{AlreadySo, Failed, Pending, Skipped, Started, Succeeded};

    #[test]
    fn what_may_not_start_says_why_and_what_comes_first() {
        let told = |states, state| {
            let barred = Barred::by(&record(states, state)).expect("barred");
            let hints = barred.hints(&Ways::ended("shop.yaml", "r1", None));
            [vec![barred.words()], barred.why(), hints].concat().join("\n")
        };
        insta::assert_snapshot!(told([Succeeded, Succeeded, Pending], RunState::Stopped), @r"
        failback r1 is not finished, and nothing may start in the standby before it is
        it froze the standby, so that what is written there goes home and nothing after it is lost
        the primary's databases take the writes by now: servers in the standby would write to databases that count no more, and what they write is lost
        go on with it: lifeboat runs resume shop.yaml r1
        if the primary is lost, give it up: lifeboat runs abandon shop.yaml r1 --because TEXT
        then lead the users to the standby, which lacks what was written in the primary since: lifeboat declare shop.yaml --reason TEXT
        ");
        insta::assert_snapshot!(told([Succeeded, Failed, Pending], RunState::Stopped), @r"
        failback r1 is not finished, and nothing may start in the standby before it is
        it froze the standby, so that what is written there goes home and nothing after it is lost
        go on with it: lifeboat runs resume shop.yaml r1
        to serve in the standby again, give it up, then run this again: lifeboat runs abandon shop.yaml r1 --because TEXT
        ");
        insta::assert_snapshot!(told([AlreadySo, Succeeded, Failed], RunState::Abandoned), @r"
        failback r1 was given up on its way home, and nothing may start in the standby
        it froze the standby, so that what is written there goes home and nothing after it is lost
        the primary's databases take the writes by now: servers in the standby would write to databases that count no more, and what they write is lost
        lead service home: lifeboat failback shop.yaml --reason TEXT
        if the primary is lost, lead the users to the standby, which lacks what was written in the primary since: lifeboat declare shop.yaml --reason TEXT
        ");
        insta::assert_snapshot!(told([Skipped, Started, Pending], RunState::Running), @r"
        failback r1 is not finished, and nothing may start in the standby before it is
        the primary's databases may take the writes by now (it was not seen): servers in the standby would write to databases that count no more, and what they write is lost
        go on with it: lifeboat runs resume shop.yaml r1
        if the primary is lost, give it up: lifeboat runs abandon shop.yaml r1 --because TEXT
        then lead the users to the standby, which lacks what was written in the primary since: lifeboat declare shop.yaml --reason TEXT
        ");
    }

    #[test]
    fn nothing_is_barred_before_the_freeze_after_the_end_or_once_the_databases_are_replicas_again() {
        let none = |states, state| assert_eq!(Barred::by(&record(states, state)), None, "{states:?} {state:?}");
        none([Pending, Pending, Pending], RunState::Stopped);
        none([Succeeded, Succeeded, Succeeded], RunState::Ended { degraded: false });
        none([Succeeded, Failed, Pending], RunState::Abandoned);
        none([Succeeded, Succeeded, AlreadySo], RunState::Abandoned);
        let mut down = record([Succeeded, Succeeded, Succeeded], RunState::Stopped);
        assert!(Barred::by(&down).is_some(), "its resumption would undo it");
        down.steps[3].state = Failed;
        assert_eq!(Barred::by(&down), None);
    }

    #[test]
    fn a_declaration_that_took_the_standby_up_since_ends_it_and_capacity_alone_does_not() {
        let home = record([Succeeded, Succeeded, Pending], RunState::Abandoned);
        assert!(Barred::by_last(std::slice::from_ref(&home)).is_some());
        assert_eq!(Barred::by_last(&[home.clone(), declaration(Succeeded)]), None);
        assert!(Barred::by_last(&[home.clone(), declaration(Pending)]).is_some(), "nothing was started");
        let mut capacity = declaration(Succeeded);
        capacity.scope.tiers = vec!["web".into()];
        assert!(Barred::by_last(&[home.clone(), capacity]).is_some());
        // What only began says what comes first by what it is.
        let mut begun = declaration(Pending);
        let told = |failback: &RunRecord, begun: &RunRecord| {
            let barred = Barred::by_last(&[failback.clone(), begun.clone()]).expect("barred");
            barred.hints(&Ways::ended("shop.yaml", "r1", None)).join("\n")
        };
        let stopped = record([Succeeded, Succeeded, Pending], RunState::Stopped);
        insta::assert_snapshot!(told(&stopped, &begun), @r"
        go on with the declaration that came after it: lifeboat runs resume shop.yaml r2
        nobody can go on with the failback, so give it up: lifeboat runs abandon shop.yaml r1 --because TEXT
        ");
        begun.state = RunState::Abandoned;
        insta::assert_snapshot!(told(&stopped, &begun), @r"
        give it up, because r2 was declared after it: lifeboat runs abandon shop.yaml r1 --because TEXT
        then lead service home: lifeboat failback shop.yaml --reason TEXT
        if the primary is lost, lead the users to the standby, which lacks what was written in the primary since: lifeboat declare shop.yaml --reason TEXT
        ");
        let promoted = record([Succeeded, Failed, Pending], RunState::Stopped);
        insta::assert_snapshot!(told(&promoted, &begun), @r"
        give it up, because r2 was declared after it: lifeboat runs abandon shop.yaml r1 --because TEXT
        then run this again
        ");
        let ended = record([Succeeded; 3], RunState::Ended { degraded: false });
        assert_eq!(Barred::by_last(&[home, ended]), None);
    }
}
