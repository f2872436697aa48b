//! Owns deciding what a sync does: images and parameters, only what differs.

pub mod balancers;
pub mod images;
pub mod parameters;

pub use balancers::BalancerQuery;
pub use images::{ImagePlan, ImageStep, ImageWorld, plan_images};
pub use parameters::{ParameterPlan, ParameterProblem, ParameterStep, plan_parameters};

#[cfg(test)]
pub(crate) fn test_environment() -> crate::model::Environment {
    use std::collections::BTreeMap;

    use crate::model::*;
    let side = |region: &str| Side {
        region: Region(region.into()),
        account: AccountId("111122223333".into()),
        role_arn: None,
        external_id: None,
        profile: None,
        endpoint_url: None,
    };
    Environment {
        name: "shop".into(),
        strategy: Strategy::WarmStandby,
        objectives: Objectives { rto: Span::from_secs(1_800), rpo: Span::from_secs(300) },
        primary: side("us-east-1"),
        standby: side("us-west-2"),
        store: StoreLocation::Folder(".lifeboat".into()),
        network: Network::Existing { vpc_id: "vpc-1".into(), public_subnet_ids: vec![], private_subnet_ids: vec![] },
        tiers: vec![],
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
