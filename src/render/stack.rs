//! Owns what rendering gives back: stacks ready to be deployed, and what could not be translated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Digest, Part, StackName};

/// Everything rendered for one footprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The stacks in dependency order: producers before consumers. A part with nothing in it is absent.
    pub stacks: Vec<RenderedStack>,
    /// What lifeboat makes for primary resources: primary id or ARN -> standby resource.
    pub counterparts: BTreeMap<String, Counterpart>,
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
    /// Parameters whose value is known only when the stack is deployed.
    pub inputs: BTreeMap<String, Input>,
}

/// Where a parameter's value comes from when it is known only at deploy time. No exports, which would lock producers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Input {
    /// The physical ids of resources of an earlier stack (ListStackResources), joined by commas.
    Resources {
        /// The stack.
        part: Part,
        /// The logical ids.
        logical_ids: Vec<String>,
    },
    /// The DNS name of a load balancer of an earlier stack (DescribeLoadBalancers): CloudFormation gives it to nobody but
    /// the stack that makes it.
    LoadBalancerDns {
        /// The stack.
        part: Part,
        /// The load balancer's logical id.
        logical_id: String,
    },
    /// The name of the Region's n-th zone by name, from 0; once deployed, the deployed value stays.
    Zone {
        /// Which.
        index: usize,
    },
}

impl Input {
    /// The earlier stack it comes from and the resources there that it needs; none for what comes from the Region itself.
    pub fn needs(&self) -> Option<(Part, &[String])> {
        match self {
            Input::Resources { part, logical_ids } => Some((*part, logical_ids)),
            Input::LoadBalancerDns { part, logical_id } => Some((*part, std::slice::from_ref(logical_id))),
            Input::Zone { .. } => None,
        }
    }
}

/// The standby resource that stands for a primary one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Counterpart {
    /// The stack it is in.
    pub part: Part,
    /// Its logical id there.
    pub logical_id: String,
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
