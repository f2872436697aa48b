//! Owns the comparison of Auto Scaling groups: there at all, how they check health, what they register with.

use super::context::{Parity, Spot};
use super::translate::Translation;
use super::{sizes, tags};
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::{GroupFacts, Noun};
use crate::model::{SideName, Tier};

/// Processes without which a group cannot grow or mend.
const VITAL: [&str; 3] = ["Launch", "AddToLoadBalancer", "HealthCheck"];

/// Judges a tier's group.
pub fn judge(parity: &Parity<'_>, tier: &Tier, found: &mut Found) {
    let spot = parity.spot(&tier.name, "group");
    let standby_name = parity.standby_name(tier);
    match (parity.production_group(tier), parity.standby_group(tier)) {
        (None, _) if parity.may_be_unseen(SideName::Primary, Noun::Group, &tier.auto_scaling_group) => {
            spot.unseen(found)
        }
        (_, None) if parity.may_be_unseen(SideName::Standby, Noun::Group, &standby_name) => spot.unseen(found),
        (None, _) => {
            spot.checked(found);
            found.push(
                spot.finding("production", Status::Added, Severity::Degrades)
                    .values(Shown::Absent, Shown::text(&tier.auto_scaling_group))
                    .note("missing in production: the group the tier mirrors is not there"),
            );
        }
        (_, None) => {
            spot.checked(found);
            spot.missing(&standby_name, Severity::BlocksFailover, found);
        }
        (Some(production), Some(standby)) => {
            spot.checked(found);
            sizes::judge(parity, tier, standby, found);
            health(&spot, production, standby, found);
            overrides(&spot, tier, production, standby, found);
            units(&spot, production, standby, found);
            registrations(parity, &spot, production, standby, found);
            suspended(&spot, standby, found);
            tags::judge(parity, &parity.spot(&tier.name, "tags"), &production.tags, &standby.tags, found);
        }
    }
}

fn health(spot: &Spot<'_>, production: &GroupFacts, standby: &GroupFacts, found: &mut Found) {
    let text = |value: &str| Shown::text(value);
    let seconds = |value: u32| Shown::text(format!("{value}s"));
    spot.same(
        "health-check-type",
        Severity::Degrades,
        text(&production.health_check_type),
        text(&standby.health_check_type),
        found,
    );
    spot.same(
        "health-check-grace",
        Severity::Degrades,
        seconds(production.health_check_grace_s),
        seconds(standby.health_check_grace_s),
        found,
    );
    spot.same(
        "cooldown",
        Severity::Cosmetic,
        seconds(production.default_cooldown_s),
        seconds(standby.default_cooldown_s),
        found,
    );
    let policies = |group: &GroupFacts| Shown::list(group.termination_policies.iter().map(String::as_str));
    spot.same("termination-policies", Severity::Cosmetic, policies(production), policies(standby), found);
}

/// The instance types in order: the file's where it names some, production's otherwise.
fn overrides(spot: &Spot<'_>, tier: &Tier, production: &GroupFacts, standby: &GroupFacts, found: &mut Found) {
    let wanted = if tier.instance_types.is_empty() { &production.overrides } else { &tier.instance_types };
    // The file's types may stand in one after the other without a policy, and a single type needs none.
    if standby.overrides.is_empty() && (wanted.len() <= 1 || !tier.instance_types.is_empty()) {
        return;
    }
    let list = |types: &[String]| Shown::list(types.iter().map(String::as_str));
    spot.same("instance-types", Severity::Degrades, list(wanted), list(&standby.overrides), found);
}

/// What the sizes count. The standby may list fewer types than production, but those it lists weigh the same.
fn units(spot: &Spot<'_>, production: &GroupFacts, standby: &GroupFacts, found: &mut Found) {
    let weights = |group: &GroupFacts| {
        let listed = |name: &String| standby.overrides.is_empty() || standby.overrides.contains(name);
        let weights = group.weights.iter().filter(|(name, _)| listed(name));
        let weights: Vec<String> = weights.map(|(name, weight)| format!("{name}={weight}")).collect();
        Shown::list(weights.iter().map(String::as_str))
    };
    if production.is_weighted() || standby.is_weighted() {
        spot.same("weights", Severity::BlocksFailover, weights(production), weights(standby), found);
    }
    let kind = |group: &GroupFacts| Shown::text(group.capacity_type.as_deref().unwrap_or("units"));
    if production.capacity_type.is_some() || standby.capacity_type.is_some() {
        spot.same("capacity-type", Severity::BlocksFailover, kind(production), kind(standby), found);
    }
}

fn registrations(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &GroupFacts,
    standby: &GroupFacts,
    found: &mut Found,
) {
    for arn in &production.target_group_arns {
        // What nobody can translate, or is not deployed, is told with the target group itself.
        let (Translation::Made(id) | Translation::Mapped(id)) = parity.translator.of_id(arn) else { continue };
        if !standby.target_group_arns.iter().any(|there| there == id) {
            found.push(
                spot.finding("target-groups", Status::Deleted, Severity::BlocksFailover)
                    .values(Shown::text(id), Shown::Absent)
                    .note("its instances would get no traffic"),
            );
        }
    }
}

fn suspended(spot: &Spot<'_>, standby: &GroupFacts, found: &mut Found) {
    for process in &standby.suspended_processes {
        let vital = VITAL.contains(&process.as_str());
        found.push(
            spot.finding(
                &format!("suspended/{process}"),
                Status::Added,
                if vital { Severity::BlocksFailover } else { Severity::Degrades },
            )
            .values(Shown::text("running"), Shown::text("suspended")),
        );
    }
}
