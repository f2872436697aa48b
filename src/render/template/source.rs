//! Owns the templates themselves: the embedded ones, and the files a user puts in their place.

use std::collections::BTreeMap;

use crate::model::{Part, Strategy};
use crate::render::problem::{RenderProblem, RenderProblems};
use crate::render::suggest::did_you_mean;

/// How every template's file name ends.
pub(super) const SUFFIX: &str = ".yaml.hbs";

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../templates/", $name)))),*]
    };
}

const EMBEDDED: [(&str, &str); 29] = embedded![
    "multi-site/compute.yaml.hbs",
    "multi-site/data.yaml.hbs",
    "multi-site/edge.yaml.hbs",
    "multi-site/network.yaml.hbs",
    "multi-site/security.yaml.hbs",
    "partials/database.yaml.hbs",
    "partials/group-rule.yaml.hbs",
    "partials/group.yaml.hbs",
    "partials/launch-template.yaml.hbs",
    "partials/listener.yaml.hbs",
    "partials/load-balancer.yaml.hbs",
    "partials/nat-per-zone.yaml.hbs",
    "partials/nat-shared.yaml.hbs",
    "partials/parameter.yaml.hbs",
    "partials/rule.yaml.hbs",
    "partials/security-group.yaml.hbs",
    "partials/target-group.yaml.hbs",
    "partials/traffic.yaml.hbs",
    "partials/vpc.yaml.hbs",
    "pilot-light/compute.yaml.hbs",
    "pilot-light/data.yaml.hbs",
    "pilot-light/edge.yaml.hbs",
    "pilot-light/network.yaml.hbs",
    "pilot-light/security.yaml.hbs",
    "warm-standby/compute.yaml.hbs",
    "warm-standby/data.yaml.hbs",
    "warm-standby/edge.yaml.hbs",
    "warm-standby/network.yaml.hbs",
    "warm-standby/security.yaml.hbs",
];

/// The handlebars templates to render from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    /// Text by file name relative to `templates/`.
    sources: BTreeMap<String, String>,
}

impl Templates {
    /// The templates embedded in the program.
    pub fn embedded() -> Self {
        let sources = EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Templates { sources }
    }

    /// The embedded templates with some of them replaced; the keys are file names relative to `templates/`, such as
    /// `partials/group.yaml.hbs`. A name that replaces nothing is an error; a `README.md` is left alone.
    pub fn with_overrides(overrides: BTreeMap<String, String>) -> Result<Self, RenderProblems> {
        let mut templates = Templates::embedded();
        let mut problems = Vec::new();
        for (name, text) in overrides {
            if name == "README.md" {
                continue;
            }
            if let Some(source) = templates.sources.get_mut(&name) {
                *source = text;
                continue;
            }
            problems.push(RenderProblem::Template {
                message: format!(
                    "replaces no template of lifeboat{}",
                    did_you_mean(&name, templates.sources.keys().map(String::as_str))
                ),
                template: name,
                line: 0,
                column: 0,
            });
        }
        RenderProblems::none_of(problems)?;
        Ok(templates)
    }

    /// File names relative to `templates/` with their text, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The name a template is included by: its file name without the ending.
    pub(super) fn stem(file: &str) -> &str {
        file.strip_suffix(SUFFIX).unwrap_or(file)
    }

    /// The template of one stack; the compute stacks share one.
    pub(super) fn of_part(strategy: Strategy, part: Part) -> String {
        format!("{strategy}/{}", part.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_must_replace_something() {
        let text = || "x".to_owned();
        let error = Templates::with_overrides(BTreeMap::from([
            ("partials/grup.yaml.hbs".to_owned(), text()),
            ("partials/cache.yaml.hbs".to_owned(), text()),
            ("README.md".to_owned(), text()),
        ]))
        .expect_err("unknown names");
        insta::assert_snapshot!(error, @r"
        templates/partials/cache.yaml.hbs: replaces no template of lifeboat
        templates/partials/grup.yaml.hbs: replaces no template of lifeboat; did you mean `partials/group.yaml.hbs`?
        ");
        let known = BTreeMap::from([("partials/group.yaml.hbs".to_owned(), text())]);
        let templates = Templates::with_overrides(known).expect("a known name");
        assert!(templates.iter().any(|(name, text)| name == "partials/group.yaml.hbs" && text == "x"));
    }

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let mut found = Vec::new();
        for folder in std::fs::read_dir(&root).expect("the folder is there").flatten().filter(|e| e.path().is_dir()) {
            for file in std::fs::read_dir(folder.path()).expect("reads").flatten() {
                let name = format!("{}/{}", folder.file_name().display(), file.file_name().display());
                found.push(name);
            }
        }
        found.sort();
        let embedded: Vec<&str> = EMBEDDED.iter().map(|(name, _)| *name).collect();
        assert_eq!(found, embedded);
    }
}
