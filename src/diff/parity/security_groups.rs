//! Owns the comparison of security groups: their rules, without order, with translated peers.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Parity, Spot, place};
use super::rules::{self, Peers};
use super::translate::Translation;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::diff::structure::escape;
use crate::facts::{Noun, RuleFacts, SecurityGroupFacts};
use crate::model::{SideName, Tier};

/// Judges the security groups of a tier's instances and load balancers; one that tiers share is told once.
pub fn judge(parity: &Parity<'_>, tier: &Tier, seen: &mut BTreeSet<String>, found: &mut Found) {
    for id in used_by(parity, tier) {
        if !seen.insert(id.clone()) {
            continue;
        }
        let known = parity.production.security_groups.get(&id);
        let name = known.map_or(id.as_str(), |group| group.name.as_str());
        let spot = parity.spot(&tier.name, place("security-group", name));
        match (known, parity.translator.of_id(&id)) {
            (_, Translation::Mapped(_)) => spot.skipped(format!("security group {name}"), "mapped by hand", found),
            (_, Translation::NotDeployed) => {
                spot.skipped(format!("security group {name}"), "its stack is not deployed", found);
            }
            (_, Translation::Unknown) => {
                spot.unseen(found);
                spot.untranslated("", &id, found);
            }
            (None, _) if parity.may_be_unseen(SideName::Primary, Noun::SecurityGroup, &id) => spot.unseen(found),
            (None, _) => spot.skipped(format!("security group {name}"), "it was not observed in production", found),
            (Some(production), Translation::Made(made)) => match parity.standby.security_groups.get(made) {
                Some(standby) => {
                    spot.checked(found);
                    compare(parity, &spot, production, standby, found);
                }
                None if parity.may_be_unseen(SideName::Standby, Noun::SecurityGroup, made) => spot.unseen(found),
                None => {
                    spot.checked(found);
                    spot.missing(made, Severity::BlocksFailover, found);
                }
            },
        }
    }
}

/// The groups of a tier's instances and of the load balancers before them, in order.
fn used_by(parity: &Parity<'_>, tier: &Tier) -> BTreeSet<String> {
    let (template, _) = parity.launch_templates(tier);
    let mut ids: BTreeSet<String> =
        template.map(|template| template.security_group_ids.iter().cloned().collect()).unwrap_or_default();
    for balancer in super::balancers::of_tier(parity, tier) {
        ids.extend(balancer.security_group_ids.iter().cloned());
    }
    ids
}

fn compare(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &SecurityGroupFacts,
    standby: &SecurityGroupFacts,
    found: &mut Found,
) {
    directions(parity, spot, production, standby, true, found);
    directions(parity, spot, production, standby, false, found);
}

fn directions(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &SecurityGroupFacts,
    standby: &SecurityGroupFacts,
    inbound: bool,
    found: &mut Found,
) {
    let pick = |group: &SecurityGroupFacts| -> Vec<RuleFacts> {
        if inbound { group.ingress.clone() } else { group.egress.clone() }
    };
    let direction = if inbound { "ingress" } else { "egress" };
    let rules_there = pick(standby);
    let mut there: BTreeMap<String, &RuleFacts> =
        rules_there.iter().map(|rule| (rules::text(rule, rules::peer(&rule.peer), inbound), rule)).collect();
    // Traffic of rules whose peer nobody can translate: what the standby has of it may be their counterpart.
    let mut uncertain: BTreeSet<String> = BTreeSet::new();
    for rule in pick(production) {
        let wanted: Vec<String> = match rules::peers(parity, &rule, production, standby) {
            Peers::OneOf(peers) => peers.iter().map(|peer| rules::text(&rule, peer, inbound)).collect(),
            // Nothing can stand for it yet; its own stack tells.
            Peers::NotDeployed => {
                uncertain.insert(rules::traffic(&rule));
                continue;
            }
            Peers::Unknown(id) => {
                uncertain.insert(rules::traffic(&rule));
                let text = rules::text(&rule, rules::peer(&rule.peer), inbound);
                spot.untranslated(&format!("{direction}/{}", escape(&text)), &id, found);
                continue;
            }
        };
        let Some(first) = wanted.first() else { continue };
        match wanted.iter().find_map(|text| there.remove(text)) {
            Some(match_) => {
                let name = format!("{direction}/{}/description", escape(first));
                spot.same(&name, Severity::Cosmetic, description(&rule), description(match_), found);
            }
            None => {
                // Without an inbound rule traffic does not arrive; outbound ones are fewer and often wider.
                let severity = if inbound { Severity::BlocksFailover } else { Severity::Degrades };
                let name = format!("{direction}/{}", escape(first));
                found.push(
                    spot.finding(&name, Status::Deleted, severity)
                        .placed(spot.place(direction))
                        .values(Shown::text(first.as_str()), Shown::Absent)
                        .note("missing in standby"),
                );
            }
        }
    }
    for (text, _) in there.into_iter().filter(|(_, rule)| !uncertain.contains(&rules::traffic(rule))) {
        // A group without a word on outbound traffic gets this rule from AWS.
        let by_itself = !inbound && text == "all traffic to 0.0.0.0/0";
        let severity = if by_itself { Severity::Cosmetic } else { Severity::Degrades };
        found.push(
            spot.finding(&format!("{direction}/{}", escape(&text)), Status::Added, severity)
                .placed(spot.place(direction))
                .values(Shown::Absent, Shown::text(text.as_str()))
                .note("missing in production: the standby is open where production is not"),
        );
    }
}

fn description(rule: &RuleFacts) -> Shown {
    if rule.description.is_empty() { Shown::Absent } else { Shown::text(rule.description.as_str()) }
}
