//! Owns finding known identifiers in text: whole words only, the longest first.

use std::collections::BTreeMap;

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// Nothing known stands in it.
    Original {
        text: &'t str,
        /// How many lines come before it.
        line: usize,
    },
    /// What `map:` puts in place of something.
    Mapped(String),
    /// An identifier lifeboat makes the counterpart of, and the stack parameter that holds it.
    Made(String, String),
}

#[derive(Debug, Clone)]
enum Target {
    Text(String),
    Parameter(String),
}

/// Known identifiers by their first byte, longest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns(BTreeMap<u8, Vec<(String, Target)>>);

impl Patterns {
    /// `map:` wins over what lifeboat makes.
    pub fn new(map: &BTreeMap<String, String>, made: &BTreeMap<String, String>) -> Self {
        let mut patterns = Patterns::default();
        for (key, value) in map {
            patterns.add(key, Target::Text(value.clone()));
        }
        for (key, parameter) in made.iter().filter(|(key, _)| !map.contains_key(*key)) {
            patterns.add(key, Target::Parameter(parameter.clone()));
        }
        for known in patterns.0.values_mut() {
            known.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        }
        patterns
    }

    fn add(&mut self, key: &str, target: Target) {
        if let Some(first) = key.bytes().next() {
            self.0.entry(first).or_default().push((key.to_owned(), target));
        }
    }

    /// Splits text at every known identifier.
    pub fn split<'t>(&self, text: &'t str) -> Vec<Piece<'t>> {
        let mut pieces = Vec::new();
        let (mut start, mut at, mut line) = (0, 0, 0);
        let mut before = None;
        while let Some(c) = text[at..].chars().next() {
            let hit = self.0.get(&text.as_bytes()[at]).and_then(|known| {
                known
                    .iter()
                    .find(|(key, _)| text[at..].starts_with(key.as_str()) && stands_alone(before, text, at, key))
            });
            let Some((key, target)) = hit else {
                before = Some(c);
                at += c.len_utf8();
                continue;
            };
            if start < at {
                pieces.push(Piece::Original { text: &text[start..at], line });
                line += text[start..at].matches('\n').count();
            }
            pieces.push(match target {
                Target::Text(value) => Piece::Mapped(value.clone()),
                Target::Parameter(parameter) => Piece::Made(key.clone(), parameter.clone()),
            });
            before = key.chars().next_back();
            line += key.matches('\n').count();
            at += key.len();
            start = at;
        }
        if start < text.len() {
            pieces.push(Piece::Original { text: &text[start..], line });
        }
        pieces
    }
}

/// Whether an identifier found in text is not a part of a longer one: `sg-1` is not in `sg-12`.
fn stands_alone(before: Option<char>, text: &str, at: usize, key: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let after = text[at + key.len()..].chars().next();
    let open = key.chars().next().is_some_and(joins) && before.is_some_and(joins);
    let continued = key.chars().next_back().is_some_and(joins) && after.is_some_and(joins);
    !open && !continued
}
