//! Owns the record of a run: what its runbook asked for and its journal says, step by step, and what was achieved.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::lost;
use super::thaw::{self, Thaw};
use super::totals::Totals;
use crate::model::{Digest, Objectives, SideName};
use crate::plan::declare::TRAFFIC_GATE;
use crate::plan::runbook::{Action, Mode, RunKind, Runbook, Scope, Step, StepId};
use crate::run::journal::{Entry, Event, Measures, Progress, RunState, StepState};

/// The version of the record's JSON.
pub const RECORD_SCHEMA: u32 = 1;

/// A run as it stands, for reports and for the trend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunRecord {
    /// Version of this format.
    pub schema_version: u32,
    /// The run's id.
    pub run: String,
    /// The environment's name.
    pub environment: String,
    /// What it is for.
    pub kind: RunKind,
    /// Whether both sides were needed.
    pub mode: Mode,
    /// The declaration's reason.
    pub reason: String,
    /// Who declared: the caller's ARN.
    pub declared_by: String,
    /// On which host.
    pub host: String,
    /// When.
    pub declared_at: Timestamp,
    /// When the incident began, where the declaration says so.
    pub incident_at: Option<Timestamp>,
    /// Objectives it is held against.
    pub objectives: Objectives,
    /// What part of the whole was asked for.
    #[serde(skip_serializing_if = "Scope::is_whole")]
    pub scope: Scope,
    /// The lifeboat that made the plan.
    pub tool_version: String,
    /// The runbook's digest.
    pub runbook: Digest,
    /// How many entries the journal has.
    pub entries: u64,
    /// The digest of the last entry, which holds those of all before it: two records of one journal have the same.
    pub journal: Digest,
    /// Where the run stands.
    #[serde(flatten)]
    pub state: RunState,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it ended, was given up, or stopped; none while it goes on.
    pub ended_at: Option<Timestamp>,
    /// Why it stopped or was given up, the last time.
    pub because: Option<String>,
    /// Who carried it out, in order: a run that was resumed has several.
    pub sittings: Vec<Sitting>,
    /// Steps, in the runbook's order.
    pub steps: Vec<StepRecord>,
    /// The whole.
    pub totals: Totals,
}

/// One carrying out of a run, from its beginning or a resumption.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sitting {
    /// The caller's ARN.
    pub by: String,
    /// The host.
    pub host: String,
    /// From when.
    pub at: Timestamp,
    /// The fencing counter of its lease.
    pub fence: u64,
}

/// One step as it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepRecord {
    /// Its id.
    pub id: StepId,
    /// What it does, for people.
    pub title: String,
    /// What it ensures.
    pub action: Action,
    /// Whether its failure lets the run go on.
    pub best_effort: bool,
    /// How long it should have taken, in seconds.
    pub estimate_s: u64,
    /// Where it stands.
    pub state: StepState,
    /// When it first started.
    pub started_at: Option<Timestamp>,
    /// When it last ended, well or not.
    pub ended_at: Option<Timestamp>,
    /// From the first start to the last end, in seconds.
    pub elapsed_s: Option<f64>,
    /// How often it was started.
    pub attempts: u32,
    /// What came of it, in words.
    pub text: Option<String>,
    /// Why it failed or is unknown, the last time; none once it has ended well.
    pub failure: Option<StepFailure>,
    /// Why it was skipped and by whom.
    pub skipped: Option<SkippedStep>,
    /// What was measured: our time and AWS's, added over all attempts; the rest from the last that said so.
    pub measures: Measures,
    /// Whether it got as far as measuring before its call: the call was made, or was about to be.
    #[serde(skip)]
    pub ordered: bool,
    /// Whether it is a promotion after which the side that its data came from was found running again, or may have been:
    /// what was written there since is in no database that counts.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub thawed: bool,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepFailure {
    /// What could not be done, or is not known.
    pub what: String,
    /// Why, outermost first.
    pub why: Vec<String>,
    /// What is left behind.
    pub left_behind: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
}

/// A step that a person skipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedStep {
    /// Why.
    pub because: String,
    /// By whom.
    pub by: String,
}

