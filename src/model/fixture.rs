//! Owns the environment that unit tests begin with.

use std::collections::BTreeMap;

use super::*;

/// An account's side in a Region, reached by whatever credentials there are.
pub fn side(region: &str) -> Side {
    Side {
        region: Region(region.into()),
        account: AccountId("111122223333".into()),
        role_arn: None,
        external_id: None,
        profile: None,
        endpoint_url: None,
    }
}

/// A tier that mirrors `shop-<name>`: a fifth stands ready, the peak is full, floor 6.
pub fn tier(name: &str) -> Tier {
    Tier {
        name: name.into(),
        order: 10,
        auto_scaling_group: format!("shop-{name}"),
        standby: StandbySize { percent: 20, min: 1 },
        full: FullSize { basis: Basis::Peak, window: Span::from_secs(86_400), floor: 6 },
        instance_types: vec![],
        load_balancer: None,
    }
}

/// A basis without a peak: so many are there, and so many count.
pub fn basis(group: &str, units: u32) -> CapacityBasis {
    CapacityBasis {
        auto_scaling_group: group.into(),
        units,
        method: BasisMethod::Current,
        window: Span::from_secs(60),
        peak: None,
        desired: units,
        in_service: units,
        floor: 0,
        observed_at: jiff::Timestamp::UNIX_EPOCH,
    }
}

/// A warm standby of `shop` without tiers, in an existing network, that follows `/shop/prod/`.
pub fn environment() -> Environment {
    Environment {
        name: "shop".into(),
        strategy: Strategy::WarmStandby,
        objectives: Objectives { rto: Span::from_secs(1_800), rpo: Span::from_secs(300) },
        primary: side("us-east-1"),
        standby: side("us-west-2"),
        store: StoreLocation::Folder(".lifeboat".into()),
        network: Network::Existing { vpc_id: "vpc-1".into(), public_subnet_ids: vec![], private_subnet_ids: vec![] },
        tiers: vec![],
        data: vec![],
        event_sources: vec![],
        traffic: None,
        sync: Sync {
            images: ImageSync { key: Some("alias/shop-dr".into()), keep: 3 },
            parameters: vec![ParameterSync {
                path: "/shop/prod/".into(),
                rewrite: BTreeMap::from([("us-east-1".to_owned(), "us-west-2".to_owned())]),
                key: None,
                delete: false,
            }],
        },
        map: BTreeMap::new(),
        stacks: Stacks::default(),
        drift: DriftRules::default(),
    }
}
