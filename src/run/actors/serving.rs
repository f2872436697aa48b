//! Owns waiting until a tier serves, and what is done when capacity does not come.
//!
//! The ladder: Auto Scaling itself tries every zone of the group's subnets and every listed instance type, because the
//! group carries them; what stood in is recorded here. When nothing new came for a while, what is there counts if the
//! declaration accepts the shortfall; otherwise the wait goes on until its time is up.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::poller::Seen;
use super::{Actors, trouble};
use crate::cloud::CloudError;
use crate::facts::GroupFacts;
use crate::model::percent_reached;
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;
use crate::run::{RunEvent, Stop, Watch};

/// So long without anything new, capacity has stalled: longer than a boot (90 s) and the default health checks (150 s).
const STALL: Duration = Duration::from_secs(300);

/// What a wait knows so far.
struct Wait<'a> {
    tier: &'a str,
    group: &'a str,
    wanted: u32,
    accept_percent: u32,
    instance_types: Vec<String>,
    serving: u32,
    most: u32,
    grew_at: Timestamp,
    facts: Option<GroupFacts>,
    healthy: Option<u32>,
    trouble: Option<String>,
}

impl Actors {
    pub(super) async fn look_serving(&self, group: &str, wanted: u32) -> Result<Look, ActError> {
        let cannot = |error: &CloudError| trouble::cloud(format!("cannot look at {group}"), error);
        let Some(facts) = self.looks.group(group).await.map_err(|error| cannot(&error))? else {
            return Ok(Look::Needed);
        };
        if facts.in_service() < wanted {
            return Ok(Look::Needed);
        }
        let healthy = self.poller.fewest_healthy(&facts.target_group_arns).await.map_err(|error| cannot(&error))?;
        if healthy.is_some_and(|healthy| healthy < wanted) {
            return Ok(Look::Needed);
        }
        let healthy = healthy.map(|healthy| format!(", {healthy} healthy")).unwrap_or_default();
        Ok(Look::AlreadySo(format!("{} of {wanted} in service{healthy}", facts.in_service())))
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
            wanted: *wanted,
            accept_percent: *accept_percent,
            instance_types: Vec::new(),
            serving: 0,
            most: 0,
            grew_at: begun,
            facts: None,
            healthy: None,
            trouble: None,
        };
        let mut waiter = self.poller.wait_for(group).await;
        loop {
            let Some(seen) = waiter.next(stop).await else {
                let waited = elapsed(begun, self.clock.now());
                return Err(after(wait.interrupted(), waited));
            };
            let now = self.clock.now();
            wait.take(seen, now);
            let waited = elapsed(begun, now);
            if wait.trouble.is_none() && wait.serving >= *wanted {
                return Ok(wait.done(waited, None));
            }
            let stalled = elapsed(wait.grew_at, now) >= STALL;
            if stalled && wait.trouble.is_none() && wait.acceptable() {
                let short = wanted.saturating_sub(wait.serving);
                return Ok(wait.done(waited, Some(format!("{short} short, within the accepted {accept_percent} %"))));
            }
            watch.event(RunEvent::Waiting {
                subject: step.id.to_string(),
                done: u64::from(wait.serving.min(*wanted)),
                of: u64::from(*wanted),
                text: wait.words(),
            });
            if waited >= timeout {
                return Err(after(wait.timed_out(timeout), waited));
            }
        }
    }
}

impl Wait<'_> {
    fn take(&mut self, seen: Seen, now: Timestamp) {
        match seen {
            Seen::Group { facts, healthy } => {
                let in_service = facts.in_service();
                self.serving = healthy.map_or(in_service, |healthy| healthy.min(in_service));
                self.healthy = healthy;
                self.instance_types = facts.overrides.clone();
                // An instance that is in service and not yet healthy is news too: something still moves.
                let moved = self.serving.saturating_add(in_service);
                if moved > self.most {
                    self.most = moved;
                    self.grew_at = now;
                }
                self.facts = Some(*facts);
                self.trouble = None;
            }
            Seen::Gone => self.trouble = Some(format!("{} is gone", self.group)),
            // A failed look says nothing about the group; the next one may.
            Seen::Unknown(error) => self.trouble = Some(error.to_string()),
        }
    }

    fn acceptable(&self) -> bool {
        percent_reached(self.serving, self.wanted).saturating_add(self.accept_percent) >= 100
    }

    fn words(&self) -> String {
        let in_service = self.facts.as_ref().map_or(0, GroupFacts::in_service);
        let healthy = self.healthy.map(|healthy| format!(", {healthy} healthy")).unwrap_or_default();
        format!("{in_service} of {} in service{healthy}", self.wanted)
    }

    fn done(&self, waited: Duration, short: Option<String>) -> Done {
        let short = short.map(|short| format!("; {short}")).unwrap_or_default();
        let measures = Measures {
            aws_s: waited.as_secs_f64(),
            asked: Some(self.wanted),
            came: Some(self.serving.min(self.wanted)),
            substitutions: self.substitutions(),
            ..Measures::default()
        };
        Done { text: format!("{}{short}", self.words()), measures }
    }

    fn substitutions(&self) -> Vec<String> {
        self.facts.as_ref().map_or_else(Vec::new, |facts| substitutions(self.tier, facts))
    }

    fn timed_out(&self, timeout: Duration) -> ActError {
        let short = self.wanted.saturating_sub(self.serving);
        let mut why = vec![format!("{} after {} s", self.words(), timeout.as_secs())];
        if short > 0 {
            why.push(format!("{short} short ({} %)", percent_reached(self.serving, self.wanted)));
        }
        why.extend(self.trouble.clone());
        if let Some(facts) = &self.facts {
            if facts.size.desired < self.wanted {
                why.push(format!("{} wants only {} by now: something else resized it", self.group, facts.size.desired));
            }
            let blocking =
                |process: &&String| matches!(process.as_str(), "Launch" | "AddToLoadBalancer" | "HealthCheck");
            let suspended: Vec<&str> = facts.suspended_processes.iter().filter(blocking).map(String::as_str).collect();
            if !suspended.is_empty() {
                why.push(format!("{} is suspended in {}", suspended.join(" and "), self.group));
            }
            if self.instance_types.len() < 2 && short > 0 {
                why.push(
                    "no other instance type is listed for the tier, so only other zones could stand in".to_owned(),
                );
            }
        }
        why.extend(self.substitutions());
        ActError {
            what: format!("{} does not serve at {}", self.tier, self.wanted),
            why,
            left_behind: vec![format!(
                "{} stays at its size and goes on launching; nothing was taken away",
                self.group
            )],
            hint: Some(format!(
                "see `aws autoscaling describe-scaling-activities --auto-scaling-group-name {}`; resume to wait again, \
                 or skip the step and go on short",
                self.group
            )),
            effect_known: true,
            interrupted: false,
            measures: Box::default(),
        }
    }

    fn interrupted(&self) -> ActError {
        let mut error = trouble::interrupted(format!("stopped waiting for {}", self.tier));
        error.left_behind = vec![format!("{} keeps its size and goes on launching", self.group)];
        error
    }
}

