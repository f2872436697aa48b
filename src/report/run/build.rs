//! Owns the reading of a journal into a report.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::course::Course;
use super::shortfalls::shortfalls;
use super::summary::summary;
use super::value::{Evidence, Pause, REPORT_SCHEMA, RunReport, seconds_between};
use super::words;
use crate::model::Digest;
use crate::plan::runbook::{Runbook, StepId, timeline};
use crate::run::engine::RunRecord;
use crate::run::journal::{Entry, Event};

impl RunReport {
    /// The report of a run. The journal is taken as it was read: in order, and with its chain verified; `head` is the
    /// digest of its last line.
    pub fn of(runbook: &Runbook, journal: &[Entry], head: &Digest) -> Self {
        RunReport::of_checked(runbook, runbook.is_intact(), journal, head)
    }

    /// The same of a runbook of which it is known whether it is intact: to tell that takes its time where it has thousands
    /// of steps.
    pub fn of_checked(runbook: &Runbook, intact: bool, journal: &[Entry], head: &Digest) -> Self {
        let record = RunRecord::of(runbook, journal);
        let mut told = Told { pauses: vec![], stopped: None, of_runbook: None, abandoned_by: None };
        let mut course: BTreeMap<StepId, Course> =
            runbook.steps.iter().map(|step| (step.id.clone(), Course::planned(step, &runbook.declared_by))).collect();
        let mut last: Option<Timestamp> = None;
        for entry in journal {
            match &entry.step {
                Some(id) => {
                    if let Some(step) = course.get_mut(id) {
                        step.take(entry);
                    }
                }
                None => {
                    told.take(entry, last, &runbook.digest);
                    if ends_session(&entry.event) {
                        // What is resumed broke off when it was last heard of; what stopped, when it said so.
                        let resumed = matches!(entry.event, Event::Resumed { .. });
                        let at = if resumed { last.unwrap_or(entry.at) } else { entry.at };
                        course.values_mut().for_each(|step| step.cut(at));
                    }
                }
            }
            last = Some(entry.at);
        }
        let until = last.unwrap_or(runbook.declared_at);
        course.values_mut().for_each(|step| step.add_up(until));
        let mut report = RunReport {
            schema_version: REPORT_SCHEMA,
            verdict: words::verdict(&record).to_owned(),
            summary: String::new(),
            course,
            shortfalls: shortfalls(&record.steps),
            pauses: told.pauses,
            abandoned_by: told.abandoned_by,
            until,
            took_s: seconds_between(runbook.declared_at, until),
            expected_s: timeline(runbook).total_s,
            next: Vec::new(),
            evidence: Evidence {
                journal_lines: record.entries,
                journal_head: head.clone(),
                runbook: runbook.digest.clone(),
                runbook_intact: intact,
                journal_is_of_runbook: told.of_runbook,
                based_on: runbook.based_on.clone(),
            },
            record,
        };
        report.summary = summary(&report);
        report
    }
}

/// Whether a step that is at work is so no longer after this.
fn ends_session(event: &Event) -> bool {
    matches!(event, Event::Resumed { .. } | Event::Stopped { .. } | Event::Abandoned { .. } | Event::Ended { .. })
}

/// What the record leaves out of the lines about the run as a whole.
struct Told {
    pauses: Vec<Pause>,
    /// When and why the session before stopped.
    stopped: Option<(Timestamp, String)>,
    of_runbook: Option<bool>,
    abandoned_by: Option<String>,
}

impl Told {
    fn take(&mut self, entry: &Entry, last: Option<Timestamp>, runbook: &Digest) {
        match &entry.event {
            Event::Began { runbook: of, .. } => self.of_runbook = Some(of == runbook),
            Event::Resumed { .. } => {
                let (from, reason) = match self.stopped.take() {
                    Some((at, reason)) => (at, Some(reason)),
                    None => (last.unwrap_or(entry.at), None),
                };
                self.pauses.push(Pause { from: from.min(entry.at), until: entry.at, reason });
            }
            Event::Stopped { reason } => self.stopped = Some((entry.at, reason.clone())),
            Event::Abandoned { by, .. } => self.abandoned_by = Some(by.clone()),
            _ => {}
        }
    }
}
