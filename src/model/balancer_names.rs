//! Owns what stands in the standby for the host names of production's load balancers.

use std::collections::BTreeMap;

use super::Rewrite;

/// What stands for one of production's load balancers, as far as its host name goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BalancerName {
    /// The standby's load balancer has this name.
    Known(String),
    /// lifeboat makes the standby's load balancer, and has not done so yet.
    NotYet,
    /// lifeboat makes no counterpart.
    NotMade,
    /// What the standby has could not be read, for this reason.
    Unread(String),
}

impl BalancerName {
    /// Why there is no name, and what to do; none when there is one.
    pub fn why_not(&self) -> Option<String> {
        match self {
            BalancerName::Known(_) => None,
            BalancerName::NotYet => Some("the standby has none yet: provision, then sync again".to_owned()),
            BalancerName::NotMade => {
                Some("lifeboat does not make the standby's: add the host name to use there to `map:`".to_owned())
            }
            BalancerName::Unread(reason) => Some(format!("what stands for it could not be read: {reason}")),
        }
    }
}

/// Host names of production's load balancers, each with what stands for it. Empty where nothing is known of production.
pub type BalancerNames = BTreeMap<String, BalancerName>;

/// A load balancer of production that a text names and that nothing stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldName {
    /// Its host name, as production has it.
    pub name: String,
    /// Why nothing stands for it.
    pub standing: BalancerName,
}

/// A parameter whose value in the standby is not known, because it names load balancers that nothing stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// Which they are and what to do. Nothing of a secret value is in it.
    pub why: String,
    /// Whether that is so only because something could not be read.
    pub unread: bool,
}

impl HeldBack {
    /// Whether a parameter of production must be held back under those rules.
    pub fn of(rewrite: &Rewrite, name: &str, value: &str, is_secret: bool) -> Option<HeldBack> {
        let told = |held: &HeldName, shown: bool| {
            let which = if shown { format!(" {}", held.name) } else { " (secret, not shown)".to_owned() };
            // Every endpoint of RDS is below this domain (RDS user guide, "Connecting to a DB instance").
            let what = if held.name.contains(".rds.amazonaws.com") { "database" } else { "load balancer" };
            held.standing.why_not().map(|why| format!("names production's {what}{which}; {why}"))
        };
        let (in_name, in_value) = (rewrite.held(name), rewrite.held(value));
        let mut texts: Vec<String> = in_name.iter().filter_map(|held| told(held, true)).collect();
        texts.extend(in_value.iter().filter_map(|held| told(held, !is_secret)));
        texts.sort();
        texts.dedup();
        let unread = in_name.iter().chain(&in_value).any(|held| matches!(held.standing, BalancerName::Unread(_)));
        (!texts.is_empty()).then(|| HeldBack { why: texts.join("; it "), unread })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_back_is_told_without_secrets() {
        let names = BalancerNames::from([
            ("a.elb.example".to_owned(), BalancerName::NotYet),
            ("b.elb.example".to_owned(), BalancerName::Unread("denied".into())),
            ("c.elb.example".to_owned(), BalancerName::Known("d.elb.example".into())),
        ]);
        let rewrite = Rewrite::default().with_balancers(&names);
        let check = |name: &str, value: &str, secret: bool, expected: Option<(&str, bool)>| {
            let held = HeldBack::of(&rewrite, name, value, secret);
            assert_eq!(held.as_ref().map(|held| (held.why.as_str(), held.unread)), expected);
        };
        let not_yet =
            "names production's load balancer a.elb.example; the standby has none yet: provision, then sync again";
        check("/x", "http://c.elb.example", false, None);
        check("/x", "http://a.elb.example/", false, Some((not_yet, false)));
        check("/a.elb.example", "1", true, Some((not_yet, false)));
        let hidden = "names production's load balancer (secret, not shown); the standby has none yet: provision, then sync again";
        check("/x", "a.elb.example A.elb.example", true, Some((hidden, false)));
        let both = format!(
            "{not_yet}; it names production's load balancer b.elb.example; what stands for it could not be read: denied"
        );
        check("/x", "a.elb.example,b.elb.example", false, Some((&both, true)));
    }
}
