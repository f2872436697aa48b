//! Owns how later runs overtake one that is not finished, so that nobody can go on with it any more.

use super::engine::RunRecord;
use super::journal::RunState;
use crate::plan::runbook::RunKind;

/// What came after a run and stands in its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overtaken {
    /// The run that came after it.
    pub by: String,
    kind: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Declared,
    NeverBegan,
}

impl Overtaken {
    /// What happened, one sentence without its full stop.
    pub fn words(&self) -> String {
        match self.kind {
            Why::Declared => format!("{} was declared after it", self.by),
            Why::NeverBegan => format!("it never began, and {} has come after it", self.by),
        }
    }

    /// Why that ends it.
    pub fn because(&self) -> &'static str {
        match self.kind {
            Why::Declared => "standing the standby down would take its capacity from the users",
            Why::NeverBegan => "it was planned from what was there before that",
        }
    }
}

/// How later runs, newest first, overtake one that is taken up again. A drill and a failback take capacity from the
/// standby: after a later declaration that would take it from the users. One that never began was planned from what was
/// there before any of them.
pub fn overtaken_by(kind: RunKind, state: RunState, later: &[(String, RunKind)]) -> Option<Overtaken> {
    let declared = later.iter().find(|(_, later)| *later == RunKind::Declare).filter(|_| kind != RunKind::Declare);
    if let Some((run, _)) = declared {
        return Some(Overtaken { by: run.clone(), kind: Why::Declared });
    }
    let (run, _) = later.first().filter(|_| state == RunState::New)?;
    Some(Overtaken { by: run.clone(), kind: Why::NeverBegan })
}

/// The same for a run among others, in any order. Those that never began overtake nothing.
pub fn overtaken<'a>(record: &RunRecord, runs: impl IntoIterator<Item = &'a RunRecord>) -> Option<Overtaken> {
    let later = runs.into_iter().filter(|other| other.run > record.run && other.state != RunState::New);
    let mut later: Vec<_> = later.map(|other| (other.run.clone(), other.kind)).collect();
    later.sort_by(|(a, _), (b, _)| b.cmp(a));
    overtaken_by(record.kind, record.state, &later)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::engine::tests::world::{runbook, step};

    #[test]
    fn what_is_taken_up_again_is_stale_after_a_later_declaration_and_if_it_never_began_after_any() {
        use RunKind::{Declare, Drill, Failback};
        let begun = RunState::Stopped;
        for (kind, state, later, stale) in [
            (Declare, begun, &[][..], None),
            (Declare, begun, &[Drill], None),
            (Declare, begun, &[Declare], None),
            (Drill, begun, &[Failback], None),
            (Drill, begun, &[Drill, Declare], Some("later-1 was declared after it")),
            (Failback, begun, &[Declare], Some("later-0 was declared after it")),
            (Failback, RunState::New, &[], None),
            (Failback, RunState::New, &[Failback], Some("it never began, and later-0 has come after it")),
            (Declare, RunState::New, &[Failback, Declare], Some("it never began, and later-0 has come after it")),
        ] {
            let named: Vec<_> = later.iter().enumerate().map(|(n, kind)| (format!("later-{n}"), *kind)).collect();
            let told = overtaken_by(kind, state, &named).map(|overtaken| overtaken.words());
            assert_eq!(told.as_deref(), stale, "{kind:?} {state:?} {later:?}");
        }
    }

    #[test]
    fn only_runs_that_came_later_and_began_overtake() {
        let of = |run: &str, kind, state| {
            let mut record = RunRecord::of(&runbook(run, vec![step("scale", &[])]), &[]);
            (record.kind, record.state) = (kind, state);
            record
        };
        let home = of("r2", RunKind::Failback, RunState::Stopped);
        let before = of("r1", RunKind::Declare, RunState::Ended { degraded: false });
        let planned = of("r3", RunKind::Declare, RunState::New);
        let declared = [of("r4", RunKind::Declare, RunState::Stopped), of("r5", RunKind::Declare, RunState::Abandoned)];
        assert_eq!(overtaken(&home, [&before, &home, &planned]), None);
        let by = |runs: [&RunRecord; 3]| overtaken(&home, runs).map(|overtaken| overtaken.by);
        assert_eq!(by([&home, &declared[0], &declared[1]]).as_deref(), Some("r5"));
        assert_eq!(by([&declared[1], &declared[0], &home]).as_deref(), Some("r5"));
    }
}
