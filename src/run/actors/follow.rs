//! Owns waiting until users have followed a switch: the time after which old answers are no longer valid has passed, and
//! the record leads where it should: to the standby as far as that can be compared, home only where it was seen.

use std::time::Duration;

use super::vigil::Next;
use super::{Actors, trouble};
use crate::cloud::Outside;
use crate::model::SideName;
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;
use crate::run::{Stop, Watch};

/// How often it is told how far the wait is, and how often names are asked for.
const LOOK: Duration = Duration::from_secs(10);

/// So many questions in a row that a resolver does not answer are enough.
const PATIENCE: u32 = 3;

/// What comparing two names came to.
enum Compared {
    Same,
    Other(String),
    Unknown(String),
}

impl Actors {
    pub(super) async fn follow(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::AwaitTraffic { to, record, target, settle_s, timeout_s } = &step.action else {
            return Err(trouble::not_here("it waits for no users"));
        };
        // Counted from here and not from the switch: after an interruption nobody knows when that took effect.
        let vigil = self.vigil(step, (*timeout_s).max(*settle_s), LOOK, watch, stop);
        let mut silent = 0;
        loop {
            let passed = vigil.waited().as_secs();
            let mut seen = format!("answers of {record} given before are valid for up to {settle_s} s");
            if passed >= *settle_s {
                let Some(target) = target else {
                    let why = "which load balancer it should lead to is not known".to_owned();
                    return unseen(step, *to, record, why, vigil.waited());
                };
                match compare(self.outside.as_ref(), record, target).await {
                    Compared::Same => {
                        return Ok(done(format!("{record} leads to {target}"), vigil.waited()));
                    }
                    Compared::Other(text) => (seen, silent) = (text, 0),
                    Compared::Unknown(why) => {
                        silent += 1;
                        if silent >= PATIENCE {
                            return unseen(step, *to, record, why, vigil.waited());
                        }
                        seen = why;
                    }
                }
            }
            match vigil.next_of(passed.min(*settle_s), *settle_s, &seen).await {
                Next::Look => {}
                Next::Stopped => return Err(trouble::interrupted(format!("stopped waiting for users of {record}"))),
                Next::TimeUp => {
                    let why = format!("{seen}, after {timeout_s} s");
                    let hint = "see whether the record and its health checks are those of the environment; resume to \
                                wait again, or skip the step once users are led there otherwise";
                    let what = format!("users of {record} are not led to the {to}");
                    return Err(trouble::plain(what, why, Some(hint.to_owned())));
                }
            }
        }
    }
}

/// The time has passed, and where the record leads could not be seen. Users who stay in the primary are served there; but
/// behind users who come home the standby is stood down, so there that is for a person to see.
fn unseen(step: &Step, to: SideName, record: &str, why: String, waited: Duration) -> Result<Done, ActError> {
    let passed = format!("{} s have passed", waited.as_secs());
    if to == SideName::Standby {
        return Ok(done(format!("{passed}; where {record} leads is not known: {why}"), waited));
    }
    let hint = format!(
        "look yourself where {record} leads, from where your users are: resume to look again, or, once it leads to the \
         {to}, resume with --skip {} --because TEXT",
        step.id
    );
    let what = format!("whether the users of {record} are led to the {to} is not known");
    let mut error = trouble::plain(what, format!("{passed}; {why}"), Some(hint));
    error.left_behind =
        vec!["the standby goes on as it is: it is stood down only behind users who have left".to_owned()];
    *error.measures = Measures { aws_s: waited.as_secs_f64(), ..Measures::default() };
    Err(error)
}

/// Whether two names have an address in common, in each family the first one has: a load balancer's addresses change, and
/// resolvers turn them round; and users with IPv6 ask for other records than the rest.
async fn compare(outside: &dyn Outside, record: &str, target: &str) -> Compared {
    let (led, wanted) = futures_util::future::join(outside.resolve(record), outside.resolve(target)).await;
    match (led, wanted) {
        (Ok(led), Ok(wanted)) if wanted.is_empty() => {
            Compared::Unknown(format!("{target} has no address ({record}: {})", led.join(", ")))
        }
        (Ok(led), Ok(_)) if led.is_empty() => Compared::Other(format!("{record} has no address")),
        (Ok(led), Ok(wanted)) => match astray(&led, &wanted) {
            astray if astray.is_empty() => Compared::Same,
            astray => Compared::Other(format!(
                "{record} still leads to {}, and {target} is {}",
                astray.join(", "),
                wanted.join(", ")
            )),
        },
        (Err(why), _) | (_, Err(why)) => Compared::Unknown(why),
    }
}

/// The addresses of those families of which none is wanted.
fn astray<'a>(led: &'a [String], wanted: &[String]) -> Vec<&'a str> {
    let is_v6 = |address: &str| address.contains(':');
    let follows = |v6: bool| led.iter().any(|one| is_v6(one) == v6 && wanted.contains(one));
    led.iter().map(String::as_str).filter(|one| !follows(is_v6(one))).collect()
}

fn done(text: String, waited: Duration) -> Done {
    Done { text, measures: Measures { aws_s: waited.as_secs_f64(), ..Measures::default() } }
}
