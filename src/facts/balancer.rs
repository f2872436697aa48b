//! Owns facts about load balancers, listeners, target groups and the health of targets.

use serde::{Deserialize, Serialize};

use super::Tags;

/// A target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroupFacts {
    /// ARN.
    pub arn: String,
    /// Name, unique in account and Region.
    pub name: String,
    /// `HTTP`, `HTTPS`, `TCP`, ...
    pub protocol: String,
    /// Port.
    pub port: Option<u16>,
    /// VPC.
    pub vpc_id: String,
    /// `instance`, `ip` or `lambda`.
    pub target_type: String,
    /// Health check.
    pub health_check: TargetHealthCheck,
    /// Load balancers that use it.
    pub load_balancer_arns: Vec<String>,
}

/// A target group's health check.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TargetHealthCheck {
    /// Protocol.
    pub protocol: String,
    /// Port, or `traffic-port`.
    pub port: String,
    /// Path, for HTTP and HTTPS.
    pub path: Option<String>,
    /// Success codes, such as `200-299`.
    pub matcher: Option<String>,
    /// Seconds between checks.
    pub interval_s: u32,
    /// Seconds before a check has failed.
    pub timeout_s: u32,
    /// Successes before healthy.
    pub healthy_threshold: u32,
    /// Failures before unhealthy.
    pub unhealthy_threshold: u32,
}

/// A load balancer with its listeners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancerFacts {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// DNS name.
    pub dns_name: String,
    /// The hosted zone id that aliases to it name (CanonicalHostedZoneId).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_id: Option<String>,
    /// `internet-facing` or `internal`.
    pub scheme: String,
    /// `application` or `network`.
    pub kind: String,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`; baselines of an earlier lifeboat do not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address_type: Option<String>,
    /// Subnets.
    pub subnet_ids: Vec<String>,
    /// Security groups.
    pub security_group_ids: Vec<String>,
    /// Listeners, by port.
    pub listeners: Vec<ListenerFacts>,
    /// Tags.
    pub tags: Tags,
}

impl LoadBalancerFacts {
    /// Where it stands among the load balancers of one tier, the first being the one that users come to: one that faces
    /// the internet if there is one, then by name.
    pub fn rank_for_users(&self) -> (bool, String) {
        (self.scheme != "internet-facing", self.name.clone())
    }

    /// The one of a tier that users come to.
    pub fn users_come_to<'a>(all: impl IntoIterator<Item = &'a LoadBalancerFacts>) -> Option<&'a LoadBalancerFacts> {
        all.into_iter().min_by_key(|one| one.rank_for_users())
    }

    /// Whether it has IPv6 addresses beside, or instead of, public IPv4 ones.
    pub fn speaks_ipv6(&self) -> bool {
        matches!(self.ip_address_type.as_deref(), Some("dualstack" | "dualstack-without-public-ipv4"))
    }

    /// What an alias for IPv6 has before the DNS name of a load balancer of its kind ("Routing traffic to an ELB load
    /// balancer": without it the name of an Application Load Balancer is answered for IPv4 only; a Network Load Balancer
    /// has one name).
    pub fn ipv6_prefix(&self) -> &'static str {
        if self.kind == "application" { "dualstack." } else { "" }
    }

    /// The DNS name that has all its addresses, of either family.
    pub fn full_dns_name(&self) -> String {
        let prefix = if self.speaks_ipv6() { self.ipv6_prefix() } else { "" };
        format!("{prefix}{}", self.dns_name)
    }
}

/// A listener with its default actions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListenerFacts {
    /// ARN.
    pub arn: String,
    /// Port.
    pub port: u16,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`, ...
    pub protocol: String,
    /// Security policy of a TLS listener.
    pub ssl_policy: Option<String>,
    /// Certificates: primary-Region identifiers.
    pub certificate_arns: Vec<String>,
    /// Default actions, in order.
    pub actions: Vec<ListenerAction>,
}

/// What a listener does by default.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ListenerAction {
    /// Forward to target groups.
    Forward {
        /// Their ARNs.
        target_group_arns: Vec<String>,
    },
    /// Redirect.
    Redirect {
        /// Protocol.
        protocol: String,
        /// Port.
        port: String,
        /// `HTTP_301` or `HTTP_302`.
        status_code: String,
    },
    /// A fixed answer.
    FixedResponse {
        /// Status code.
        status_code: String,
        /// Content type.
        content_type: Option<String>,
        /// Body.
        message_body: Option<String>,
    },
    /// An action lifeboat does not mirror, by its AWS name.
    Other {
        /// AWS's name of it.
        name: String,
    },
}

/// How one target fares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TargetHealth {
    /// Target id: an instance id or an address.
    pub target_id: String,
    /// `healthy`, `initial`, `unhealthy`, `draining`, `unused`, ...
    pub state: String,
    /// AWS's reason code, when it is not healthy.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::sample;

    #[test]
    fn a_name_for_both_families_is_that_of_the_kind() {
        let name = |kind: &str, addresses: Option<&str>| {
            let balancer = LoadBalancerFacts {
                kind: kind.into(),
                ip_address_type: addresses.map(str::to_owned),
                ..sample::balancer("lb", "web.elb")
            };
            (balancer.speaks_ipv6(), balancer.full_dns_name())
        };
        for (kind, addresses, expected) in [
            ("application", Some("dualstack"), (true, "dualstack.web.elb")),
            ("application", Some("dualstack-without-public-ipv4"), (true, "dualstack.web.elb")),
            ("network", Some("dualstack"), (true, "web.elb")),
            ("application", Some("ipv4"), (false, "web.elb")),
            ("application", None, (false, "web.elb")),
        ] {
            assert_eq!(name(kind, addresses), (expected.0, expected.1.to_owned()), "{kind} {addresses:?}");
        }
    }

    #[test]
    fn a_baseline_that_does_not_tell_the_address_type_is_read() {
        let balancer = sample::balancer("lb", "web.elb");
        let mut written = serde_json::to_value(&balancer).expect("JSON");
        written.as_object_mut().expect("an object").remove("ip_address_type");
        let read: LoadBalancerFacts = serde_json::from_value(written).expect("an older one");
        assert!(read.ip_address_type.is_none() && !read.speaks_ipv6());
    }
}
