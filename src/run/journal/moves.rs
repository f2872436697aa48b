//! Owns the legal moves of a run and of its steps: one table each, and replay refuses anything else.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Event};
use crate::plan::runbook::StepId;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Nothing has happened.
    #[default]
    Pending,
    /// Its intent is durable; what its calls did is not yet known.
    Started,
    /// It did what it ensures.
    Succeeded,
    /// What it ensures was so already.
    AlreadySo,
    /// It failed; it is known what its calls did.
    Failed,
    /// An answer was lost: it looks before it acts again.
    Unknown,
    /// A person skipped it.
    Skipped,
}

impl StepState {
    /// Whether nothing more will happen to it, unless a resumed run has to make sure that it still holds.
    pub fn is_final(self) -> bool {
        matches!(self, StepState::Succeeded | StepState::AlreadySo | StepState::Skipped)
    }

    /// The table: where an event takes a step, or none where it may not happen.
    pub fn after(self, event: &Event) -> Option<StepState> {
        use StepState::{AlreadySo, Failed, Pending, Skipped, Started, Succeeded, Unknown};
        match (self, event) {
            // Failed and unknown steps start again when the run is resumed.
            (Pending | Failed | Unknown, Event::Started { .. }) => Some(Started),
            (Started, Event::Succeeded { .. }) => Some(Succeeded),
            (Started, Event::AlreadySo { .. }) => Some(AlreadySo),
            (Started, Event::Failed { .. }) => Some(Failed),
            (Started, Event::Unknown { .. }) => Some(Unknown),
            (Started, Event::Measured { .. }) => Some(Started),
            // What a resumed run has yet to do may rest on it, and the world has moved on meanwhile.
            (Succeeded | AlreadySo, Event::Reopened { .. }) => Some(Pending),
            // A step in flight cannot be skipped: nobody knows yet what it did.
            (Pending | Failed | Unknown, Event::Skipped { .. }) => Some(Skipped),
            _ => None,
        }
    }
}

impl fmt::Display for StepState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StepState::Pending => "pending",
            StepState::Started => "started",
            StepState::Succeeded => "succeeded",
            StepState::AlreadySo => "already so",
            StepState::Failed => "failed",
            StepState::Unknown => "unknown",
            StepState::Skipped => "skipped",
        })
    }
}

/// Where a run stands by its journal. A run that is going on and one whose process died look the same here; only the
/// lease tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum RunState {
    /// Nothing has happened.
    #[default]
    New,
    /// It goes on, or its process died.
    Running,
    /// It stopped part-way and can be resumed.
    Stopped,
    /// It came to its end.
    Ended {
        /// Whether a shortfall or a skipped step remains.
        degraded: bool,
    },
    /// A person gave it up.
    Abandoned,
}

impl RunState {
    /// Whether nothing more may be written.
    pub fn is_final(self) -> bool {
        matches!(self, RunState::Ended { .. } | RunState::Abandoned)
    }

    /// The table for events of the run as a whole.
    pub fn after(self, event: &Event) -> Option<RunState> {
        match (self, event) {
            (RunState::New, Event::Began { .. }) => Some(RunState::Running),
            (RunState::Running | RunState::Stopped, Event::Resumed { .. }) => Some(RunState::Running),
            (RunState::Running, Event::Stopped { .. }) => Some(RunState::Stopped),
            (RunState::Running, Event::Ended { degraded }) => Some(RunState::Ended { degraded: *degraded }),
            // One that never began can be given up too: its plan is in the store.
            (RunState::New | RunState::Running | RunState::Stopped, Event::Abandoned { .. }) => {
                Some(RunState::Abandoned)
            }
            _ => None,
        }
    }
}

/// An event that may not happen where the run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IllegalMove {
    /// The entry's number.
    pub seq: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for IllegalMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}: {}", self.seq, self.reason)
    }
}

impl std::error::Error for IllegalMove {}

/// Where a run and its steps stand after the entries so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// The run.
    pub run: RunState,
    /// Steps that something happened to.
    pub steps: BTreeMap<StepId, StepState>,
    /// The fencing counter of the lease under which the run last began or was resumed.
    pub fence: u64,
    /// Entries written by a newer lifeboat, which this one does not know.
    pub unknown_events: usize,
}

impl Progress {
    /// Where a step stands.
    pub fn step(&self, id: &StepId) -> StepState {
        self.steps.get(id).copied().unwrap_or_default()
    }

    /// Takes one more entry, if it is a legal move.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), IllegalMove> {
        let illegal = |reason: String| IllegalMove { seq: entry.seq, reason };
        if entry.event == Event::Other {
            self.unknown_events += 1;
            return Ok(());
        }
        let fence = match entry.event {
            Event::Began { fence, .. } | Event::Resumed { fence, .. } => fence,
            _ => self.fence,
        };
        let takes_up = matches!(entry.event, Event::Began { .. } | Event::Resumed { .. });
        if takes_up && fence <= self.fence {
            return Err(illegal(format!("lease {fence} comes after lease {}", self.fence)));
        }
        match &entry.step {
            None => {
                self.run = self.run.after(&entry.event).ok_or_else(|| {
                    illegal(format!("`{}` may not happen to a run that is {}", name(&entry.event), words(self.run)))
                })?;
            }
            Some(step) => {
                // A person may skip a step of a run that stands still; everything else happens in a run that goes on.
                let may = match entry.event {
                    Event::Skipped { .. } => matches!(self.run, RunState::Running | RunState::Stopped),
                    _ => self.run == RunState::Running,
                };
                let state = self.step(step);
                let after = state.after(&entry.event).filter(|_| may).ok_or_else(|| {
                    illegal(format!(
                        "`{}` may not happen to step {step}, which is {state}, in a run that is {}",
                        name(&entry.event),
                        words(self.run)
                    ))
                })?;
                match self.steps.get_mut(step) {
                    Some(state) => *state = after,
                    None => drop(self.steps.insert(step.clone(), after)),
                }
            }
        }
        self.fence = fence;
        Ok(())
    }
}

/// The word of an event as the journal writes it.
pub fn name(event: &Event) -> &'static str {
    match event {
        Event::Began { .. } => "began",
        Event::Resumed { .. } => "resumed",
        Event::Started { .. } => "started",
        Event::Succeeded { .. } => "succeeded",
        Event::AlreadySo { .. } => "already-so",
        Event::Failed { .. } => "failed",
        Event::Unknown { .. } => "unknown",
        Event::Skipped { .. } => "skipped",
        Event::Stopped { .. } => "stopped",
        Event::Ended { .. } => "ended",
        Event::Abandoned { .. } => "abandoned",
        Event::Measured { .. } => "measured",
        Event::Reopened { .. } => "reopened",
        Event::Other => "other",
    }
}

fn words(state: RunState) -> &'static str {
    match state {
        RunState::New => "new",
        RunState::Running => "running",
        RunState::Stopped => "stopped",
        RunState::Ended { .. } => "ended",
        RunState::Abandoned => "abandoned",
    }
}
