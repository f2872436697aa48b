//! Owns what a Region's network is made of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::facts::{RuleFacts, SecurityGroupFacts, SubnetFacts, Tags};

/// A VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    /// Id.
    pub id: String,
    /// Block.
    pub cidr: String,
    /// `enableDnsSupport`.
    pub dns_support: bool,
    /// `enableDnsHostnames`.
    pub dns_hostnames: bool,
    /// The security group AWS makes with it.
    pub default_security_group: String,
    /// The internet gateway attached to it.
    pub internet_gateway: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// What is told of it; the free addresses are worked out when asked for.
    pub facts: SubnetFacts,
    /// Its IPv6 block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_cidr: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A security group whose rules have ids of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// What is told of it; the rules are below.
    pub facts: SecurityGroupFacts,
    /// Inbound rules.
    pub ingress: Vec<SecurityRule>,
    /// Outbound rules.
    pub egress: Vec<SecurityRule>,
}

/// A rule with its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityRule {
    /// `sgr-...`.
    pub id: String,
    /// The rule.
    pub rule: RuleFacts,
}

/// A resource no port tells of, kept as CloudFormation wrote it: gateways, route tables, routes, addresses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thing {
    /// CloudFormation type.
    pub resource_type: String,
    /// Properties as they are now.
    pub properties: Value,
    /// Attributes given at creation, such as an address.
    pub attributes: std::collections::BTreeMap<String, String>,
}

impl SecurityGroup {
    /// What is told of the group, rules included, sorted.
    pub fn told(&self) -> SecurityGroupFacts {
        let sorted = |rules: &[SecurityRule]| {
            let mut rules: Vec<RuleFacts> = rules.iter().map(|rule| rule.rule.clone()).collect();
            rules.sort();
            rules
        };
        let mut facts = self.facts.clone();
        facts.ingress = sorted(&self.ingress);
        facts.egress = sorted(&self.egress);
        facts
    }
}
