//! Owns translation: which standby identifier stands for which primary one, alone and inside text.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::input::DriftInput;
use crate::model::SOURCE_IMAGE_TAG;

/// What stands for a primary identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Translation<'a> {
    /// Something lifeboat made or copied.
    Made(&'a str),
    /// Something a person named under `map:`; lifeboat does not look after it.
    Mapped(&'a str),
    /// Something lifeboat would make, in a stack that is not there yet.
    NotDeployed,
    /// Nobody knows.
    Unknown,
}

/// Primary identifiers -> standby identifiers.
#[derive(Debug, Clone, Default)]
pub struct Translator {
    mapped: BTreeMap<String, String>,
    /// None while the stack has no such resource.
    made: BTreeMap<String, Option<String>>,
}

impl Translator {
    /// From the map, the stacks' resources, and the tags of copied images.
    pub fn of(input: &DriftInput<'_>) -> Self {
        let mut made: BTreeMap<String, Option<String>> = BTreeMap::new();
        let production = input.production.unwrap_or(&input.baseline.facts);
        let recorded = input.baseline.facts.load_balancers.values().chain(production.load_balancers.values());
        let dns_names: BTreeSet<&str> = recorded.map(|balancer| balancer.dns_name.as_str()).collect();
        for (primary, counterpart) in &input.rendered.counterparts {
            let physical = input.stacks.get(&counterpart.part).and_then(|stack| {
                stack
                    .resources
                    .iter()
                    .find(|resource| resource.logical_id == counterpart.logical_id)
                    .map(|resource| resource.physical_id.clone())
                    .filter(|id| !id.is_empty())
            });
            // A load balancer's physical id is its ARN; what stands for a name is the standby's name.
            let physical = match physical {
                Some(arn) if dns_names.contains(primary.as_str()) => {
                    input.standby.load_balancers.get(&arn).map(|balancer| balancer.dns_name.clone())
                }
                other => other,
            };
            made.insert(primary.clone(), physical);
        }
        for image in input.standby.images.values() {
            if let Some(source) = image.tags.get(SOURCE_IMAGE_TAG) {
                made.entry(source.clone()).or_insert_with(|| Some(image.id.clone()));
            }
        }
        Translator { mapped: input.environment.map.clone(), made }
    }

    /// What stands for an identifier; what a person says goes first.
    pub fn of_id(&self, primary: &str) -> Translation<'_> {
        if let Some(mapped) = self.mapped.get(primary) {
            return Translation::Mapped(mapped);
        }
        match self.made.get(primary) {
            Some(Some(made)) => Translation::Made(made),
            Some(None) => Translation::NotDeployed,
            None => Translation::Unknown,
        }
    }

    /// The standby identifier, where one is known.
    pub fn id(&self, primary: &str) -> Option<&str> {
        match self.of_id(primary) {
            Translation::Made(id) | Translation::Mapped(id) => Some(id),
            Translation::NotDeployed | Translation::Unknown => None,
        }
    }

    /// Text with every known identifier replaced: at each place the longest that fits, each place once.
    pub fn text(&self, text: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .made
            .iter()
            .filter_map(|(from, to)| Some((from.as_str(), to.as_deref()?)))
            .filter(|(from, _)| !self.mapped.contains_key(*from))
            .chain(self.mapped.iter().map(|(from, to)| (from.as_str(), to.as_str())))
            .filter(|(from, _)| !from.is_empty())
            .collect();
        pairs.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(b.0)));
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        'next: while let Some(first) = rest.chars().next() {
            for (from, to) in &pairs {
                if let Some(after) = rest.strip_prefix(from) {
                    out.push_str(to);
                    rest = after;
                    continue 'next;
                }
            }
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_translated_once_and_longest_first() {
        let translator = Translator {
            mapped: [("a", "b"), ("b", "c"), ("ab", "X")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            made: [("sg-1".to_owned(), Some("sg-2".to_owned())), ("sg-9".to_owned(), None)].into(),
        };
        assert_eq!(translator.text("a b ab é sg-1 sg-9"), "b c X é sg-2 sg-9");
        assert_eq!(translator.of_id("sg-9"), Translation::NotDeployed);
        assert_eq!(translator.of_id("sg-8"), Translation::Unknown);
    }
}
