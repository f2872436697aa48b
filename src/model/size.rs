//! Owns group sizes and the arithmetic of percentages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The three sizes of an Auto Scaling group, in the group's units (instances, or vCPUs or MiB for weighted groups).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct GroupSize {
    /// Minimum size.
    pub min: u32,
    /// Maximum size.
    pub max: u32,
    /// Desired capacity.
    pub desired: u32,
}

impl fmt::Display for GroupSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "min {} desired {} max {}", self.min, self.desired, self.max)
    }
}

/// So many percent of a capacity, rounded up: half of five is three.
pub fn percent_of(percent: u32, capacity: u32) -> u32 {
    let exact = u64::from(percent) * u64::from(capacity);
    u32::try_from(exact.div_ceil(100)).unwrap_or(u32::MAX)
}

/// How many whole percent of `asked` have come, rounded down; asking for nothing is fully met.
pub fn percent_reached(came: u32, asked: u32) -> u32 {
    if asked == 0 {
        return 100;
    }
    u32::try_from(u64::from(came) * 100 / u64::from(asked)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_up_what_is_wanted_and_down_what_came() {
        for (percent, capacity, expected) in
            [(20, 10, 2), (20, 11, 3), (50, 5, 3), (0, 9, 0), (100, 7, 7), (1, 1, 1), (100, u32::MAX, u32::MAX)]
        {
            assert_eq!(percent_of(percent, capacity), expected, "{percent} % of {capacity}");
        }
        assert_eq!(percent_reached(9, 10), 90);
        assert_eq!(percent_reached(2, 3), 66);
        assert_eq!(percent_reached(0, 0), 100);
    }
}
