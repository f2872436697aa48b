//! Owns security rules in a form that can be compared: one spelling per protocol, peers translated.

use super::context::Parity;
use super::translate::Translation;
use crate::facts::{RuleFacts, RulePeer, SecurityGroupFacts};

/// A rule as people read it, `tcp 443 from 10.0.0.0/16`, without its description. The text is also its identity.
pub fn text(rule: &RuleFacts, peer: &str, inbound: bool) -> String {
    let word = if inbound { "from" } else { "to" };
    format!("{} {word} {peer}", traffic(rule))
}

/// The rule without its peer, `tcp 443`.
pub fn traffic(rule: &RuleFacts) -> String {
    let protocol = protocol(&rule.protocol);
    match (protocol, rule.from_port, rule.to_port) {
        ("all", _, _) => "all traffic".to_owned(),
        (_, None | Some(-1), _) => format!("{protocol} all"),
        ("tcp" | "udp", Some(0), Some(65_535)) => format!("{protocol} all"),
        (_, Some(from), Some(to)) if from == to => format!("{protocol} {from}"),
        (_, Some(from), to) => format!("{protocol} {from}-{}", to.unwrap_or(from)),
    }
}

/// AWS takes numbers and names, and answers with names where it has them.
fn protocol(protocol: &str) -> &str {
    match protocol {
        "-1" | "all" => "all",
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        other => other,
    }
}

/// A peer as it stands on its own side.
pub fn peer(peer: &RulePeer) -> &str {
    match peer {
        RulePeer::Cidr4(text) | RulePeer::Cidr6(text) | RulePeer::Group(text) | RulePeer::PrefixList(text) => text,
    }
}

/// What a peer of production may be in the standby.
pub enum Peers {
    /// One of these; the first is the one to name.
    OneOf(Vec<String>),
    /// Something that is not deployed yet.
    NotDeployed,
    /// Nobody knows.
    Unknown(String),
}

/// Translates a peer of production. A block stays itself unless a person maps it; the block of production's own network
/// may also stand as the standby's.
pub fn peers(
    parity: &Parity<'_>,
    rule: &RuleFacts,
    production: &SecurityGroupFacts,
    standby: &SecurityGroupFacts,
) -> Peers {
    match &rule.peer {
        RulePeer::Group(id) if *id == production.id => Peers::OneOf(vec![standby.id.clone()]),
        RulePeer::Group(id) | RulePeer::PrefixList(id) => match parity.translator.of_id(id) {
            Translation::Made(id) | Translation::Mapped(id) => Peers::OneOf(vec![id.to_owned()]),
            Translation::NotDeployed => Peers::NotDeployed,
            Translation::Unknown => Peers::Unknown(id.clone()),
        },
        RulePeer::Cidr6(block) => Peers::OneOf(vec![parity.translator.id(block).unwrap_or(block).to_owned()]),
        RulePeer::Cidr4(block) => {
            if let Some(mapped) = parity.translator.id(block) {
                return Peers::OneOf(vec![mapped.to_owned()]);
            }
            let own = parity.production.vpcs.get(&production.vpc_id).filter(|vpc| vpc.cidr == *block);
            let theirs = parity.standby.vpcs.get(&standby.vpc_id);
            match (own, theirs) {
                (Some(_), Some(theirs)) => Peers::OneOf(vec![theirs.cidr.clone(), block.clone()]),
                _ => Peers::OneOf(vec![block.clone()]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_each_rule() {
        let rule = |protocol: &str, from: Option<i32>, to: Option<i32>| RuleFacts {
            protocol: protocol.into(),
            from_port: from,
            to_port: to,
            peer: RulePeer::Cidr4("10.0.0.0/8".into()),
            description: String::new(),
        };
        for (rule, expected) in [
            (rule("tcp", Some(443), Some(443)), "tcp 443 from x"),
            (rule("6", Some(80), Some(90)), "tcp 80-90 from x"),
            (rule("-1", Some(0), Some(0)), "all traffic from x"),
            (rule("-1", None, None), "all traffic from x"),
            (rule("tcp", Some(0), Some(65_535)), "tcp all from x"),
            (rule("icmp", Some(-1), Some(-1)), "icmp all from x"),
        ] {
            assert_eq!(text(&rule, "x", true), expected);
        }
    }
}
