//! Tests of the intent: what a posture keeps.

use std::path::PathBuf;

use super::*;
use crate::model::{
    AccountId, Basis, DriftRules, FullSize, ImageSync, Network, Objectives, Region, Side, Span, Stacks, StandbySize,
    StoreLocation, Strategy, Sync, Tier,
};
use crate::render::stack::{RenderedStack, Untranslated};

fn environment() -> Environment {
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
        store: StoreLocation::Folder(PathBuf::from(".lifeboat")),
        network: Network::Existing { vpc_id: "vpc-1".into(), public_subnet_ids: vec![], private_subnet_ids: vec![] },
        tiers: vec![Tier {
            name: "web-api".into(),
            order: 10,
            auto_scaling_group: "shop-web".into(),
            standby: StandbySize { percent: 20, min: 1 },
            full: FullSize { basis: Basis::Peak, window: Span::from_secs(60), floor: 6 },
            instance_types: vec![],
            load_balancer: None,
        }],
        sync: Sync { images: ImageSync { key: None, keep: 3 }, parameters: vec![] },
        map: BTreeMap::new(),
        stacks: Stacks::default(),
        drift: DriftRules::default(),
    }
}

fn rendered() -> Rendered {
    let parameters = [("WebApiMin", "2"), ("WebApiMax", "10")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    Rendered {
        stacks: vec![RenderedStack {
            part: Part::COMPUTE,
            name: StackName::of("shop", Part::COMPUTE),
            body: "{}".into(),
            digest: Digest::of_bytes(b"{}"),
            parameters: parameters.into(),
            inputs: BTreeMap::new(),
        }],
        counterparts: BTreeMap::new(),
        untranslated: vec![Untranslated {
            place: "web-api/launch-template/key-name".into(),
            identifier: "ops".into(),
            advice: "add it to `map:`".into(),
        }],
        notes: vec![],
    }
}

#[test]
fn an_ordinary_deploy_keeps_what_a_scale_up_set() {
    let check = |target: &str, minimum: u32, expected: &str| {
        let minimums = BTreeMap::from([("web-api".to_owned(), minimum)]);
        let posture = Posture { target, minimums: &minimums };
        let intent = intend(&environment(), &rendered(), Some(posture));
        assert_eq!(intent.stacks[0].parameters["WebApiMin"], expected, "{target}");
        assert_eq!(intent.raised.is_empty(), expected == "2");
        intent.warnings
    };
    let warnings = check("full", 10, "10");
    insta::assert_snapshot!(warnings.join("\n"), @r#"
    the standby was scaled to full, which this deploy keeps: WebApiMin 10 instead of 2; `lifeboat scale --to standby` ends it
    web-api/launch-template/key-name: `ops` is not translated: add it to `map:`
    "#);
    check("50%", 5, "5");
    check("full", 1, "2");
    // Back to standby: the file decides, even when it says less than the last scale left.
    check("standby", 4, "2");
    assert_eq!(intend(&environment(), &rendered(), None).stacks[0].parameters["WebApiMin"], "2");
}

#[test]
fn every_stack_says_whose_it_is() {
    let intent = intend(&environment(), &rendered(), None);
    assert_eq!(intent.tags, Tags::from([("lifeboat:environment".to_owned(), "shop".to_owned())]));
    assert_eq!(intent.tiers[0].group, "shop-web-api");
}
