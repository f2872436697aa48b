//! Owns the steps that lead the users back to the primary and make sure that they have come.

use std::collections::BTreeSet;

use super::{FailbackInput, FailbackRefusal, TRAFFIC_GATE};
use crate::facts::{AliasFacts, LoadBalancerFacts, RecordFacts};
use crate::model::{SideName, Switch, Traffic};
use crate::plan::declare::estimates::default;
use crate::plan::declare::steps::gate;
use crate::plan::runbook::{Action, Lever, Step, StepId};

/// The id of the step that leads the users back.
const SWITCH: &str = "switch-traffic";
/// The id of the step that waits until they have followed.
const AWAIT: &str = "await-traffic";
/// The id of the step that asks the service.
const PROBE: &str = "probe";

/// How long an answer may take to change beyond what the settings say, in seconds.
const GRACE_S: u64 = 900;

/// Whether Route 53 leads the users back by itself, as soon as the primary answers.
pub(super) fn returns_by_itself(input: &FailbackInput<'_>) -> bool {
    input.environment.traffic.as_ref().is_some_and(|traffic| matches!(traffic.switch, Switch::Failover { .. }))
}

/// The steps, each after those it needs; the last of them is what standing down waits for.
pub(super) fn home(input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Result<Vec<Step>, FailbackRefusal> {
    let Some(traffic) = &input.environment.traffic else {
        let title = "point your users back at the primary (traffic is not configured in this environment)";
        let question = "Point your users back at the primary (traffic is not configured in this environment) and wait \
                        until nobody is left in the standby: twice the records' TTL. Then go on: the standby is stood \
                        down.";
        return Ok(vec![gate(TRAFFIC_GATE, title, question, needs)]);
    };
    let mut steps = Vec::new();
    match lever(input, traffic)? {
        Some(by) => steps.push(switch(traffic, by, needs)),
        None if traffic.switch == Switch::Manual => {
            let title = format!("point {} back at the primary", traffic.record);
            let question = format!("Point {} back at the primary, then go on.", traffic.record);
            steps.push(gate(TRAFFIC_GATE, &title, &question, needs));
        }
        None => {}
    }
    let needs = next(&steps, needs);
    steps.push(wait(input, traffic, needs));
    if let Some(probe) = &traffic.probe {
        let needs = next(&steps, &BTreeSet::new());
        steps.push(step(
            PROBE,
            format!("see that {} answers with {}", probe.url, probe.status),
            Action::Probe { probe: probe.clone(), timeout_s: input.timeout_s },
            needs,
            BTreeSet::new(),
            5,
            "one request",
        ));
    }
    Ok(steps)
}

fn next(steps: &[Step], otherwise: &BTreeSet<StepId>) -> BTreeSet<StepId> {
    steps.last().map_or_else(|| otherwise.clone(), |step| BTreeSet::from([step.id.clone()]))
}

fn lever(input: &FailbackInput<'_>, traffic: &Traffic) -> Result<Option<Lever>, FailbackRefusal> {
    match &traffic.switch {
        Switch::StandbyTakesOver { bucket, key } => {
            Ok(Some(Lever::Object { bucket: bucket.clone(), key: key.clone() }))
        }
        Switch::Weighted { primary, standby } => {
            let weights = [(SideName::Primary, *primary), (SideName::Standby, *standby)];
            let records = weighted(input, traffic, weights)?;
            Ok(Some(Lever::Records { zone: traffic.zone.clone(), records }))
        }
        Switch::Failover { .. } | Switch::Manual => Ok(None),
    }
}

/// The records as they are, with the weights of ordinary times.
fn weighted(
    input: &FailbackInput<'_>,
    traffic: &Traffic,
    weights: [(SideName, u8); 2],
) -> Result<Vec<RecordFacts>, FailbackRefusal> {
    let (mut records, mut missing) = (Vec::new(), Vec::new());
    // As `provision` has it: the health of targets counts where both sides have users.
    let by_health = weights.iter().all(|(_, weight)| *weight > 0);
    let sets = weights.map(|(side, weight)| (RecordFacts::set_identifier_of(&input.environment.name, side), weight));
    let ours = |kind: &str, set: &String| -> Vec<&RecordFacts> {
        let all = input.seen.records.iter().filter(|record| record.weight.is_some() && record.kind == kind);
        all.filter(|record| record.set_identifier.as_ref() == Some(set)).collect()
    };
    // Records for IPv6 come in pairs, too: one that stands alone would keep its users where they are.
    let kinds = ["A", "AAAA"]
        .into_iter()
        .filter(|kind| *kind == "A" || sets.iter().any(|(set, _)| !ours(kind, set).is_empty()));
    for kind in kinds {
        for (set, weight) in &sets {
            let found = ours(kind, set);
            if found.is_empty() {
                missing.push(if kind == "A" { set.clone() } else { format!("{set} ({kind})") });
            }
            records.extend(found.into_iter().map(|record| {
                let alias = record.alias.clone();
                let alias = alias.map(|alias| AliasFacts { evaluate_target_health: by_health, ..alias });
                RecordFacts { weight: Some(*weight), alias, ..record.clone() }
            }));
        }
    }
    if missing.is_empty() {
        return Ok(records);
    }
    Err(FailbackRefusal::RecordsGone { record: traffic.record.clone(), missing })
}

fn switch(traffic: &Traffic, by: Lever, needs: &BTreeSet<StepId>) -> Step {
    let how = match &by {
        Lever::Object { bucket, key } => format!("delete s3://{bucket}/{key}"),
        Lever::Records { records, .. } => {
            format!("weights {}; a call of Route 53's control plane", RecordFacts::weights_told(records))
        }
    };
    step(
        SWITCH,
        format!("lead {} back to the primary: {how}", traffic.record),
        Action::SwitchTraffic { to: SideName::Primary, record: traffic.record.clone(), by },
        needs.clone(),
        BTreeSet::from([SideName::Standby]),
        1,
        "one call",
    )
}

fn wait(input: &FailbackInput<'_>, traffic: &Traffic, needs: BTreeSet<StepId>) -> Step {
    // Until the switch shows, and once more as long as answers are kept: some resolvers keep them longer than told.
    let settle_s = traffic.settles_in_s().max(traffic.answers_last_s()) + traffic.answers_last_s();
    let by_itself = match traffic.switch {
        Switch::Failover { .. } => " (Route 53 leads them back by itself once the primary's load balancer is healthy)",
        _ => "",
    };
    step(
        AWAIT,
        format!("wait until the users of {} are back in the primary, and twice its TTL{by_itself}", traffic.record),
        Action::AwaitTraffic {
            to: SideName::Primary,
            record: traffic.record.clone(),
            target: target(input, traffic),
            settle_s,
            timeout_s: settle_s + GRACE_S,
        },
        needs,
        BTreeSet::new(),
        settle_s,
        "the health checks and twice the TTL",
    )
}

/// The host name of production's load balancer that users come to, for both families of addresses where it has both: the
/// one that a declaration knows, too.
fn target(input: &FailbackInput<'_>, traffic: &Traffic) -> Option<String> {
    let facts = &input.baseline.facts;
    let source = input.baseline.tiers.get(&traffic.tier)?;
    let groups = source.target_group_arns.iter().filter_map(|arn| facts.target_groups.get(arn));
    let arns: BTreeSet<&String> =
        source.load_balancer_arns.iter().chain(groups.flat_map(|group| &group.load_balancer_arns)).collect();
    let balancers = arns.into_iter().filter_map(|arn| facts.load_balancers.get(arn));
    LoadBalancerFacts::users_come_to(balancers).map(LoadBalancerFacts::full_dns_name)
}

fn step(
    id: &str,
    title: String,
    action: Action,
    needs: BTreeSet<StepId>,
    sides: BTreeSet<SideName>,
    seconds: u64,
    why: &str,
) -> Step {
    let id = StepId(id.to_owned());
    Step { id, title, action, needs, sides, estimate: default(seconds, why), best_effort: false, skipped: None }
}
