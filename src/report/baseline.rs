//! Owns how a baseline is told.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::age::moment;
use super::count::count;
use super::data;
use super::style::{CHANGED, HEADING, Paint};
use super::table::{Cell, Table};
use crate::facts::{Baseline, SideFacts, source_name};
use crate::model::{BasisMethod, Environment, Footprint, tier_size};

/// The version of the JSON document.
pub const SCHEMA_VERSION: u32 = 1;

/// A baseline for people: what was seen, full production size per tier with its source, gaps.
pub fn text(environment: &Environment, baseline: &Baseline, place: &str, color: bool) -> String {
    let paint = Paint::new(color);
    let facts = &baseline.facts;
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "baseline of {}: production in {} (account {}), seen {} by {}",
        paint.text(HEADING, &baseline.environment),
        facts.region,
        facts.account,
        moment(facts.observed_at),
        facts.observed_by
    );
    let _ = writeln!(
        out,
        "  {}, {}, {}, {}, {}, {}, {}",
        count(facts.groups.len(), "group"),
        count(facts.launch_templates.len(), "launch template"),
        count(facts.images.len(), "image"),
        count(facts.security_groups.len(), "security group"),
        count(facts.target_groups.len(), "target group"),
        count(facts.load_balancers.len(), "load balancer"),
        count(facts.parameters.len(), "parameter")
    );
    out.push_str(&beside(facts));
    let mut table = Table::new(2);
    table.row(["TIER", "GROUP", "NOW", "FULL", "STANDBY", "BASIS"].map(Cell::from));
    for tier in &environment.tiers {
        if let Some(basis) = baseline.capacity.get(&tier.name) {
            let standby = tier_size(environment.strategy, tier, basis, Footprint::Standby);
            let full = tier_size(environment.strategy, tier, basis, Footprint::Full);
            table.row(
                [
                    tier.name.clone(),
                    basis.auto_scaling_group.clone(),
                    basis.in_service.to_string(),
                    full.desired.to_string(),
                    standby.desired.to_string(),
                    basis_words(&basis.method, basis.window.to_string().as_str()),
                ]
                .map(Cell::from),
            );
        }
    }
    out.push_str(&table.text(paint));
    for gap in &facts.gaps {
        let _ = writeln!(out, "  {} {gap}", paint.text(CHANGED, "not seen:"));
    }
    let _ = writeln!(out, "sealed as {} in {place}", baseline.digest.short());
    let _ = write!(out, "result: seen={} gaps={}", facts.seen(), facts.gaps.len());
    out.push('\n');
    out
}

/// What was seen beside the tiers, where the environment names data, a record or event sources, or groups have scheduled
/// actions.
fn beside(facts: &SideFacts) -> String {
    let mut out = String::new();
    let schedules = facts.schedules.values().map(Vec::len).sum();
    let counts = [
        (facts.records.len(), "DNS record"),
        (facts.health_checks.len(), "health check"),
        (schedules, "scheduled action"),
        (facts.event_sources.len(), "event source"),
    ];
    let seen: Vec<String> = data::counts(facts)
        .into_iter()
        .chain(counts)
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    if !seen.is_empty() {
        let _ = writeln!(out, "  {}", seen.join(", "));
    }
    for line in data::lines(facts) {
        let _ = writeln!(out, "  {line}");
    }
    for (name, source) in &facts.event_sources {
        let by = source.schedule.as_deref().or(source.source.as_deref().map(source_name));
        let by = by.map(|by| format!(", {by}")).unwrap_or_default();
        let _ = writeln!(out, "  event source {name}: {}{by}", if source.runs() { "on" } else { "off" });
    }
    out
}

fn basis_words(method: &BasisMethod, window: &str) -> String {
    match method {
        BasisMethod::Peak { metric, at } => {
            let at = at.map(|at| format!(" at {}", at.strftime("%Y-%m-%d %H:%M"))).unwrap_or_default();
            format!("peak of {window}{at} ({metric})")
        }
        BasisMethod::Current => "size when seen".to_owned(),
        BasisMethod::Fallback { reason } => {
            format!("largest of desired, in service and floor, because {reason}")
        }
    }
}

/// A baseline for programs.
pub fn json(baseline: &Baseline, place: &str) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "environment": baseline.environment,
        "digest": baseline.digest,
        "store": place,
        "region": baseline.facts.region,
        "account": baseline.facts.account,
        "observed_at": baseline.facts.observed_at,
        "observed_by": baseline.facts.observed_by,
        "capacity": baseline.capacity,
        "tiers": baseline.tiers,
        "databases": baseline.facts.databases,
        "tables": baseline.facts.tables,
        "buckets": baseline.facts.buckets,
        "records": baseline.facts.records,
        "health_checks": baseline.facts.health_checks,
        "schedules": baseline.facts.schedules,
        "event_sources": baseline.facts.event_sources,
        "seen": baseline.facts.seen(),
        "gaps": baseline.facts.gaps,
    })
}
