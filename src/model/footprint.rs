//! Owns how large a tier's group is on the standby in each footprint.

use super::{CapacityBasis, Footprint, GroupSize, Strategy, Tier, percent_of};

/// The size a tier's group has on the standby.
///
/// Full is the capacity basis, never below the declared floor, with minimum = desired so that scaling policies cannot
/// shrink an idle group under a declaration. In the standby footprint a pilot light stands at zero, a warm standby at its
/// declared percent (rounded up, never below its minimum, never above full), a multi-site at full size. Backup-and-restore
/// keeps nothing running. The maximum is always the full size, so that scaling up by direct calls is never refused and
/// an ordinary update of the stack changes nothing about it.
pub fn tier_size(strategy: Strategy, tier: &Tier, basis: &CapacityBasis, footprint: Footprint) -> GroupSize {
    let full = basis.units.max(tier.full.floor);
    let running = match (footprint, strategy) {
        (Footprint::Full, _) | (Footprint::Standby, Strategy::MultiSite) => full,
        (Footprint::Standby, Strategy::PilotLight | Strategy::BackupAndRestore) => 0,
        (Footprint::Standby, Strategy::WarmStandby) => {
            percent_of(tier.standby.percent, full).max(tier.standby.min).min(full)
        }
    };
    GroupSize { min: running, max: full, desired: running }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{StandbySize, fixture};

    fn check(strategy: Strategy, percent: u32, min: u32, units: u32, footprint: Footprint, expected: u32) {
        let tier = Tier { standby: StandbySize { percent, min }, ..fixture::tier("web") };
        let basis = CapacityBasis { floor: 6, ..fixture::basis("shop-web", units) };
        let size = tier_size(strategy, &tier, &basis, footprint);
        assert_eq!((size.min, size.desired), (expected, expected), "{strategy} {percent} % of {units}");
        assert_eq!(size.max, units.max(6));
    }

    #[test]
    fn each_strategy_has_its_size() {
        check(Strategy::PilotLight, 20, 1, 10, Footprint::Standby, 0);
        check(Strategy::WarmStandby, 20, 1, 11, Footprint::Standby, 3);
        check(Strategy::WarmStandby, 1, 2, 10, Footprint::Standby, 2);
        check(Strategy::WarmStandby, 50, 99, 10, Footprint::Standby, 10);
        check(Strategy::MultiSite, 20, 1, 10, Footprint::Standby, 10);
        check(Strategy::PilotLight, 20, 1, 10, Footprint::Full, 10);
    }

    #[test]
    fn never_below_the_floor() {
        check(Strategy::WarmStandby, 100, 1, 2, Footprint::Full, 6);
    }
}