impl RunRecord {
    /// What a journal says about a runbook. Entries about steps the runbook does not have are left out.
    pub fn of(runbook: &Runbook, entries: &[Entry]) -> RunRecord {
        let mut progress = Progress::default();
        let mut steps: Vec<StepRecord> = runbook.steps.iter().map(StepRecord::pending).collect();
        let places: BTreeMap<&StepId, usize> =
            runbook.steps.iter().enumerate().map(|(place, step)| (&step.id, place)).collect();
        let (mut sittings, mut thaw) = (Vec::new(), Thaw::default());
        let (mut began_at, mut ended_at, mut because) = (None, None, None);
        for entry in entries {
            // The reader of journals has refused illegal moves; here they would only be left out.
            if progress.apply(entry).is_err() {
                continue;
            }
            let place = entry.step.as_ref().and_then(|id| places.get(id));
            if let Some(record) = place.and_then(|place| steps.get_mut(*place)) {
                record.take(entry);
                if thaw.shows(record, &entry.event) {
                    steps.iter_mut().for_each(thaw::mark);
                }
                continue;
            }
            match &entry.event {
                Event::Began { by, host, fence, .. } | Event::Resumed { by, host, fence } => {
                    began_at = began_at.or(Some(entry.at));
                    (ended_at, because) = (None, None);
                    sittings.push(Sitting { by: by.clone(), host: host.clone(), at: entry.at, fence: *fence });
                }
                Event::Stopped { reason } => (ended_at, because) = (Some(entry.at), Some(reason.clone())),
                Event::Abandoned { because: why, .. } => (ended_at, because) = (Some(entry.at), Some(why.clone())),
                Event::Ended { .. } => ended_at = Some(entry.at),
                _ => {}
            }
        }
        lost::settle(runbook, &mut steps);
        let taken_up = sittings.iter().skip(1).map(|sitting| sitting.at).min();
        let mut totals = Totals::of(runbook, &steps, taken_up, entries.last().map(|last| last.at));
        totals.elapsed_s = began_at.zip(ended_at).and_then(|(from, to)| seconds(from, to));
        RunRecord {
            schema_version: RECORD_SCHEMA,
            run: runbook.id.clone(),
            environment: runbook.environment.clone(),
            kind: runbook.kind,
            mode: runbook.mode,
            reason: runbook.reason.clone(),
            declared_by: runbook.declared_by.clone(),
            host: runbook.host.clone(),
            declared_at: runbook.declared_at,
            incident_at: runbook.incident_at,
            objectives: runbook.objectives,
            scope: runbook.scope.clone(),
            tool_version: runbook.tool_version.clone(),
            runbook: runbook.digest.clone(),
            entries: entries.last().map_or(0, |last| last.seq),
            journal: Digest::of_value(&entries.last()),
            state: progress.run,
            began_at,
            ended_at,
            because,
            sittings,
            steps,
            totals,
        }
    }

    /// The step of that id.
    pub fn step(&self, id: &StepId) -> Option<&StepRecord> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// Whether a shortfall or a skipped step remains, or a database that is less than production's.
    pub fn is_degraded(&self) -> bool {
        let lesser = self.steps.iter().any(StepRecord::left_lesser);
        !self.totals.shortfalls.is_empty() || !self.totals.skipped.is_empty() || lesser
    }
}

impl StepRecord {
    fn pending(step: &Step) -> StepRecord {
        StepRecord {
            id: step.id.clone(),
            title: step.title.clone(),
            action: step.action.clone(),
            best_effort: step.best_effort,
            estimate_s: step.estimate.seconds,
            state: StepState::Pending,
            started_at: None,
            ended_at: None,
            elapsed_s: None,
            attempts: 0,
            text: None,
            failure: None,
            skipped: None,
            measures: Measures::default(),
            ordered: false,
            thawed: false,
        }
    }

    /// Whether it ended as it should, or a person decided that it need not.
    pub fn is_settled(&self) -> bool {
        self.state.is_final()
    }

    /// Whether it did what it ensures, or that was so already.
    pub fn ended_well(&self) -> bool {
        matches!(self.state, StepState::Succeeded | StepState::AlreadySo)
    }

    /// How far the data was behind that it took over, in seconds. What was measured before a promotion that was refused is
    /// nobody's recovery point.
    pub fn recovery_point_s(&self) -> Option<u64> {
        self.measures.recovery_point_s.filter(|_| self.ended_well() && self.loses() && !self.thawed)
    }

    /// Whether it is a promotion that has not ended well: that data takes no writes there.
    pub fn is_not_promoted(&self) -> bool {
        matches!(self.action, Action::Promote { .. }) && !self.ended_well()
    }

    /// How many of what it asked for did not come.
    pub fn shortfall(&self) -> u32 {
        let asked = self.measures.asked.unwrap_or(0);
        asked.saturating_sub(self.measures.came.unwrap_or(asked))
    }

    /// Whether it is a promotion, or the verification of a copy, that ended well and does not know how far the data was
    /// behind, or what was written elsewhere after it.
    pub fn lost_unknown(&self) -> bool {
        self.ended_well()
            && matches!(self.action, Action::Promote { .. } | Action::VerifyCopy { .. })
            && (self.measures.recovery_point_s.is_none() || self.thawed)
    }

