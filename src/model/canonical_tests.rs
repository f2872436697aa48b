//! Canonical JSON is what sorting the keys of the value's JSON document gives: digests in stores rely on it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// By way of a document, slowly.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let fields: BTreeMap<&String, &Value> = map.iter().collect();
            let fields = fields.iter().map(|(key, value)| format!("{}:{}", json!(key), sorted(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}

fn check<T: Serialize>(value: &T) {
    let written = String::from_utf8(canonical(value).expect("it is JSON")).expect("text");
    assert_eq!(written, sorted(&serde_json::to_value(value).expect("it is JSON")));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        let key = prop_oneof!["[a-c]{0,2}", any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_document_is_sorted(value in any_json()) {
        check(&value);
    }
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Wrapped(u8);

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outer {
    Nothing,
    One(Option<f64>),
    Pair(u8, &'static str),
    Named { z: i8, a: char },
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Inner {
    Plain,
    Named { b: u8, a: u8 },
}

#[derive(Serialize)]
struct Everything {
    z: Vec<Outer>,
    unit: Unit,
    wrapped: Wrapped,
    numbers: BTreeMap<u16, f32>,
    flags: BTreeMap<bool, (u8, i64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    none: Option<u8>,
    missing: Option<u8>,
    inner: Vec<Inner>,
    #[serde(flatten)]
    flat: Inner,
    bytes: &'static [u8],
    not_a_number: f64,
    a: &'static str,
}

#[test]
fn every_shape_of_a_value_is_as_in_its_document() {
    check(&Everything {
        z: vec![
            Outer::Nothing,
            Outer::One(Some(0.1)),
            Outer::One(None),
            Outer::Pair(1, "ü\n"),
            Outer::Named { z: -1, a: '"' },
        ],
        unit: Unit,
        wrapped: Wrapped(7),
        numbers: BTreeMap::from([(10, 0.1), (9, 1.0)]),
        flags: BTreeMap::from([(true, (1, -2)), (false, (3, 4))]),
        none: None,
        missing: None,
        inner: vec![Inner::Plain, Inner::Named { b: 1, a: 2 }],
        flat: Inner::Named { b: 3, a: 4 },
        bytes: b"ab",
        not_a_number: f64::NAN,
        a: "last",
    });
}

#[test]
fn what_no_document_can_hold_is_refused() {
    assert!(canonical(&BTreeMap::from([(vec![1], 2)])).is_err());
}

#[test]
fn of_two_fields_of_one_name_the_later_stays() {
    #[derive(Serialize)]
    struct Twice {
        b: u8,
        #[serde(flatten)]
        more: BTreeMap<&'static str, u8>,
    }
    check(&Twice { b: 1, more: BTreeMap::from([("a", 2), ("b", 3)]) });
}
