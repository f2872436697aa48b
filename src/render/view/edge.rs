//! Owns what templates see of load balancers, listeners and target groups.

use schemars::JsonSchema;
use serde::Serialize;

use super::traffic::TrafficView;
use super::{ParameterView, TagView};

/// The edge stack: absent where no tier has a target group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct EdgeView {
    /// Parameters that take subnets and security groups from earlier stacks.
    pub parameters: Vec<ParameterView>,
    /// Load balancers.
    pub load_balancers: Vec<LoadBalancerView>,
    /// Listeners of all load balancers.
    pub listeners: Vec<ListenerView>,
    /// Target groups.
    pub target_groups: Vec<TargetGroupView>,
    /// The record that leads users to a side; none where a person moves the traffic.
    pub traffic: Option<TrafficView>,
}

/// A load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LoadBalancerView {
    /// Logical id.
    pub id: String,
    /// Production's name of it.
    pub name: String,
    /// `application` or `network`.
    pub kind: String,
    /// `internet-facing` or `internal`.
    pub scheme: String,
    /// The stack parameter that holds its subnets.
    pub subnets: String,
    /// The stack parameters that hold its security groups; may be empty.
    pub security_groups: Vec<String>,
    /// Security groups that are already in the standby, from `map:`; may be empty.
    pub security_group_ids: Vec<String>,
    /// Tags.
    pub tags: Vec<TagView>,
}

/// A listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListenerView {
    /// Logical id.
    pub id: String,
    /// The load balancer's logical id.
    pub load_balancer: String,
    /// Port.
    pub port: u16,
    /// Protocol.
    pub protocol: String,
    /// Security policy of a TLS listener.
    pub ssl_policy: Option<String>,
    /// The default certificate's ARN in the standby Region, from `map:`.
    pub certificate: Option<String>,
    /// Further certificates' ARNs, from `map:`; may be empty.
    pub more_certificates: Vec<String>,
    /// Default actions, in order.
    pub actions: Vec<ActionView>,
    /// Tags.
    pub tags: Vec<TagView>,
}

/// A default action of which exactly one of `forward`, `redirect` and `fixed` is true.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct ActionView {
    /// From 1.
    pub order: u32,
    /// Whether it forwards to `target_groups`.
    pub forward: bool,
    /// Whether it forwards to more than one of them.
    pub several: bool,
    /// Target groups by logical id.
    pub target_groups: Vec<String>,
    /// Target groups by ARN, from `map:`.
    pub target_group_arns: Vec<String>,
    /// Whether it redirects to `protocol` and `port`.
    pub redirect: bool,
    /// Protocol of the redirection.
    pub protocol: String,
    /// Port of the redirection.
    pub port: String,
    /// Whether it answers by itself with `status_code` and `body`.
    pub fixed: bool,
    /// Status code of a redirection or a fixed answer.
    pub status_code: String,
    /// Content type of a fixed answer.
    pub content_type: Option<String>,
    /// Body of a fixed answer.
    pub body: Option<String>,
}

/// A target group with its health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TargetGroupView {
    /// Logical id.
    pub id: String,
    /// Production's name of it.
    pub name: String,
    /// Protocol.
    pub protocol: String,
    /// Port.
    pub port: Option<u16>,
    /// `instance`, `ip` or `lambda`.
    pub target_type: String,
    /// Health check protocol.
    pub check_protocol: String,
    /// Health check port, or `traffic-port`.
    pub check_port: String,
    /// Health check path, for HTTP and HTTPS.
    pub check_path: Option<String>,
    /// Success codes, such as `200-299`.
    pub check_matcher: Option<String>,
    /// Seconds between checks.
    pub check_interval: u32,
    /// Seconds before a check has failed.
    pub check_timeout: u32,
    /// Successes before healthy.
    pub healthy_threshold: u32,
    /// Failures before unhealthy.
    pub unhealthy_threshold: u32,
    /// Tags.
    pub tags: Vec<TagView>,
}
