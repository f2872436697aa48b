//! Tests of the structural diff: properties over generated values, and a table of what CloudFormation's lists mean.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Rules, apply, diff, normalise};

/// Values with member names that have rules, so that every kind of list is met.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..20i64).prop_map(Value::from),
        "[a-c0-2]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 5, |inner| {
        let tag = ("[a-d]", inner.clone()).prop_map(|(key, value)| json!({"Key": key, "Value": value}));
        let name = prop_oneof![Just("Tags"), Just("Subnets"), Just("Actions"), Just("Key"), Just("a/b"), Just("c~d")];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(tag, 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4).prop_map(|members| {
                let map: Map<String, Value> = members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
                Value::Object(map)
            }),
        ]
    })
}

/// A tag list as templates have it: often keyed well, sometimes with a key twice.
fn any_tags() -> impl Strategy<Value = Value> {
    prop::collection::vec(("[a-e]", "[x-z]"), 0..5).prop_map(|tags| {
        let tags: Vec<Value> = tags.into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        json!({"Properties": {"Tags": tags}})
    })
}

const STRICT_LISTS: Rules = Rules { loose_scalars: false, ..Rules::CLOUDFORMATION };

proptest! {
    #[test]
    fn a_value_does_not_differ_from_itself(a in any_value()) {
        prop_assert_eq!(diff(&a, &a, Rules::EXACT), vec![]);
        prop_assert_eq!(diff(&a, &a, Rules::CLOUDFORMATION), vec![]);
    }

    #[test]
    fn applying_the_edits_gives_the_other(a in any_value(), b in any_value()) {
        prop_assert_eq!(apply(&diff(&a, &b, Rules::EXACT), &a), b);
    }

    #[test]
    fn applying_gives_the_other_up_to_order(a in any_value(), b in any_value()) {
        let applied = apply(&diff(&a, &b, STRICT_LISTS), &a);
        prop_assert_eq!(normalise(&applied, STRICT_LISTS), normalise(&b, STRICT_LISTS));
    }

    #[test]
    fn tags_are_applied_by_key(a in any_tags(), b in any_tags()) {
        let applied = apply(&diff(&a, &b, Rules::CLOUDFORMATION), &a);
        prop_assert_eq!(normalise(&applied, Rules::CLOUDFORMATION), normalise(&b, Rules::CLOUDFORMATION));
    }

    #[test]
    fn no_edits_means_one_normal_form(a in any_value(), b in any_value()) {
        let same = normalise(&a, Rules::CLOUDFORMATION) == normalise(&b, Rules::CLOUDFORMATION);
        prop_assert_eq!(diff(&a, &b, Rules::CLOUDFORMATION).is_empty(), same);
    }
}

fn check(a: Value, b: Value, expected: &[&str]) {
    let edits = diff(&a, &b, Rules::CLOUDFORMATION);
    let text = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
    let seen: Vec<String> =
        edits.iter().map(|edit| format!("{} {} -> {}", edit.path, text(&edit.before), text(&edit.after))).collect();
    assert_eq!(seen, expected, "{a} against {b}");
}

#[test]
fn lists_are_compared_as_what_they_are() {
    check(json!({"MinSize": "2"}), json!({"MinSize": 2}), &[]);
    check(json!({"Subnets": ["a", "b"]}), json!({"Subnets": ["b", "a"]}), &[]);
    check(
        json!({"Order": ["a", "b"]}),
        json!({"Order": ["b", "a"]}),
        &[r#"/Order/0 "a" -> "b""#, r#"/Order/1 "b" -> "a""#],
    );
    check(
        json!({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}),
        json!({"Tags": [{"Key": "b", "Value": "3"}, {"Key": "a", "Value": "1"}]}),
        &[r#"/Tags/b/Value "2" -> "3""#],
    );
    check(
        json!({"SecurityGroupIngress": [{"FromPort": 80}, {"FromPort": 443}]}),
        json!({"SecurityGroupIngress": [{"FromPort": "443"}, {"FromPort": 8080}]}),
        &[
            r#"/SecurityGroupIngress/- {"FromPort":80} -> nothing"#,
            r#"/SecurityGroupIngress/- nothing -> {"FromPort":8080}"#,
        ],
    );
}
