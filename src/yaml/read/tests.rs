//! Owns the tests of strict reading.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::{Placed, ReadErrorKind, read};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Crew {
    name: Placed<String>,
    color: Option<Placed<Color>>,
    boats: Placed<Vec<Placed<Boat>>>,
    notes: Option<Placed<BTreeMap<Placed<String>, Placed<String>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a map with `seats`")]
#[allow(dead_code)]
struct Boat {
    seats: Placed<u32>,
    sails: Option<Placed<bool>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Color {
    Red,
    Orange,
}

fn told(text: &str) -> String {
    let reading = read::<Crew>(text);
    let mut out = String::new();
    for error in &reading.errors {
        let place = error.place;
        let shown = text.get(place.start..place.end).unwrap_or("(outside the text)");
        let _ = writeln!(out, "{}:{} `{shown}` at `{}`: {:?}", place.line, place.column, error.path, error.kind);
    }
    let _ = writeln!(out, "value: {}", if reading.value.is_some() { "yes" } else { "no" });
    out
}

#[test]
fn reads_values_with_their_places() {
    let text = "name: Ada\ncolor: red\nboats:\n  - seats: 4\n    sails: true\n  - { seats: 2 }\nnotes: { a: \"1\" }\n";
    let reading = read::<Crew>(text);
    assert_eq!(reading.errors, vec![]);
    let crew = reading.value.expect("a crew");
    assert_eq!(crew.name.value.as_deref(), Some("Ada"));
    assert_eq!(&text[crew.name.place.start..crew.name.place.end], "Ada");
    let boats = crew.boats.value.expect("boats");
    let seats: Vec<_> = boats.iter().map(|boat| boat.value.as_ref().map(|b| b.seats.clone())).collect();
    let lines: Vec<_> = seats.iter().flatten().map(|s| (s.value, s.place.line, s.place.column)).collect();
    assert_eq!(lines, vec![(Some(4), 4, 12), (Some(2), 6, 14)]);
}

#[test]
fn finds_every_error_in_one_reading() {
    insta::assert_snapshot!(told(
        "color: rde\nboats:\n  - seats: many\n    sails: yes\n    oars: 2\n  - saets: 3\n  - dinghy\n  - seats: 012\nnotes:\n  a: 1\n  a: 2\n  b: [x]\n"
    ), @r#"
    1:1 `color` at `name`: MissingKey { key: "name" }
    1:8 `rde` at `color`: UnknownWord { word: "rde", known: ["red", "orange"] }
    3:12 `many` at `boats[0].seats`: WrongType { found: "the text `many`", expected: "a whole number, 0 or more", help: None, plain: false }
    4:12 `yes` at `boats[0].sails`: WrongType { found: "the text `yes`", expected: "`true` or `false`", help: None, plain: false }
    5:5 `oars` at `boats[0].oars`: UnknownKey { key: "oars", known: ["seats", "sails"] }
    6:5 `saets` at `boats[1].saets`: UnknownKey { key: "saets", known: ["seats", "sails"] }
    6:5 `saets` at `boats[1].seats`: MissingKey { key: "seats" }
    7:5 `dinghy` at `boats[2]`: WrongType { found: "the text `dinghy`", expected: "a map with `seats`", help: None, plain: false }
    8:12 `012` at `boats[3].seats`: WrongType { found: "the number `012`", expected: "a whole number, 0 or more", help: None, plain: true }
    10:6 `1` at `notes.a`: WrongType { found: "the number `1`", expected: "text", help: None, plain: true }
    11:3 `a` at `notes.a`: DuplicateKey { key: "a", first: Some(Place { line: 10, column: 3, start: 109, end: 110 }) }
    12:3 `b` at `notes.b`: WrongType { found: "a list", expected: "text", help: None, plain: false }
    value: yes
    "#);
}

#[test]
fn refuses_what_is_not_the_yaml_we_accept() {
    for text in [
        "",
        "name: [",
        "name: !secret x",
        "name: a\n---\nname: b\n",
        "- a\n",
        "a: &x {b: 1}\nname: {<<: *x}\n",
        "name: a\nboats: {}\n? [a]\n: b\n",
    ] {
        let reading = read::<Crew>(text);
        assert!(!reading.errors.is_empty(), "{text}");
    }
    insta::assert_snapshot!(told("name: [\n"), @r#"
    1:7 `[` at ``: Syntax { message: "unclosed bracket '['", help: Some("look on this line and the one before for a missing quote, bracket, colon or space, or for a tab") }
    value: no
    "#);
    insta::assert_snapshot!(told("name: a\nboats: !secret x\n"), @r#"
    2:16 `x` at ``: Syntax { message: "unsupported tag `!secret`", help: Some("write the plain value") }
    value: no
    "#);
    insta::assert_snapshot!(told(""), @r#"
    1:1 `` at ``: WrongType { found: "nothing", expected: "struct Crew", help: None, plain: false }
    value: no
    "#);
    insta::assert_snapshot!(told("- a\n"), @r#"
    1:1 `` at ``: WrongType { found: "a list", expected: "struct Crew", help: None, plain: false }
    value: no
    "#);
}

#[test]
fn refuses_a_text_that_grows_without_end() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..9 {
        let _ = writeln!(text, "a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 10].join(", "));
    }
    let reading = read::<Crew>(&text);
    assert!(matches!(reading.errors[0].kind, ReadErrorKind::Syntax { .. }), "{:?}", reading.errors);
    let reading = read::<Crew>(&"[".repeat(100_000));
    assert!(matches!(reading.errors[0].kind, ReadErrorKind::Syntax { .. }), "{:?}", reading.errors);
}
