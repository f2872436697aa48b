//! Owns the tests of problems as people and programs are told of them: order, columns, colour, JSON.

mod following;
mod shape;
mod sides;
mod tiers;

use super::{GOOD, load, messages};

/// What people read about the good file with one piece replaced.
fn replaced(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "`{from}` is not in the good file");
    told(&GOOD.replacen(from, to, 1))
}

/// What people read about the good file with more lines.
fn added(lines: &str) -> String {
    told(&format!("{GOOD}{lines}"))
}

fn told(text: &str) -> String {
    match load(text) {
        Ok(loaded) => {
            let warnings: Vec<String> = loaded.warnings.iter().map(|warning| warning.render(false)).collect();
            format!("can be used\n{}", warnings.join("\n"))
        }
        Err(problems) => problems.render(false),
    }
}

#[test]
fn problems_of_shape_and_of_meaning_come_together_in_the_order_of_the_file() {
    let text =
        format!("{GOOD}  - {{ name: web, group: {{ auto_scaling_group: shop-web }}, ordre: 1 }}\nstore: http://x\n")
            .replace("us-west-2", "us-east-1")
            .replace("rto: 30m", "rto: soon");
    insta::assert_snapshot!(messages(&text), @r#"
    4:20 objectives.rto: `soon` is not a length of time
      -> write it like 60s, 30m, 4h or 14d
    6:20 standby: the standby has the primary's Region and account: it would be lost with it
      -> choose another Region for the standby, or at least another account
    10:13 tiers[1].name: there are two tiers named `web`
      -> give each tier a name of its own
    10:47 tiers[1].group.auto_scaling_group: two tiers mirror the group `shop-web`: it would be counted twice
      -> mirror each group in one tier
    10:59 tiers[1].ordre: the key `ordre` is not known here
      -> did you mean `order`?
    11:8 store: `http://x` is not a store
      -> write `s3://bucket/prefix`, or a folder relative to this file
    "#);
}

#[test]
fn text_beyond_ascii_keeps_its_columns() {
    insta::assert_snapshot!(added("map: { \"größe\": \"x\", ключ: 3 }\n"), @r#"
    error: expected text, found the number `3`
      --> shop.yaml:10:28
       |
    10 | map: { "größe": "x", ключ: 3 }
       |                            ^
       |
       = help: put it in quotes to make it text
    "#);
}

#[test]
fn colour_only_when_asked_for() {
    let problems = load("name: 1\n").expect_err("problems");
    assert!(problems.render(true).contains('\u{1b}'));
    assert!(!problems.render(false).contains('\u{1b}'));
}

#[test]
fn programs_get_the_same_as_values() {
    let problems = load(&GOOD.replacen("strategy: warm-standby", "strategy: warm-stanby", 1)).expect_err("problems");
    insta::assert_json_snapshot!(problems, @r#"
    [
      {
        "severity": "error",
        "file": "shop.yaml",
        "line": 3,
        "column": 11,
        "path": "strategy",
        "message": "`warm-stanby` is not known here",
        "help": "did you mean `warm-standby`? Known are `backup-and-restore`, `pilot-light`, `warm-standby`, `multi-site`"
      }
    ]
    "#);
}