/// A wait that failed took AWS's time all the same.
fn after(mut error: ActError, waited: Duration) -> ActError {
    error.measures.aws_s = waited.as_secs_f64();
    error
}

/// What stood in for what: instance types other than the first of the group's list, and zones that stayed empty.
fn substitutions(tier: &str, facts: &GroupFacts) -> Vec<String> {
    let serving = || facts.instances.iter().filter(|instance| instance.in_service());
    let mut found = Vec::new();
    if let Some(preferred) = facts.overrides.first() {
        let mut others: BTreeMap<&str, u32> = BTreeMap::new();
        for instance in serving().filter(|one| !one.instance_type.is_empty() && one.instance_type != *preferred) {
            *others.entry(&instance.instance_type).or_insert(0) += 1;
        }
        found.extend(others.iter().map(|(other, count)| format!("{tier}: {count} of {other} in place of {preferred}")));
    }
    let zones = facts.availability_zones.iter();
    let empty: Vec<&str> = zones
        .filter(|zone| !serving().any(|instance| instance.availability_zone == **zone))
        .map(String::as_str)
        .collect();
    // With fewer instances than zones some are empty by arithmetic.
    if !empty.is_empty() && serving().count() >= facts.availability_zones.len() {
        found.push(format!("{tier}: nothing in {}, other zones stand in", empty.join(", ")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::actors::tests::group;

    fn wait(serving: u32, accept_percent: u32) -> Wait<'static> {
        let mut wait = Wait {
            tier: "web",
            group: "shop-web",
            wanted: 10,
            accept_percent,
            instance_types: vec![],
            serving: 0,
            most: 0,
            grew_at: Timestamp::UNIX_EPOCH,
            facts: None,
            healthy: None,
            trouble: None,
        };
        let seen = Seen::Group { facts: Box::new(group("shop-web", 10, 9)), healthy: Some(serving) };
        wait.take(seen, Timestamp::UNIX_EPOCH);
        wait
    }

    #[test]
    fn the_accepted_shortfall_is_exact() {
        for (serving, accept, expected) in [(10, 0, true), (9, 0, false), (9, 10, true), (8, 10, false), (0, 100, true)]
        {
            // Nine are in service, so no more than nine serve.
            assert_eq!(
                wait(serving, accept).acceptable(),
                expected && (serving < 10 || accept >= 10),
                "{serving} {accept}"
            );
        }
    }

    #[test]
    fn what_stood_in_and_what_is_missing_are_told() {
        let wait = wait(8, 0);
        let error = wait.timed_out(Duration::from_secs(1_200));
        insta::assert_snapshot!(error.why.join("\n"), @r"
        9 of 10 in service, 8 healthy after 1200 s
        2 short (80 %)
        web: 8 of m5.large in place of m6i.large
        web: nothing in us-west-2b, other zones stand in
        ");
        assert!(error.effect_known && !error.interrupted);
        let done = wait.done(Duration::from_secs(60), None);
        assert_eq!((done.measures.asked, done.measures.came), (Some(10), Some(8)));
    }

    #[test]
    fn a_stall_begins_when_nothing_new_comes() {
        let mut wait = wait(8, 0);
        let later = Timestamp::from_second(60).expect("in range");
        let same = Seen::Group { facts: Box::new(group("shop-web", 10, 9)), healthy: Some(8) };
        wait.take(same, later);
        assert_eq!(wait.grew_at, Timestamp::UNIX_EPOCH);
        wait.take(Seen::Group { facts: Box::new(group("shop-web", 10, 9)), healthy: Some(9) }, later);
        assert_eq!(wait.grew_at, later);
        wait.take(Seen::Gone, later);
        assert_eq!(wait.trouble.as_deref(), Some("shop-web is gone"));
    }
}
