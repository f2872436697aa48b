//! Owns how `status` tells the last runs: what each achieved against its objective, and what a drill left scaled up.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::age::{ago, moment, seconds};
use super::drill;
use super::runs::{already_so, end_words};
use super::style::{ALARM, Paint, printable};
use crate::plan::runbook::RunKind;
use crate::run::engine::RunRecord;
use crate::run::journal::RunState;

/// The last run of each kind.
#[derive(Debug, Clone, Default)]
pub struct LastRuns {
    /// The last drill.
    pub drill: Option<RunRecord>,
    /// The last declaration.
    pub declare: Option<RunRecord>,
    /// The last failback.
    pub failback: Option<RunRecord>,
}

impl LastRuns {
    /// The last of each kind among these, in any order; those that never began are no runs yet. A declaration that found
    /// everything so already says nothing about how the standby came to serve: the one that brought it does.
    pub fn of(records: &[RunRecord]) -> LastRuns {
        let last = |kind| {
            let its = records.iter().filter(|record| record.kind == kind && record.state != RunState::New);
            let brought = |record: &RunRecord| kind != RunKind::Declare || !record.totals.already_so;
            let order = |record: &RunRecord| (brought(record), record.declared_at, record.run.clone());
            its.max_by_key(|record| order(record)).cloned()
        };
        LastRuns { drill: last(RunKind::Drill), declare: last(RunKind::Declare), failback: last(RunKind::Failback) }
    }

    fn each(&self) -> [(&'static str, Option<&RunRecord>); 3] {
        [("drill", self.drill.as_ref()), ("declaration", self.declare.as_ref()), ("failback", self.failback.as_ref())]
    }

    /// Tiers that a drill which was given up has left scaled up, by what its journal says.
    pub fn left_up(&self) -> Vec<String> {
        let given_up = self.drill.as_ref().filter(|record| record.state == RunState::Abandoned);
        given_up.map(drill::still_up).unwrap_or_default()
    }

    /// One line for each kind; a missing drill is told, because it is what an auditor asks for.
    pub fn text(&self, now: Timestamp, paint: Paint) -> String {
        let mut out = String::new();
        for (name, record) in self.each() {
            let Some(record) = record else {
                if name == "drill" {
                    out.push_str("last drill: none; run `lifeboat drill`\n");
                }
                continue;
            };
            let (end, style) = end_words(record, None);
            // Writing to a String cannot fail.
            let _ = writeln!(
                out,
                "last {name}{}: {} ({}), {}{} (run {})",
                record.scope,
                ago(record.declared_at, now),
                moment(record.declared_at),
                paint.text(style, &end),
                achieved(record, paint),
                printable(&record.run)
            );
        }
        out
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let one = |record: Option<&RunRecord>| {
            record.map(|record| {
                json!({
                    "run": record.run,
                    "declared_at": record.declared_at,
                    "end": end_words(record, None).0,
                    "recovery_time_s": record.totals.recovery_time_s,
                    "rto_s": record.objectives.rto.as_secs(),
                    "recovery_time_met": record.totals.recovery_time_met,
                    "as_declared": record.totals.as_declared,
                    "already_so": record.totals.already_so,
                    "not_promoted": record.totals.not_promoted,
                    "recovery_point_s": record.totals.recovery_point_s,
                    "rpo_s": record.objectives.rpo.as_secs(),
                    "recovery_point_met": record.totals.recovery_point_met,
                })
            })
        };
        self.each().into_iter().map(|(name, record)| (name.to_owned(), json!(one(record)))).collect()
    }
}

/// What was achieved against the objectives, as far as it was measured.
fn achieved(record: &RunRecord, paint: Paint) -> String {
    let totals = &record.totals;
    let held = |met: Option<bool>| if met == Some(true) { "within".to_owned() } else { paint.text(ALARM, "beyond") };
    let mut out = String::new();
    if let Some(time) = drill::time_words(record) {
        let _ =
            write!(out, ", {}", if totals.recovery_time_met == Some(true) { time } else { paint.text(ALARM, &time) });
    } else if totals.already_so {
        let _ = write!(out, ", {}", already_so(record.kind));
    } else if let Some(took) = totals.recovery_time_s {
        let (rto, met) = (record.objectives.rto, held(totals.recovery_time_met));
        let _ = write!(out, ", {} {met} the RTO of {rto}", seconds(took as f64));
    }
    if let Some(beyond) = totals.open_beyond_s {
        let _ = write!(
            out,
            ", {} the RTO of {} by {} when it was last heard of",
            paint.text(ALARM, "beyond"),
            record.objectives.rto,
            seconds(beyond as f64)
        );
    }
    if let Some(lag) = totals.recovery_point_s {
        let (rpo, met) = (record.objectives.rpo, held(totals.recovery_point_met));
        let _ = write!(out, ", data {lag} s old, {met} the RPO of {rpo}");
    } else if !totals.not_promoted.is_empty() {
        let _ = write!(out, ", data {}", paint.text(ALARM, "not promoted"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::drill::tests::good;
    use super::*;

    #[test]
    fn the_last_of_each_kind_is_told_with_what_it_achieved() {
        let mut older = good(10, 400);
        older.run = "r0".into();
        let mut declare = good(10, 250);
        (declare.kind, declare.run) = (RunKind::Declare, "r2".into());
        let last = LastRuns::of(&[good(10, 100), older, declare]);
        let now = last.drill.as_ref().expect("a drill").declared_at;
        insta::assert_snapshot!(last.text(now, Paint::new(false)), @r"
        last drill: just now (1970-01-01 00:00:00 UTC), completed, 100 s within the RTO of 5m (run r1)
        last declaration: just now (1970-01-01 00:00:00 UTC), completed, 4 min 10 s within the RTO of 5m (run r2)
        ");
        assert_eq!(last.json()["failback"], Value::Null);
        assert_eq!(last.json()["drill"]["recovery_time_met"], true);
        assert_eq!(LastRuns::default().text(now, Paint::new(false)), "last drill: none; run `lifeboat drill`\n");
    }

    #[test]
    fn only_a_drill_that_was_given_up_leaves_something_to_stand_down() {
        let mut last = LastRuns::of(&[good(10, 100)]);
        assert!(last.left_up().is_empty());
        let drill = last.drill.as_mut().expect("a drill");
        drill.state = RunState::Abandoned;
        for step in &mut drill.steps {
            if step.id.0.starts_with("stand-down") {
                step.state = crate::run::journal::StepState::Pending;
            }
        }
        assert_eq!(last.left_up(), ["web"]);
    }
}
