//! Owns translation: which standby identifier stands for which primary one, alone and inside text.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::input::DriftInput;
use crate::model::{BalancerNames, Rewrite, SOURCE_IMAGE_TAG};

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
    /// All of it, for text.
    rewrite: Rewrite,
}

impl Translator {
    /// From the map, the stacks' resources, and the tags of copied images.
    pub fn of(input: &DriftInput<'_>) -> Self {
        let mut made: BTreeMap<String, Option<String>> = BTreeMap::new();
        let counterparts = input.rendered.counterparts.iter();
        // A load balancer's host name stands for another host name, and not for its counterpart's physical id.
        for (primary, counterpart) in counterparts.filter(|(primary, _)| !input.balancers.contains_key(*primary)) {
            let physical = input.stacks.get(&counterpart.part).and_then(|stack| {
                stack
                    .resources
                    .iter()
                    .find(|resource| resource.logical_id == counterpart.logical_id)
                    .map(|resource| resource.physical_id.clone())
                    .filter(|id| !id.is_empty())
            });
            made.insert(primary.clone(), physical);
        }
        for image in input.standby.images.values() {
            if let Some(source) = image.tags.get(SOURCE_IMAGE_TAG) {
                made.entry(source.clone()).or_insert_with(|| Some(image.id.clone()));
            }
        }
        let groups = input.environment.tiers.iter().map(|tier| tier.auto_scaling_group.as_str()).collect();
        Translator::new(input.environment.map.clone(), made, &groups, input.balancers)
    }

    fn new(
        mapped: BTreeMap<String, String>,
        made: BTreeMap<String, Option<String>>,
        groups: &BTreeSet<&str>,
        balancers: &BalancerNames,
    ) -> Self {
        // A group's name is a plain word that may mean anything inside a text: rendering leaves it there as well.
        let there = made
            .iter()
            .filter(|(from, _)| !groups.contains(from.as_str()))
            .filter_map(|(from, to)| Some((from.clone(), to.clone()?)))
            .collect();
        let rewrite = Rewrite::new([&mapped, &there]).with_balancers(balancers);
        Translator { mapped, made, rewrite }
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

    /// What a person says of an identifier that stands for itself elsewhere, such as the name of a profile or a key: what
    /// lifeboat made under the same name is another thing.
    pub fn mapped(&self, primary: &str) -> Option<&str> {
        self.mapped.get(primary).map(String::as_str)
    }

    /// Text with every known identifier replaced: at each place the longest that fits, each place once.
    pub fn text(&self, text: &str) -> String {
        self.rewrite.apply(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_translated_once_and_longest_first() {
        let translator = Translator::new(
            [("a", "b"), ("b", "c"), ("ab", "X")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            [("sg-1", Some("sg-2")), ("sg-9", None), ("dr-group", Some("x-group"))]
                .map(|(k, v)| (k.to_owned(), v.map(str::to_owned)))
                .into(),
            &["dr-group"].into(),
            &BalancerNames::new(),
        );
        assert_eq!(translator.text("a b ab é sg-1 sg-9"), "b c X é sg-2 sg-9");
        assert_eq!(translator.text("systemctl dr-group"), "systemctl dr-group");
        assert_eq!(translator.id("dr-group"), Some("x-group"));
        assert_eq!(translator.mapped("dr-group"), None);
        assert_eq!(translator.mapped("a"), Some("b"));
        assert_eq!(translator.of_id("sg-9"), Translation::NotDeployed);
        assert_eq!(translator.of_id("sg-8"), Translation::Unknown);
    }
}
