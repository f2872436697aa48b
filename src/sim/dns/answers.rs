//! Owns which record of a name is answered.

use jiff::Timestamp;

use super::web::target_healthy;
use crate::facts::RecordFacts;
use crate::sim::state::{Answer, Family, SimState};

/// An alias to a load balancer has 60 s ("Values specific for alias records").
const ALIAS_TTL_S: u32 = 60;

/// What a name of a zone leads to now who asks for a family ("How Amazon Route 53 chooses records when health checking is
/// configured").
pub(super) fn answer(state: &SimState, zone: &str, name: &str, family: Family, now: Timestamp) -> Answer {
    let Some(zone) = state.dns.zones.get(zone) else { return Answer::default() };
    let records: Vec<&RecordFacts> = zone
        .records
        .iter()
        .filter(|record| record.name == name && (record.kind == family.kind() || record.kind == "CNAME"))
        .collect();
    let healthy = |record: &&RecordFacts| is_healthy(state, record, now);
    let chosen = match records.as_slice() {
        [] => None,
        all if all.iter().any(|record| record.failover.is_some()) => failover(all, healthy),
        all if all.iter().any(|record| record.weight.is_some()) => weighted(all, healthy),
        all => all.first().copied(),
    };
    chosen.map_or_else(Answer::default, told)
}

/// "Active-passive failover": the primary while it is healthy, else the secondary while that is; both unhealthy, the
/// primary.
fn failover<'a>(records: &[&'a RecordFacts], healthy: impl Fn(&&RecordFacts) -> bool) -> Option<&'a RecordFacts> {
    let of = |role: &str| records.iter().copied().find(|record| record.failover.as_deref() == Some(role));
    match (of("PRIMARY"), of("SECONDARY")) {
        (Some(primary), _) if healthy(&primary) => Some(primary),
        (_, Some(secondary)) if healthy(&secondary) => Some(secondary),
        (primary, secondary) => primary.or(secondary),
    }
}

/// "Weighted routing": in proportion to weights. Nothing is random here, so the heaviest healthy record stands for all;
/// records of weight zero are answered when every other is unhealthy, and when all are unhealthy all count as healthy.
fn weighted<'a>(records: &[&'a RecordFacts], healthy: impl Fn(&&RecordFacts) -> bool) -> Option<&'a RecordFacts> {
    let well: Vec<&RecordFacts> = records.iter().copied().filter(|record| healthy(record)).collect();
    let asked = if well.is_empty() { records.to_vec() } else { well };
    let heaviest = asked.iter().map(|record| record.weight.unwrap_or(0)).max()?;
    asked.into_iter().find(|record| record.weight.unwrap_or(0) == heaviest)
}

/// A record is healthy unless its health check says otherwise, or its target where that counts.
fn is_healthy(state: &SimState, record: &RecordFacts, now: Timestamp) -> bool {
    let checked = record.health_check_id.as_ref().and_then(|id| state.dns.checks.get(id));
    let target = record.alias.as_ref().filter(|alias| alias.evaluate_target_health);
    checked.is_none_or(|check| check.verdict()) && target.is_none_or(|alias| target_healthy(state, alias, now))
}

fn told(record: &RecordFacts) -> Answer {
    match &record.alias {
        Some(alias) => {
            Answer { record: record.set_identifier.clone(), targets: vec![alias.dns_name.clone()], ttl_s: ALIAS_TTL_S }
        }
        None => Answer {
            record: record.set_identifier.clone(),
            targets: record.values.clone(),
            ttl_s: record.ttl_s.unwrap_or(0),
        },
    }
}
