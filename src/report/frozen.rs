//! Owns whether a failback left the standby frozen at zero, and what brings service back then.

use super::barred::takes_up;
use super::copies::name_back;
use super::fenced::{is_so, may_be_so};
use super::open_run::Ways;
use crate::model::{Region, SideName};
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
    /// Whether the users were led home, and the primary was seen to serve them.
    at_home: bool,
    /// Databases of the standby that may have been put aside for a replica that was not seen: each name, and the one aside.
    aside: Vec<(String, String)>,
    /// The last declaration since, which has not brought the standby up: nobody can go on with the failback.
    since: Option<Since>,
}

/// A declaration that came after a failback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Since {
    pub(super) run: String,
    pub(super) is_open: bool,
}

impl Since {
    pub(super) fn of(record: &RunRecord) -> Since {
        Since { run: record.run.clone(), is_open: !record.state.is_final() }
    }
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
    /// What the last failback of these runs, oldest first, left frozen; none where a declaration brought the standby up
    /// since, or began to.
    pub fn by_last(runs: &[RunRecord]) -> Option<Frozen> {
        let mut since: Option<Since> = None;
        for record in runs.iter().rev().filter(|record| record.state != RunState::New) {
            match record.kind {
                RunKind::Failback => {
                    // Where the users are after a declaration is not this run's to say.
                    let told = |frozen: Frozen| Frozen { at_home: frozen.at_home && since.is_none(), since, ..frozen };
                    return Frozen::by(record).map(told);
                }
                RunKind::Declare if takes_up(record) => return None,
                RunKind::Declare => since = since.or_else(|| Some(Since::of(record))),
                RunKind::Drill => {}
            }
        }
        None
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
            at_home: serves_at_home(record),
            aside: put_aside(record),
            since: None,
        })
    }

    /// What is so, as the end of "the standby is ...".
    pub fn words(&self) -> String {
        let which = match self.state {
            RunState::Stopped => "which stopped",
            RunState::Abandoned => "which was given up",
            RunState::New | RunState::Running | RunState::Ended { .. } => "which is under way",
        };
        let then = match (self.at_home, self.state) {
            (false, _) => "service is down unless the primary serves",
            (true, RunState::Abandoned) => {
                "the users were led home and the primary was seen to serve them, and nothing stands by for it until \
                 another failback has made a standby again"
            }
            (true, _) => {
                "the users were led home and the primary was seen to serve them, and nothing stands by for it until \
                 this failback is finished"
            }
        };
        format!("frozen by failback {}, {which}: {then}", self.run)
    }

    /// Whether service is down for all this run knows.
    pub fn is_down(&self) -> bool {
        !self.at_home
    }

    /// What to run; `ways` are those of the run, `region` is that of the standby. Where the way home needs a primary that may
    /// be lost, the other way is named.
    pub fn advice(&self, ways: &Ways, region: &Region) -> String {
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
        let first: String = self.aside.iter().map(|(id, kept)| name_first(id, kept, region)).collect();
        let over =
            format!("{declare} leads the users to the standby again, without what was written in the primary since");
        let (goes_on, leads) = match self.at_home {
            true => ("making it all a standby again", "makes it all a standby again"),
            false => ("leading service home", "leads service home"),
        };
        // Another failback finds what this one put aside; a declaration takes nothing but what has the name.
        let given_up = match self.home {
            Home::No => back,
            _ => format!("`lifeboat failback {file} --reason TEXT` {leads}; if the primary is lost, {first}{over}"),
        };
        match (self.state, self.home, &self.since) {
            _ if ways.is_alive() => format!("watch it: `{}`", ways.watch()),
            (state, _, Some(Since { run, is_open: true })) => {
                let on = format!("`lifeboat runs resume {file} {run}` goes on with the declaration that came after it");
                match state {
                    RunState::Abandoned => on,
                    _ => format!("{on}; nobody can go on with the failback: give it up with `{abandon}`"),
                }
            }
            (RunState::Abandoned, ..) => format!("{writes}{given_up}"),
            (_, _, Some(Since { run, .. })) => format!(
                "{writes}nobody can go on with it, because {run} was declared after it; give it up with `{abandon}`: then \
                 {given_up}"
            ),
            (_, Home::No, None) => format!(
                "`{resume}` goes on; to serve in the standby again, give the run up with `{abandon}`: then {given_up}"
            ),
            (_, _, None) => format!(
                "{writes}`{resume}` goes on {goes_on}; if the primary is lost, give the run up with `{abandon}`: then \
                 {first}{over}"
            ),
        }
    }
}

/// What comes first where a database was put aside.
fn name_first(id: &str, kept: &str, region: &Region) -> String {
    format!(
        "where {id} was put aside, give it its name back with `{}` and wait until it is available; ",
        name_back(region, kept, id)
    )
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

/// Whether the users were led home and the primary was seen to serve them: what was to be seen of that was seen, or a person
/// went on without some of it.
fn serves_at_home(record: &RunRecord) -> bool {
    let sees = |step: &&StepRecord| {
        matches!(step.action, Action::AwaitTraffic { to: SideName::Primary, .. } | Action::Probe { .. })
    };
    let mut seen = record.steps.iter().filter(sees);
    seen.clone().any(is_so) && seen.all(|step| is_so(step) || step.state == StepState::Skipped)
}

/// The databases of the standby whose making anew may have begun and was not seen to end: what was there may be aside.
fn put_aside(record: &RunRecord) -> Vec<(String, String)> {
    let begun = record.steps.iter().filter(|step| may_have_acted(step) && !is_so(step));
    let aside = begun.filter_map(|step| match &step.action {
        Action::Reseed { side: SideName::Standby, database, aside, .. } => Some((database.clone(), aside.clone())),
        _ => None,
    });
    aside.collect()
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
#[path = "frozen_tests.rs"]
mod tests;
