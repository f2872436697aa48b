//! Owns how the service looks from outside: addresses of names, and what they answer.

use jiff::Timestamp;

use super::bare;
use crate::facts::{AliasFacts, ListenerAction, LoadBalancerFacts};
use crate::model::Digest;
use crate::sim::state::{Family, RegionState, SimState};
use crate::sim::targets::has_healthy;

/// The host a name leads users to who ask for a family of addresses: a record's target, or the name itself. None for a name
/// that nobody knows, or that has no record for that family.
pub fn leads_to(state: &SimState, name: &str, family: Family, now: Timestamp) -> Option<String> {
    let name = bare(name);
    if is_host(state, &name) {
        return Some(name);
    }
    let seen = state.dns.seen(&name, family, now)?;
    let target = bare(seen.targets.first()?);
    // A CNAME may lead to a record; one step is what the shop needs.
    match state.dns.seen(&target, family, now).and_then(|next| next.targets.first()) {
        Some(next) => Some(bare(next)),
        None => Some(target),
    }
}

/// The addresses of what a name leads to, of both families, sorted. A load balancer has one of each in each of its zones,
/// and keeps them.
pub fn addresses(state: &SimState, name: &str, now: Timestamp) -> Result<Vec<String>, String> {
    let hosts = Family::BOTH.map(|family| leads_to(state, name, family, now).map(|host| (family, host)));
    if hosts.iter().all(Option::is_none) {
        return Err(format!("{name} does not resolve: there is no such record"));
    }
    let mut found: Vec<String> =
        hosts.iter().flatten().flat_map(|(family, host)| of_host(state, name, *family, host, now)).collect();
    found.sort();
    found.dedup();
    match (found.is_empty(), hosts.into_iter().flatten().next()) {
        (true, Some((_, host))) => Err(format!("{name} does not resolve: {host} has no address")),
        _ => Ok(found),
    }
}

/// The addresses of one family of the host a name leads to.
fn of_host(state: &SimState, name: &str, family: Family, host: &str, now: Timestamp) -> Vec<String> {
    if let Some((_, balancer)) = balancer(state, host) {
        let has_family = match family {
            Family::Ipv4 => balancer.ip_address_type.as_deref() != Some("dualstack-without-public-ipv4"),
            // "Routing traffic to an ELB load balancer": under its bare name, an Application Load Balancer has none.
            Family::Ipv6 => balancer.speaks_ipv6() && host.starts_with(balancer.ipv6_prefix()),
        };
        let subnets = if has_family { balancer.subnet_ids.as_slice() } else { &[] };
        let known = balancer.dns_name.to_ascii_lowercase();
        return subnets.iter().map(|subnet| address(&known, subnet, family)).collect();
    }
    if bucket(state, host).is_some() {
        return if family == Family::Ipv4 { vec![address(host, "s3", family)] } else { vec![] };
    }
    let seen = state.dns.seen(&bare(name), family, now);
    let mut values = seen.map_or_else(|| vec![host.to_owned()], |seen| seen.targets.clone());
    values.retain(|value| {
        value.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_ipv6() == (family == Family::Ipv6))
    });
    values
}

/// An address that is nobody's: of TEST-NET-2 or TEST-NET-3 (RFC 5737), or of the documentation's prefix (RFC 3849).
fn address(host: &str, part: &str, family: Family) -> String {
    let digest = Digest::of_bytes(format!("{host}/{part}").as_bytes());
    let hex = digest.0.trim_start_matches("sha256:");
    let byte = |at: usize| hex.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok()).unwrap_or(1);
    if family == Family::Ipv6 {
        return format!("2001:db8:{:x}:{:x}::{:x}", byte(0), byte(2), byte(4).max(1));
    }
    let net = if byte(0) % 2 == 0 { "198.51.100" } else { "203.0.113" };
    format!("{net}.{}", byte(2).max(1))
}

/// The status a URL answers with as users see it, or why it does not answer; at another place than its host's, where that
/// is said.
pub fn get(state: &SimState, url: &str, connect_to: Option<&str>, now: Timestamp) -> Result<u16, String> {
    let (secure, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return Err(format!("{url} is neither an http:// nor an https:// address")),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let (name, port) = match authority.split_once(':') {
        Some((name, port)) => (name, port.parse().map_err(|_| format!("{url} has no port that is a number: {port}"))?),
        None => (authority, if secure { 443 } else { 80 }),
    };
    ask(state, connect_to.unwrap_or(name), &Asked { host: name, port, secure, path }, now)
}

/// What a host is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The host that is asked for: what is sent as `Host`.
    pub host: &'a str,
    /// Port.
    pub port: u16,
    /// Whether over TLS.
    pub secure: bool,
    /// Path.
    pub path: &'a str,
}

