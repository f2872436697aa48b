//! Owns the record that leads users to a side: pairs of alias records, one for each family of
//! addresses, and what decides between them.

use super::{Site, neighbours, tags};
use crate::facts::{LoadBalancerFacts, RecordFacts};
use crate::model::{SideName, Switch, Traffic, bucket_host, proof_key};
use crate::render::problem::RenderProblem;
use crate::render::translate::Translator;
use crate::render::view::{CheckView, PairView, TakesOverView, TrafficView, WeightsView};

/// The records of the environment; none where a person moves the traffic, or where a problem stands in the way.
pub(super) fn build(site: &Site<'_>, translator: &mut Translator<'_>) -> Option<TrafficView> {
    let traffic = site.environment.traffic.as_ref().filter(|traffic| traffic.switch != Switch::Manual)?;
    neighbours::refuse(site, traffic, users_balancer(site, traffic).map(|(facts, _)| facts), translator);
    let (balancer, logical) = balancer(site, traffic, translator)?;
    let Some(zone_id) = balancer.zone_id.clone() else {
        translator.problem(RenderProblem::Baseline {
            place: "traffic/record".into(),
            what: format!("the baseline does not hold the hosted zone of load balancer {}", balancer.name),
            next: "an earlier lifeboat recorded it: run `lifeboat baseline` to record a new one".into(),
        });
        return None;
    };
    let name = &site.environment.name;
    let (takes_over, check, weights) = match &traffic.switch {
        Switch::StandbyTakesOver { bucket, key } => {
            translator.note(format!(
                "traffic: health checkers read one object of {bucket} without credentials; Block Public Access of the whole \
                 account {}, or a policy of its organization, would keep them out and nobody would be led to the standby: see \
                 `aws s3control get-public-access-block --account-id {}`",
                site.environment.standby.account, site.environment.standby.account
            ));
            let object = TakesOverView { bucket: bucket.clone(), key: key.clone(), proof: proof_key(key) };
            (Some(object), Some(object_check(site, traffic, bucket, key)), None)
        }
        Switch::Failover { path } => (None, Some(balancer_check(traffic, balancer, path, translator)?), None),
        Switch::Weighted { primary, standby } => {
            let by_health = *primary > 0 && *standby > 0;
            (None, None, Some(WeightsView { primary: *primary, standby: *standby, by_health }))
        }
        Switch::Manual => return None,
    };
    Some(TrafficView {
        record: traffic.record.clone(),
        zone: traffic.zone.clone(),
        primary_set: RecordFacts::set_identifier_of(name, SideName::Primary),
        standby_set: RecordFacts::set_identifier_of(name, SideName::Standby),
        pairs: pairs(balancer),
        primary_zone: zone_id,
        load_balancer: logical,
        takes_over,
        check,
        weights,
        tags: tags::own(site.environment, &[], Some(format!("{name}-traffic"))),
    })
}

/// A pair for IPv4, and one for IPv6 where production's load balancer speaks it. Both lead to the same load balancers.
fn pairs(balancer: &LoadBalancerFacts) -> Vec<PairView> {
    let pair = |record_type: &str, suffix: &str, prefix: &str| PairView {
        record_type: record_type.into(),
        primary_id: format!("TrafficPrimaryRecord{suffix}"),
        standby_id: format!("TrafficStandbyRecord{suffix}"),
        primary_dns_name: format!("{prefix}{}", balancer.dns_name),
        standby_prefix: Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()),
    };
    let mut pairs = vec![pair("A", "", "")];
    if balancer.speaks_ipv6() {
        // The standby's is of production's kind.
        pairs.push(pair("AAAA", "Ipv6", balancer.ipv6_prefix()));
    }
    pairs
}

/// The load balancers of the record's tier in production, by ARN.
fn arns_of<'a>(site: &'a Site<'_>, traffic: &Traffic) -> &'a [String] {
    site.baseline.tiers.get(&traffic.tier).map(|tier| tier.load_balancer_arns.as_slice()).unwrap_or_default()
}

