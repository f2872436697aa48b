//! Owns asking the service from outside until it answers as it should.

use std::time::Duration;

use super::vigil::Next;
use super::{Actors, trouble};
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;
use crate::run::{Stop, Watch};

/// How often it is asked.
const LOOK: Duration = Duration::from_secs(5);

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(10);

impl Actors {
    pub(super) async fn probe(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::Probe { probe, timeout_s } = &step.action else {
            return Err(trouble::not_here("it asks nothing"));
        };
        let vigil = self.vigil(step, *timeout_s, LOOK, watch, stop);
        let mut asked = 0_u32;
        loop {
            asked += 1;
            let answer = match self.outside.get(&probe.url, ANSWER).await {
                Ok(status) if status == probe.status => {
                    let times = if asked == 1 { "at once".to_owned() } else { format!("the {asked}. time") };
                    let measures = Measures { aws_s: vigil.waited().as_secs_f64(), ..Measures::default() };
                    return Ok(Done { text: format!("{} answers {status}, {times}", probe.url), measures });
                }
                Ok(status) => format!("{} answers {status}, not {}", probe.url, probe.status),
                Err(why) => format!("{} does not answer: {why}", probe.url),
            };
            match vigil.next(&answer).await {
                Next::Look => {}
                Next::Stopped => return Err(trouble::interrupted(format!("stopped asking {}", probe.url))),
                Next::TimeUp => {
                    let hint = "see what the service says about itself; resume to ask again, or skip the step";
                    let why = format!("{answer}, after {timeout_s} s");
                    return Err(trouble::plain("the service does not answer as it should", why, Some(hint.to_owned())));
                }
            }
        }
    }
}
