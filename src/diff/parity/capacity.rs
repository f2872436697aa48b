//! Owns the check that the capacity basis still holds: production may have outgrown it.

use super::context::Parity;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::model::Tier;

/// Judges the capacity basis against production as it is now. A smaller production is no matter: the basis is a peak.
pub fn judge(parity: &Parity<'_>, tier: &Tier, found: &mut Found) {
    let (Some(production), Some(basis)) =
        (parity.production_group(tier), parity.input.baseline.capacity.get(&tier.name))
    else {
        return;
    };
    let spot = parity.spot(&tier.name, "capacity-basis");
    spot.checked(found);
    let now = production.size.desired.max(production.in_service());
    let full = basis.units.max(tier.full.floor);
    if now > full {
        found.push(
            spot.finding("", Status::Modified, Severity::Degrades)
                .values(Shown::text(now.to_string()), Shown::text(full.to_string()))
                .note("production has outgrown what full size means: run `lifeboat baseline`"),
        );
    }
}
