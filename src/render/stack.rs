//! Owns what rendering gives back: stacks ready to be deployed, and what could not be translated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Digest, Part, StackName};

/// Everything rendered for one footprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The stacks in dependency order: producers before consumers. A part with nothing in it is absent.
    pub stacks: Vec<RenderedStack>,
    /// Primary-Region identifiers nobody could translate, by place.
    pub untranslated: Vec<Untranslated>,
    /// What a person should know: things of production that are not mirrored, and why.
    pub notes: Vec<String>,
}

/// One stack, ready to be deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedStack {
    /// Which part.
    pub part: Part,
    /// Stack name.
    pub name: StackName,
    /// The template as CloudFormation takes it: JSON, two-space indented, with a final newline.
    pub body: String,
    /// The digest of the body.
    pub digest: Digest,
    /// Parameters whose value is known now: sizes, the names of image parameters, ids of an existing network.
    pub parameters: BTreeMap<String, String>,
    /// Parameters whose value is the physical id of a resource of an earlier stack.
    pub inputs: BTreeMap<String, Input>,
}

/// Where a parameter's value comes from: resources of an earlier stack (ListStackResources), so no exports lock it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Input {
    /// The stack.
    pub part: Part,
    /// The logical ids whose physical ids, joined by commas, are the value.
    pub logical_ids: Vec<String>,
}

/// A primary-Region identifier that nobody could translate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Untranslated {
    /// Where it stands: a finding's path, such as `web/launch-template/key-name`.
    pub place: String,
    /// The identifier.
    pub identifier: String,
    /// What to do: which `map:` entry to add, or why lifeboat cannot make the thing.
    pub advice: String,
}
