//! Owns carrying out a scale: all groups at once, then one shared wait for instances and healthy targets.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;

use super::event::{RunEvent, Watch};
use super::patience::Patience;
use super::targets::Targets;
use crate::cloud::{Clock, CloudResult, ReadPorts, WriteGroups, WritePorts};
use crate::facts::GroupFacts;
use crate::model::{GroupSize, percent_reached};
use crate::plan::scale::{ScalePlan, ScaleStep};

/// How one tier came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierOutcome {
    /// The tier.
    pub tier: String,
    /// Its group.
    pub group: String,
    /// Sizes before.
    pub before: GroupSize,
    /// Sizes asked for.
    pub asked: GroupSize,
    /// Whether the sizes were right already, so that nothing was written.
    pub already: bool,
    /// In service at the end.
    pub in_service: u32,
    /// Healthy in the target group that has fewest, at the end; none without target groups.
    pub healthy: Option<u32>,
    /// From the start until AWS had taken the new sizes: our time, in seconds.
    pub ours_s: f64,
    /// From then until everything served: AWS's time, in seconds; none when that never came.
    pub aws_s: Option<f64>,
    /// Why the sizes could not be set, or what stands in the way.
    pub trouble: Option<String>,
}

impl TierOutcome {
    /// What counts: instances in service, or healthy targets where there are target groups.
    pub fn serving(&self) -> u32 {
        self.healthy.map_or(self.in_service, |healthy| healthy.min(self.in_service))
    }

    /// How many are missing.
    pub fn shortfall(&self) -> u32 {
        self.asked.desired.saturating_sub(self.serving())
    }

    /// Percent of what was asked that serves.
    pub fn percent(&self) -> u32 {
        percent_reached(self.serving().min(self.asked.desired), self.asked.desired)
    }
}

/// How a scale came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScaleOutcome {
    /// Tier by tier, in the plan's order.
    pub tiers: Vec<TierOutcome>,
    /// The whole, in seconds.
    pub took_s: f64,
    /// Whether the wait ended because its time was up.
    pub timed_out: bool,
}

impl ScaleOutcome {
    /// The tier that came worst, in percent.
    pub fn percent(&self) -> u32 {
        self.tiers.iter().map(TierOutcome::percent).min().unwrap_or(100)
    }
}

struct Written {
    after: Duration,
    error: Option<String>,
}

/// Sets the sizes and waits until what was asked serves, or patience ends.
pub async fn run_scale(
    plan: &ScalePlan,
    read: &ReadPorts,
    write: &WritePorts,
    clock: &dyn Clock,
    patience: Patience,
    watch: &dyn Watch,
) -> ScaleOutcome {
    let deadline = patience.begin(clock);
    let writes = plan.steps.iter().map(|step| {
        let deadline = &deadline;
        async move {
            if !step.changes() {
                return Written { after: Duration::ZERO, error: None };
            }
            watch.event(RunEvent::Started {
                subject: step.tier.clone(),
                text: format!("{} -> {}", step.before, step.after),
            });
            let result = set_size(write.groups.as_ref(), step, clock).await;
            Written { after: deadline.elapsed(), error: result.err().map(|error| error.to_string()) }
        }
    });
    let written: Vec<Written> = join_all(writes).await;
    for (step, written) in plan.steps.iter().zip(&written) {
        if let Some(error) = &written.error {
            watch.event(RunEvent::Failed { subject: step.tier.clone(), text: error.clone() });
        }
    }
    let mut serving: Vec<Serving> = plan.steps.iter().map(|_| Serving::default()).collect();
    let names: Vec<String> = plan.steps.iter().map(|step| step.group.clone()).collect();
    let mut timed_out = false;
    loop {
        look(plan, &names, read, &mut serving, watch).await;
        let now = deadline.elapsed();
        for ((step, state), written) in plan.steps.iter().zip(&mut serving).zip(&written) {
            if state.settled_after.is_none() && written.error.is_none() && state.reached(step) {
                state.settled_after = Some(now);
                watch.event(RunEvent::Done { subject: step.tier.clone(), text: state.words(step) });
            }
        }
        let mut states = plan.steps.iter().zip(&serving).zip(&written);
        let open = states.any(|((step, state), written)| state.is_open(step) && written.error.is_none());
        if !open {
            break;
        }
        if !deadline.wait().await {
            timed_out = true;
            break;
        }
    }
    let tiers = plan
        .steps
        .iter()
        .zip(serving)
        .zip(written)
        .map(|((step, state), written)| outcome(step, state, written))
        .collect();
    ScaleOutcome { tiers, took_s: deadline.elapsed().as_secs_f64(), timed_out }
}

/// Sizes are absolute, so a call whose answer was lost is simply made again.
async fn set_size(groups: &dyn WriteGroups, step: &ScaleStep, clock: &dyn Clock) -> CloudResult<()> {
    // Four tries on top of the adapter's own retries; the pauses add up to 15 s.
    for pause in [1, 2, 4, 8] {
        match groups.set_size(&step.group, step.after).await {
            Err(error) if error.kind.may_retry() => clock.sleep(Duration::from_secs(pause)).await,
            result => return result,
        }
    }
    groups.set_size(&step.group, step.after).await
}

