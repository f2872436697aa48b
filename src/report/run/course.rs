//! Owns how one step went: attempt by attempt, and whose time each took.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::value::seconds_between;
use crate::plan::runbook::{EstimateSource, Step, StepId};
use crate::run::engine::StepRecord;
use crate::run::journal::{Entry, Event, StepState};

/// How a step went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Course {
    /// What it waited for.
    pub needs: BTreeSet<StepId>,
    /// Where its estimate comes from.
    pub expected_from: EstimateSource,
    /// Who left it out and why, where the plan did.
    pub planned_skip: Option<PlannedSkip>,
    /// Its attempts, in order.
    pub attempts: Vec<Attempt>,
    /// The length of its attempts together, in seconds; none when there was none.
    pub took_s: Option<f64>,
    /// Of these, what was neither ours nor AWS's, in seconds: people at a gate, another step's turn.
    pub waiting_s: f64,
}

/// A step that the plan leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedSkip {
    /// Why.
    pub because: String,
    /// Who declared: an ARN.
    pub by: String,
}

/// One attempt at a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attempt {
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; none when its session broke off, or is at it.
    pub ended_at: Option<Timestamp>,
    /// Until when it is shown: its end, or the last sign of its session.
    pub until: Timestamp,
    /// How it ended.
    pub state: StepState,
    /// Our own time, in seconds.
    pub ours_s: f64,
    /// AWS's time, in seconds.
    pub aws_s: f64,
}

impl Attempt {
    /// Its length in seconds.
    pub(super) fn took_s(&self) -> f64 {
        // Times are journalled and measured by different clocks: what was measured never took longer than the whole.
        seconds_between(self.began_at, self.until).max(self.ours_s + self.aws_s)
    }
}

impl Course {
    /// A step before anything was journalled.
    pub(super) fn planned(step: &Step, declared_by: &str) -> Self {
        let because = step.skipped.clone();
        Course {
            needs: step.needs.clone(),
            expected_from: step.estimate.source.clone(),
            planned_skip: because.map(|because| PlannedSkip { because, by: declared_by.to_owned() }),
            attempts: vec![],
            took_s: None,
            waiting_s: 0.0,
        }
    }

    /// Takes in a line of the journal that is about this step.
    pub(super) fn take(&mut self, entry: &Entry) {
        let (state, measures) = match &entry.event {
            Event::Started { .. } => {
                self.attempts.push(Attempt {
                    began_at: entry.at,
                    ended_at: None,
                    until: entry.at,
                    state: StepState::Started,
                    ours_s: 0.0,
                    aws_s: 0.0,
                });
                return;
            }
            Event::Succeeded { measures, .. } => (StepState::Succeeded, Some(measures)),
            Event::Failed { measures, .. } => (StepState::Failed, Some(measures)),
            Event::AlreadySo { .. } => (StepState::AlreadySo, None),
            Event::Unknown { .. } => (StepState::Unknown, None),
            _ => return,
        };
        let Some(last) = self.attempts.last_mut() else { return };
        // A resumed run may say of an attempt that broke off that its outcome is unknown: it ended when it was cut.
        last.ended_at = last.ended_at.or(Some(entry.at));
        last.state = state;
        if let Some(measures) = measures {
            last.ours_s = measures.ours_s.max(0.0);
            last.aws_s = measures.aws_s.max(0.0);
        }
    }

    /// The session that was at it broke off at that time.
    pub(super) fn cut(&mut self, at: Timestamp) {
        if let Some(last) = self.attempts.last_mut()
            && last.state == StepState::Started
        {
            last.ended_at = Some(at);
            last.state = StepState::Unknown;
        }
    }

    /// Adds up the attempts, once the journal is read to its last moment.
    pub(super) fn add_up(&mut self, last_moment: Timestamp) {
        for one in &mut self.attempts {
            one.until = one.ended_at.unwrap_or(last_moment).max(one.began_at);
        }
        let took: f64 = self.attempts.iter().map(Attempt::took_s).sum();
        self.took_s = (!self.attempts.is_empty()).then_some(took);
        self.waiting_s = self.attempts.iter().map(|one| one.took_s() - one.ours_s - one.aws_s).sum::<f64>().max(0.0);
    }

    /// Where the step stands, with what only the plan or the run as a whole knows.
    pub(super) fn state(&self, step: &StepRecord) -> StepState {
        match (step.state, self.attempts.last()) {
            (StepState::Pending, _) if self.planned_skip.is_some() => StepState::Skipped,
            // Its session is over and said nothing of it.
            (StepState::Started, Some(last)) => last.state,
            (state, _) => state,
        }
    }

    /// Why it was left out, and by whom: the journal's word before the plan's.
    pub(super) fn skipped<'a>(&'a self, step: &'a StepRecord) -> Option<(&'a str, &'a str)> {
        let journalled = step.skipped.as_ref().map(|skip| (skip.because.as_str(), skip.by.as_str()));
        journalled.or_else(|| self.planned_skip.as_ref().map(|skip| (skip.because.as_str(), skip.by.as_str())))
    }
}
