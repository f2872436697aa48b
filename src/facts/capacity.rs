//! Owns how a capacity basis follows from what was seen: measured peak, present size, declared floor.

use jiff::Timestamp;

use super::GroupFacts;
use crate::model::{Basis, BasisMethod, CapacityBasis, Tier};

/// What the metrics said about one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeakSeen {
    /// The highest in-service capacity of the window.
    Peak {
        /// In the group's units.
        units: u32,
        /// When.
        at: Timestamp,
        /// Which metric.
        metric: String,
    },
    /// No metrics could be had, and why.
    None {
        /// One sentence.
        reason: String,
    },
}

/// What the metric that counts instances is called at its end.
const INSTANCES: &str = "InServiceInstances";

/// The capacity basis of a tier.
///
/// It is never below what is desired or in service at the moment of the observation: a peak of last week must not shrink
/// what today already needs. In-service alone would be useless in a disaster, when it falls to zero; that is why the basis
/// is recorded while production is well.
pub fn capacity_basis(tier: &Tier, group: &GroupFacts, peak: &PeakSeen, observed_at: Timestamp) -> CapacityBasis {
    // A count of instances says nothing about units.
    let instances = match peak {
        PeakSeen::Peak { metric, .. } if group.is_weighted() && metric.ends_with(INSTANCES) => {
            Some(PeakSeen::None { reason: format!("{metric} counts instances, and the group counts weighted units") })
        }
        _ => None,
    };
    let peak = instances.as_ref().unwrap_or(peak);
    let present = group.size.desired.max(group.in_service()).max(tier.full.floor);
    let (units, method, measured) = match (tier.full.basis, peak) {
        (Basis::Current, _) => (present, BasisMethod::Current, None),
        (Basis::Peak, PeakSeen::Peak { units, at, metric }) => {
            (present.max(*units), BasisMethod::Peak { metric: metric.clone(), at: Some(*at) }, Some(*units))
        }
        (Basis::Peak, PeakSeen::None { reason }) => (present, BasisMethod::Fallback { reason: reason.clone() }, None),
    };
    CapacityBasis {
        auto_scaling_group: group.name.clone(),
        units,
        method,
        window: tier.full.window,
        peak: measured,
        desired: group.size.desired,
        in_service: group.in_service(),
        floor: tier.full.floor,
        observed_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::sample;
    use crate::model::{FullSize, GroupSize, Span};

    fn check(basis: Basis, peak: Option<u32>, desired: u32, in_service: u32, floor: u32, expected: u32) {
        let tier = Tier {
            full: FullSize { basis, window: Span::from_secs(86_400), floor },
            ..crate::model::fixture::tier("web")
        };
        let group = GroupFacts {
            instances: vec![sample::instance("i"); in_service as usize],
            ..sample::group("shop-web", GroupSize { min: 0, max: 99, desired })
        };
        let seen = match peak {
            Some(units) => PeakSeen::Peak { units, at: Timestamp::UNIX_EPOCH, metric: "m".into() },
            None => PeakSeen::None { reason: "no metrics".into() },
        };
        let found = capacity_basis(&tier, &group, &seen, Timestamp::UNIX_EPOCH);
        assert_eq!(
            found.units, expected,
            "{basis:?} peak {peak:?} desired {desired} in service {in_service} floor {floor}"
        );
    }

    #[test]
    fn the_largest_of_what_was_seen_counts() {
        check(Basis::Peak, Some(10), 6, 6, 0, 10);
        check(Basis::Peak, Some(4), 6, 6, 0, 6);
        check(Basis::Peak, Some(4), 6, 6, 8, 8);
        check(Basis::Peak, None, 3, 5, 2, 5);
        check(Basis::Peak, None, 3, 0, 6, 6);
        check(Basis::Current, Some(50), 3, 3, 0, 3);
    }

    #[test]
    fn a_peak_of_instances_is_no_peak_of_weighted_units() {
        let tier = Tier {
            full: FullSize { basis: Basis::Peak, window: Span::from_secs(86_400), floor: 0 },
            ..crate::model::fixture::tier("web")
        };
        let group = |weights: &[(&str, u32)]| GroupFacts {
            weights: weights.iter().map(|(kind, weight)| ((*kind).to_owned(), *weight)).collect(),
            ..sample::group("shop-web", GroupSize { min: 0, max: 99, desired: 8 })
        };
        let peak = |metric: &str| PeakSeen::Peak { units: 20, at: Timestamp::UNIX_EPOCH, metric: metric.into() };
        let units = |weights: &[(&str, u32)], metric| {
            capacity_basis(&tier, &group(weights), &peak(metric), Timestamp::UNIX_EPOCH).units
        };
        assert_eq!(units(&[], "GroupInServiceInstances"), 20);
        assert_eq!(units(&[("m6i.large", 2)], "GroupInServiceInstances"), 8);
        assert_eq!(units(&[("m6i.large", 2)], "GroupInServiceCapacity"), 20);
    }
}
