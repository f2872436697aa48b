//! Owns how a carrying out ends: completed, stopped so that it can be resumed, or refused.

use std::fmt;

use super::record::StepFailure;
use crate::plan::runbook::{Step, StepId};
use crate::run::journal::{Event, JournalError};
use crate::store::LeaseError;

/// How a carrying out ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// Every step has ended.
    Completed {
        /// Whether a shortfall or a skipped step remains.
        degraded: bool,
    },
    /// It stopped part-way and can be resumed.
    StoppedResumable(Stopped),
    /// It may not be carried out; nothing was done.
    Refused(Refusal),
    /// It may not be carried out any more by this process: somebody else has the lease, or writes the journal.
    Overtaken {
        /// How that was seen.
        by: Refusal,
        /// What was under way then and did not end well: no journal says so.
        left: Vec<FailedStep>,
    },
}

impl RunEnd {
    /// Whether the journal says so too.
    pub fn is_recorded(&self) -> bool {
        match self {
            RunEnd::Completed { .. } => true,
            RunEnd::StoppedResumable(stopped) => stopped.recorded,
            RunEnd::Refused(_) | RunEnd::Overtaken { .. } => false,
        }
    }
}

/// A run that stopped part-way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The run.
    pub run: String,
    /// Why, one sentence.
    pub reason: String,
    /// Steps that failed or are unknown, in the runbook's order.
    pub failed: Vec<FailedStep>,
    /// Whether a person asked it to stop.
    pub interrupted: bool,
    /// Whether the journal says so too; where it could not be written, it ends with what was durable.
    pub recorded: bool,
    /// The lease that could not be given back: whoever continues takes it over.
    pub kept_lease: Option<String>,
}

/// A step that failed or whose effect is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedStep {
    /// The step.
    pub id: StepId,
    /// What it does.
    pub title: String,
    /// What could not be done, or is not known.
    pub what: String,
    /// Why, outermost first.
    pub why: Vec<String>,
    /// What is left behind.
    pub left_behind: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Whether going on without it is an answer: not where others rest their safety on it.
    pub may_skip: bool,
}

impl FailedStep {
    /// A step of a plan, and why it failed or is unknown.
    pub(super) fn of(planned: &Step, failure: StepFailure) -> FailedStep {
        let StepFailure { what, why, left_behind, hint } = failure;
        let may_skip = planned.skip_costs().is_none();
        let (id, title) = (planned.id.clone(), planned.title.clone());
        FailedStep { id, title, what, why, left_behind, hint, may_skip }
    }

    /// One whose ending the journal could not take any more; none where it ended well, or its failure stops nothing.
    pub(super) fn unnoted(planned: &Step, event: &Event) -> Option<FailedStep> {
        let failure = match event {
            Event::Failed { what, why, left_behind, hint, .. } => StepFailure {
                what: what.clone(),
                why: why.clone(),
                left_behind: left_behind.clone(),
                hint: hint.clone(),
            },
            Event::Unknown { what } => StepFailure { what: what.clone(), why: vec![], left_behind: vec![], hint: None },
            _ => return None,
        };
        (!planned.best_effort).then(|| FailedStep::of(planned, failure))
    }
}

/// Why a run may not be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The runbook's contents are not those that were sealed.
    Altered,
    /// The runbook contradicts itself.
    Unsound {
        /// How.
        reason: String,
    },
    /// The journal was written for another runbook.
    OtherRunbook,
    /// The run has come to its end.
    Over {
        /// `has ended` or `was abandoned`.
        how: String,
    },
    /// The runbook has no such step.
    NoStep {
        /// What was named.
        step: StepId,
        /// What may have been meant.
        meant: String,
    },
    /// The lease is held for another run.
    OtherRun {
        /// Which.
        run: String,
    },
    /// The lease was lost while the run went on.
    Lease(LeaseError),
    /// The journal may not be written, or was written by somebody else.
    Journal(JournalError),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Altered => f.write_str("the runbook was altered after it was sealed"),
            Refusal::Unsound { reason } => write!(f, "the runbook contradicts itself: {reason}"),
            Refusal::OtherRunbook => f.write_str("the journal was written for another runbook"),
            Refusal::Over { how } => write!(f, "the run {how}"),
            Refusal::NoStep { step, meant } => write!(f, "the run has no step {step}{meant}"),
            Refusal::OtherRun { run } => write!(f, "the lease is held for run {run}"),
            Refusal::Lease(error) => error.fmt(f),
            Refusal::Journal(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// What to do next; `file` is the environment file of the command.
    pub fn hints(&self, file: &str) -> Vec<String> {
        match self {
            Refusal::Lease(error) => error.hints(file),
            Refusal::Journal(JournalError::Overtaken { run, .. }) => {
                vec![format!("watch that process: lifeboat runs show {file} {run} --follow")]
            }
            Refusal::Journal(error) => error.hint().into_iter().collect(),
            Refusal::Altered | Refusal::OtherRunbook | Refusal::Unsound { .. } => {
                vec![format!("declare again: lifeboat declare {file} --reason TEXT")]
            }
            Refusal::Over { .. } => vec![format!("see what it did: lifeboat runs list {file}")],
            Refusal::OtherRun { .. } | Refusal::NoStep { .. } => vec![],
        }
    }
}

impl Stopped {
    /// The commands that continue, the plain one first; `file` is the environment file of the command.
    pub fn next(&self, file: &str) -> Vec<String> {
        let take_over = self.kept_lease.iter().map(|lease| format!(" --take-over {lease}"));
        let resume = format!("lifeboat runs resume {file} {}{}", self.run, take_over.collect::<String>());
        let skippable = self.failed.iter().filter(|step| step.may_skip);
        let skips = skippable.map(|step| format!("{resume} --skip {} --because TEXT", step.id));
        std::iter::once(resume.clone()).chain(skips).collect()
    }
}
