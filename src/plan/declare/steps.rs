//! Owns the steps of a declaration and what each of them needs first.

use std::collections::{BTreeMap, BTreeSet};

use super::{DeclareInput, data, estimates, events, schedules, traffic};
use crate::model::{SideName, Switch, Tier};
use crate::plan::runbook::{Action, Mode, Step, StepId};
use crate::plan::scale::{ScalePlan, ScaleStep};

/// The id of the gate that a second person opens.
pub const APPROVAL: &str = "approval";
/// The id of the step that fences the primary.
pub const FENCE: &str = "fence-primary";
/// The id of the gate behind which people point the users at the standby.
pub const TRAFFIC_GATE: &str = "gate-traffic";
/// The id of the last step.
pub const REPORT: &str = "report";

/// The id of the step that scales a tier.
pub fn scale_id(tier: &str) -> StepId {
    StepId(format!("scale-{tier}"))
}

/// The id of the step that waits for a tier.
pub fn await_id(tier: &str) -> StepId {
    StepId(format!("await-{tier}"))
}

/// Every step, each after those it needs.
/// All of them. Steps that do not need each other run together; only traffic waits for both capacity and data.
pub(super) fn all(input: &DeclareInput<'_>, scale: &ScalePlan) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut first: BTreeSet<StepId> = BTreeSet::new();
    if input.options.approval {
        let gate = gate(APPROVAL, "a second person agrees", "A second person agrees to this declaration.", &first);
        first.insert(gate.id.clone());
        steps.push(gate);
    }
    let graceful = input.declaration.mode == Mode::Graceful;
    if input.options.fence && !graceful {
        // At once, beside everything else: nothing may wait for a primary that may be dark.
        steps.push(fence(input, scale, first.clone()));
    }
    let whole = input.options.tiers.is_empty();
    // Everything that has to have ended when the report is written.
    let mut last = BTreeSet::new();
    if whole {
        steps.extend(data::publish(input, &first));
        steps.extend(data::checks(input, &first));
    }
    if whole && graceful && must_be_silent(input) {
        let raise = data::raise_first(input, &first);
        last.extend(raise.iter().map(|step| step.id.clone()));
        steps.extend(raise);
    }
    if whole && !graceful {
        let (promote, writable) = data::promote(input, &first);
        steps.extend(promote);
        last.extend(writable);
    }
    let (climb, served) = climb(input, scale, first);
    steps.extend(climb);
    steps.extend(schedules::enable(input, scale));
    last.extend(served);
    if whole {
        last = lead_over(input, scale, &mut steps, last, graceful);
    }
    let beside = |step: &&Step| {
        matches!(
            step.action,
            Action::PublishEndpoint { .. } | Action::CheckData { .. } | Action::EnableSchedules { .. }
        )
    };
    last.extend(steps.iter().filter(beside).map(|step| step.id.clone()));
    steps.push(report(last));
    steps
}

/// The steps from a standby that is up to users who are served there, and what comes after: the last of them.
fn lead_over(
    input: &DeclareInput<'_>,
    scale: &ScalePlan,
    steps: &mut Vec<Step>,
    mut ready: BTreeSet<StepId>,
    graceful: bool,
) -> BTreeSet<StepId> {
    let silence_first = graceful && must_be_silent(input);
    if silence_first {
        let mut fence = fence(input, scale, ready.clone());
        // Promoting beside a production that still writes would lose what it writes.
        fence.best_effort = false;
        fence.estimate = estimates::silence(input, &fence.id);
        ready.insert(fence.id.clone());
        let (promote, writable) = data::promote(input, &BTreeSet::from([fence.id.clone()]));
        steps.push(fence);
        steps.extend(promote);
        ready.extend(writable);
    }
    // What the application reads to find its database has to be right before users come.
    let published = |step: &&Step| matches!(step.action, Action::PublishEndpoint { .. });
    ready.extend(steps.iter().filter(published).map(|step| step.id.clone()));
    // While production runs on they would run twice: then they wait for the fence.
    let runs_on = graceful && !silence_first;
    if !runs_on {
        let enable = events::enable(input, &ready);
        ready.extend(enable.iter().map(|step| step.id.clone()));
        steps.extend(enable);
    }
    let (traffic, mut last) = traffic::lead(input, &ready);
    steps.extend(traffic);
    let protect = data::protect(input, &last);
    if runs_on {
        // Both sides serve until the users have moved: a moment of two is better than a moment of none.
        let fence = fence(input, scale, last.clone());
        last.insert(fence.id.clone());
        let enable = events::enable(input, &BTreeSet::from([fence.id.clone()]));
        steps.push(fence);
        last.extend(enable.iter().map(|step| step.id.clone()));
        steps.extend(enable);
    }
    last.extend(protect.iter().map(|step| step.id.clone()));
    steps.extend(protect);
    last
}

/// Whether a graceful declaration ends production before it moves the users: a database can be promoted without loss only
/// then, and failover records move nobody before.
fn must_be_silent(input: &DeclareInput<'_>) -> bool {
    let promotes = input.environment.data.iter().any(|data| data.has_one_writer());
    let by_failing =
        input.environment.traffic.as_ref().is_some_and(|traffic| matches!(traffic.switch, Switch::Failover { .. }));
    promotes || by_failing
}

