//! Owns finding known identifiers in text: whole words only, the longest first, host names in any case.

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
    /// An identifier lifeboat makes the counterpart of, as it is written.
    Made {
        text: &'t str,
        /// The stack parameter that holds the counterpart's.
        parameter: String,
        /// How many lines come before it.
        line: usize,
    },
    /// The host name of a load balancer of production that nothing stands for here, as it is written.
    Balancer {
        text: &'t str,
        /// How many lines come before it.
        line: usize,
    },
}

#[derive(Debug, Clone)]
enum Target {
    Text(String),
    Parameter(String),
    Nothing,
}

#[derive(Debug, Clone)]
struct Pattern {
    key: String,
    target: Target,
    /// Host names mean the same in capitals and small letters.
    any_case: bool,
}

impl Pattern {
    fn begins(&self, text: &str) -> bool {
        match text.as_bytes().get(..self.key.len()) {
            Some(head) if self.any_case => head.eq_ignore_ascii_case(self.key.as_bytes()),
            Some(head) => head == self.key.as_bytes(),
            None => false,
        }
    }
}

/// Known identifiers by their first byte, longest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns(BTreeMap<u8, Vec<Pattern>>);

impl Patterns {
    /// `map:` wins over what lifeboat makes. `balancers` are host names of production's load balancers, each with the
    /// stack parameter that holds its counterpart's.
    pub fn new(
        map: &BTreeMap<String, String>,
        made: &BTreeMap<String, String>,
        balancers: &BTreeMap<String, Option<String>>,
    ) -> Self {
        let mut patterns = Patterns::default();
        for (key, value) in map {
            patterns.add(key, Target::Text(value.clone()), false);
        }
        for (key, parameter) in made.iter().filter(|(key, _)| !map.contains_key(*key)) {
            patterns.add(key, Target::Parameter(parameter.clone()), false);
        }
        for (name, parameter) in balancers {
            let mapped = map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            let target = match (mapped, parameter) {
                (Some((_, value)), _) => Target::Text(value.clone()),
                (None, Some(parameter)) => Target::Parameter(parameter.clone()),
                (None, None) => Target::Nothing,
            };
            patterns.add(name, target, true);
        }
        for known in patterns.0.values_mut() {
            known.sort_by(|a, b| b.key.len().cmp(&a.key.len()).then_with(|| a.key.cmp(&b.key)));
        }
        patterns
    }

    fn add(&mut self, key: &str, target: Target, any_case: bool) {
        let Some(first) = key.bytes().next() else { return };
        let pattern = Pattern { key: key.to_owned(), target, any_case };
        if any_case && first.is_ascii_alphabetic() {
            self.0.entry(first.to_ascii_uppercase()).or_default().push(pattern.clone());
            self.0.entry(first.to_ascii_lowercase()).or_default().push(pattern);
        } else {
            self.0.entry(first).or_default().push(pattern);
        }
    }

    /// Splits text at every known identifier.
    pub fn split<'t>(&self, text: &'t str) -> Vec<Piece<'t>> {
        let mut pieces = Vec::new();
        let (mut start, mut at, mut line) = (0, 0, 0);
        let mut before = None;
        while let Some(c) = text[at..].chars().next() {
            let hit = self.0.get(&text.as_bytes()[at]).and_then(|known| {
                known.iter().find(|pattern| pattern.begins(&text[at..]) && stands_alone(before, text, at, &pattern.key))
            });
            let Some(Pattern { key, target, .. }) = hit else {
                before = Some(c);
                at += c.len_utf8();
                continue;
            };
            if start < at {
                pieces.push(Piece::Original { text: &text[start..at], line });
                line += text[start..at].matches('\n').count();
            }
            let written = &text[at..at + key.len()];
            pieces.push(match target {
                Target::Text(value) => Piece::Mapped(value.clone()),
                Target::Parameter(parameter) => Piece::Made { text: written, parameter: parameter.clone(), line },
                Target::Nothing => Piece::Balancer { text: written, line },
            });
            before = written.chars().next_back();
            line += written.matches('\n').count();
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
