//! Owns the comparison of target groups and their health checks.

use std::collections::BTreeSet;

use super::context::{Parity, Spot, place};
use super::translate::Translation;
use crate::diff::finding::Severity;
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::{Noun, TargetGroupFacts};
use crate::model::{SideName, Tier};

/// Judges the target groups a tier registers with.
pub fn judge(parity: &Parity<'_>, tier: &Tier, seen: &mut BTreeSet<String>, found: &mut Found) {
    let Some(group) = parity.production_group(tier) else { return };
    for arn in &group.target_group_arns {
        if !seen.insert(arn.clone()) {
            continue;
        }
        let known = parity.production.target_groups.get(arn);
        let name = known.map_or(arn.as_str(), |target| target.name.as_str());
        let spot = parity.spot(&tier.name, place("target-group", name));
        match (known, parity.translator.of_id(arn)) {
            (_, Translation::Mapped(_)) => spot.skipped(format!("target group {name}"), "mapped by hand", found),
            (_, Translation::NotDeployed) => {
                spot.skipped(format!("target group {name}"), "its stack is not deployed", found);
            }
            (_, Translation::Unknown) => {
                spot.unseen(found);
                spot.untranslated("", arn, found);
            }
            (None, _) if parity.may_be_unseen(SideName::Primary, Noun::TargetGroup, arn) => spot.unseen(found),
            (None, _) => spot.skipped(format!("target group {name}"), "it was not observed in production", found),
            (Some(production), Translation::Made(made)) => match parity.standby.target_groups.get(made) {
                Some(standby) => {
                    spot.checked(found);
                    compare(&spot, tier, production, standby, found);
                }
                None if parity.may_be_unseen(SideName::Standby, Noun::TargetGroup, made) => spot.unseen(found),
                None => {
                    spot.checked(found);
                    spot.missing(made, Severity::BlocksFailover, found);
                }
            },
        }
    }
}

fn compare(spot: &Spot<'_>, tier: &Tier, production: &TargetGroupFacts, standby: &TargetGroupFacts, found: &mut Found) {
    let text = |value: &str| Shown::text(value);
    let seconds = |value: u32| Shown::text(format!("{value}s"));
    let number = |value: u32| Shown::text(value.to_string());
    let (p, s) = (&production.health_check, &standby.health_check);
    // What the file says differs from production on purpose.
    let path = tier.load_balancer.as_ref().and_then(|balancer| balancer.health_check.as_ref()).or(p.path.as_ref());
    let pairs = [
        ("protocol", Severity::BlocksFailover, text(&production.protocol), text(&standby.protocol)),
        ("port", Severity::BlocksFailover, Shown::maybe(production.port), Shown::maybe(standby.port)),
        ("target-type", Severity::BlocksFailover, text(&production.target_type), text(&standby.target_type)),
        ("health-check/protocol", Severity::Degrades, text(&p.protocol), text(&s.protocol)),
        ("health-check/port", Severity::Degrades, text(&p.port), text(&s.port)),
        ("health-check/path", Severity::Degrades, Shown::maybe(path), Shown::maybe(s.path.as_ref())),
        ("health-check/codes", Severity::Degrades, Shown::maybe(p.matcher.as_ref()), Shown::maybe(s.matcher.as_ref())),
        ("health-check/interval", Severity::Degrades, seconds(p.interval_s), seconds(s.interval_s)),
        ("health-check/timeout", Severity::Degrades, seconds(p.timeout_s), seconds(s.timeout_s)),
        ("health-check/healthy-after", Severity::Degrades, number(p.healthy_threshold), number(s.healthy_threshold)),
        (
            "health-check/unhealthy-after",
            Severity::Degrades,
            number(p.unhealthy_threshold),
            number(s.unhealthy_threshold),
        ),
    ];
    for (name, severity, expected, actual) in pairs {
        spot.same(name, severity, expected, actual, found);
    }
}
