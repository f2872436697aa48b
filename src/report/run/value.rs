//! Owns the values of a run's report. They are the JSON document as well: every field is part of an interface.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::course::Course;
use super::shortfalls::Shortfall;
use crate::model::Digest;
use crate::plan::runbook::{BasedOn, StepId};
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::StepState;

/// The version of the JSON document.
pub const REPORT_SCHEMA: u32 = 1;

/// About how many bytes a step takes in the JSON.
const JSON_OF_A_STEP: usize = 2 << 10;

/// What a run comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReport {
    /// Version of this format.
    pub schema_version: u32,
    /// The verdict in a word or two.
    pub verdict: String,
    /// The whole in a few sentences.
    pub summary: String,
    /// The run as it stands.
    pub record: RunRecord,
    /// How each step went, attempt by attempt.
    pub course: BTreeMap<StepId, Course>,
    /// Capacity that was asked for and did not come, by group.
    pub shortfalls: Vec<Shortfall>,
    /// The times in which nobody carried it out.
    pub pauses: Vec<Pause>,
    /// Who gave it up: an ARN.
    pub abandoned_by: Option<String>,
    /// The last moment the journal knows.
    pub until: Timestamp,
    /// From the declaration to `until`, in seconds.
    pub took_s: f64,
    /// What the plan expected the whole to take, in seconds.
    pub expected_s: u64,
    /// The commands that continue it, the plain one first; empty where it has ended or where they are not known.
    pub next: Vec<String>,
    /// What an auditor compares.
    pub evidence: Evidence,
}

/// A time in which nobody carried the run out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pause {
    /// The last sign of the session before it.
    pub from: Timestamp,
    /// When the run was taken up again.
    pub until: Timestamp,
    /// Why the session ended; none when it broke off without a word.
    pub reason: Option<String>,
}

/// What an auditor compares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// How many lines the journal has.
    pub journal_lines: u64,
    /// The digest of the journal's last line; every line holds that of the line before it.
    pub journal_head: Digest,
    /// The digest of the runbook.
    pub runbook: Digest,
    /// Whether the runbook's contents still have that digest.
    pub runbook_intact: bool,
    /// Whether the journal was begun for this very runbook; none when it has no beginning.
    pub journal_is_of_runbook: Option<bool>,
    /// What the runbook was made from.
    pub based_on: BasedOn,
}

impl RunReport {
    /// The report for programs.
    pub fn json(&self) -> Value {
        // A value of these types always serialises: its keys are strings.
        serde_json::to_value(self).unwrap_or(Value::Null)
    }

    /// The same as indented text, made without the document in between: that of a thousand tiers is megabytes.
    pub fn json_text(&self) -> String {
        let mut bytes = Vec::with_capacity(self.record.steps.len() * JSON_OF_A_STEP);
        // A value of these types always serialises: its keys are texts.
        let made = serde_json::to_writer_pretty(&mut bytes, self);
        made.ok().and_then(|()| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Every step with its course, in the order of the plan.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&StepRecord, &Course)> {
        self.record.steps.iter().filter_map(|step| Some((step, self.course.get(&step.id)?)))
    }

    /// How many steps stand there. One that the plan leaves out counts as skipped before the journal says so.
    pub(super) fn count(&self, wanted: &[StepState]) -> usize {
        self.steps().filter(|(step, course)| wanted.contains(&course.state(step))).count()
    }

    /// How many seconds after the declaration; never negative, because clocks of two hosts may differ.
    pub(super) fn offset_s(&self, at: Timestamp) -> f64 {
        seconds_between(self.record.declared_at, at)
    }

    /// How many times the run was taken up again.
    pub(super) fn resumed(&self) -> usize {
        self.record.sittings.len().saturating_sub(1)
    }
}

/// From one moment to a later one, in seconds; never negative.
pub(super) fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}
