//! Owns what templates see: every variable, its type and its explanation. `templates/README.md` is written from it.

mod compute;
mod data;
mod edge;
mod network;
mod security;
mod traffic;

use schemars::JsonSchema;
use serde::Serialize;

pub use compute::{
    BlockDeviceView, ComputeView, GroupView, InstanceTypeView, LaunchTemplateView, MetadataView, ProfileView,
};
pub use data::{DataView, DatabaseSettingsView, DatabaseView, ParameterGroupView};
pub use edge::{ActionView, EdgeView, ListenerView, LoadBalancerView, TargetGroupView};
pub use network::{NetworkView, ZoneView};
pub use security::{GroupRuleView, RuleView, SecurityGroupView, SecurityView};
pub use traffic::{CheckView, PairView, TakesOverView, TrafficView, WeightsView};

/// What every template sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct View {
    /// The environment's name.
    pub environment: String,
    /// Its strategy.
    pub strategy: String,
    /// The standby's Region.
    pub region: String,
    /// The standby's account.
    pub account: String,
    /// The network stack.
    pub network: NetworkView,
    /// The security stack.
    pub security: SecurityView,
    /// The data stack.
    pub data: DataView,
    /// The edge stack.
    pub edge: EdgeView,
    /// The compute stack: the tiers that are in it. With several compute stacks each sees its own tiers, and the other
    /// stacks see all of them.
    pub compute: ComputeView,
}

/// A tag as CloudFormation takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TagView {
    /// Key.
    #[serde(rename = "Key")]
    pub key: String,
    /// Value.
    #[serde(rename = "Value")]
    pub value: String,
}

/// A stack parameter whose value comes from an earlier stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ParameterView {
    /// Its logical id; `Ref` gives the value.
    pub id: String,
    /// Its CloudFormation type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is, for people.
    pub description: String,
}
