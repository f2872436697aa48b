//! Owns rewriting of text: the primary side's words in names and values -> the standby's.

use std::collections::BTreeMap;

/// Rules that replace text, all at once: what a rule has written is never rewritten by another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rewrite {
    /// Longest first, so that a rule for a whole ARN wins over one for the Region inside it.
    rules: Vec<(String, String)>,
}

impl Rewrite {
    /// Rules from one or more maps; where two maps have the same key, the first map wins.
    pub fn new<'a>(maps: impl IntoIterator<Item = &'a BTreeMap<String, String>>) -> Self {
        let mut merged: BTreeMap<&str, &str> = BTreeMap::new();
        for map in maps {
            for (from, to) in map {
                merged.entry(from).or_insert(to);
            }
        }
        let mut rules: Vec<(String, String)> = merged
            .into_iter()
            .filter(|(from, _)| !from.is_empty())
            .map(|(from, to)| (from.to_owned(), to.to_owned()))
            .collect();
        rules.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        Rewrite { rules }
    }

    /// The text with every occurrence of a rule's left side replaced by its right side.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        'next: while let Some(c) = rest.chars().next() {
            for (from, to) in &self.rules {
                if let Some(after) = rest.strip_prefix(from.as_str()) {
                    out.push_str(to);
                    rest = after;
                    continue 'next;
                }
            }
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &[(&str, &str)], text: &str, expected: &str) {
        let map = rules.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(Rewrite::new([&map]).apply(text), expected);
    }

    #[test]
    fn longest_rule_wins_and_nothing_is_rewritten_twice() {
        check(&[("us-east-1", "us-west-2")], "db.us-east-1.example", "db.us-west-2.example");
        check(
            &[("us-east-1", "us-west-2"), ("arn:x:us-east-1:db", "arn:x:us-west-2:replica")],
            "arn:x:us-east-1:db in us-east-1",
            "arn:x:us-west-2:replica in us-west-2",
        );
        check(&[("a", "b"), ("b", "a")], "abba", "baab");
        check(&[("", "x")], "abc", "abc");
        check(&[("ü", "u")], "Müll", "Mull");
    }

    #[test]
    fn the_first_map_wins() {
        let first = BTreeMap::from([("k".to_owned(), "1".to_owned())]);
        let second = BTreeMap::from([("k".to_owned(), "2".to_owned())]);
        assert_eq!(Rewrite::new([&first, &second]).apply("k"), "1");
    }
}
