//! Owns how a scale is told: what it will ask, what came, how long it took and whose time that was.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::age::seconds;
use super::style::{ADDED, ALARM, CHANGED, HEADING, Paint};
use super::table::{Cell, Table};
use crate::model::Objectives;
use crate::plan::scale::{ScalePlan, ScaleTarget};
use crate::run::scale::{ScaleOutcome, TierOutcome};

/// The version of the JSON document.
pub const SCHEMA_VERSION: u32 = 1;

/// A scale as planned, for people.
pub fn plan_text(environment: &str, plan: &ScalePlan, color: bool) -> String {
    let paint = Paint::new(color);
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "scale {} to {}", paint.text(HEADING, environment), plan.target);
    let mut table = Table::new(2);
    table.row(["TIER", "GROUP", "NOW", "IN SERVICE", "AFTER"].map(Cell::from));
    for step in &plan.steps {
        let after = if step.changes() { step.after.to_string() } else { "already so".to_owned() };
        table.row(
            [step.tier.clone(), step.group.clone(), step.before.to_string(), step.in_service.to_string(), after]
                .map(Cell::from),
        );
    }
    out.push_str(&table.text(paint));
    for step in &plan.steps {
        if let Some(warning) = &step.warning {
            let _ = writeln!(out, "  {} {}: {warning}", paint.text(CHANGED, "!"), step.tier);
        }
    }
    out
}

/// How a scale came out, for people. `accept` is the shortfall in percent that counts as success.
pub fn text(
    environment: &str,
    plan: &ScalePlan,
    outcome: &ScaleOutcome,
    accept: u32,
    objectives: &Objectives,
    color: bool,
) -> String {
    let paint = Paint::new(color);
    let mut out = String::new();
    let mut table = Table::new(2);
    table.row(["TIER", "ASKED", "IN SERVICE", "HEALTHY", "OURS", "AWS", ""].map(Cell::from));
    for tier in &outcome.tiers {
        table.row(
            [
                tier.tier.clone(),
                tier.asked.desired.to_string(),
                tier.in_service.to_string(),
                tier.healthy.map_or_else(|| "-".to_owned(), |healthy| healthy.to_string()),
                if tier.already { "-".to_owned() } else { seconds(tier.ours_s) },
                tier.aws_s.map_or_else(|| "not reached".to_owned(), seconds),
                verdict(tier),
            ]
            .map(Cell::from),
        );
    }
    out.push_str(&table.text(paint));
    for tier in &outcome.tiers {
        if let Some(trouble) = &tier.trouble {
            let _ = writeln!(out, "  {} {}: {trouble}", paint.text(ALARM, "!"), tier.tier);
        }
    }
    let ours = outcome.tiers.iter().map(|tier| tier.ours_s).fold(0.0, f64::max);
    let _ = write!(
        out,
        "took {}: {} ours, {} AWS's",
        seconds(outcome.took_s),
        seconds(ours),
        seconds((outcome.took_s - ours).max(0.0))
    );
    // Going back to the standby footprint is not a recovery, so no objective is held against it.
    let _ = match plan.target {
        ScaleTarget::Standby => writeln!(out),
        ScaleTarget::Full | ScaleTarget::Percent(_) => writeln!(out, "; objective (RTO) {}", objectives.rto),
    };
    let short: Vec<String> = outcome
        .tiers
        .iter()
        .filter(|tier| tier.shortfall() > 0)
        .map(|tier| format!("{} lacks {} of {}", tier.tier, tier.shortfall(), tier.asked.desired))
        .collect();
    // What runs already is never taken away, so a percentage is a lower bound.
    let or_more = if matches!(plan.target, ScaleTarget::Percent(_)) { " or more" } else { "" };
    let _ = if short.is_empty() {
        writeln!(out, "{} {environment} is at {}{or_more}", paint.text(ADDED, "done:"), plan.target)
    } else if reached(outcome, accept) {
        writeln!(out, "{} {}; within the accepted {accept} %", paint.text(CHANGED, "short:"), short.join(", "))
    } else {
        writeln!(out, "{} {}", paint.text(ALARM, "short:"), short.join(", "))
    };
    out
}

/// Whether every tier has come within `accept` percent of what was asked, and every size could be set.
pub fn reached(outcome: &ScaleOutcome, accept: u32) -> bool {
    outcome.tiers.iter().all(|tier| tier.percent().saturating_add(accept) >= 100)
        && outcome.tiers.iter().all(|tier| tier.shortfall() > 0 || tier.aws_s.is_some())
}

fn verdict(tier: &TierOutcome) -> String {
    match (tier.already && tier.shortfall() == 0, tier.shortfall()) {
        (true, _) => "already so".to_owned(),
        (false, 0) if tier.aws_s.is_some() => "reached".to_owned(),
        (false, 0) => "not settled".to_owned(),
        (false, short) => format!("{short} short ({} %)", tier.percent()),
    }
}

/// How a scale came out, for programs.
pub fn json(
    environment: &str,
    plan: &ScalePlan,
    outcome: &ScaleOutcome,
    accept: u32,
    objectives: &Objectives,
) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "environment": environment,
        "target": plan.target.to_string(),
        "accept_percent": accept,
        "reached": reached(outcome, accept),
        "percent": outcome.percent(),
        "took_s": outcome.took_s,
        "timed_out": outcome.timed_out,
        "rto_s": objectives.rto.as_secs(),
        "tiers": outcome.tiers,
    })
}
