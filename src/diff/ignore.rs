//! Owns ignore rules: which findings the environment file lives with, and which rules no longer earn their place.

use jiff::civil::Date;
use serde::Serialize;

use super::finding::{Finding, Standing, Status};
use crate::model::IgnoreRule;

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum RuleState {
    /// It took findings out of the count.
    Used {
        /// How many.
        findings: usize,
    },
    /// Nothing is at that place any more: the rule can go.
    Unused,
    /// Its day has passed.
    Expired {
        /// How many findings it would still take out.
        findings: usize,
    },
    /// It names only things that are gone, which can never be ignored.
    Refused {
        /// How many.
        findings: usize,
    },
}

/// A rule and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleUse {
    /// The rule's path.
    pub path: String,
    /// The rule's reason.
    pub reason: String,
    /// Until when, inclusive.
    pub expires: Option<Date>,
    /// The rule's line in the environment file.
    pub line: u32,
    /// What became of it.
    #[serde(flatten)]
    pub state: RuleState,
}

/// Marks the findings that rules take out. The first rule that fits a finding takes it; a thing that is gone as a whole
/// stays; what is intended already needs no rule.
pub fn apply_rules(findings: &mut [Finding], rules: &[IgnoreRule], today: Date) -> Vec<RuleUse> {
    rules.iter().map(|rule| apply_rule(findings, rule, today)).collect()
}

fn apply_rule(findings: &mut [Finding], rule: &IgnoreRule, today: Date) -> RuleUse {
    let expired = rule.expires.is_some_and(|last_day| last_day < today);
    let (mut fitting, mut refused) = (0, 0);
    for finding in findings.iter_mut() {
        if finding.standing != Standing::Counts || !path_fits(&rule.path, &finding.path) {
            continue;
        }
        if finding.whole && finding.status == Status::Deleted {
            refused += 1;
            continue;
        }
        fitting += 1;
        if !expired {
            finding.standing =
                Standing::Ignored { rule: rule.path.clone(), reason: rule.reason.clone(), line: rule.line };
        }
    }
    let state = match (expired, fitting, refused) {
        (true, findings, _) => RuleState::Expired { findings },
        (false, 0, 0) => RuleState::Unused,
        (false, 0, findings) => RuleState::Refused { findings },
        (false, findings, _) => RuleState::Used { findings },
    };
    RuleUse { path: rule.path.clone(), reason: rule.reason.clone(), expires: rule.expires, line: rule.line, state }
}

/// Whether a rule's path names a finding's: `*` is any part of one segment, `**` the rest.
pub fn path_fits(rule: &str, path: &str) -> bool {
    let mut segments = path.trim_start_matches('/').split('/');
    for pattern in rule.trim_start_matches('/').split('/') {
        if pattern == "**" {
            return true;
        }
        match segments.next() {
            Some(segment) if segment_fits(pattern.as_bytes(), segment.as_bytes()) => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

/// Matches one segment, trying each `*` short first and longer on demand: linear memory, no recursion.
fn segment_fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            retry = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star, from)) = retry {
            retry = Some((star, from + 1));
            p = star + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::finding::{Kind, Severity, Source};

    #[test]
    fn paths_fit_by_segment() {
        for (rule, path, expected) in [
            ("web/tags/CostCentre", "web/tags/CostCentre", true),
            ("web/tags/CostCentre", "web/tags/CostCentre/x", false),
            ("web/tags/*", "web/tags/CostCentre", true),
            ("*/tags/Cost*", "web/tags/CostCentre", true),
            ("*/tags/*Cen*e", "web/tags/CostCentre", true),
            ("web/*", "web/tags/CostCentre", false),
            ("web/**", "web/tags/CostCentre", true),
            ("web/tags/CostCentre/**", "web/tags/CostCentre", true),
            ("/web/tags/CostCentre", "web/tags/CostCentre", true),
            ("web/tags/a*b*c", "web/tags/aXbYcZ", false),
        ] {
            assert_eq!(path_fits(rule, path), expected, "{rule} on {path}");
        }
    }

    fn rule(path: &str, expires: Option<Date>) -> IgnoreRule {
        IgnoreRule { path: path.into(), reason: "agreed".into(), expires, line: 7 }
    }

    fn finding(place: &str, status: Status) -> Finding {
        let finding = Finding::new(Kind::Parity, "web", place, status, Severity::Cosmetic, Source::Production);
        if status == Status::Deleted { finding.whole() } else { finding }
    }

    #[test]
    fn rules_take_out_what_they_name_and_tell_when_they_are_stale() {
        let today = jiff::civil::date(2026, 11, 20);
        let yesterday = jiff::civil::date(2026, 11, 19);
        let mut findings = vec![
            finding("tags/CostCentre", Status::Modified),
            finding("tags/Owner", Status::Modified),
            finding("security-group/web", Status::Deleted),
        ];
        let rules = [
            rule("web/tags/Cost*", Some(today)),
            rule("web/tags/Owner", Some(yesterday)),
            rule("web/security-group/*", None),
            rule("api/**", None),
        ];
        let states: Vec<RuleState> =
            apply_rules(&mut findings, &rules, today).into_iter().map(|used| used.state).collect();
        assert_eq!(
            states,
            [
                RuleState::Used { findings: 1 },
                RuleState::Expired { findings: 1 },
                RuleState::Refused { findings: 1 },
                RuleState::Unused,
            ]
        );
        assert!(matches!(findings[0].standing, Standing::Ignored { line: 7, .. }));
        assert_eq!(findings[1].standing, Standing::Counts);
        assert_eq!(findings[2].standing, Standing::Counts);
    }
}
