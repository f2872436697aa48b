//! Owns the tests of whole environment files: examples, starters, and every problem with the words people read.

mod data;
mod events;
mod good;
mod problems;
mod traffic;

use std::path::PathBuf;

use super::{Loaded, Problems, Source, read};

/// A small file in which everything is right; tests replace one piece of it.
const GOOD: &str = r#"schema: lifeboat/v1
name: shop
strategy: warm-standby
objectives: { rto: 30m, rpo: 5m }
primary: { region: us-east-1, account: "111122223333" }
standby: { region: us-west-2, account: "111122223333" }
tiers:
  - name: web
    group: { auto_scaling_group: shop-web }
"#;

fn load(text: &str) -> Result<Loaded, Problems> {
    read(&Source {
        name: "shop.yaml".to_owned(),
        text: text.to_owned(),
        folder: PathBuf::from("environments"),
        today: jiff::civil::date(2026, 11, 20),
    })
}

/// The messages and advice alone, for tables of many values.
fn messages(text: &str) -> String {
    let problems = match load(text) {
        Ok(loaded) => loaded.warnings,
        Err(problems) => problems.0,
    };
    let line = |p: &super::Problem| {
        format!("{}:{} {}: {}\n  -> {}", p.line, p.column, p.path, p.message, p.help.as_deref().unwrap_or("-"))
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}
