//! Owns security group rules: which stand in the group, which become resources of their own, and which nobody can
//! translate.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::Site;
use crate::facts::{RuleFacts, RulePeer, SecurityGroupFacts};
use crate::model::Network;
use crate::render::translate::Translator;
use crate::render::view::{GroupRuleView, RuleView};

/// A group's rules of one direction.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// Those that name no other group of the standby.
    pub inline: Vec<RuleView>,
    /// Those between two groups of the standby.
    pub between: Vec<GroupRuleView>,
}

pub(super) fn split(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    group: &SecurityGroupFacts,
    logical: &str,
    ingress: bool,
) -> Split {
    let direction = if ingress { "ingress" } else { "egress" };
    let rules = if ingress { &group.ingress } else { &group.egress };
    let mut split = Split::default();
    let mut sorted: Vec<&RuleFacts> = rules.iter().collect();
    sorted.sort();
    for rule in sorted {
        let ports = Ports::of(rule);
        let place = format!("security-group/{}/{direction}/{}", group.name, ports.name(&rule.protocol));
        let description = Some(translator.text(&place, &rule.description)).filter(|text| !text.is_empty());
        let mut view = RuleView {
            protocol: rule.protocol.clone(),
            has_ports: ports.stated,
            from_port: ports.from,
            to_port: ports.to,
            description: description.clone(),
            ..RuleView::default()
        };
        match &rule.peer {
            RulePeer::Cidr4(cidr) => view.cidr = block(site, translator, group, &place, cidr),
            RulePeer::Cidr6(cidr) => {
                view.cidr_ipv6 = Some(translator.mapped(cidr).unwrap_or_else(|| cidr.clone()));
            }
            RulePeer::PrefixList(id) => {
                let advice =
                    "prefix lists belong to a Region: add the standby's to `map:`; the rule is left out until then";
                view.prefix_list = translator.by_map(&place, id, advice);
            }
            RulePeer::Group(id) => {
                if let Some(peer) = site.inventory.security_groups.get(id) {
                    let towards = if ingress { "From" } else { "To" };
                    split.between.push(GroupRuleView {
                        id: format!("{logical}{towards}{peer}{}", ports.name(&rule.protocol)),
                        ingress,
                        group: logical.to_owned(),
                        peer: peer.clone(),
                        protocol: rule.protocol.clone(),
                        has_ports: ports.stated,
                        from_port: ports.from,
                        to_port: ports.to,
                        description,
                    });
                    continue;
                }
                let advice = "no tier and no load balancer of this environment has this group: add the standby's to `map:`; \
                              the rule is left out until then";
                view.group_id = translator.by_map(&place, id, advice);
            }
        }
        let has_peer =
            [&view.cidr, &view.cidr_ipv6, &view.prefix_list, &view.group_id].iter().any(|peer| peer.is_some());
        if has_peer {
            split.inline.push(view);
        }
    }
    // Two blocks may have become one; EC2 refuses the same rule twice, whatever its description.
    let mut seen = BTreeSet::new();
    split.inline.retain(|rule| seen.insert(RuleView { description: None, ..rule.clone() }));
    split
}

/// A block of addresses: those of production's VPC become the standby's.
fn block(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    group: &SecurityGroupFacts,
    place: &str,
    cidr: &str,
) -> Option<String> {
    if let Some(mapped) = translator.mapped(cidr) {
        return Some(mapped);
    }
    let production = site.baseline.facts.vpcs.get(&group.vpc_id).and_then(|vpc| vpc.cidr.parse::<Ipv4Net>().ok());
    let inside = cidr.parse::<Ipv4Net>().ok().zip(production).is_some_and(|(block, vpc)| vpc.contains(&block));
    if !inside {
        return Some(cidr.to_owned());
    }
    match &site.environment.network {
        Network::New { cidr: standby, .. } => {
            translator.note(format!(
                "{place}: {cidr} lies in production's VPC; in the standby the rule has the standby's whole VPC, {standby}"
            ));
            Some(standby.to_string())
        }
        Network::Existing { .. } => {
            let advice = "it lies in production's VPC, and lifeboat does not know the blocks of a VPC it did not make: add the \
                          standby's to `map:`; the rule is left out until then";
            translator.untranslated(place, cidr, advice.into());
            None
        }
    }
}

/// The ports of a rule as CloudFormation wants them.
struct Ports {
    stated: bool,
    from: i32,
    to: i32,
}

impl Ports {
    fn of(rule: &RuleFacts) -> Self {
        let (lowest, highest) = match rule.protocol.as_str() {
            "tcp" | "udp" | "6" | "17" => (0, 65_535),
            "icmp" | "icmpv6" | "1" | "58" => (-1, -1),
            _ => return Ports { stated: false, from: 0, to: 0 },
        };
        Ports { stated: true, from: rule.from_port.unwrap_or(lowest), to: rule.to_port.unwrap_or(highest) }
    }

    /// `Tcp443`, `Udp1000To2000`, `All`: what tells a rule from others with the same peer.
    fn name(&self, protocol: &str) -> String {
        let number = |n: i32| if n < 0 { "Any".to_owned() } else { n.to_string() };
        let mut name = match protocol {
            "-1" => "All".to_owned(),
            other => crate::model::logical_part(other),
        };
        if self.stated {
            name.push_str(&number(self.from));
            if self.to != self.from {
                name.push_str("To");
                name.push_str(&number(self.to));
            }
        }
        name
    }
}