/// The steps that bring every tier to its size, in recovery order, and the last of them that are waited for.
pub(in crate::plan) fn climb(
    input: &DeclareInput<'_>,
    scale: &ScalePlan,
    first: BTreeSet<StepId>,
) -> (Vec<Step>, BTreeSet<StepId>) {
    let mut steps = Vec::new();
    let mut before = first;
    for tiers in in_recovery_order(input, scale).into_values() {
        let mut awaited = BTreeSet::new();
        let mut waits = Vec::new();
        for (tier, of) in tiers {
            let scale = scale_step(input, tier, of, &before);
            let wait = await_step(input, tier, &scale.id);
            awaited.insert(wait.id.clone());
            steps.push(scale);
            waits.push(wait);
        }
        steps.extend(waits);
        before = awaited;
    }
    (steps, before)
}

/// A tier's change, and the tier.
type Change<'a> = (&'a ScaleStep, Option<&'a Tier>);

/// The tiers by recovery order; those of one order together.
fn in_recovery_order<'a>(input: &DeclareInput<'a>, scale: &'a ScalePlan) -> BTreeMap<u32, Vec<Change<'a>>> {
    let known: BTreeMap<&str, &Tier> = input.environment.tiers.iter().map(|tier| (tier.name.as_str(), tier)).collect();
    let mut orders: BTreeMap<u32, Vec<Change<'_>>> = BTreeMap::new();
    for step in &scale.steps {
        let tier = known.get(step.tier.as_str()).copied();
        orders.entry(tier.map_or(u32::MAX, |tier| tier.order)).or_default().push((step, tier));
    }
    orders
}

fn scale_step(input: &DeclareInput<'_>, tier: &ScaleStep, of: Option<&Tier>, needs: &BTreeSet<StepId>) -> Step {
    let change = if tier.changes() {
        format!("scale {} from {} to {}", tier.tier, tier.before.desired, tier.after.desired)
    } else {
        format!("{} is at {} already", tier.tier, tier.after.desired)
    };
    let warning = tier.warning.as_ref().map(|warning| format!(" (it may not grow: {warning})")).unwrap_or_default();
    let id = scale_id(&tier.tier);
    Step {
        title: format!("{change}{warning}"),
        action: Action::Scale {
            tier: tier.tier.clone(),
            group: tier.group.clone(),
            size: tier.after,
            instance_types: of.map(|tier| tier.instance_types.clone()).unwrap_or_default(),
        },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: estimates::scale(input, &id, tier),
        best_effort: false,
        skipped: None,
        id,
    }
}

fn await_step(input: &DeclareInput<'_>, tier: &ScaleStep, scale: &StepId) -> Step {
    let id = await_id(&tier.tier);
    let healthy = if tier.target_group_arns.is_empty() { "in service" } else { "in service and healthy" };
    Step {
        title: format!("wait until {} of {} are {healthy}", tier.after.desired, tier.tier),
        action: Action::AwaitServing {
            tier: tier.tier.clone(),
            group: tier.group.clone(),
            wanted: tier.after.desired,
            accept_percent: input.options.accept_percent,
            timeout_s: input.options.timeout_s,
        },
        needs: BTreeSet::from([scale.clone()]),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: estimates::serving(input, &id, tier),
        best_effort: false,
        skipped: None,
        id,
    }
}

/// A gate.
pub(in crate::plan) fn gate(id: &str, title: &str, question: &str, needs: &BTreeSet<StepId>) -> Step {
    Step {
        id: StepId(id.to_owned()),
        title: title.to_owned(),
        action: Action::Gate { question: question.to_owned() },
        needs: needs.clone(),
        sides: BTreeSet::new(),
        estimate: estimates::gate(),
        best_effort: false,
        skipped: None,
    }
}

fn fence(input: &DeclareInput<'_>, scale: &ScalePlan, needs: BTreeSet<StepId>) -> Step {
    let groups = scale
        .steps
        .iter()
        .filter_map(|step| Some(input.environment.tier(&step.tier)?.auto_scaling_group.clone()))
        .collect::<BTreeSet<_>>();
    // Single tiers bring up capacity alone; the rest of production runs on.
    let events = match input.options.tiers.is_empty() {
        true => events::of_primary(input.environment),
        false => BTreeMap::new(),
    };
    let off = if events.is_empty() { "" } else { "its event sources are switched off, " };
    Step {
        id: StepId(FENCE.to_owned()),
        title: format!(
            "fence the primary: {off}its groups go to zero and their scheduled actions are suspended, so that nothing \
             serves twice"
        ),
        action: Action::FencePrimary { groups: groups.into_iter().collect(), events },
        needs,
        sides: BTreeSet::from([SideName::Primary]),
        estimate: estimates::fence(),
        best_effort: true,
        skipped: None,
    }
}

/// The last step.
pub(in crate::plan) fn report(needs: BTreeSet<StepId>) -> Step {
    Step {
        id: StepId(REPORT.to_owned()),
        title: "save the report".to_owned(),
        action: Action::Report,
        needs,
        sides: BTreeSet::new(),
        estimate: estimates::report(),
        best_effort: false,
        skipped: None,
    }
}
