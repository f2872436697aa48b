//! Owns the comparison of load balancers: kind, scheme, and their listeners by port.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Parity, Spot, place};
use super::listeners;
use super::translate::Translation;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::{ListenerAction, ListenerFacts, LoadBalancerFacts, Noun, SideFacts};
use crate::model::{SideName, Tier};

/// The load balancers in production that forward to a tier's target groups, by ARN.
pub fn of_tier<'a>(parity: &Parity<'a>, tier: &Tier) -> Vec<&'a LoadBalancerFacts> {
    forwarding(parity.production, tier)
}

/// The load balancers of a side that forward to the target groups of a tier's group, by ARN.
pub fn forwarding<'a>(facts: &'a SideFacts, tier: &Tier) -> Vec<&'a LoadBalancerFacts> {
    let Some(group) = facts.groups.get(&tier.auto_scaling_group) else { return vec![] };
    let forwards = |listener: &ListenerFacts| {
        listener.actions.iter().any(|action| match action {
            ListenerAction::Forward { target_group_arns } => {
                target_group_arns.iter().any(|arn| group.target_group_arns.contains(arn))
            }
            _ => false,
        })
    };
    facts.load_balancers.values().filter(|balancer| balancer.listeners.iter().any(forwards)).collect()
}

/// Judges the load balancers before a tier.
pub fn judge(parity: &Parity<'_>, tier: &Tier, seen: &mut BTreeSet<String>, found: &mut Found) {
    for production in of_tier(parity, tier) {
        if !seen.insert(production.arn.clone()) {
            continue;
        }
        let name = &production.name;
        let spot = parity.spot(&tier.name, place("load-balancer", name));
        match parity.translator.of_id(&production.arn) {
            Translation::Mapped(_) => spot.skipped(format!("load balancer {name}"), "mapped by hand", found),
            Translation::NotDeployed => {
                spot.skipped(format!("load balancer {name}"), "its stack is not deployed", found);
            }
            Translation::Unknown => {
                spot.unseen(found);
                spot.untranslated("", &production.arn, found);
            }
            Translation::Made(made) => match parity.standby.load_balancers.get(made) {
                Some(standby) => {
                    spot.checked(found);
                    compare(parity, &spot, tier, production, standby, found);
                }
                None if parity.may_be_unseen(SideName::Standby, Noun::LoadBalancer, made) => spot.unseen(found),
                None => {
                    spot.checked(found);
                    spot.missing(made, Severity::BlocksFailover, found);
                }
            },
        }
    }
}

fn compare(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    tier: &Tier,
    production: &LoadBalancerFacts,
    standby: &LoadBalancerFacts,
    found: &mut Found,
) {
    let text = |value: &str| Shown::text(value);
    spot.same("kind", Severity::BlocksFailover, text(&production.kind), text(&standby.kind), found);
    spot.same("scheme", Severity::BlocksFailover, text(&production.scheme), text(&standby.scheme), found);
    let only = tier.load_balancer.as_ref().and_then(|balancer| balancer.listener);
    let there: BTreeMap<u16, &ListenerFacts> = standby.listeners.iter().map(|l| (l.port, l)).collect();
    for wanted in production.listeners.iter().filter(|listener| only.is_none_or(|port| listener.port == port)) {
        let name = format!("listener/{}", wanted.port);
        match there.get(&wanted.port) {
            Some(there) => listeners::compare(parity, spot, &name, wanted, there, found),
            None => found.push(
                spot.finding(&name, Status::Deleted, Severity::BlocksFailover)
                    .whole()
                    .values(text(&wanted.protocol), Shown::Absent)
                    .note("missing in standby"),
            ),
        }
    }
    for extra in standby.listeners.iter().filter(|there| !production.listeners.iter().any(|l| l.port == there.port)) {
        found.push(
            spot.finding(&format!("listener/{}", extra.port), Status::Added, Severity::Degrades)
                .values(Shown::Absent, text(&extra.protocol))
                .note("missing in production"),
        );
    }
}
