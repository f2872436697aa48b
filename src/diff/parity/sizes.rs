//! Owns the comparison of sizes: by what was declared, never by equality with production.

use super::context::Parity;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::GroupFacts;
use crate::model::{Footprint, GroupSize, Tier, tier_size};

/// Judges the sizes of a tier's group in the standby.
pub fn judge(parity: &Parity<'_>, tier: &Tier, standby: &GroupFacts, found: &mut Found) {
    let spot = parity.spot(&tier.name, "group");
    let Some(basis) = parity.input.baseline.capacity.get(&tier.name) else {
        spot.unseen(found);
        found.push(
            spot.finding("size", Status::Unknown, Severity::Degrades)
                .note("the baseline has no capacity basis for it: run `lifeboat baseline`"),
        );
        return;
    };
    let strategy = parity.input.environment.strategy;
    let declared = tier_size(strategy, tier, basis, Footprint::Standby);
    let asked = parity.input.posture.as_ref().and_then(|posture| posture.minimums.get(&tier.name).copied());
    let wanted = asked.map_or(declared, |min| GroupSize { min, desired: min, max: declared.max });
    let intent = match (&parity.input.posture, asked) {
        (Some(posture), Some(_)) => format!("scaled to {}", posture.target),
        _ => format!("{} stands at {} of {}", strategy, declared.desired, declared.max),
    };
    let number = |value: u32| Shown::text(value.to_string());
    let size = standby.size;
    if size.desired < wanted.desired {
        found.push(
            spot.finding("desired", Status::Modified, Severity::Degrades)
                .values(number(wanted.desired), number(size.desired))
                .note(format!("too small even for what is declared: {intent}")),
        );
    }
    if size.min < wanted.min {
        found.push(
            spot.finding("min", Status::Modified, Severity::Degrades)
                .values(number(wanted.min), number(size.min))
                .note(format!("scaling policies may shrink it below what is declared: {intent}")),
        );
    }
    if size.min > wanted.min {
        found.push(
            spot.finding("min", Status::Modified, Severity::Cosmetic)
                .values(number(wanted.min), number(size.min))
                .note(format!("larger than declared: {intent}")),
        );
    }
    if size.max < wanted.max {
        found.push(
            spot.finding("max", Status::Modified, Severity::BlocksFailover)
                .values(number(wanted.max), number(size.max))
                .note("too low to reach full production size"),
        );
    }
}
