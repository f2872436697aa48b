//! Owns the check that the baseline still holds: production may have changed since it was recorded.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::balancers::forwarding;
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

/// What of a group changes by itself, or belongs to the primary alone.
const GROUP_NOISE: [&str; 7] = [
    "size",
    "instances",
    "suspended_processes",
    "availability_zones",
    "subnet_ids",
    "launch_template",
    "metrics_enabled",
];

/// The first few places, and how many more.
pub fn listed(places: &BTreeSet<String>) -> String {
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
    let balancers = forwarding(facts, tier);
    let mut group_ids: BTreeSet<&String> =
        template.map(|template| template.security_group_ids.iter().collect()).unwrap_or_default();
    group_ids.extend(balancers.iter().flat_map(|balancer| &balancer.security_group_ids));
    let security_groups = facts.security_groups.values().filter(|group| group_ids.contains(&group.id));
    let target_groups = facts.target_groups.values().filter(|target| target_arns.contains(&target.arn));
    json!({
        "group": without(group, &GROUP_NOISE),
        "launch-template": without(template, &["id", "version", "image_id"]),
        "security-group": by_name(security_groups.map(|group| (&group.name, without(Some(group), &[])))),
        "target-group": by_name(target_groups.map(|target| (&target.name, without(Some(target), &["load_balancer_arns"])))),
        "load-balancer": by_name(balancers.iter().map(|balancer| {
            // IPv4 alone is what a baseline means that does not tell.
            let address_type = if balancer.speaks_ipv6() { "" } else { "ip_address_type" };
            (&balancer.name, without(Some(balancer), &["subnet_ids", "dns_name", address_type]))
        })),
    })
}

fn by_name<'a>(entries: impl Iterator<Item = (&'a String, Value)>) -> Value {
    Value::Object(entries.map(|(name, facts)| (name.clone(), facts)).collect())
}

pub fn without<T: Serialize>(facts: Option<&T>, fields: &[&str]) -> Value {
    let mut value = serde_json::to_value(facts).unwrap_or(Value::Null);
    if let Value::Object(members) = &mut value {
        for field in fields {
            members.shift_remove(*field);
        }
    }
    value
}
