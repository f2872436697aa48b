//! Owns the environment file as written: the keys there are, which of them must be there, and what each is for. The reader
//! and the JSON Schema come from these types; values that were not written are absent here.

mod data;
mod events;
mod network;
mod side;
mod stacks;
mod sync;
mod tier;
mod traffic;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::defaults;
use super::values::{EnvironmentName, Length, SchemaName, Store, Text};
use crate::yaml::read::Placed;

pub use data::{DATA_GRAMMARS, WrittenBuckets, WrittenData, WrittenRds, WrittenTable};
pub use events::{WrittenEventSource, WrittenMapping, WrittenRule};
pub use network::WrittenNetwork;
pub use side::WrittenSide;
pub use stacks::WrittenStacks;
pub use sync::{WrittenDrift, WrittenImages, WrittenParameters, WrittenSync};
pub use tier::{WrittenBasis, WrittenFull, WrittenStandby, WrittenTier};
pub use traffic::{WrittenHealthCheck, WrittenProbe, WrittenSwitch, WrittenTraffic};

/// A required value.
pub type Must<T> = Placed<T>;
/// A value with a default, or one that may be absent.
pub type May<T> = Option<Placed<T>>;

/// An environment of lifeboat: which production to protect, and how much of it stands ready elsewhere.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `schema`, `name`, `strategy`, `primary`, `standby` and `tiers`")]
#[schemars(title = "lifeboat environment")]
pub struct WrittenEnvironment {
    /// The version of this file's language.
    #[schemars(extend("const" = "lifeboat/v1"))]
    pub schema: Must<SchemaName>,
    /// The environment's name: lower-case letters, digits and dashes, at most 32. Stack names begin with it.
    pub name: Must<EnvironmentName>,
    /// How much stands ready.
    pub strategy: Must<WrittenStrategy>,
    /// What the business asked for. The business sets them, so there is no default.
    pub objectives: Must<WrittenObjectives>,
    /// The home of production.
    pub primary: Must<WrittenSide>,
    /// The recovery side. It differs from the primary in Region or account.
    pub standby: Must<WrittenSide>,
    /// Where baseline, bundle and journals live: `s3://bucket/prefix` with a bucket in the standby Region, or a folder
    /// relative to this file.
    #[schemars(extend("default" = defaults::STORE))]
    pub store: May<Store>,
    /// The standby's network: one that lifeboat makes, or one that is already there. By default the
    /// former.
    pub network: May<WrittenNetwork>,
    /// How the standby is split into stacks. By default network, security, edge and one compute stack.
    pub stacks: May<WrittenStacks>,
    /// What is protected: one tier per Auto Scaling group.
    #[schemars(length(min = 1))]
    pub tiers: Must<Vec<Placed<WrittenTier>>>,
    /// The data production keeps: databases, tables and buckets. By default none.
    pub data: May<Vec<Placed<WrittenData>>>,
    /// What starts code in production without a user, and must not run on both sides: EventBridge rules and Lambda event
    /// source mappings. They are deployed by other means, switched off in the standby. By default none.
    pub event_sources: May<Vec<Placed<WrittenEventSource>>>,
    /// What follows production. By default images only.
    pub sync: May<WrittenSync>,
    /// How users reach the side that serves. By default a person moves the traffic.
    pub traffic: May<WrittenTraffic>,
    /// Identifiers of the primary Region that only a person can translate, with their counterparts in the standby:
    /// certificates, key pairs, host names. By default none.
    pub map: May<BTreeMap<Placed<Text>, Placed<Text>>>,
    /// What is not drift. By default everything is.
    pub drift: May<WrittenDrift>,
}

/// How much of the estate stands ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum WrittenStrategy {
    /// Backups and templates only; nothing runs.
    BackupAndRestore,
    /// Everything is there; the groups stand at zero.
    PilotLight,
    /// A small, working copy.
    WarmStandby,
    /// A full copy.
    MultiSite,
}

/// Recovery objectives.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `rto` and `rpo`")]
#[schemars(inline)]
pub struct WrittenObjectives {
    /// Recovery time objective: how long until service is back, such as `30m`.
    pub rto: Must<Length>,
    /// Recovery point objective: how much data may be lost, as a time, such as `5m`.
    pub rpo: Must<Length>,
}