    /// Where it leads the users in a run of that kind; none: it leads nobody.
    pub fn leads_to(&self, kind: RunKind) -> Option<SideName> {
        match &self.action {
            Action::SwitchTraffic { to, .. } | Action::AwaitTraffic { to, .. } => Some(*to),
            Action::Gate { .. } if self.id.0 == TRAFFIC_GATE => match kind {
                RunKind::Declare => Some(SideName::Standby),
                RunKind::Failback => Some(SideName::Primary),
                RunKind::Drill => None,
            },
            _ => None,
        }
    }

    /// Whether it is a promotion that a person skipped.
    pub fn left_unpromoted(&self) -> bool {
        matches!(self.action, Action::Promote { .. }) && self.state == StepState::Skipped
    }

    /// Whether it should have given a database what production's has, and did not.
    pub fn left_lesser(&self) -> bool {
        matches!(self.action, Action::RaiseDatabase { .. })
            && matches!(self.state, StepState::Failed | StepState::Unknown)
    }

    /// Whether its recovery point is that of its run, and not one that a promotion takes over or outdates.
    pub fn loses(&self) -> bool {
        !matches!(self.action, Action::MeasureReplica { .. } | Action::AwaitReplica { .. })
    }

    fn take(&mut self, entry: &Entry) {
        self.state = self.state.after(&entry.event).unwrap_or(self.state);
        match &entry.event {
            Event::Started { .. } => {
                self.started_at = self.started_at.or(Some(entry.at));
                (self.ended_at, self.elapsed_s) = (None, None);
                self.attempts += 1;
                return;
            }
            Event::Succeeded { text, measures } => {
                self.text = Some(text.clone());
                self.failure = None;
                self.measure(measures);
            }
            Event::AlreadySo { text } => {
                self.text = Some(text.clone());
                self.failure = None;
                // What an earlier attempt missed has come since.
                self.measures.came = self.measures.asked;
            }
            Event::Failed { what, why, left_behind, hint, measures } => {
                self.failure = Some(StepFailure {
                    what: what.clone(),
                    why: why.clone(),
                    left_behind: left_behind.clone(),
                    hint: hint.clone(),
                });
                self.measure(measures);
            }
            Event::Unknown { what } => {
                self.failure = Some(StepFailure { what: what.clone(), why: vec![], left_behind: vec![], hint: None });
            }
            Event::Measured { measures } => {
                self.ordered = true;
                // It was still a replica, and had what was written until the side was quiet again.
                self.thawed = false;
                // Known or not: what an earlier attempt measured is not how far behind it was promoted.
                self.measures.recovery_point_s = measures.recovery_point_s;
                self.measures.recovery_point_age_s = measures.recovery_point_age_s;
                self.measures.lag_grows_idle = measures.lag_grows_idle;
                self.measures.holds_until = measures.holds_until;
                return;
            }
            Event::Reopened { .. } => {
                (self.ended_at, self.elapsed_s) = (None, None);
                return;
            }
            Event::Skipped { because, by } => {
                self.skipped = Some(SkippedStep { because: because.clone(), by: by.clone() });
            }
            _ => return,
        }
        self.ended_at = Some(entry.at);
        self.elapsed_s = self.started_at.and_then(|started| seconds(started, entry.at));
    }

    fn measure(&mut self, more: &Measures) {
        let sum = &mut self.measures;
        sum.ours_s += more.ours_s;
        sum.aws_s += more.aws_s;
        sum.asked = more.asked.or(sum.asked);
        sum.came = more.came.or(sum.came);
        sum.grew = more.grew.or(sum.grew);
        sum.connections = more.connections.or(sum.connections);
        if more.recovery_point_s.is_some() {
            (sum.recovery_point_s, sum.lag_grows_idle) = (more.recovery_point_s, more.lag_grows_idle);
            (sum.recovery_point_age_s, sum.holds_until) = (more.recovery_point_age_s, more.holds_until);
        }
        // What is left is what the last look has found.
        sum.volumes_left.clone_from(&more.volumes_left);
        for substitution in &more.substitutions {
            if !sum.substitutions.contains(substitution) {
                sum.substitutions.push(substitution.clone());
            }
        }
    }
}

/// The time between two moments; none when they are the wrong way round, because two machines' clocks disagree.
fn seconds(from: Timestamp, to: Timestamp) -> Option<f64> {
    Some(to.duration_since(from).as_secs_f64()).filter(|seconds| *seconds >= 0.0)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
