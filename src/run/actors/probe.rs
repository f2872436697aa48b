//! Owns asking the service from outside until it answers as it should.

use std::time::Duration;

use super::vigil::{Next, Vigil};
use super::{Actors, trouble};
use crate::cloud::Way;
use crate::model::Probe;
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;
use crate::run::{Stop, Watch};

/// How often it is asked.
const LOOK: Duration = Duration::from_secs(5);

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(10);

/// How long the one answer may take that a disaster waits for.
const ANSWER_ONCE: Duration = Duration::from_secs(5);

impl Actors {
    pub(super) async fn probe(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::Probe { probe, timeout_s } = &step.action else {
            return Err(trouble::not_here("it asks nothing"));
        };
        let ask = Ask { way: Way::default(), probe, of: probe.url.clone(), what: "the service", answer: ANSWER };
        self.ask(&ask, self.vigil(step, *timeout_s, LOOK, watch, stop)).await
    }

    /// Asks the standby's load balancer under the users' name, while that still leads elsewhere.
    pub(super) async fn ask_standby(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::AskStandby { probe, at, timeout_s } = &step.action else {
            return Err(trouble::not_here("it asks nothing"));
        };
        let way = Way { connect_to: Some(at.clone()), ..Way::default() };
        let answer = if *timeout_s == 0 { ANSWER_ONCE } else { ANSWER };
        let of = format!("the standby, asked for {} at {at},", probe.url);
        let ask = Ask { way, probe, of, what: "the standby by itself", answer };
        self.ask(&ask, self.vigil(step, *timeout_s, LOOK, watch, stop)).await
    }

    async fn ask(&self, ask: &Ask<'_>, vigil: Vigil<'_>) -> Result<Done, ActError> {
        let Ask { way, probe, of, what, answer } = ask;
        let mut asked = 0_u32;
        loop {
            asked += 1;
            let answer = match self.outside.get_by(way, &probe.url, *answer).await {
                Ok(status) if status == probe.status => {
                    let times = if asked == 1 { "at once".to_owned() } else { format!("the {asked}. time") };
                    let measures = Measures { aws_s: vigil.waited().as_secs_f64(), ..Measures::default() };
                    return Ok(Done { text: format!("{of} answers {status}, {times}"), measures });
                }
                Ok(status) => format!("{of} answers {status}, not {}", probe.status),
                Err(why) => format!("{of} does not answer: {why}"),
            };
            match vigil.next(&answer).await {
                Next::Look => {}
                Next::Stopped => return Err(trouble::interrupted(format!("stopped asking {}", probe.url))),
                Next::TimeUp => {
                    let hint = "see what the service says about itself; resume to ask again, or skip the step";
                    let why = match vigil.timeout() {
                        Duration::ZERO => answer,
                        length => format!("{answer}, after {} s", length.as_secs()),
                    };
                    return Err(trouble::plain(
                        format!("{what} does not answer as it should"),
                        why,
                        Some(hint.to_owned()),
                    ));
                }
            }
        }
    }
}

/// A question that is put until it is answered as it should be.
struct Ask<'a> {
    way: Way,
    probe: &'a Probe,
    /// Who answers, as it is told.
    of: String,
    /// The same, in the words of a failure.
    what: &'static str,
    /// How long one answer may take.
    answer: Duration,
}
