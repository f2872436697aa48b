//! Owns what part of the whole a runbook was asked for: so much of production's size, and only these tiers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What part of the whole was asked for. The default is the whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// So many percent of full production size; none: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u32>,
    /// Only the capacity of these tiers, with data and traffic left alone; empty: the whole environment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
}

impl Scope {
    /// Whether the whole was asked for.
    pub fn is_whole(&self) -> bool {
        *self == Scope::default()
    }
}

impl fmt::Display for Scope {
    /// What stands after the word for a run: ` to 50 %, only web`; nothing for the whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(percent) = self.percent {
            write!(f, " to {percent} %")?;
        }
        if !self.tiers.is_empty() {
            let comma = if self.percent.is_some() { "," } else { "" };
            write!(f, "{comma} only {}", self.tiers.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_told_and_the_whole_needs_no_words() {
        let scope = |percent, tiers: &[&str]| Scope { percent, tiers: tiers.iter().map(|&t| t.to_owned()).collect() };
        for (scope, expected) in [
            (scope(None, &[]), ""),
            (scope(Some(50), &[]), " to 50 %"),
            (scope(None, &["web", "app"]), " only web, app"),
            (scope(Some(50), &["web"]), " to 50 %, only web"),
        ] {
            assert_eq!(scope.to_string(), expected);
            assert_eq!(scope.is_whole(), expected.is_empty());
        }
    }
}
