//! Owns how a run that is not finished is told: who carries it out, or that nobody does; and the commands that watch it, go
//! on with it or give it up, in the form that works while a lease is held.

use serde_json::{Value, json};

use super::age::moment;
use super::runs::{HeldBy, kind};
use super::style::printable;
use crate::run::engine::RunRecord;
use crate::run::journal::RunState;
use crate::run::overtaken::Overtaken;

/// The commands for one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    file: String,
    run: String,
    lease: Option<String>,
    alive: bool,
}

impl Ways {
    /// For the environment file, as the user wrote it; `held_by`: who has the lease for that run.
    pub fn of(file: &str, run: &str, held_by: Option<&HeldBy>) -> Ways {
        Ways {
            file: file.to_owned(),
            run: run.to_owned(),
            lease: held_by.map(|by| by.lease.clone()),
            alive: held_by.is_some_and(|by| by.gone_since.is_none()),
        }
    }

    /// For a run whose process is known to have ended; `kept`: the lease that it could not give back.
    pub fn ended(file: &str, run: &str, kept: Option<&str>) -> Ways {
        Ways { file: file.to_owned(), run: run.to_owned(), lease: kept.map(str::to_owned), alive: false }
    }

    /// The environment file, as the user wrote it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether a process that is alive carries the run out.
    pub fn is_alive(&self) -> bool {
        self.alive
    }

    /// The command that shows the run as it goes on.
    pub fn watch(&self) -> String {
        format!("lifeboat runs show {} {} --follow", self.file, self.run)
    }

    /// The command that goes on with it.
    pub fn resume(&self) -> String {
        format!("lifeboat runs resume {} {}{}", self.file, self.run, self.over())
    }

    /// The command that gives it up.
    pub fn abandon(&self) -> String {
        format!("lifeboat runs abandon {} {}{} --because TEXT", self.file, self.run, self.over())
    }

    fn over(&self) -> String {
        self.lease.as_ref().map(|lease| format!(" --take-over {lease}")).unwrap_or_default()
    }
}

/// A run that has begun, or is just being begun, and has not come to its end.
#[derive(Debug, Clone)]
pub struct OpenRun {
    /// Its id.
    pub run: String,
    words: String,
    ways: Ways,
    overtaken: Option<Overtaken>,
}

impl OpenRun {
    /// That run, where it is open; `overtaken`: that nobody can go on with it, because of what came after it.
    pub fn of(
        record: &RunRecord,
        overtaken: Option<Overtaken>,
        held_by: Option<&HeldBy>,
        file: &str,
    ) -> Option<OpenRun> {
        let is_open = !record.state.is_final() && (record.state != RunState::New || held_by.is_some());
        if !is_open {
            return None;
        }
        let named = format!("run {} ({}{})", printable(&record.run), kind(record.kind), record.scope);
        let words = match held_by {
            Some(HeldBy { holder, gone_since: None, .. }) => format!("{named} is going on, by {holder}"),
            Some(HeldBy { holder, gone_since: Some(since), .. }) => {
                format!("{named} is not finished, and its process, {holder}, is gone since {}", moment(*since))
            }
            None => {
                let because = record.because.as_deref().map(|why| format!(": {}", printable(why))).unwrap_or_default();
                format!("{named} stopped part-way{because}")
            }
        };
        Some(OpenRun { run: record.run.clone(), words, ways: Ways::of(file, &record.run, held_by), overtaken })
    }

    /// What is so, one sentence.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Its commands.
    pub fn ways(&self) -> &Ways {
        &self.ways
    }

    /// What to run, each with what it is for.
    pub fn advice(&self) -> Vec<String> {
        let give_up = format!("give it up: {}", self.ways.abandon());
        match (self.ways.is_alive(), &self.overtaken) {
            (true, _) => vec![format!("watch it: {}", self.ways.watch())],
            (false, None) => vec![format!("go on with it: {}", self.ways.resume()), give_up],
            (false, Some(overtaken)) => {
                vec![format!("nobody can go on with it, because {}; {give_up}", printable(&overtaken.words()))]
            }
        }
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        json!({ "run": self.run, "words": self.words, "going_on": self.ways.is_alive(), "next": self.advice() })
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::plan::runbook::RunKind;
    use crate::run::engine::tests::world::{runbook, step};
    use crate::run::overtaken::overtaken_by;

    fn told(state: RunState, gone_since: Option<Option<Timestamp>>) -> String {
        told_after(state, gone_since, None)
    }

    fn told_after(state: RunState, gone_since: Option<Option<Timestamp>>, overtaken: Option<Overtaken>) -> String {
        let mut record = RunRecord::of(&runbook("r1", vec![step("scale", &[])]), &[]);
        (record.state, record.because) = (state, Some("failed: scale".into()));
        let held =
            gone_since.map(|gone_since| HeldBy { holder: "ana on desk".into(), lease: "aaaaaaaa".into(), gone_since });
        match OpenRun::of(&record, overtaken, held.as_ref(), "shop.yaml") {
            Some(open) => format!("{}\n{}", open.words(), open.advice().join("\n")),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn a_run_that_was_overtaken_can_only_be_given_up() {
        let declared = overtaken_by(RunKind::Failback, RunState::Stopped, &[("r2".into(), RunKind::Declare)]);
        insta::assert_snapshot!(told_after(RunState::Stopped, None, declared.clone()), @r"
        run r1 (declare) stopped part-way: failed: scale
        nobody can go on with it, because r2 was declared after it; give it up: lifeboat runs abandon shop.yaml r1 --because TEXT
        ");
        let gone = told_after(RunState::Running, Some(Some(Timestamp::UNIX_EPOCH)), declared.clone());
        assert!(gone.contains("abandon shop.yaml r1 --take-over aaaaaaaa") && !gone.contains("resume"), "{gone}");
        assert!(told_after(RunState::Running, Some(None), declared).contains("watch it"), "its process is alive");
    }

    #[test]
    fn an_open_run_is_told_with_commands_that_work() {
        insta::assert_snapshot!(told(RunState::Stopped, None), @r"
        run r1 (declare) stopped part-way: failed: scale
        go on with it: lifeboat runs resume shop.yaml r1
        give it up: lifeboat runs abandon shop.yaml r1 --because TEXT
        ");
        insta::assert_snapshot!(told(RunState::Running, Some(None)), @r"
        run r1 (declare) is going on, by ana on desk
        watch it: lifeboat runs show shop.yaml r1 --follow
        ");
        insta::assert_snapshot!(told(RunState::Running, Some(Some(Timestamp::UNIX_EPOCH))), @r"
        run r1 (declare) is not finished, and its process, ana on desk, is gone since 1970-01-01 00:00:00 UTC
        go on with it: lifeboat runs resume shop.yaml r1 --take-over aaaaaaaa
        give it up: lifeboat runs abandon shop.yaml r1 --take-over aaaaaaaa --because TEXT
        ");
        for (state, held) in [
            (RunState::New, None),
            (RunState::Abandoned, None),
            (RunState::Ended { degraded: false }, Some(Some(Timestamp::UNIX_EPOCH))),
        ] {
            assert_eq!(told(state, held), "none", "{state:?}");
        }
    }
}
