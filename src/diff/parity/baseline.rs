//! Owns the check that the baseline still holds: production may have changed since it was recorded.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::context::Parity;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::diff::structure::{Rules, diff};
use crate::facts::SideFacts;
use crate::model::Tier;

/// Judges a tier's recorded facts against production now. Images and sizes are left out: `sync` carries the first over
/// without a new baseline, and the capacity basis, not the moment, says the second.
pub fn judge(parity: &Parity<'_>, tier: &Tier, found: &mut Found) {
    let recorded = &parity.input.baseline.facts;
    let (Some(_), Some(_)) = (parity.production_group(tier), recorded.groups.get(&tier.auto_scaling_group)) else {
        // A group that is not there now has its own finding; one that was not recorded has no stack either.
        if parity.production_group(tier).is_some() {
            let spot = parity.spot(&tier.name, "baseline");
            spot.checked(found);
            found.push(
                spot.finding("", Status::Deleted, Severity::BlocksFailover)
                    .whole()
                    .values(Shown::text(&tier.auto_scaling_group), Shown::Absent)
                    .note("the baseline does not know this tier: run `lifeboat baseline`"),
            );
        }
        return;
    };
    let spot = parity.spot(&tier.name, "baseline");
    spot.checked(found);
    let changed: BTreeSet<String> =
        diff(&relevant(recorded, tier), &relevant(parity.production, tier), Rules::CLOUDFORMATION)
            .iter()
            .map(|edit| edit.path.to_string().trim_start_matches('/').to_owned())
            .collect();
    if !changed.is_empty() {
        found.push(
            spot.finding("", Status::Modified, Severity::Degrades)
                .values(Shown::text("production now"), Shown::text("production as recorded"))
                .note(format!(
                    "production has changed since it was recorded ({}): run `lifeboat baseline`",
                    listed(&changed)
                )),
        );
    }
}

/// The first few places, and how many more.
fn listed(places: &BTreeSet<String>) -> String {
    const SHOWN: usize = 4;
    let first: Vec<&str> = places.iter().take(SHOWN).map(String::as_str).collect();
    match places.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// The facts a tier's stacks are rendered from, by noun and name.
fn relevant(facts: &SideFacts, tier: &Tier) -> Value {
    let group = facts.groups.get(&tier.auto_scaling_group);
    let template = facts.launch_templates.get(&tier.auto_scaling_group);
    let target_arns: BTreeSet<&String> =
        group.map(|group| group.target_group_arns.iter().collect()).unwrap_or_default();
    let group_ids: BTreeSet<&String> =
        template.map(|template| template.security_group_ids.iter().collect()).unwrap_or_default();
    let named = |entries: Vec<(String, Value)>| Value::Object(entries.into_iter().collect());
    json!({
        "group": without(group, &["size", "instances", "suspended_processes", "availability_zones", "subnet_ids", "launch_template", "metrics_enabled"]),
        "launch-template": without(template, &["id", "version", "image_id"]),
        "security-group": named(
            facts.security_groups.values().filter(|g| group_ids.contains(&g.id)).map(|g| (g.name.clone(), without(Some(g), &[]))).collect(),
        ),
        "target-group": named(
            facts.target_groups.values().filter(|t| target_arns.contains(&t.arn)).map(|t| (t.name.clone(), without(Some(t), &["load_balancer_arns"]))).collect(),
        ),
    })
}

fn without<T: Serialize>(facts: Option<&T>, fields: &[&str]) -> Value {
    let mut value = serde_json::to_value(facts).unwrap_or(Value::Null);
    if let Value::Object(members) = &mut value {
        for field in fields {
            members.shift_remove(*field);
        }
    }
    value
}