#[derive(Default)]
struct Serving {
    in_service: u32,
    targets: Option<Targets>,
    /// How much more than desired may stay, in weighted groups.
    overshoot: u32,
    seen: bool,
    settled_after: Option<Duration>,
    trouble: Option<String>,
}

impl Serving {
    fn healthy(&self) -> Option<u32> {
        self.targets.as_ref().map(|targets| targets.healthy)
    }

    fn count(&self) -> u32 {
        self.healthy().map_or(self.in_service, |healthy| healthy.min(self.in_service))
    }

    /// Whether it is worth waiting for: no wait helps targets that nothing is sent to.
    fn is_open(&self, step: &ScaleStep) -> bool {
        let hopeless = !step.shrinks() && self.targets.as_ref().is_some_and(Targets::are_unused);
        self.settled_after.is_none() && !hopeless
    }

    fn reached(&self, step: &ScaleStep) -> bool {
        if !self.seen {
            return false;
        }
        if step.shrinks() {
            self.in_service <= step.after.desired.saturating_add(self.overshoot)
        } else {
            self.count() >= step.after.desired
        }
    }

    fn words(&self, step: &ScaleStep) -> String {
        let wanted = step.after.desired;
        let healthy = self.targets.as_ref().map(|targets| format!(", {}", targets.words(wanted))).unwrap_or_default();
        format!("{} of {wanted} in service{healthy}", self.in_service)
    }

    /// What keeps those that are in service from being healthy, and what tells more.
    fn ill(&self, step: &ScaleStep) -> Option<String> {
        let wanted = step.after.desired.min(self.in_service);
        let targets = self.targets.as_ref().filter(|targets| !step.shrinks() && targets.healthy < wanted)?;
        let words = targets.words(wanted);
        Some(if targets.are_unused() {
            format!("{words}: {}; {}", targets.unused_words(), targets.unused_hint())
        } else {
            format!("{words}; `{}` tells what the health check says", targets.look_command())
        })
    }
}

/// One look at all groups (a call per hundred) and at the health of the targets of those not settled.
async fn look(plan: &ScalePlan, names: &[String], read: &ReadPorts, serving: &mut [Serving], watch: &dyn Watch) {
    let groups: BTreeMap<String, GroupFacts> = match read.groups.groups(names).await {
        Ok(groups) => groups.into_iter().map(|group| (group.name.clone(), group)).collect(),
        Err(error) => {
            // A failed look says nothing about the groups; the next one may.
            for state in serving.iter_mut().filter(|state| state.settled_after.is_none()) {
                state.trouble = Some(error.to_string());
            }
            return;
        }
    };
    let health = plan.steps.iter().zip(serving.iter()).map(|(step, state)| async {
        if state.settled_after.is_some() {
            return Ok(None);
        }
        Targets::fewest_healthy(read.balancing.as_ref(), &step.target_group_arns, groups.get(&step.group)).await
    });
    let health = join_all(health).await;
    for (((step, state), health), group) in
        plan.steps.iter().zip(serving).zip(health).zip(names.iter().map(|name| groups.get(name)))
    {
        if state.settled_after.is_some() {
            continue;
        }
        state.seen = true;
        state.trouble = None;
        match group {
            Some(group) => (state.in_service, state.overshoot) = (group.in_service(), group.overshoot()),
            None => state.trouble = Some(format!("{} is gone", step.group)),
        }
        match health {
            Ok(Some(targets)) => {
                state.targets = Some(targets);
                state.trouble = state.trouble.take().or_else(|| state.ill(step));
            }
            Ok(None) => {}
            Err(error) => {
                // Without an answer nothing counts as healthy; what came before stands.
                let nothing = || step.target_group_arns.first().map(|arn| Targets::of(arn, &[], |_| 1));
                state.targets = state.targets.take().or_else(nothing);
                state.trouble = Some(error.to_string());
            }
        }
        watch.event(RunEvent::Waiting {
            subject: step.tier.clone(),
            done: u64::from(state.count().min(step.after.desired)),
            of: u64::from(step.after.desired),
            text: state.words(step),
        });
    }
}

fn outcome(step: &ScaleStep, state: Serving, written: Written) -> TierOutcome {
    let aws = state.settled_after.map(|settled| settled.saturating_sub(written.after).as_secs_f64());
    TierOutcome {
        tier: step.tier.clone(),
        group: step.group.clone(),
        before: step.before,
        asked: step.after,
        already: !step.changes(),
        in_service: state.in_service,
        healthy: state.healthy(),
        ours_s: written.after.as_secs_f64(),
        aws_s: aws,
        trouble: written.error.or(state.trouble).or_else(|| step.warning.clone().filter(|_| aws.is_none())),
    }
}
