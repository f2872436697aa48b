//! Owns what every comparer of parity works with: the two sides, the translation, and the making of findings.

use super::translate::Translator;
use crate::diff::finding::{Finding, Kind, Severity, Source, Status};
use crate::diff::found::Found;
use crate::diff::input::DriftInput;
use crate::diff::shown::Shown;
use crate::diff::structure::escape;
use crate::facts::{GroupFacts, LaunchTemplateFacts, Noun, SideFacts};
use crate::model::{SideName, Tier, standby_group_name};

/// The two sides and what relates them.
pub struct Parity<'a> {
    /// Everything gathered.
    pub input: &'a DriftInput<'a>,
    /// Production, or what was recorded of it.
    pub production: &'a SideFacts,
    /// Which of the two it is.
    pub source: Source,
    /// The standby.
    pub standby: &'a SideFacts,
    /// Primary identifiers -> standby identifiers.
    pub translator: Translator,
}

impl<'a> Parity<'a> {
    /// With the translation worked out.
    pub fn new(input: &'a DriftInput<'a>, production: &'a SideFacts, source: Source) -> Self {
        Parity { input, production, source, standby: input.standby, translator: Translator::of(input) }
    }

    /// The tier's group in production.
    pub fn production_group(&self, tier: &Tier) -> Option<&'a GroupFacts> {
        self.production.groups.get(&tier.auto_scaling_group)
    }

    /// The tier's group in the standby.
    pub fn standby_group(&self, tier: &Tier) -> Option<&'a GroupFacts> {
        self.standby.groups.get(&self.standby_name(tier))
    }

    /// The name of the tier's group in the standby.
    pub fn standby_name(&self, tier: &Tier) -> String {
        standby_group_name(&self.input.environment.name, &tier.name)
    }

    /// What the tier launches from, on both sides.
    pub fn launch_templates(&self, tier: &Tier) -> (Option<&'a LaunchTemplateFacts>, Option<&'a LaunchTemplateFacts>) {
        (
            self.production.launch_templates.get(&tier.auto_scaling_group),
            self.standby.launch_templates.get(&self.standby_name(tier)),
        )
    }

    /// Whether something that was not found may only not have been seen.
    pub fn may_be_unseen(&self, side: SideName, noun: Noun, subject: &str) -> bool {
        let facts = match side {
            SideName::Primary => self.production,
            SideName::Standby => self.standby,
        };
        facts.gaps.iter().any(|gap| {
            // A gap named by a path hides everything below it.
            let above = gap.subject.ends_with('/') && subject.starts_with(&gap.subject);
            gap.noun == noun && (gap.subject == "*" || gap.subject == subject || above)
        })
    }

    /// A place of a tier.
    pub fn spot<'s>(&'s self, tier: &'s str, prefix: impl Into<String>) -> Spot<'s> {
        Spot { source: self.source, subject: tier, prefix: prefix.into() }
    }
}

/// A place findings are made at: a tier and the beginning of their paths.
pub struct Spot<'a> {
    source: Source,
    subject: &'a str,
    prefix: String,
}

impl Spot<'_> {
    /// A finding below this place; an empty name is the place itself.
    pub fn finding(&self, name: &str, status: Status, severity: Severity) -> Finding {
        Finding::new(Kind::Parity, self.subject, &self.place(name), status, severity, self.source)
    }

    /// The place of that name below this one.
    pub fn place(&self, name: &str) -> String {
        match (self.prefix.is_empty(), name.is_empty()) {
            (true, _) => name.to_owned(),
            (_, true) => self.prefix.clone(),
            _ => format!("{}/{name}", self.prefix),
        }
    }

    /// A finding when the two differ.
    pub fn same(&self, name: &str, severity: Severity, expected: Shown, actual: Shown, found: &mut Found) {
        if expected != actual {
            let status = match (&expected, &actual) {
                (Shown::Absent, _) => Status::Added,
                (_, Shown::Absent) => Status::Deleted,
                _ => Status::Modified,
            };
            found.push(self.finding(name, status, severity).values(expected, actual));
        }
    }

    /// The place as a whole is not in the standby.
    pub fn missing(&self, what: &str, severity: Severity, found: &mut Found) {
        found.push(
            self.finding("", Status::Deleted, severity)
                .whole()
                .values(Shown::text(what), Shown::Absent)
                .note("missing in standby"),
        );
    }

    /// Nobody can say what stands for a primary identifier.
    pub fn untranslated(&self, name: &str, identifier: &str, found: &mut Found) {
        found.push(
            self.finding(name, Status::Unknown, Severity::Degrades)
                .values(Shown::text(identifier), Shown::Absent)
                .note(format!("nothing is known to stand for it; add `{identifier}` to `map:`")),
        );
    }

    /// One more thing compared at this place's tier.
    pub fn checked(&self, found: &mut Found) {
        found.coverage(Kind::Parity, self.subject).checked();
    }

    /// One more thing that could not be seen; its gap tells why.
    pub fn unseen(&self, found: &mut Found) {
        found.coverage(Kind::Parity, self.subject).unknown();
    }

    /// One more thing left out on purpose.
    pub fn skipped(&self, what: impl Into<String>, reason: &str, found: &mut Found) {
        found.coverage(Kind::Parity, self.subject).skipped(what, reason);
    }
}

/// A place made of a noun and a name.
pub fn place(noun: &str, name: &str) -> String {
    format!("{noun}/{}", escape(name))
}
