//! Owns waiting until a tier serves, and what is done when capacity does not come.
//!
//! The ladder: Auto Scaling itself tries every zone of the group's subnets and every listed instance type, because the
//! group carries them; what stood in is recorded here. When nothing new came for a while, or the time is up, what is there
//! counts if the declaration accepts the shortfall; otherwise the wait goes on until its time is up. A look that failed
//! says nothing about the group: the wait goes on where the next may go through, and ends at once where none will. It ends
//! at once, too, where nothing is sent to the targets: no wait makes those healthy.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;

use super::poller::Seen;
use super::substitution::{is_as_asked, substitutions};
use super::{Actors, trouble};
use crate::cloud::{CloudError, CloudErrorKind};
use crate::facts::{GroupFacts, LaunchFailure};
use crate::model::percent_reached;
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;
use crate::run::targets::Targets;
use crate::run::{RunEvent, Stop, Watch};

/// So long without anything new, capacity has stalled: longer than a boot (90 s) and the default health checks (150 s).
const STALL: Duration = Duration::from_secs(300);

/// A failed launch explains what a wait meets if it is no older than this when the wait begins: it came after the write.
const RECENT: Duration = Duration::from_secs(600);

/// So many waits of a run ask why launches failed: the calls come out of the bucket that the writes need.
const ASKED: u32 = 20;

/// The longest a wait that is over stays for the answer.
const EXPLANATION: Duration = Duration::from_secs(2);

/// What a wait knows so far.
struct Wait<'a> {
    tier: &'a str,
    group: &'a str,
    region: &'a str,
    wanted: u32,
    accept_percent: u32,
    instance_types: Vec<String>,
    serving: u32,
    at_first: Option<u32>,
    most: u32,
    grew_at: Timestamp,
    facts: Option<GroupFacts>,
    targets: Option<Targets>,
    unseen: Option<Unseen>,
    failures: Vec<LaunchFailure>,
}

/// Since when looks fail.
#[derive(Debug, Clone)]
struct Unseen {
    /// The first of them.
    since: Timestamp,
    /// What the last said.
    why: String,
    /// The refusal, where no later look will fare better.
    for_good: Option<Refused>,
}

/// A look that is refused for good.
#[derive(Debug, Clone)]
enum Refused {
    /// The call is.
    Call(CloudError),
    /// There is nothing to look at.
    Gone,
}

impl Actors {
    pub(super) async fn look_serving(&self, tier: &str, group: &str, wanted: u32) -> Result<Look, ActError> {
        let cannot = |error: &CloudError| trouble::cloud(format!("cannot look at {group}"), error);
        // Right after the write it was read back; a wait polls no more often than that.
        let Some(facts) = self.looks.lately(group).await.map_err(|error| cannot(&error))? else {
            return Ok(Look::Needed);
        };
        if facts.in_service() < wanted {
            return Ok(Look::Needed);
        }
        let targets = self.poller.targets(&facts).await.map_err(|error| cannot(&error))?;
        if targets.as_ref().is_some_and(|targets| targets.healthy < wanted) {
            return Ok(Look::Needed);
        }
        let in_service = facts.in_service();
        let mut text =
            format!("{in_service} of {wanted}{} in service{}", unit(&facts), healthy(targets.as_ref(), wanted));
        // What serves already has no measures; that it is not what was asked for is told in words.
        for line in substitutions(tier, wanted, in_service, &facts, &[]) {
            text.push_str(&format!("; {line}"));
        }
        Ok(Look::AlreadySo(text))
    }

    pub(super) async fn serving(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let (Action::AwaitServing { tier, group, wanted, accept_percent, timeout_s }
        | Action::AwaitPrimary { tier, group, wanted, accept_percent, timeout_s }) = &step.action
        else {
            return Err(trouble::not_here("it waits for no tier"));
        };
        let begun = self.clock.now();
        let timeout = Duration::from_secs(*timeout_s);
        let mut wait = Wait {
            tier,
            group,
            region: self.standby.read.region.as_str(),
            wanted: *wanted,
            accept_percent: *accept_percent,
            instance_types: Vec::new(),
            serving: 0,
            at_first: None,
            most: 0,
            grew_at: begun,
            facts: None,
            targets: None,
            unseen: None,
            failures: Vec::new(),
        };
        let mut waiter = self.poller.wait_for(group).await;
        loop {
            let Some(seen) = waiter.next(stop).await else {
                let waited = elapsed(begun, self.clock.now());
                return Err(wait.measured(wait.interrupted(), waited));
            };
            let now = self.clock.now();
            wait.take(seen, now);
            let waited = elapsed(begun, now);
            if wait.unseen.is_none() && wait.serving >= *wanted {
                wait.failures = self.explanation(&wait, begun).await;
                return Ok(wait.done(waited, None));
            }
            let stalled = elapsed(wait.grew_at, now) >= STALL;
            let over = waited >= timeout;
            let hopeless = wait.never();
            if (stalled || over || hopeless.is_some()) && wait.unseen.is_none() && wait.acceptable() {
                let short = wanted.saturating_sub(wait.serving);
                wait.failures = self.explanation(&wait, begun).await;
                return Ok(wait.done(waited, Some(format!("{short} short, within the accepted {accept_percent} %"))));
            }
            if let Some(error) = wait.refused().or(hopeless) {
                return Err(wait.measured(error, waited));
            }
            watch.event(RunEvent::Waiting {
                subject: step.id.to_string(),
                done: u64::from(wait.serving.min(*wanted)),
                of: u64::from(*wanted),
                text: wait.words(),
            });
            if over {
                wait.failures = self.explanation(&wait, begun).await;
                return Err(wait.measured(wait.timed_out(timeout), waited));
            }
        }
    }

