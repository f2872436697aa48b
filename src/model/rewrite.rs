//! Owns rewriting of text: the primary side's words in names and values -> the standby's.

use std::collections::BTreeMap;

use super::{BalancerName, BalancerNames, Environment, HeldName, ParameterSync};

/// Rules that replace text, all at once: what a rule has written is never rewritten by another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rewrite {
    /// Longest first, so that a rule for a whole ARN wins over one for the Region inside it.
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    from: String,
    to: Target,
    /// A host name: in any case, and not as a part of another name.
    host: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Text(String),
    /// A load balancer's host name that nothing stands for; it is left as it is.
    Held(BalancerName),
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
        let rules = merged
            .into_iter()
            .filter(|(from, _)| !from.is_empty())
            .map(|(from, to)| Rule { from: from.to_owned(), to: Target::Text(to.to_owned()), host: false })
            .collect();
        Rewrite { rules }.sorted()
    }

    /// The rules for parameters below one path: the path's own, then the environment's map, then load balancers.
    pub fn of_parameters(environment: &Environment, rule: &ParameterSync, balancers: &BalancerNames) -> Self {
        Rewrite::new([&rule.rewrite, &environment.map]).with_balancers(balancers)
    }

    /// With rules for whole host names of production's load balancers; a rule that is there for one already stays, now
    /// for its name in any case.
    pub fn with_balancers(mut self, balancers: &BalancerNames) -> Self {
        for (name, standing) in balancers.iter().filter(|(name, _)| !name.is_empty()) {
            let written = self.rules.iter().find(|rule| rule.from.eq_ignore_ascii_case(name)).map(|rule| &rule.to);
            let to = match (written, standing) {
                (Some(to), _) => to.clone(),
                (None, BalancerName::Known(there)) => Target::Text(there.clone()),
                (None, standing) => Target::Held(standing.clone()),
            };
            self.rules.push(Rule { from: name.clone(), to, host: true });
        }
        self.sorted()
    }

    fn sorted(mut self) -> Self {
        self.rules.sort_by(|a, b| b.from.len().cmp(&a.from.len()).then_with(|| a.from.cmp(&b.from)));
        self
    }

    /// The text with every occurrence of a rule's left side replaced by its right side.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.walk(text, |rule, written| match rule.map(|rule| &rule.to) {
            Some(Target::Text(to)) => out.push_str(to),
            Some(Target::Held(_)) | None => out.push_str(written),
        });
        out
    }

    /// The text of the primary that becomes this one: what `apply` is undone by. The error names
    /// rules that leave no sure way back, and nothing of a text.
    pub fn undo(&self, text: &str) -> Result<String, NoWayBack> {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let mut sources: Vec<(&str, &str)> = Vec::new();
            for rule in &self.rules {
                let Target::Text(to) = &rule.to else { continue };
                let longest = sources.first().map_or(1, |(to, _)| to.len());
                if to.len() < longest || !rule.has_written(to, text, at) {
                    continue;
                }
                if to.len() > longest {
                    sources.clear();
                }
                // A rule for a host name in any case stands beside the one it is made from.
                if !sources.iter().any(|(_, from)| from.eq_ignore_ascii_case(&rule.from)) {
                    sources.push((to, &rule.from));
                }
            }
            match sources.as_slice() {
                [] => {
                    out.push(c);
                    at += c.len_utf8();
                }
                [(to, from)] => {
                    out.push_str(from);
                    at += to.len();
                }
                [(to, first), (_, second), ..] => {
                    return Err(NoWayBack { why: format!("`{to}` stands for `{first}` and for `{second}`") });
                }
            }
        }
        if self.apply(&out) != text {
            let why = "no text of production becomes it under `rewrite:` and `map:`".to_owned();
            return Err(NoWayBack { why });
        }
        Ok(out)
    }

    /// The load balancers a text names and that nothing stands for, sorted.
    pub fn held(&self, text: &str) -> Vec<HeldName> {
        let mut held = Vec::new();
        self.walk(text, |rule, _| {
            if let Some(Rule { from, to: Target::Held(standing), .. }) = rule {
                held.push(HeldName { name: from.clone(), standing: standing.clone() });
            }
        });
        held.sort();
        held.dedup();
        held
    }

    /// Tells a text piece by piece: what a rule fits, and the characters between.
    fn walk<'t>(&self, text: &'t str, mut tell: impl FnMut(Option<&Rule>, &'t str)) {
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rule = self.rules.iter().find(|rule| rule.fits(text, at));
            let length = rule.map_or(c.len_utf8(), |rule| rule.from.len());
            tell(rule, &text[at..at + length]);
            at += length;
        }
    }
}

/// Why a text of the standby has no sure counterpart in the primary. It names rules, never the rest of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoWayBack {
    /// Why, as a clause.
    pub why: String,
}

impl Rule {
    /// Whether this may have been written by the rule.
    fn has_written(&self, to: &str, text: &str, at: usize) -> bool {
        let Some(head) = text.as_bytes().get(at..at + to.len()) else { return false };
        if !self.host {
            return head == to.as_bytes();
        }
        let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        head.eq_ignore_ascii_case(to.as_bytes())
            && !text[..at].chars().next_back().is_some_and(joins)
            && !text[at + to.len()..].chars().next().is_some_and(joins)
    }

