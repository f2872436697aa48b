//! Owns gaps: what was asked for and could not be seen, with the reason.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kinds of things lifeboat observes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Noun {
    /// Auto Scaling groups.
    Group,
    /// Launch template versions.
    LaunchTemplate,
    /// Images.
    Image,
    /// Security groups.
    SecurityGroup,
    /// Target groups.
    TargetGroup,
    /// Load balancers and listeners.
    LoadBalancer,
    /// VPCs and subnets.
    Network,
    /// SSM parameters.
    Parameter,
    /// CloudWatch metrics.
    Metric,
    /// CloudFormation stacks.
    Stack,
    /// RDS instances.
    Database,
    /// DynamoDB tables.
    Table,
    /// Buckets that hold data.
    Bucket,
    /// DNS records and health checks.
    Record,
    /// Scheduled actions.
    Schedule,
    /// Rules of EventBridge and event source mappings of Lambda.
    EventSource,
    /// Records of our own in the store.
    Stored,
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Noun::Group => "group",
            Noun::LaunchTemplate => "launch template",
            Noun::Image => "image",
            Noun::SecurityGroup => "security group",
            Noun::TargetGroup => "target group",
            Noun::LoadBalancer => "load balancer",
            Noun::Network => "network",
            Noun::Parameter => "parameter",
            Noun::Metric => "metric",
            Noun::Stack => "stack",
            Noun::Database => "database",
            Noun::Table => "table",
            Noun::Bucket => "bucket",
            Noun::Record => "record",
            Noun::Schedule => "scheduled action",
            Noun::EventSource => "event source",
            Noun::Stored => "stored",
        })
    }
}

/// A read that failed: not seen, which is not the same as absent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// What was looked for.
    pub noun: Noun,
    /// Which one: a name, an id or a path; `*` for all of them.
    pub subject: String,
    /// Why it could not be seen: one sentence for an operator.
    pub reason: String,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.noun, self.subject, self.reason)
    }
}
