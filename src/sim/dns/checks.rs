//! Owns health checks: what makes one, and whether what it asks answers.

use jiff::Timestamp;

use super::web::{Asked, ask};
use super::{CONTROL_PLANE, bare};
use crate::facts::{HealthCheckFacts, Tags};
use crate::sim::state::{Check, RegionState, SimState};

/// Whether what a health check asks answers at a time, as things are now. "How Route 53 determines whether a health check is healthy": a status
/// of 2xx or 3xx for HTTP and HTTPS; checkers follow no redirect.
pub(super) fn succeeds(state: &SimState, check: &Check, at: Timestamp) -> bool {
    let Some(host) = check.facts.host.as_deref() else { return check.succeeds };
    let path = check.facts.path.as_deref().unwrap_or("/");
    let secure = check.facts.kind.starts_with("HTTPS");
    match check.facts.kind.as_str() {
        "HTTP" | "HTTPS" => {
            let asked = Asked { host, port: check.port, secure, path };
            ask(state, host, &asked, at).is_ok_and(|status| (200..400).contains(&status))
        }
        // Nothing here tells of alarms or strings: they are as they were.
        _ => check.succeeds,
    }
}

/// When a check began to go the way it goes now: what only waits for time, such as a server that boots, came about
/// between two looks.
pub(super) fn turned_at(state: &SimState, check: &Check, now: Timestamp) -> Timestamp {
    let way = succeeds(state, check, now);
    let mut before = state.dns.checked_until.min(now);
    if succeeds(state, check, before) == way {
        return before;
    }
    let mut after = now;
    while after.duration_since(before).as_secs() > 1 {
        let half = after.duration_since(before) / 2;
        let middle = before.checked_add(half).unwrap_or(after);
        if succeeds(state, check, middle) == way {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}

/// A health check from what CloudFormation is told of it (CreateHealthCheck's limits and defaults). A new check counts as
/// healthy until its checks say otherwise; one that is inverted, as unhealthy.
pub fn make_check(
    state: &SimState,
    mut facts: HealthCheckFacts,
    port: Option<u16>,
    tags: Tags,
    now: Timestamp,
) -> Result<Check, String> {
    if !matches!(facts.interval_s, 10 | 30) {
        return Err(format!(
            "Invalid parameter : Request Interval must be 10 or 30, not {} (InvalidInput)",
            facts.interval_s
        ));
    }
    if !(1..=10).contains(&facts.failures) {
        return Err(format!(
            "Invalid parameter : Failure Threshold must be between 1 and 10, not {} (InvalidInput)",
            facts.failures
        ));
    }
    if matches!(facts.kind.as_str(), "HTTP" | "HTTPS") && facts.host.is_none() {
        return Err(
            "Invalid parameter : Either FullyQualifiedDomainName or IPAddress is needed (InvalidInput)".to_owned()
        );
    }
    facts.host = facts.host.as_deref().map(bare);
    let secure = facts.kind.starts_with("HTTPS");
    let port = port.unwrap_or(if secure { 443 } else { 80 });
    let mut check = Check { facts, port, succeeds: true, since: now, healthy: true, tags };
    check.succeeds = succeeds(state, &check, now);
    check.healthy = check.succeeds;
    Ok(check)
}

/// Whether Route 53's control plane answers, seen from a Region of the account.
pub fn control_plane_answers(account: &SimState, region: &RegionState) -> bool {
    let home = if region.name == CONTROL_PLANE { Some(region) } else { account.regions.get(CONTROL_PLANE) };
    home.is_none_or(|home| !home.faults.dark)
}
