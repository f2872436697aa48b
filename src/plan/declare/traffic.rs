//! Owns the steps of a declaration that lead users to the standby: the switch or the gate, the wait, the probe.

use std::collections::BTreeSet;

use super::steps::{TRAFFIC_GATE, gate};
use super::{DeclareInput, estimates};
use crate::facts::{AliasFacts, LoadBalancerFacts, RecordFacts};
use crate::model::{SideName, Span, Switch, Traffic};
use crate::plan::runbook::{Action, Lever, Mode, Step, StepId};

/// The id of the step that moves the users.
pub const SWITCH_TRAFFIC: &str = "switch-traffic";
/// The id of the step that waits until they have moved.
pub const AWAIT_TRAFFIC: &str = "await-traffic";
/// The id of the step that asks the service from outside.
pub const PROBE: &str = "probe";

/// The id of the step that asks the standby by itself, before users are led there.
pub const ASK_STANDBY: &str = "ask-standby";

/// Beyond the time after which answers are no longer valid: health checkers and resolvers that are late.
const LATE_S: u64 = 600;

/// Give up on a service that does not answer after this.
const PROBE_TIMEOUT_S: u64 = 300;

/// The steps and the last of them.
pub(super) fn lead(input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> (Vec<Step>, BTreeSet<StepId>) {
    let mut steps = Vec::new();
    let Some(traffic) = &input.environment.traffic else {
        let why = "the environment file has no traffic";
        let title = format!("point your users at the standby ({why})");
        let question = format!("The standby serves{}. Point your users at it ({why}), then go on.", place(input));
        steps.push(gate(TRAFFIC_GATE, &title, &question, needs));
        return (steps, BTreeSet::from([StepId(TRAFFIC_GATE.to_owned())]));
    };
    let ask = ask(input, traffic, needs);
    let needs = &ask.as_ref().map_or_else(|| needs.clone(), |step| BTreeSet::from([step.id.clone()]));
    steps.extend(ask);
    let mut last = needs.clone();
    let mut then = |step: Step, last: &mut BTreeSet<StepId>| {
        *last = BTreeSet::from([step.id.clone()]);
        steps.push(step);
    };
    let by_hand = |title: &str, todo: &str| {
        let question = format!("The standby serves{}. {todo}, then go on.", place(input));
        gate(TRAFFIC_GATE, title, &question, needs)
    };
    let record = &traffic.record;
    match &traffic.switch {
        Switch::StandbyTakesOver { bucket, key } => {
            let lever = Lever::Object { bucket: bucket.clone(), key: key.clone() };
            then(switch(input, traffic, lever, needs), &mut last);
        }
        // Route 53 moves users by itself: there is only the wait.
        Switch::Failover { .. } => {}
        Switch::Weighted { .. } => match weighted(input, traffic) {
            Ok(records) => {
                let lever = Lever::Records { zone: traffic.zone.clone(), records };
                then(switch(input, traffic, lever, needs), &mut last);
            }
            Err(why) => {
                let title = format!("move the weights of {record} to the standby by hand ({why})");
                let todo = format!("Set the weight of its record {record} above 0 and the primary's to 0 ({why})");
                then(by_hand(&title, &todo), &mut last);
            }
        },
        Switch::Manual => {
            let title = format!("point {record} at the standby (traffic is `manual` in the environment file)");
            let todo = format!("Point {record} at it (traffic is `manual` in the environment file)");
            then(by_hand(&title, &todo), &mut last);
        }
    }
    if traffic.switch != Switch::Manual {
        then(settle(input, traffic, &last), &mut last);
    }
    if let Some(probe) = &traffic.probe {
        let id = StepId(PROBE.to_owned());
        let step = Step {
            title: format!("ask {} until it answers {}", probe.url, probe.status),
            action: Action::Probe { probe: probe.clone(), timeout_s: PROBE_TIMEOUT_S },
            needs: last.clone(),
            sides: BTreeSet::new(),
            estimate: estimates::or_past(input, &id, 5, "a few questions"),
            best_effort: false,
            skipped: None,
            id,
        };
        then(step, &mut last);
    }
    (steps, last)
}

/// Where the standby serves, for the person who leads the users there.
fn place(input: &DeclareInput<'_>) -> String {
    input.standby.balancer.as_ref().map(|alias| format!(" at {}", alias.dns_name)).unwrap_or_default()
}

/// Asks the standby's load balancer under the users' name. A disaster asks once and goes on whatever comes of it; who has
/// time waits for the answer.
fn ask(input: &DeclareInput<'_>, traffic: &Traffic, needs: &BTreeSet<StepId>) -> Option<Step> {
    let probe = traffic.probe.as_ref()?.under(&traffic.record)?;
    let at = input.standby.balancer.as_ref().ok()?.dns_name.clone();
    let graceful = input.declaration.mode == Mode::Graceful;
    let id = StepId(ASK_STANDBY.to_owned());
    let how = if graceful { "until it answers" } else { "once whether it answers" };
    Some(Step {
        title: format!("ask the standby by itself {how} {} to {}", probe.status, probe.url),
        action: Action::AskStandby { probe, at, timeout_s: if graceful { PROBE_TIMEOUT_S } else { 0 } },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: estimates::or_past(input, &id, 1, "one question"),
        best_effort: !graceful,
        skipped: None,
        id,
    })
}

fn switch(input: &DeclareInput<'_>, traffic: &Traffic, by: Lever, needs: &BTreeSet<StepId>) -> Step {
    let id = StepId(SWITCH_TRAFFIC.to_owned());
    let record = &traffic.record;
    let (title, why) = match &by {
        Lever::Object { bucket, key } => {
            (format!("lead {record} to the standby: s3://{bucket}/{key} says that it has taken over"), "one PutObject")
        }
        Lever::Records { .. } => (
            format!("lead {record} to the standby: other weights, by Route 53's control plane in us-east-1"),
            "one ChangeResourceRecordSets",
        ),
    };
    Step {
        title,
        action: Action::SwitchTraffic { to: SideName::Standby, record: record.clone(), by },
        needs: needs.clone(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: estimates::or_past(input, &id, 1, why),
        best_effort: false,
        skipped: None,
        id,
    }
}

fn settle(input: &DeclareInput<'_>, traffic: &Traffic, needs: &BTreeSet<StepId>) -> Step {
    let id = StepId(AWAIT_TRAFFIC.to_owned());
    let settle_s = traffic.settles_in_s();
    let by_itself = match traffic.switch {
        Switch::Failover { .. } => " (Route 53 moves them when the primary's health check fails)",
        _ => "",
    };
    let checks = || format!("{} health checks of {} s", traffic.check_failures, traffic.check_interval_s);
    let first = match traffic.switch {
        Switch::Weighted { .. } => "60 s for Route 53's servers".to_owned(),
        _ => checks(),
    };
    let why = format!("{first} + the record's {}", Span::from_secs(traffic.answers_last_s()));
    Step {
        title: format!("wait until users of {} have followed{by_itself}", traffic.record),
        action: Action::AwaitTraffic {
            to: SideName::Standby,
            record: traffic.record.clone(),
            target: input.standby.balancer.as_ref().ok().map(|alias| alias.dns_name.clone()),
            settle_s,
            timeout_s: settle_s + LATE_S,
        },
        needs: needs.clone(),
        sides: BTreeSet::new(),
        estimate: estimates::or_past(input, &id, settle_s, &why),
        best_effort: false,
        skipped: None,
        id,
    }
}

/// The weighted records as they should be; the error says why they cannot be told.
fn weighted(input: &DeclareInput<'_>, traffic: &Traffic) -> Result<Vec<RecordFacts>, String> {
    let Switch::Weighted { primary, standby } = traffic.switch else {
        return Err("they are not weighted".to_owned());
    };
    let to = input.standby.balancer.clone().map_err(|why| format!("the standby's load balancer: {why}"))?;
    let from = primary_balancer(input, &traffic.tier)?;
    let zone_id = from.zone_id.clone().ok_or("the baseline does not know the zone of production's load balancer")?;
    let name = &input.environment.name;
    let of = |kind: &str, side: SideName, weight: u8, (dns_name, zone_id): (&str, &str)| {
        let set = RecordFacts::set_identifier_of(name, side);
        // What production's zone showed keeps its check.
        let mut known = input.baseline.facts.records.iter();
        let known = known.find(|record| record.set_identifier.as_ref() == Some(&set) && record.kind == kind);
        let prefix = if kind == "AAAA" { from.ipv6_prefix() } else { "" };
        RecordFacts {
            name: traffic.record.clone(),
            kind: kind.to_owned(),
            set_identifier: Some(set),
            failover: None,
            weight: Some(weight),
            ttl_s: None,
            health_check_id: known.and_then(|record| record.health_check_id.clone()),
            // Route 53 answers with a record of weight 0 once all others are unhealthy: the health of targets would lead
            // users back to a primary that has none of their writes.
            alias: Some(AliasFacts {
                dns_name: if dns_name.starts_with(prefix) {
                    dns_name.to_owned()
                } else {
                    format!("{prefix}{dns_name}")
                },
                zone_id: zone_id.to_owned(),
                evaluate_target_health: false,
            }),
            values: vec![],
        }
    };
    // Two weights of zero would mean equal shares.
    let all = primary.max(standby).max(1);
    let pair = |kind: &str| {
        let primary = of(kind, SideName::Primary, 0, (&from.dns_name, &zone_id));
        [primary, of(kind, SideName::Standby, all, (&to.dns_name, &to.zone_id))]
    };
    let kinds: &[&str] = if leads_ipv6(input, traffic, from) { &["A", "AAAA"] } else { &["A"] };
    Ok(kinds.iter().flat_map(|kind| pair(kind)).collect())
}

/// Whether users with IPv6 have records of their own: then both families move in one change, all or none. A record of
/// somebody else's that is not weighted would have Route 53 refuse that change as a whole: beside one, IPv4 users are moved.
fn leads_ipv6(input: &DeclareInput<'_>, traffic: &Traffic, balancer: &LoadBalancerFacts) -> bool {
    let name = &input.environment.name;
    let ours = [SideName::Primary, SideName::Standby].map(|side| RecordFacts::set_identifier_of(name, side));
    let mut seen = input.baseline.facts.records.iter();
    let is_in_the_way = seen.any(|record| {
        let is_ours = record.set_identifier.as_ref().is_some_and(|set| ours.contains(set));
        record.name == traffic.record && record.kind == "AAAA" && record.weight.is_none() && !is_ours
    });
    balancer.speaks_ipv6() && !is_in_the_way
}

/// Production's load balancer that users come to.
fn primary_balancer<'a>(input: &DeclareInput<'a>, tier: &str) -> Result<&'a LoadBalancerFacts, String> {
    let facts = &input.baseline.facts;
    let arns = input.baseline.tiers.get(tier).map(|source| source.load_balancer_arns.as_slice()).unwrap_or_default();
    let balancers = arns.iter().filter_map(|arn| facts.load_balancers.get(arn));
    let balancer = LoadBalancerFacts::users_come_to(balancers);
    balancer.ok_or_else(|| format!("the baseline has no load balancer for {tier}"))
}