    fn fits(&self, text: &str, at: usize) -> bool {
        let Some(head) = text.as_bytes().get(at..at + self.from.len()) else { return false };
        if !self.host {
            return head == self.from.as_bytes();
        }
        let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        head.eq_ignore_ascii_case(self.from.as_bytes())
            && !text[..at].chars().next_back().is_some_and(joins)
            && !text[at + self.from.len()..].chars().next().is_some_and(joins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(rules: &[(&str, &str)]) -> BTreeMap<String, String> {
        rules.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    fn check(rules: &[(&str, &str)], text: &str, expected: &str) {
        assert_eq!(Rewrite::new([&map(rules)]).apply(text), expected);
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
    fn what_was_rewritten_finds_its_way_back_or_is_refused() {
        let undo = |rules: &[(&str, &str)], text: &str| Rewrite::new([&map(rules)]).undo(text);
        let regions = [("us-east-1", "us-west-2"), ("arn:x:us-east-1:db", "arn:x:us-west-2:replica")];
        assert_eq!(
            undo(&regions, "arn:x:us-west-2:replica in us-west-2 ü"),
            Ok("arn:x:us-east-1:db in us-east-1 ü".into())
        );
        assert_eq!(undo(&[("a", "b"), ("b", "a")], "baab"), Ok("abba".into()));
        assert_eq!(undo(&[("gone", "")], "x"), Ok("x".into()));
        let why = |result: Result<String, NoWayBack>| result.expect_err("no way back").why;
        assert_eq!(why(undo(&[("k1", "key"), ("k2", "key")], "the key")), "`key` stands for `k1` and for `k2`");
        assert_eq!(undo(&[("k1", "key"), ("k2", "key")], "no such word"), Ok("no such word".into()));
        // Sync would never have written it: it would have rewritten the Region's name.
        let stray = "no text of production becomes it under `rewrite:` and `map:`";
        assert_eq!(why(undo(&regions, "us-east-1")), stray);
        let balancers =
            BalancerNames::from([("api-1.example".to_owned(), BalancerName::Known("api-9.example".into()))]);
        let hosts = Rewrite::new([&map(&[("api-1.example", "api-9.example")])]).with_balancers(&balancers);
        assert_eq!(hosts.undo("http://api-9.example/"), Ok("http://api-1.example/".into()));
        // Another load balancer, whose name ends alike.
        assert_eq!(
            Rewrite::default().with_balancers(&balancers).undo("my-api-9.example"),
            Ok("my-api-9.example".into())
        );
    }

    #[test]
    fn the_first_map_wins() {
        let first = BTreeMap::from([("k".to_owned(), "1".to_owned())]);
        let second = BTreeMap::from([("k".to_owned(), "2".to_owned())]);
        assert_eq!(Rewrite::new([&first, &second]).apply("k"), "1");
    }

    #[test]
    fn load_balancers_are_whole_host_names_in_any_case() {
        let balancers = BalancerNames::from([
            ("Api-1.us-east-1.elb.amazonaws.com".to_owned(), BalancerName::Known("api-9.elb.example".to_owned())),
            ("gw-1.us-east-1.elb.amazonaws.com".to_owned(), BalancerName::NotMade),
            ("own-1.us-east-1.elb.amazonaws.com".to_owned(), BalancerName::NotYet),
        ]);
        let own = ("own-1.us-east-1.elb.amazonaws.com", "own.example");
        let rewrite = Rewrite::new([&map(&[("us-east-1", "us-west-2"), own])]).with_balancers(&balancers);
        let check = |text: &str, expected: &str, held: &[&str]| {
            assert_eq!(rewrite.apply(text), expected);
            let found: Vec<String> = rewrite.held(text).into_iter().map(|one| one.name).collect();
            assert_eq!(found, held, "{text}");
        };
        check("http://api-1.us-east-1.elb.amazonaws.com:80/us-east-1", "http://api-9.elb.example:80/us-west-2", &[]);
        check("DUALSTACK.API-1.US-EAST-1.ELB.AMAZONAWS.COM.", "DUALSTACK.api-9.elb.example.", &[]);
        // Another load balancer, whose name ends alike.
        check("my-api-1.us-east-1.elb.amazonaws.com", "my-api-1.us-west-2.elb.amazonaws.com", &[]);
        // Half a translation would be a host that does not exist.
        let gateway = "gw-1.us-east-1.elb.amazonaws.com";
        check(&format!("é{gateway}"), "égw-1.us-west-2.elb.amazonaws.com", &[]);
        check(&format!("ü {gateway},{gateway}"), &format!("ü {gateway},{gateway}"), &[gateway]);
        // A person's rule stays, and is for the name in any case.
        check("own-1.us-east-1.elb.amazonaws.com OWN-1.us-east-1.elb.amazonaws.com", "own.example own.example", &[]);
    }
}