/// The status with which the place a name leads to answers.
pub(super) fn ask(state: &SimState, name: &str, asked: &Asked<'_>, now: Timestamp) -> Result<u16, String> {
    let host = Family::BOTH.into_iter().find_map(|family| leads_to(state, name, family, now));
    let host = host.ok_or_else(|| format!("{name} does not resolve: there is no such record"))?;
    let silent = |region: &RegionState| format!("{name} does not answer: no connection to {host} in {}", region.name);
    if let Some((region, balancer)) = balancer(state, &host) {
        if region.faults.dark {
            return Err(silent(region));
        }
        let status = balancer_status(region, balancer, asked, now);
        return status.ok_or_else(|| format!("{name} refuses connections on port {}", asked.port));
    }
    match bucket(state, &host) {
        Some((region, _)) if region.faults.dark => Err(silent(region)),
        // GetObject without credentials: 403 for what is not public, and for what is not there, since the public may not
        // list the bucket.
        Some((region, name)) => {
            let key = asked.path.trim_start_matches('/');
            let there = region.buckets.get(name).is_some_and(|b| b.objects.contains_key(key) && b.is_public(key));
            Ok(if there && !state.blocks_public_access { 200 } else { 403 })
        }
        None => Err(format!("{name} does not answer: {host} is nothing that is known here")),
    }
}

/// What a load balancer answers on a port; none without a listener there. "HTTP 503: the target groups have no registered
/// targets, or all of the registered targets are in an unused state".
fn balancer_status(
    region: &RegionState,
    balancer: &LoadBalancerFacts,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Option<u16> {
    let matches = |protocol: &str| asked.secure == matches!(protocol, "HTTPS" | "TLS");
    let listener = balancer.listeners.iter().find(|l| l.port == asked.port && matches(&l.protocol))?;
    let rule = region.web_rules.iter().find(|rule| rule.matches(&balancer.arn, asked.host, asked.path));
    if let Some(status) = rule.and_then(|rule| rule.status) {
        return Some(status);
    }
    let status = match listener.actions.last()? {
        ListenerAction::Forward { target_group_arns } => {
            let served = target_group_arns.iter().any(|arn| has_healthy(region, arn, now));
            if served { 200 } else { 503 }
        }
        ListenerAction::Redirect { status_code, .. } => status_code.trim_start_matches("HTTP_").parse().unwrap_or(302),
        ListenerAction::FixedResponse { status_code, .. } => status_code.parse().unwrap_or(200),
        _ => 200,
    };
    Some(status)
}

/// Whether an alias's target is healthy ("Evaluate target health", for load balancers: every target group with targets
/// has a healthy one; a Region that is dark has none).
pub(super) fn target_healthy(state: &SimState, alias: &AliasFacts, now: Timestamp) -> bool {
    let Some((region, balancer)) = balancer(state, &bare(&alias.dns_name)) else { return false };
    let mut forwarded =
        balancer.listeners.iter().flat_map(|listener| &listener.actions).filter_map(|action| match action {
            ListenerAction::Forward { target_group_arns } => Some(target_group_arns),
            _ => None,
        });
    !region.faults.dark && forwarded.all(|arns| arns.iter().all(|arn| has_healthy(region, arn, now)))
}

fn is_host(state: &SimState, name: &str) -> bool {
    balancer(state, name).is_some() || bucket(state, name).is_some()
}

/// The load balancer of a DNS name. Its name resolves to the same addresses with `dualstack.` in front.
fn balancer<'a>(state: &'a SimState, host: &str) -> Option<(&'a RegionState, &'a LoadBalancerFacts)> {
    let host = host.strip_prefix("dualstack.").unwrap_or(host);
    let all = state.regions.values().flat_map(|region| region.load_balancers.values().map(move |lb| (region, lb)));
    all.into_iter().find(|(_, balancer)| balancer.dns_name.trim_end_matches('.').eq_ignore_ascii_case(host))
}

/// The bucket of a host name `<bucket>.s3.<region>.amazonaws.com`, with its Region.
fn bucket<'a, 'b>(state: &'a SimState, host: &'b str) -> Option<(&'a RegionState, &'b str)> {
    let rest = host.strip_suffix(".amazonaws.com")?;
    let (name, region) = rest.split_once(".s3.")?;
    let region = state.regions.get(region)?;
    region.buckets.contains_key(name).then_some((region, name))
}
