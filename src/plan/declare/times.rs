//! Owns what earlier runs tell of how long steps take.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::plan::runbook::StepId;

/// How long a step took in an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastStep {
    /// The run's id.
    pub run: String,
    /// In seconds.
    pub seconds: u64,
    /// How much came while it waited, for steps that wait for capacity; none: it was not told.
    pub grew: Option<u32>,
}

impl PastStep {
    /// Whether it brought at least about as much: a tenth more or less makes no other wait.
    pub fn stands_for(&self, missing: u64) -> bool {
        self.grew.is_some_and(|grew| u64::from(grew) * 10 >= missing * 9)
    }
}

/// What is known of steps from earlier runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastTimes(BTreeMap<StepId, Vec<PastStep>>);

/// What one step of an earlier run measured: which step, for how long in seconds, how much came.
pub type PastTime = (StepId, f64, Option<u32>);

impl PastTimes {
    /// What earlier runs tell, newest last. A step that found everything so already tells nothing about how long it takes,
    /// so leave those out.
    pub fn of<'a>(runs: impl IntoIterator<Item = (&'a str, Vec<PastTime>)>) -> Self {
        let mut past = PastTimes::default();
        for (run, steps) in runs {
            for (step, seconds, grew) in steps {
                // Rounded up: an estimate that is short by a fraction breaks an objective, one that is long does not.
                let seconds = Duration::try_from_secs_f64(seconds.ceil()).map_or(0, |length| length.as_secs());
                past.0.entry(step).or_default().push(PastStep { run: run.to_owned(), seconds, grew });
            }
        }
        past
    }

    /// All that is known of a step, newest last.
    pub fn steps(&self, id: &StepId) -> &[PastStep] {
        self.0.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The run in which a step took longest, the newest of equals: an objective that holds by luck does not hold.
    pub fn slowest(&self, id: &StepId) -> Option<&PastStep> {
        self.steps(id).iter().max_by_key(|past| past.seconds)
    }
}