    /// Why capacity did not come as asked, where it did not; nothing when that cannot be had at once.
    async fn explanation(&self, wait: &Wait<'_>, begun: Timestamp) -> Vec<LaunchFailure> {
        let is_whole = wait.serving >= wait.wanted && wait.facts.as_ref().is_none_or(is_as_asked);
        if is_whole || self.explained.fetch_add(1, Ordering::Relaxed) >= ASKED {
            return Vec::new();
        }
        let asked = self.standby.read.groups.launch_failures(wait.group);
        let Ok(Ok(mut failures)) = tokio::time::timeout(EXPLANATION, asked).await else { return Vec::new() };
        failures.retain(|failure| elapsed(failure.at, begun) <= RECENT);
        failures
    }
}

impl Wait<'_> {
    fn take(&mut self, seen: Seen, now: Timestamp) {
        match seen {
            Seen::Group { facts, targets } => {
                let in_service = facts.in_service();
                self.serving = targets.as_ref().map_or(in_service, |targets| targets.healthy.min(in_service));
                self.at_first.get_or_insert(self.serving);
                self.targets = targets;
                self.instance_types = facts.overrides.clone();
                // An instance that is in service and not yet healthy is news too: something still moves.
                let moved = self.serving.saturating_add(in_service);
                if moved > self.most {
                    self.most = moved;
                    self.grew_at = now;
                }
                self.facts = Some(*facts);
                self.unseen = None;
            }
            Seen::Gone => self.miss(format!("{} is gone", self.group), Some(Refused::Gone), now),
            // A failed look says nothing about the group; the next one may.
            Seen::Unknown(error) => {
                let why = error.to_string();
                let refused = is_for_good(error.kind).then_some(Refused::Call(error));
                self.miss(why, refused, now);
            }
        }
    }

    fn miss(&mut self, why: String, for_good: Option<Refused>, now: Timestamp) {
        let since = self.unseen.as_ref().map_or(now, |unseen| unseen.since);
        self.unseen = Some(Unseen { since, why, for_good });
    }

    /// The end of a wait that no later look can bring further.
    fn refused(&self) -> Option<ActError> {
        let what = format!("cannot see whether {} serves at {}", self.tier, self.wanted);
        let mut error = match self.unseen.as_ref()?.for_good.as_ref()? {
            Refused::Call(error) => trouble::cloud(what, error),
            Refused::Gone => trouble::plain(what, format!("{} is gone", self.group), None),
        };
        error.why.extend(self.last_seen());
        error.left_behind = vec![self.left()];
        // A wait writes nothing.
        error.effect_known = true;
        Some(error)
    }

    /// The end of a wait for targets that nothing is sent to.
    fn never(&self) -> Option<ActError> {
        let targets = self.targets.as_ref().filter(|targets| self.unseen.is_none() && targets.are_unused())?;
        let what = format!("{} cannot serve at {}", self.tier, self.wanted);
        let why = format!("{}: {}", self.seen_words(), targets.unused_words());
        let hint = format!("{}, then resume; or skip the step and go on without the tier", targets.unused_hint());
        Some(ActError { left_behind: vec![self.left()], ..trouble::plain(what, why, Some(hint)) })
    }

    /// What the last look that went through saw; none where there was none.
    fn last_seen(&self) -> Option<String> {
        self.facts.as_ref().map(|_| format!("last seen: {}", self.seen_words()))
    }

    fn left(&self) -> String {
        format!("{} stays at its size and goes on launching; nothing was taken away", self.group)
    }

    fn acceptable(&self) -> bool {
        percent_reached(self.serving, self.wanted).saturating_add(self.accept_percent) >= 100
    }

    fn words(&self) -> String {
        match &self.unseen {
            None => self.seen_words(),
            Some(unseen) => {
                format!("how many of {} serve is not known since {}", self.wanted, clock(unseen.since))
            }
        }
    }

    fn seen_words(&self) -> String {
        let unit = self.facts.as_ref().map_or("", unit);
        let healthy = healthy(self.targets.as_ref(), self.wanted);
        format!("{} of {}{unit} in service{healthy}", self.in_service(), self.wanted)
    }

    fn in_service(&self) -> u32 {
        self.facts.as_ref().map_or(0, GroupFacts::in_service)
    }

    fn done(&self, waited: Duration, short: Option<String>) -> Done {
        let short = short.map(|short| format!("; {short}")).unwrap_or_default();
        Done { text: format!("{}{short}", self.words()), measures: self.measures(waited) }
    }

    /// What is known by now; how many came only where the last look went through.
    fn measures(&self, waited: Duration) -> Measures {
        let known = self.unseen.is_none() && self.facts.is_some();
        Measures {
            aws_s: waited.as_secs_f64(),
            asked: known.then_some(self.wanted),
            came: known.then_some(self.serving.min(self.wanted)),
            grew: self.at_first.filter(|_| known).map(|first| self.serving.min(self.wanted).saturating_sub(first)),
            substitutions: self.substitutions(),
            ..Measures::default()
        }
    }

    /// A wait that failed took AWS's time all the same; and who goes on without it goes on with what came.
    fn measured(&self, mut error: ActError, waited: Duration) -> ActError {
        error.measures = Box::new(self.measures(waited));
        error
    }

    fn substitutions(&self) -> Vec<String> {
        self.facts
            .as_ref()
            .map_or_else(Vec::new, |facts| substitutions(self.tier, self.wanted, self.serving, facts, &self.failures))
    }

    fn timed_out(&self, timeout: Duration) -> ActError {
        let short = self.wanted.saturating_sub(self.serving);
        let mut why = vec![format!("{} after {} s", self.words(), timeout.as_secs())];
        match &self.unseen {
            None if short > 0 => {
                // Rounded as `--accept` is judged: a share that is not whole needs the next percent.
                let percent = 100 - percent_reached(self.serving, self.wanted).min(100);
                why.push(format!("{short} short ({percent} %)"));
            }
            None => {}
            Some(unseen) => {
                why.push(unseen.why.clone());
                why.extend(self.last_seen());
            }
        }
        if let Some(facts) = self.facts.as_ref().filter(|_| self.unseen.is_none()) {
            if facts.size.desired < self.wanted {
                why.push(format!("{} wants only {} by now: something else resized it", self.group, facts.size.desired));
            }
            let blocking =
                |process: &&String| matches!(process.as_str(), "Launch" | "AddToLoadBalancer" | "HealthCheck");
            let suspended: Vec<&str> = facts.suspended_processes.iter().filter(blocking).map(String::as_str).collect();
            if !suspended.is_empty() {
                why.push(format!("{} is suspended in {}", suspended.join(" and "), self.group));
            }
            if self.instance_types.len() < 2 && self.in_service() < self.wanted {
                why.push(
                    "no other instance type is listed for the tier, so only other zones could stand in".to_owned(),
                );
            }
        }
        why.extend(self.substitutions());
        ActError {
            what: format!("{} does not serve at {}", self.tier, self.wanted),
            why,
            left_behind: vec![self.left()],
            hint: Some(format!("see {}; resume to wait again, or skip the step and go on short", self.look_commands())),
            effect_known: true,
            interrupted: false,
            measures: Box::default(),
        }
    }

    /// What shows why something is missing: instances, or the health of those that are there.
    fn look_commands(&self) -> String {
        let activities = format!(
            "`aws autoscaling describe-scaling-activities --auto-scaling-group-name {} --region {}`",
            self.group, self.region
        );
        let Some(targets) = self.targets.as_ref().filter(|targets| targets.healthy < self.wanted) else {
            return activities;
        };
        let health = format!("what the health check says: `{}`", targets.look_command());
        if self.in_service() < self.wanted { format!("{activities}, and {health}") } else { health }
    }

    fn interrupted(&self) -> ActError {
        let mut error = trouble::interrupted(format!("stopped waiting for {}", self.tier));
        error.left_behind = vec![format!("{} keeps its size and goes on launching", self.group)];
        error
    }
}

/// What the numbers count where that is not instances.
fn unit(group: &GroupFacts) -> &'static str {
    if group.is_weighted() { " units" } else { "" }
}

/// How many targets are healthy, to be put behind how many instances are in service.
fn healthy(targets: Option<&Targets>, wanted: u32) -> String {
    targets.map(|targets| format!(", {}", targets.words(wanted))).unwrap_or_default()
}

/// Whether the same look is refused again, however often it is made.
fn is_for_good(kind: CloudErrorKind) -> bool {
    matches!(
        kind,
        CloudErrorKind::Denied
            | CloudErrorKind::Credentials
            | CloudErrorKind::NotFound
            | CloudErrorKind::Invalid
            | CloudErrorKind::Unsupported
    )
}

/// The time of day, in UTC.
fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S UTC").to_string()
}

#[cfg(test)]
#[path = "serving_tests.rs"]
mod tests;
