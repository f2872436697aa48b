//! Tests of the intent: what a posture keeps.

use super::*;
use crate::model::{Tier, fixture};
use crate::render::stack::{RenderedStack, Untranslated};

fn environment() -> Environment {
    Environment { tiers: vec![Tier { name: "web-api".into(), ..fixture::tier("web") }], ..fixture::environment() }
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
        let posture = Posture { target, minimums: &minimums, declared: false };
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
    // Scaling it down is refused while it serves.
    let minimums = BTreeMap::from([("web-api".to_owned(), 10)]);
    let declared = Posture { target: "its declared size (run r1)", minimums: &minimums, declared: true };
    let told = intend(&environment(), &rendered(), Some(declared)).warnings.remove(0);
    assert!(told.ends_with("`lifeboat failback`, which brings service home, ends it"), "{told}");
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