/// Production's load balancer that the record names, with its counterpart's logical id: one that faces the internet if
/// the tier has one.
fn users_balancer<'a>(site: &'a Site<'_>, traffic: &Traffic) -> Option<(&'a LoadBalancerFacts, String)> {
    let mirrored = arns_of(site, traffic).iter().filter_map(|arn| {
        let facts = site.baseline.facts.load_balancers.get(arn)?;
        Some((facts, site.inventory.load_balancers.get(arn)?.clone()))
    });
    mirrored.min_by_key(|(facts, _)| facts.rank_for_users())
}

/// The same; a problem where there is none.
fn balancer<'a>(
    site: &'a Site<'_>,
    traffic: &Traffic,
    translator: &mut Translator<'_>,
) -> Option<(&'a LoadBalancerFacts, String)> {
    let found = users_balancer(site, traffic);
    if found.is_none() {
        let why = if arns_of(site, traffic).is_empty() {
            format!(
                "tier {} has no load balancer the record could name; name another tier with `traffic.tier`",
                traffic.tier
            )
        } else {
            format!(
                "lifeboat makes no counterpart of the load balancer of tier {}, so it cannot lead a record to it; take it \
                 from `map:`, or choose the switch `manual`",
                traffic.tier
            )
        };
        translator.problem(RenderProblem::Value { place: "traffic/tier".into(), why });
    }
    if let Some((facts, _)) = found.as_ref().filter(|(facts, _)| facts.scheme != "internet-facing") {
        translator.note(format!(
            "traffic: load balancer {} does not face the internet, so {} leads to private addresses",
            facts.name, traffic.record
        ));
    }
    found
}

/// Asks for the object; there is one when the standby has taken over, so the answer is turned round.
fn object_check(site: &Site<'_>, traffic: &Traffic, bucket: &str, key: &str) -> CheckView {
    CheckView {
        protocol: "HTTPS".into(),
        host: bucket_host(bucket, &site.environment.standby.region),
        port: 443,
        path: Some(format!("/{key}")),
        sni: true,
        inverted: true,
        interval: traffic.check_interval_s,
        failures: traffic.check_failures,
    }
}

/// Asks production's load balancer as its users do.
fn balancer_check(
    traffic: &Traffic,
    balancer: &LoadBalancerFacts,
    path: &str,
    translator: &mut Translator<'_>,
) -> Option<CheckView> {
    let mut problem = |why: String| translator.problem(RenderProblem::Value { place: "traffic/switch".into(), why });
    if balancer.scheme != "internet-facing" {
        problem(format!(
            "Route 53 checks health from outside, and load balancer {} does not face the internet; choose the switch \
             `standby-takes-over`",
            balancer.name
        ));
        return None;
    }
    // HealthCheckConfig, FullyQualifiedDomainName: "using an IPv4 address that DNS returns".
    if balancer.ip_address_type.as_deref() == Some("dualstack-without-public-ipv4") {
        problem(format!(
            "Route 53 checks the health of a name over IPv4, and load balancer {} has no public IPv4 address; choose the \
             switch `standby-takes-over`",
            balancer.name
        ));
        return None;
    }
    let protocol = |listener: &str| match listener {
        "HTTPS" => Some("HTTPS"),
        "HTTP" => Some("HTTP"),
        "TCP" | "TLS" => Some("TCP"),
        _ => None,
    };
    let rank = |protocol: &str, port: u16| match (protocol, port) {
        ("HTTPS", 443) => 0,
        ("HTTPS", _) => 1,
        ("HTTP", _) => 2,
        _ => 3,
    };
    let listeners = balancer.listeners.iter().filter_map(|one| Some((protocol(&one.protocol)?, one.port)));
    let Some((protocol, port)) = listeners.min_by_key(|(protocol, port)| (rank(protocol, *port), *port)) else {
        problem(format!("load balancer {} has no listener that Route 53 could check", balancer.name));
        return None;
    };
    Some(CheckView {
        protocol: protocol.into(),
        host: balancer.dns_name.clone(),
        port,
        path: (protocol != "TCP").then(|| path.to_owned()),
        sni: protocol == "HTTPS",
        inverted: false,
        interval: traffic.check_interval_s,
        failures: traffic.check_failures,
    })
}
