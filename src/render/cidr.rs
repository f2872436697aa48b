//! Owns the standby's address plan: literal blocks that never move when a zone is added.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// The blocks of one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ZoneBlocks {
    pub public: Ipv4Net,
    pub private: Ipv4Net,
}

/// How many zones the plan leaves room for.
const ROOM: u8 = 4;

/// The blocks of the first `zones` zones (at most four) of a VPC between /16 and /24.
///
/// The first half of the VPC is split into four private blocks, the third quarter into four public ones, and the last
/// quarter stays free. None for a VPC too small or too large.
pub(super) fn plan(vpc: Ipv4Net, zones: u8) -> Option<Vec<ZoneBlocks>> {
    let prefix = vpc.prefix_len();
    if !(16..=24).contains(&prefix) || zones > ROOM {
        return None;
    }
    let base = u32::from(vpc.network());
    let size = |prefix: u8| 1_u32 << (32 - u32::from(prefix));
    let block = |start: u32, prefix: u8| Ipv4Net::new(Ipv4Addr::from(start), prefix).ok();
    (0..u32::from(zones))
        .map(|zone| {
            Some(ZoneBlocks {
                private: block(base + zone * size(prefix + 3), prefix + 3)?,
                public: block(base + size(prefix + 1) + zone * size(prefix + 4), prefix + 4)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(vpc: &str, zones: u8) -> Vec<String> {
        let plan = plan(vpc.parse().expect(vpc), zones).expect(vpc);
        plan.iter().map(|zone| format!("{} {}", zone.private, zone.public)).collect()
    }

    #[test]
    fn blocks_are_literal_and_never_move() {
        let three = blocks("10.80.0.0/16", 3);
        assert_eq!(
            three,
            ["10.80.0.0/19 10.80.128.0/20", "10.80.32.0/19 10.80.144.0/20", "10.80.64.0/19 10.80.160.0/20"]
        );
        assert_eq!(blocks("10.80.0.0/16", 2), three[..2]);
        assert_eq!(blocks("10.0.0.0/24", 4)[3], "10.0.0.96/27 10.0.0.176/28");
    }

    #[test]
    fn no_two_blocks_overlap_and_all_are_inside() {
        for prefix in 16..=24 {
            let vpc = Ipv4Net::new(Ipv4Addr::new(10, 0, 0, 0), prefix).expect("a block");
            let all: Vec<Ipv4Net> =
                plan(vpc, 4).expect("a plan").iter().flat_map(|zone| [zone.public, zone.private]).collect();
            for (i, a) in all.iter().enumerate() {
                assert!(vpc.contains(a) && a.prefix_len() <= 28, "{a} in {vpc}");
                assert!(all[i + 1..].iter().all(|b| !a.contains(b) && !b.contains(a)), "{a} overlaps in {vpc}");
            }
        }
        assert_eq!(plan("10.0.0.0/28".parse().expect("a block"), 2), None);
    }
}
